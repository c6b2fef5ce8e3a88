// A burst over frequency: the channel and the noise as the demodulator saw them, the SNR of every carrier, and the sound itself.

import type { BurstSound } from '../../modem/inspect/inspection.js';
import type { SpectrumView } from '../../modem/inspect/burst-view.js';
import {
  across,
  bottomAxis,
  channelPanel,
  clipped,
  type Frame,
  frameEdge,
  INK,
  leftAxis,
  line,
  path,
  place,
  polyline,
  svgDocument,
  text,
  upwards,
} from '../picture/index.js';

const FRAME: Frame = { x: 62, y: 26, width: 288, height: 188 };
const WIDTH = 362;
const HEIGHT = 262;
/** Levels below are silence; a burst so far below the noise is not seen. */
const LOWEST_DB = -150;
const UNSEEN_DB = -12;

export function channelFigure(spectrum: SpectrumView, id: string): string {
  return svgDocument(WIDTH, HEIGHT, 'Channel and noise over frequency, as the demodulator saw them', [
    channelPanel(FRAME, spectrum, 'noise and late echo', `channel-${id}`),
  ]);
}

/** @param neededDb - of a carrier, where all have the same */
export function snrFigure(
  { frequenciesHz, signal, noise }: SpectrumView,
  neededDb: number | undefined,
  id: string,
): string {
  const levels = frequenciesHz.map((_, i) => 10 * Math.log10(signal[i] / noise[i]));
  const known = levels.filter(Number.isFinite);
  const low = Math.max(-25, Math.min(-5, 5 * Math.floor(Math.min(...known, 0) / 5)));
  const high = Math.min(35, Math.max(15, 5 * Math.ceil(Math.max(...known, 0) / 5)));
  const frequency = across(FRAME, frequenciesHz[0] / 1000, frequenciesHz[frequenciesHz.length - 1] / 1000);
  const level = upwards(FRAME, low, high);
  const points = levels.map((db, i) => [place(frequency, frequenciesHz[i] / 1000), place(level, db)] as const);
  return svgDocument(WIDTH, HEIGHT, 'Signal over noise of every subcarrier or tone', [
    bottomAxis(FRAME, frequency, { title: 'frequency / kHz', tickCount: 6, grid: true }),
    leftAxis(FRAME, level, { title: 'SNR / dB', tickCount: 5, grid: true }),
    clipped(
      `snr-${id}`,
      FRAME,
      path(polyline(points), { stroke: INK.signal, 'stroke-width': 1.5 }) + needed(level, neededDb),
    ),
    frameEdge(FRAME),
    neededDb === undefined ? '' : neededLegend(),
  ]);
}

function neededLegend(): string {
  const y = FRAME.y - 10;
  const x = FRAME.x + 110;
  const swatch = line(x, y - 4, x + 20, y - 4, { stroke: INK.noise, 'stroke-width': 1.6, 'stroke-dasharray': '5 4' });
  return swatch + text(x + 26, y, 'needed, in white noise', { color: INK.muted });
}

function needed(level: ReturnType<typeof upwards>, neededDb: number | undefined): string {
  if (neededDb === undefined) return '';
  const y = place(level, neededDb);
  return line(FRAME.x, y, FRAME.x + FRAME.width, y, {
    stroke: INK.noise,
    'stroke-width': 1.6,
    'stroke-dasharray': '5 4',
  });
}

export function soundFigure({ frequenciesHz, signalDb, noiseDb }: BurstSound, id: string): string {
  const noise = Array.from(noiseDb, (db) => Math.max(LOWEST_DB, db));
  const signal = Array.from(signalDb, (db, i) => (db > noise[i] + UNSEEN_DB ? db : Number.NaN));
  const known = [...signal.filter(Number.isFinite), ...noise];
  const high = 10 * Math.ceil((Math.max(...known) + 1) / 10);
  const low = Math.max(high - 80, 10 * Math.floor((Math.min(...known) - 1) / 10));
  const frequency = across(FRAME, frequenciesHz[0] / 1000, frequenciesHz[frequenciesHz.length - 1] / 1000);
  const level = upwards(FRAME, low, Math.max(high, low + 20));
  const curve = (levels: readonly number[], stroke: string) =>
    path(polyline(levels.map((db, i) => [place(frequency, frequenciesHz[i] / 1000), place(level, db)] as const)), {
      stroke,
      'stroke-width': 1.8,
    });
  const y = FRAME.y - 10;
  const entry = (x: number, name: string, stroke: string) =>
    line(x, y - 4, x + 16, y - 4, { stroke, 'stroke-width': 2.5 }) + text(x + 22, y, name, { color: INK.muted });
  return svgDocument(WIDTH, HEIGHT, 'Level of the burst and of the noise around it, over frequency', [
    bottomAxis(FRAME, frequency, { title: 'frequency / kHz', tickCount: 6, grid: true }),
    leftAxis(FRAME, level, { title: 'dBFS/Hz', tickCount: 5, grid: true }),
    clipped(`sound-${id}`, FRAME, curve(noise, INK.noise) + curve(signal, INK.signal)),
    frameEdge(FRAME),
    entry(FRAME.x + 78, 'burst', INK.signal) + entry(FRAME.x + 150, 'noise around it', INK.noise),
  ]);
}
