// The parts of a burst, marked above a spectrogram and through it.

import type { BurstPart, BurstView } from '../../modem/inspect/burst-view.js';
import { place, type Scale } from './axes.js';
import { type Frame, INK, line, rect, text } from './svg.js';

const PART_COLORS: Readonly<Record<BurstPart['kind'], string>> = {
  'down chirp': '#d98200',
  'up chirp': '#b8478c',
  header: '#00855f',
  payload: INK.signal,
};
const STRIP_HEIGHT = 8;
const STRIP_GAP = 5;
/** Labels need about this many pixels. */
const CHIRP_LABEL_WIDTH = 60;
const COUNT_LABEL_WIDTH = 150;
const SENT_LABEL_WIDTH = 75;
/** White over the spectrogram's dark colours, where parts meet. */
const BOUNDARY = { stroke: '#ffffff', 'stroke-opacity': 0.75, 'stroke-dasharray': '3 3' } as const;

/** A label above the strip: over the middle of its part, or towards the side where there is room. */
interface Label {
  readonly part: BurstPart;
  readonly content: string;
  readonly anchor: 'start' | 'middle' | 'end';
}

/** Marks for the whole burst: preamble, header, payload. */
export function overviewMarks(frame: Frame, time: Scale, { parts }: BurstView): string {
  const ofKind = (...kinds: BurstPart['kind'][]) => parts.filter(({ kind }) => kinds.includes(kind));
  const header = ofKind('header');
  const payload = ofKind('payload');
  const preamble = spanOf(ofKind('down chirp', 'up chirp'));
  const labels: Label[] = [
    { part: preamble, content: 'preamble', anchor: 'end' },
    { part: spanOf(header), content: 'header', anchor: 'start' },
    { part: spanOf(payload), content: payloadLabel(payload.length, widthOf(time, spanOf(payload))), anchor: 'middle' },
  ];
  const boundaries = labels.map(({ part }) => part.startSeconds);
  return [
    ...strip(frame, time, parts),
    // Header and preamble are too narrow for a label each, so the header's stands a row higher.
    ...labels.map((label, i) => labelAbove(frame, time, label, i === 1 ? 1 : 0)),
    ...lines(frame, time, [...boundaries, labels[2].part.endSeconds]),
  ].join('');
}

/** Marks for the beginning of a burst: chirp by chirp, symbol by symbol. */
export function closeUpMarks(frame: Frame, time: Scale, { parts }: BurstView): string {
  const inView = parts.filter((part) => part.startSeconds < time.high && part.endSeconds > time.low);
  const first = (kind: BurstPart['kind']) => inView.find((part) => part.kind === kind);
  const chirps = inView.filter(({ kind }) => kind === 'down chirp' || kind === 'up chirp');
  const header = inView.filter(({ kind }) => kind === 'header');
  const labels: Label[] = [];
  if (widthOf(time, chirps[0]) > CHIRP_LABEL_WIDTH)
    for (const part of chirps) labels.push({ part, content: part.kind, anchor: 'middle' });
  else labels.push({ part: spanOf(chirps), content: `${chirps.length / 2} × (down, up)`, anchor: 'middle' });
  if (header.length > 0) labels.push({ part: spanOf(header), content: headerLabel(parts), anchor: 'middle' });
  const payload = first('payload');
  if (payload) labels.push({ part: payload, content: 'payload', anchor: 'start' });
  return [
    ...strip(frame, time, inView),
    ...labels.map((label) => labelAbove(frame, time, label, 0)),
    ...lines(
      frame,
      time,
      inView.map(({ startSeconds }) => startSeconds),
    ),
  ].join('');
}

/** Where a burst was sent whose parts are not shown: known only because the demo sent it. */
export function sentMarks(
  frame: Frame,
  time: Scale,
  startSeconds: number,
  endSeconds: number,
  content: string,
): string {
  const part: BurstPart = { kind: 'header', startSeconds, endSeconds };
  return [
    rect(stripFrame(frame, time, part), { fill: INK.axis }),
    widthOf(time, part) > SENT_LABEL_WIDTH
      ? labelAbove(frame, time, { part, content, anchor: 'middle' }, 0, INK.muted)
      : '',
    ...lines(frame, time, [startSeconds, endSeconds]),
  ].join('');
}

function payloadLabel(symbolCount: number, width: number): string {
  return width > COUNT_LABEL_WIDTH ? `payload, ${symbolCount} symbols` : 'payload';
}

function widthOf(time: Scale, { startSeconds, endSeconds }: BurstPart): number {
  return place(time, endSeconds) - place(time, startSeconds);
}

function headerLabel(parts: readonly BurstPart[]): string {
  const symbolCount = parts.filter(({ kind }) => kind === 'header').length;
  return symbolCount === 1 ? 'header' : `header of ${symbolCount} symbols`;
}

function spanOf(parts: readonly BurstPart[]): BurstPart {
  return { ...parts[0], endSeconds: parts[parts.length - 1].endSeconds };
}

function stripFrame(frame: Frame, time: Scale, { startSeconds, endSeconds }: BurstPart): Frame {
  const clamp = (x: number) => Math.max(frame.x, Math.min(frame.x + frame.width, x));
  const x = clamp(place(time, startSeconds));
  const width = Math.max(0.5, clamp(place(time, endSeconds)) - x - 1);
  return { x, y: frame.y - STRIP_GAP - STRIP_HEIGHT, width, height: STRIP_HEIGHT };
}

function strip(frame: Frame, time: Scale, parts: readonly BurstPart[]): string[] {
  return parts.map((part) => rect(stripFrame(frame, time, part), { fill: PART_COLORS[part.kind] }));
}

function labelAbove(frame: Frame, time: Scale, { part, content, anchor }: Label, row: number, color?: string): string {
  const { x, y, width } = stripFrame(frame, time, part);
  const at = anchor === 'start' ? x : anchor === 'end' ? x + width : x + width / 2;
  const isPreamble = part.kind === 'down chirp' && content !== 'down chirp';
  const fill = color ?? (isPreamble ? INK.text : PART_COLORS[part.kind]);
  return text(at, y - 6 - 15 * row, content, { anchor, color: fill, weight: 600 });
}

function lines(frame: Frame, time: Scale, seconds: readonly number[]): string[] {
  return seconds
    .filter((at) => at > time.low && at < time.high)
    .map((at) => line(place(time, at), frame.y, place(time, at), frame.y + frame.height, BOUNDARY));
}
