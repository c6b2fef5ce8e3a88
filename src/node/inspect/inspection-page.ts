// The page of an inspection: one HTML file that needs nothing else.

import type { BurstInspection, Inspection } from '../../modem/inspect/inspection.js';
import { escapeXml } from '../picture/index.js';
import { burstSection, findingsByBurst } from './burst-section.js';
import { floorPanel } from './floor-panel.js';
import { dataTable, findingItem } from './html-parts.js';
import { isShown, OUTCOME_WORDS } from './outcome-style.js';
import { overviewPanel } from './overview-panel.js';
import { PAGE_STYLE } from './page-style.js';
import { amount, duration, signed } from './words.js';

/** Candidates listed at most. */
const MAX_LISTED = 100;

/**
 * @param found - of one recording
 * @param file - its name, for the title
 * @returns an HTML document: pictures inline, no script, nothing fetched
 */
export function inspectionPage(found: Inspection, file: string): string {
  const shown = found.bursts.filter(isShown);
  const numbers = new Map(shown.map((burst, i) => [burst, i + 1] as const));
  const name = escapeXml(file);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="generator" content="tillsong inspect">
<title>${name} \u2013 tillsong inspect</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<header>
<p class="muted">tillsong inspect</p>
<h1>${name}</h1>
${verdict(found)}
<p class="lead">${escapeXml(found.summary)}</p>
<p class="muted">${escapeXml(factLine(found))}</p>
</header>
<section class="card" aria-labelledby="found"><h2 id="found">What was found</h2>${findings(found, numbers)}</section>
<section class="card" aria-labelledby="recording"><h2 id="recording">The recording</h2>
<div class="scroll" role="group" tabindex="0" aria-label="Spectrogram, can be scrolled sideways">${overviewPanel(found, numbers)}</div>
<p class="muted">${escapeXml(overviewWords(found))}</p></section>
<section class="card" aria-labelledby="floor"><h2 id="floor">The noise, and what it asks of a phone</h2>
<div class="scroll" role="group" tabindex="0" aria-label="Noise floor, can be scrolled sideways">${floorPanel(found)}</div>
<p class="muted">Line: the median over time. Shade: from what is exceeded 90 % of the time to what is exceeded 10 %. Green: the profiles\u2019 bands.</p>
${outlookTable(found)}</section>
${messageCard(found)}
${bursts(numbers)}
${candidates(found, numbers)}
</main>
</body>
</html>
`;
}

function verdict({ messages, bursts }: Inspection): string {
  const isLost = bursts.some(
    (burst) => isShown(burst) && burst.outcome !== 'delivered' && burst.outcome !== 'repeated',
  );
  if (messages.length > 0) return `<p class="verdict good">${amount(messages.length, 'message')} came out</p>`;
  return isLost ? '<p class="verdict bad">nothing came out</p>' : '<p class="verdict none">no burst</p>';
}

function factLine({ durationSeconds, sampleRateHz, peakDbfs, rmsDbfs, profiles }: Inspection): string {
  return [
    duration(durationSeconds),
    `${sampleRateHz / 1000} kHz`,
    `peak ${signed(Math.max(-180, peakDbfs))} dBFS`,
    `RMS ${signed(Math.max(-180, rmsDbfs))} dBFS`,
    `listened for ${profiles.length > 0 ? profiles.join(', ') : 'nothing: the rate carries no profile'}`,
  ].join(' \u00b7 ');
}

function findings(found: Inspection, numbers: ReadonlyMap<BurstInspection, number>): string {
  // What lost a burst comes before what did no harm.
  const ofBursts = findingsByBurst(numbers).sort((a, b) => Number(a.isDelivered) - Number(b.isDelivered));
  const inBursts = new Set(ofBursts.map(({ finding }) => finding.text));
  const items = [
    ...ofBursts.map(({ number, finding, isDelivered }) => {
      const through = isDelivered ? ' <span class="muted">(came through all the same)</span>' : '';
      return `<li${isDelivered ? ' class="calm"' : ''}>${findingItem(finding, `<a href="#burst-${number}">Burst ${number}</a>${through}: `)}</li>`;
    }),
    ...found.findings.filter(({ text }) => !inBursts.has(text)).map((finding) => `<li>${findingItem(finding)}</li>`),
  ];
  if (items.length > 0) return `<ul class="findings">${items.join('')}</ul>`;
  return `<p>${found.messages.length > 0 ? 'Nothing wrong: no figure is beyond its threshold.' : 'No defect of the recording: no figure is beyond its threshold. There is just no burst in it, or one far below the noise; see what a phone would have to bring, below.'}</p>`;
}

function overviewWords({ overview, bursts, omittedBurstCount }: Inspection): string {
  const rest = bursts.filter((burst) => !isShown(burst)).length + omittedBurstCount;
  const column = (1000 * overview.secondsPerColumn).toFixed(0);
  return `Boxes: bursts, by their numbers below. Ticks above: ${amount(rest, 'other candidate')}. A column is the loudest moment of ${column} ms. Preamble scores are compared with the threshold (dashed); a detector for up to 5 m/s makes them.`;
}

function outlookTable({ outlooks }: Inspection): string {
  const head = [
    'profile',
    'band',
    'noise',
    'a burst with peaks at full scale',
    'needed',
    'so a phone must peak at',
    'whistles',
  ];
  const rows = outlooks.map((outlook) => [
    outlook.profile,
    `${outlook.lowHz / 1000}\u2013${outlook.highHz / 1000} kHz`,
    `${signed(outlook.noiseDbfsPerHz, 0)} dBFS/Hz`,
    `PSNR ${signed(outlook.fullScalePsnrDb, 0)} dB`,
    `${signed(outlook.neededPsnrDb)} dB`,
    outlook.neededPeakDbfs > 0
      ? `more than full scale (${signed(outlook.neededPeakDbfs, 0)} dB)`
      : `${signed(outlook.neededPeakDbfs, 0)} dBFS or more`,
    outlook.interferers.map(({ frequencyHz }) => `${frequencyHz.toFixed(0)} Hz`).join(', ') || 'none',
  ]);
  return dataTable('For 92 bytes in one burst, in noise as level as this; a room takes some dB more', head, rows);
}

function messageCard({ messages }: Inspection): string {
  if (messages.length === 0) return '';
  const rows = messages
    .slice(0, MAX_LISTED)
    .map(({ payload, profile, startSeconds, endSeconds, burstsCombined }) => [
      `${startSeconds.toFixed(2)}\u2013${endSeconds.toFixed(2)} s`,
      profile,
      amount(payload.length, 'byte'),
      amount(burstsCombined, 'burst'),
      `${Buffer.from(payload.subarray(0, 24)).toString('hex')}${payload.length > 24 ? '\u2026' : ''}`,
    ]);
  const table = dataTable('As the receiver delivered them', ['when', 'profile', 'length', 'from', 'payload'], rows);
  return `<section class="card" aria-labelledby="messages"><h2 id="messages">Messages</h2>${table}</section>`;
}

function bursts(numbers: ReadonlyMap<BurstInspection, number>): string {
  if (numbers.size === 0) return '';
  const sections = [...numbers].map(([burst, number]) => burstSection(burst, number)).join('\n');
  return `<section class="card" aria-labelledby="bursts"><h2 id="bursts">Bursts</h2>${sections}</section>`;
}

function candidates({ bursts, omittedBurstCount }: Inspection, numbers: ReadonlyMap<BurstInspection, number>): string {
  const others = bursts.filter((burst) => !numbers.has(burst));
  if (others.length === 0) return '';
  const rows = others
    .slice(0, MAX_LISTED)
    .map(({ startSeconds, profile, outcome, score, threshold, speedMetersPerSecond }) => [
      `${startSeconds.toFixed(2)} s`,
      profile,
      outcome === 'header' ? 'header not read: noise that resembles a preamble' : OUTCOME_WORDS[outcome],
      `${score.toFixed(0)}, threshold ${threshold}`,
      `${signed(speedMetersPerSecond, 2)} m/s`,
    ]);
  const left = others.length - rows.length + omittedBurstCount;
  const more = left > 0 ? `<p class="muted">and ${left} more.</p>` : '';
  const table = dataTable(
    'What the detector took up besides',
    ['when', 'profile', 'what became of it', 'score', 'speed'],
    rows,
  );
  return `<section class="card" aria-labelledby="candidates"><h2 id="candidates">Other candidates</h2>${table}${more}</section>`;
}
