// One burst on the page: how far it came step by step, what was found, its figures and its pictures.

import type { BurstInspection, Finding } from '../../modem/inspect/inspection.js';
import { escapeXml } from '../picture/index.js';
import { burstFigures } from './burst-figures.js';
import { factTable, findingList } from './html-parts.js';
import { OUTCOME_WORDS } from './outcome-style.js';
import { amount, signed } from './words.js';

/** One step on the way to a message. */
interface Step {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'open';
  readonly figure: string;
}

/** @param number - of the burst on this page */
export function burstSection(burst: BurstInspection, number: number): string {
  const { profile, startSeconds, outcome, findings } = burst;
  const title = `${number}. ${profile} at ${startSeconds.toFixed(2)} s: ${OUTCOME_WORDS[outcome]}`;
  const nothing = 'None of the measured causes is beyond its threshold.';
  const isGood = outcome === 'delivered' || outcome === 'repeated';
  return `<section class="burst" aria-labelledby="burst-${number}">
<h3 id="burst-${number}">${escapeXml(title)}</h3>
${ladder(burst)}
${findings.length > 0 || !isGood ? findingList(findings, nothing) : ''}
${factTable(factsOf(burst), `Figures of burst ${number}`)}
${burstFigures(burst, String(number))}
</section>`;
}

function ladder(burst: BurstInspection): string {
  const items = stepsOf(burst).map(({ name, state, figure }) => {
    const mark = { passed: '\u2713', failed: '\u2717', open: '\u2013' }[state];
    const spoken = { passed: 'passed', failed: 'failed here', open: 'not reached' }[state];
    return `<li class="${state}"><b><span aria-hidden="true">${mark}</span> ${escapeXml(name)}</b><span class="visually-hidden"> ${spoken}</span> <span class="figure">${escapeXml(figure)}</span></li>`;
  });
  return `<ol class="ladder">${items.join('')}</ol>`;
}

/** Where the decoder gave up. */
function stepsOf(burst: BurstInspection): Step[] {
  const { score, threshold, header, headerAttempts, outcome, detail } = burst;
  const isGood = outcome === 'delivered' || outcome === 'repeated';
  const decoding = detail?.decoding;
  const reason = decoding?.ok === false ? decoding.reason : undefined;
  const turbo = isGood || (reason !== undefined && reason !== 'code');
  const outer = isGood || reason === 'crc';
  const state = (passed: boolean, reached: boolean) => (passed ? 'passed' : reached ? 'failed' : 'open');
  const wasHeard = decoding !== undefined;
  const attempts = headerAttempts > 1 ? `, ${headerAttempts} attempts` : '';
  return [
    { name: 'preamble', state: 'passed', figure: `score ${score.toFixed(0)}, threshold ${threshold}` },
    {
      name: 'header',
      state: state(header !== undefined, outcome !== 'cut-off'),
      figure: header
        ? `${header.payloadByteCount} bytes, version ${header.redundancyVersion}`
        : `check sum wrong${attempts}`,
    },
    { name: 'turbo code', state: state(turbo, wasHeard), figure: wasHeard ? `${decoding.iterations} iterations` : '' },
    {
      name: 'Reed\u2013Solomon',
      state: state(outer, turbo),
      figure: decoding?.ok ? `${amount(decoding.correctedByteCount, 'byte')} corrected` : '',
    },
    { name: 'CRC-32', state: state(isGood, outer), figure: combined(detail?.burstsCombined) },
  ];
}

function combined(bursts: number | undefined): string {
  return bursts !== undefined && bursts > 1 ? `with ${bursts} bursts added up` : '';
}

function factsOf(burst: BurstInspection): (readonly [string, string])[] {
  const { detail, startSeconds, endSeconds, snrDb, header } = burst;
  const sound = detail?.sound;
  const bits = detail?.payloadBits ?? detail?.headerBits;
  const facts: (readonly [string, string] | undefined)[] = [
    ['where', `${startSeconds.toFixed(3)} to ${endSeconds.toFixed(3)} s`],
    sound && ['level', `peak ${signed(sound.peakDbfs)} dBFS, RMS ${signed(sound.rmsDbfs)} dBFS`],
    sound && [
      'over the noise in its band',
      `${signed(Math.min(99, sound.snrDb))} dB; ${signed(sound.neededSnrDb)} dB needed for 92 bytes in white noise`,
    ],
    ['SNR in the demodulator', `${signed(snrDb)} dB, late echo and the sender's own distortion counted as noise`],
    ['motion or clock', motionOf(burst)],
    sound && !Number.isNaN(sound.lateEchoDb)
      ? ['late echo', `${signed(Math.max(-40, sound.lateEchoDb))} dB against what the waveform can use`]
      : undefined,
    bits && [
      `information per coded bit`,
      `${bits.informationBits.toFixed(2)} claimed by the soft bits, ${bits.neededBits.toFixed(2)} needed by the ${detail?.payloadBits ? 'payload' : 'header'}`,
    ],
    header && ['message id', `${header.messageId}`],
  ];
  return facts.filter((fact) => fact !== undefined);
}

function motionOf({ speedMetersPerSecond, clockOffsetPpm }: BurstInspection): string {
  if (speedMetersPerSecond === 0) return `clock ${signed(clockOffsetPpm, 0)} ppm, or hardly moving`;
  return `${signed(speedMetersPerSecond, 2)} m/s (clock included; + is nearer)`;
}

/** Diagnoses of all bursts for the top of the page, each with the burst's number. */
export function findingsByBurst(
  numbers: ReadonlyMap<BurstInspection, number>,
): { readonly number: number; readonly finding: Finding; readonly isDelivered: boolean }[] {
  return [...numbers].flatMap(([{ findings, outcome }, number]) =>
    findings.map((finding) => ({
      number,
      finding,
      isDelivered: outcome === 'delivered' || outcome === 'repeated',
    })),
  );
}
