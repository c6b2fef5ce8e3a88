// Two spectrograms: the whole recording, and the beginning of the burst with its chirps.

import type { BurstView, Profile } from 'tillsong';
import {
  across,
  bottomAxis,
  closeUpMarks,
  colorScale,
  type Frame,
  frameEdge,
  leftAxis,
  levelRange,
  line,
  overviewMarks,
  place,
  type Range,
  type Scale,
  sentMarks,
  svgImage,
  upwards,
} from 'tillsong/node';
import { spectrogram } from 'tillsong/dsp';

/** What the microphone delivered, and what is known of it. */
export interface Recording {
  readonly samples: Float32Array;
  readonly profile: Profile;
  /** The burst taken apart; undefined when nothing was heard. */
  readonly view: BurstView | undefined;
  /** Where the bursts had been sent. */
  readonly sent: readonly { readonly startSeconds: number; readonly endSeconds: number }[];
  /** What to call those of them that are not in view. */
  readonly sentName: string;
}

const OVERVIEW_WINDOW_SAMPLES = 1024;

/** The whole recording, with a colour scale on its right. */
export function overviewPanel(frame: Frame, recording: Recording): string {
  const { samples, profile, view, sent, sentName } = recording;
  const time = across(frame, 0, samples.length / profile.sampleRateHz);
  const image = imageOf(frame, time, recording, OVERVIEW_WINDOW_SAMPLES);
  const others = sent.filter(({ startSeconds, endSeconds }) => {
    const middle = (startSeconds + endSeconds) / 2;
    return !view || middle < view.parts[0].startSeconds || middle > view.parts[view.parts.length - 1].endSeconds;
  });
  const marks = [
    ...others.map(({ startSeconds, endSeconds }) => sentMarks(frame, time, startSeconds, endSeconds, sentName)),
    view ? overviewMarks(frame, time, view) : '',
  ];
  return [...image.content, ...marks, colorScale(frame, image.range)].join('');
}

/** The preamble and what follows it. */
export function closeUpPanel(frame: Frame, recording: Recording): string {
  const { profile, view, sent } = recording;
  const { preamble, sampleRateHz } = profile;
  const preambleSeconds = (2 * preamble.chirpSamples * preamble.pairCount) / sampleRateHz;
  const start = view ? view.parts[0].startSeconds : (sent[0]?.startSeconds ?? 0);
  const time = across(frame, start - 0.25 * preambleSeconds, start + 2 * preambleSeconds);
  const image = imageOf(frame, time, recording, chirpWindow(profile));
  return [...image.content, view ? closeUpMarks(frame, time, view) : ''].join('');
}

/** The window that shows a chirp as the thinnest line: about 2 / sqrt(sweep rate) long. */
function chirpWindow({ preamble, sampleRateHz }: Profile): number {
  const sweepHzPerSecond = ((preamble.highHz - preamble.lowHz) * sampleRateHz) / preamble.chirpSamples;
  return 2 ** Math.round(Math.log2((2 / Math.sqrt(sweepHzPerSecond)) * sampleRateHz));
}

function imageOf(
  frame: Frame,
  time: Scale,
  { samples, profile }: Recording,
  windowSamples: number,
): { content: string[]; range: Range } {
  const { lowHz, highHz } = profile.preamble;
  const [bottomHz, topHz] = shownBand(profile);
  const grid = spectrogram(samples, {
    sampleRateHz: profile.sampleRateHz,
    fromSeconds: time.low,
    toSeconds: time.high,
    lowHz: bottomHz,
    highHz: topHz,
    windowSamples,
    width: frame.width,
    height: frame.height,
  });
  const range = levelRange(grid);
  const frequency = upwards(frame, bottomHz / 1000, topHz / 1000);
  const bandEdges = [lowHz, highHz].map((hz) => {
    const y = place(frequency, hz / 1000);
    return line(frame.x, y, frame.x + frame.width, y, {
      stroke: '#fff',
      'stroke-opacity': 0.55,
      'stroke-dasharray': '1 4',
    });
  });
  const content = [
    svgImage(grid, range, frame),
    ...bandEdges,
    frameEdge(frame),
    bottomAxis(frame, time, { title: 'time / s', tickCount: frame.width / 70 }),
    leftAxis(frame, frequency, { title: 'frequency / kHz', tickCount: 6 }),
  ];
  return { content, range };
}

/** The band with as much again below it, from 0 where that is near, and half as much above. */
function shownBand({ preamble: { lowHz, highHz }, sampleRateHz }: Profile): [number, number] {
  const width = highHz - lowHz;
  const bottom = lowHz - width < 1000 ? 0 : lowHz - width;
  return [bottom, Math.min(sampleRateHz / 2, highHz + width / 2)];
}
