// The whole recording: its spectrogram with every candidate marked, and below it the detector's scores of each band.

import type { BurstInspection, Inspection, ProfileOutlook, ScoreTrack } from '../../modem/inspect/inspection.js';
import {
  across,
  bottomAxis,
  clipped,
  colorScale,
  type Frame,
  frameEdge,
  INK,
  leftAxis,
  levelRange,
  line,
  path,
  place,
  rect,
  type Scale,
  svgDocument,
  svgImage,
  text,
  upwards,
} from '../picture/index.js';
import { isShown, outcomeColor } from './outcome-style.js';

const WIDTH = 1080;
const LEFT = 74;
const PLOT_WIDTH = 930;
const SPECTROGRAM: Frame = { x: LEFT, y: 36, width: PLOT_WIDTH, height: 270 };
const TRACK_TOP = 366;
const TRACK_HEIGHT = 84;
const TRACK_STEP = 140;
const LOWEST_SCORE = 8;
const KIND_COLORS = [INK.signal, '#b8478c', INK.good, INK.noise];

/** @returns an SVG document; `numbers` gives the bursts that are shown at length their numbers */
export function overviewPanel(found: Inspection, numbers: ReadonlyMap<BurstInspection, number>): string {
  const time = across(SPECTROGRAM, 0, Math.max(found.durationSeconds, 0.01));
  const bands = bandsOf(found);
  const height = TRACK_TOP + TRACK_STEP * Math.max(1, bands.length) + 4;
  return svgDocument(WIDTH, height, 'Spectrogram of the recording, and preamble scores over time', [
    ...spectrogramOf(found, time),
    ...found.bursts.map((burst) => markOf(burst, found.outlooks, time, found.overview.highHz, numbers.get(burst))),
    frameEdge(SPECTROGRAM),
    ...bands.map((tracks, i) => {
      const frame = { x: LEFT, y: TRACK_TOP + TRACK_STEP * i, width: PLOT_WIDTH, height: TRACK_HEIGHT };
      return scorePanel(frame, time, tracks, found.outlooks, i === bands.length - 1);
    }),
  ]);
}

function spectrogramOf({ overview }: Inspection, time: Scale): string[] {
  const frequency = upwards(SPECTROGRAM, 0, overview.highHz / 1000);
  // The last window may end a little before the recording does.
  const heard = place(time, overview.width * overview.secondsPerColumn);
  const right = SPECTROGRAM.x + SPECTROGRAM.width;
  const end = Math.abs(heard - right) < 0.02 * SPECTROGRAM.width ? right : heard;
  const range = levelRange(overview);
  const image = overview.width > 0 ? svgImage(overview, range, { ...SPECTROGRAM, width: end - SPECTROGRAM.x }) : '';
  return [
    clipped('overview-image', SPECTROGRAM, image),
    leftAxis(SPECTROGRAM, frequency, { title: 'frequency / kHz', tickCount: 6 }),
    bottomAxis(SPECTROGRAM, time, { title: '', tickCount: 12 }),
    colorScale(SPECTROGRAM, range),
  ];
}

/** A box round a burst, or a tick above the picture for what was none. */
function markOf(
  burst: BurstInspection,
  outlooks: readonly ProfileOutlook[],
  time: Scale,
  highHz: number,
  number: number | undefined,
): string {
  const color = outcomeColor(burst.outcome);
  const x = place(time, burst.startSeconds);
  if (!isShown(burst) || number === undefined)
    return line(x, SPECTROGRAM.y - 7, x, SPECTROGRAM.y - 1, { stroke: color, 'stroke-width': 1.5 });
  const band = outlooks.find(({ profile }) => profile === burst.profile);
  const frequency = upwards(SPECTROGRAM, 0, highHz);
  const top = place(frequency, band?.highHz ?? highHz);
  const bottom = place(frequency, band?.lowHz ?? 0);
  const end = Math.min(SPECTROGRAM.x + SPECTROGRAM.width, place(time, burst.endSeconds));
  const width = Math.max(2, end - x);
  const label = text(x + width / 2, SPECTROGRAM.y - 11, String(number), {
    anchor: 'middle',
    weight: 700,
    color,
    size: 13,
  });
  const strip = rect({ x, y: SPECTROGRAM.y - 7, width, height: 6 }, { fill: color });
  const box = rect(
    { x, y: top - 2, width, height: bottom - top + 4 },
    { fill: 'none', stroke: '#fff', 'stroke-width': 1.6, 'stroke-opacity': 0.9, rx: 2 },
  );
  return label + strip + box;
}

/** Tracks of one band together. */
function bandsOf({ scores, outlooks }: Inspection): ScoreTrack[][] {
  const byBand = new Map<string, ScoreTrack[]>();
  for (const track of scores) {
    const outlook = outlooks.find(({ profile }) => profile === track.profile);
    const key = `${outlook?.lowHz}-${outlook?.highHz}`;
    byBand.set(key, [...(byBand.get(key) ?? []), track]);
  }
  return [...byBand.values()];
}

function scorePanel(
  frame: Frame,
  time: Scale,
  tracks: readonly ScoreTrack[],
  outlooks: readonly ProfileOutlook[],
  isLast: boolean,
): string {
  const outlook = outlooks.find(({ profile }) => profile === tracks[0].profile);
  const most = Math.max(100, ...tracks.flatMap(({ best }) => best?.score ?? 0));
  const score = upwards(frame, Math.log10(LOWEST_SCORE), Math.log10(most * 1.3));
  const at = (value: number) => place(score, Math.log10(Math.max(LOWEST_SCORE, value)));
  const ticks = [10, 30, 100, 300, 1000].filter((value) => value <= most * 1.3);
  return [
    ...ticks.flatMap((value) => [
      line(frame.x, at(value), frame.x + frame.width, at(value), { stroke: INK.grid }),
      text(frame.x - 9, at(value) + 4, String(value), { anchor: 'end', color: INK.muted }),
    ]),
    // The fewest pairs come last: their scores are the lowest and would be hidden.
    ...tracks.map((track, i) => stems(track, time, at, KIND_COLORS[i % KIND_COLORS.length])).reverse(),
    ...tracks.map(({ threshold }, i) =>
      line(frame.x, at(threshold), frame.x + frame.width, at(threshold), {
        stroke: KIND_COLORS[i % KIND_COLORS.length],
        'stroke-dasharray': '5 4',
        'stroke-opacity': 0.8,
      }),
    ),
    bottomAxis(frame, time, { title: isLast ? 'time / s' : '', tickCount: 12 }),
    frameEdge(frame),
    legend(frame, tracks, outlook),
  ].join('');
}

/** Faint where a score stays below the threshold. */
function stems(track: ScoreTrack, time: Scale, at: (score: number) => number, color: string): string {
  const { scores, secondsPerColumn, threshold } = track;
  const base = at(0);
  const d = { above: '', below: '' };
  scores.forEach((score, column) => {
    if (score < LOWEST_SCORE) return;
    const x = Math.min(time.to, place(time, (column + 0.5) * secondsPerColumn));
    d[score < threshold ? 'below' : 'above'] += `M${x.toFixed(1)} ${base.toFixed(1)}V${at(score).toFixed(1)}`;
  });
  return (
    path(d.below, { stroke: color, 'stroke-width': 1.6, 'stroke-opacity': 0.4 }) +
    path(d.above, { stroke: color, 'stroke-width': 2 })
  );
}

function legend(frame: Frame, tracks: readonly ScoreTrack[], outlook: ProfileOutlook | undefined): string {
  const y = frame.y - 8;
  const band = outlook ? `${outlook.lowHz / 1000}\u2013${outlook.highHz / 1000} kHz` : '';
  const title = text(frame.x, y, `Preamble score, ${band}`, { weight: 600 });
  const entries = tracks.map(({ profile, threshold }, i) => {
    const x = frame.x + frame.width - (tracks.length - i) * 240;
    const swatch = { stroke: KIND_COLORS[i % KIND_COLORS.length], 'stroke-width': 2.5 };
    return (
      line(x, y - 4, x + 16, y - 4, swatch) +
      text(x + 22, y, `${profile}, threshold ${threshold}`, { color: INK.muted })
    );
  });
  return title + entries.join('');
}
