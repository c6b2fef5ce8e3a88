// How strong signal and noise arrive over the band: the room, the loudspeaker and the machine in one look.

import type { SpectrumView } from '../../modem/inspect/burst-view.js';
import { across, bottomAxis, frameEdge, leftAxis, place, upwards } from './axes.js';
import { clipped, type Frame, INK, line, path, polyline, text } from './svg.js';

/** The axis shows at least this much, and at most. */
const LEAST_SPAN_DB = 20;
const MOST_SPAN_DB = 60;

/**
 * Levels relative to the mean power of the signal.
 *
 * @param id - unique in the document
 */
export function channelPanel(
  frame: Frame,
  { frequenciesHz, signal, noise }: SpectrumView,
  noiseName = 'noise and late echo',
  id = 'channel',
): string {
  const reference = meanOf(signal);
  const toDb = (power: number) => 10 * Math.log10(power / reference);
  const signalDb = Array.from(signal, toDb);
  const noiseDb = Array.from(noise, toDb);
  const [low, high] = spanOf([...signalDb, ...noiseDb]);
  const frequency = across(frame, frequenciesHz[0] / 1000, frequenciesHz[frequenciesHz.length - 1] / 1000);
  const level = upwards(frame, low, high);
  const curve = (levels: readonly number[]) =>
    levels.map((db, i) => [place(frequency, frequenciesHz[i] / 1000), place(level, db)] as const);
  // Between the curves, where both are known.
  const known = levelsKnown(signalDb, noiseDb);
  const margin = polyline([...pick(curve(signalDb), known), ...pick(curve(noiseDb), known).reverse()]);
  const curves = [
    path(`${margin}Z`, { fill: INK.signal, 'fill-opacity': 0.08 }),
    path(polyline(pick(curve(noiseDb), known)), { stroke: INK.noise, 'stroke-width': 1.4 }),
    path(polyline(pick(curve(signalDb), known)), { stroke: INK.signal, 'stroke-width': 1.8 }),
  ].join('');
  return [
    bottomAxis(frame, frequency, { title: 'frequency / kHz', tickCount: 7, grid: true }),
    leftAxis(frame, level, { title: 'dB re mean signal', tickCount: 5, grid: true }),
    clipped(id, frame, curves),
    frameEdge(frame),
    legend(frame, noiseName),
  ].join('');
}

function meanOf(powers: Float64Array): number {
  const known = powers.filter((power) => power > 0);
  return known.reduce((sum, power) => sum + power, 0) / Math.max(1, known.length) || 1;
}

/** Whole fives round all levels but the deepest notches. */
function spanOf(levels: readonly number[]): [number, number] {
  const known = levels.filter(Number.isFinite).sort((a, b) => a - b);
  const high = 5 * Math.ceil(((known[known.length - 1] ?? 0) + 1) / 5);
  const wanted = 5 * Math.floor(((known[Math.floor(known.length * 0.01)] ?? -LEAST_SPAN_DB) - 1) / 5);
  return [Math.max(high - MOST_SPAN_DB, Math.min(high - LEAST_SPAN_DB, wanted)), high];
}

function levelsKnown(...curves: readonly (readonly number[])[]): number[] {
  return curves[0].map((_, i) => i).filter((i) => curves.every((curve) => Number.isFinite(curve[i])));
}

function pick<T>(values: readonly T[], indices: readonly number[]): T[] {
  return indices.map((i) => values[i]);
}

function legend(frame: Frame, noiseName: string): string {
  const y = frame.y - 10;
  const right = frame.x + frame.width;
  // Text cannot be measured here; this is the mean width of a letter of size 12.
  const noiseStart = right - 6.6 * noiseName.length;
  const entry = (name: string, color: string, x: number) =>
    line(x - 22, y - 4, x - 6, y - 4, { stroke: color, 'stroke-width': 2.5 }) + text(x, y, name, { color: INK.muted });
  return entry(noiseName, INK.noise, noiseStart) + entry('signal', INK.signal, noiseStart - 75);
}
