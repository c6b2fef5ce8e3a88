// Where a burst's energy goes: what of it carries payload, and what helps to read it or is lost on the way to the air.

import { preambleSamples } from 'tillsong';
import { type BasebandBuffer, type FskWaveform, fskBitsPerGroup, OfdmGrid } from 'tillsong/dsp';
import { exactWindows, type GenieBurst } from './genie-burst.js';

/** Shares of the burst's energy; together 1. */
export interface EnergyShares {
  readonly preamble: number;
  /** Prefixes and ramps: outside the windows that are looked at. */
  readonly prefix: number;
  /** In the windows, but not at the carriers or tones in use: skirts and unused tones. */
  readonly beside: number;
  readonly pilots: number;
  readonly header: number;
  readonly payload: number;
  /** Peak power over mean power of the burst, dB; a sine has 3. */
  readonly peakToAverageDb: number;
}

/** @param clean - baseband of the burst without noise */
export function energySharesOf(burst: GenieBurst, clean: BasebandBuffer): EnergyShares {
  const { profile, startSamples, burstSamples } = burst;
  const samples = burst.clean.subarray(startSamples, startSamples + burstSamples);
  const total = energyOf(samples);
  const start = preambleSamples(profile);
  const preamble = energyOf(samples.subarray(0, start));
  const inWindows = windowsEnergy(burst, samples, start);
  const used = usedEnergy(burst, clean);
  const usedSum = used.pilots + used.header + used.payload;
  return {
    preamble: preamble / total,
    prefix: (total - preamble - inWindows) / total,
    beside: (inWindows - usedSum) / total,
    pilots: used.pilots / total,
    header: used.header / total,
    payload: used.payload / total,
    peakToAverageDb: -10 * Math.log10(total / samples.length),
  };
}

function energyOf(samples: Float32Array): number {
  return samples.reduce((sum, x) => sum + x * x, 0);
}

function windowsEnergy({ profile, symbolCount }: GenieBurst, samples: Float32Array, start: number): number {
  const { waveform, decimation } = profile;
  const size = waveform.fftSize * decimation;
  const before = (waveform.kind === 'ofdm' ? waveform.cyclicPrefixSamples : waveform.rampSamples) * decimation;
  let energy = 0;
  for (let s = 0; s < symbolCount; s++) {
    const first = start + s * (size + before) + before;
    energy += energyOf(samples.subarray(first, first + size));
  }
  return energy;
}

/** Energy on the air of the cells or tones in use, by what they carry. */
function usedEnergy(burst: GenieBurst, clean: BasebandBuffer): Record<'pilots' | 'header' | 'payload', number> {
  const { waveform, decimation } = burst.profile;
  const { re, im } = exactWindows(burst, clean);
  // A cosine of amplitude 1 has the energy D N / 2 on the air and comes out of the transform as (N / 2)^2.
  const scale = (2 * decimation) / waveform.fftSize;
  const energies = { pilots: 0, header: 0, payload: 0 };
  const grid = waveform.kind === 'ofdm' ? new OfdmGrid(waveform) : undefined;
  const sounding = waveform.kind === 'fsk' ? soundingBins(burst, waveform) : undefined;
  re.forEach((row, symbol) => {
    for (let k = 0; k < row.length; k++) {
      if (sounding && !sounding[symbol].has(k)) continue;
      const kind = grid ? grid.cellKind(symbol, k) : symbol < burst.headerSymbolCount ? 'header' : 'payload';
      energies[kind === 'pilot' ? 'pilots' : kind] += scale * (row[k] ** 2 + im[symbol][k] ** 2);
    }
  });
  return energies;
}

function soundingBins({ headerBits, payloadBits }: GenieBurst, waveform: FskWaveform): Set<number>[] {
  const perGroup = fskBitsPerGroup(waveform);
  const perSymbol = perGroup * waveform.groupCount;
  const bits = [...headerBits, ...payloadBits];
  return Array.from({ length: bits.length / perSymbol }, (_, s) => {
    const bins = new Set<number>();
    for (let group = 0; group < waveform.groupCount; group++) {
      let tone = 0;
      for (let b = 0; b < perGroup; b++) tone = 2 * tone + bits[s * perSymbol + group * perGroup + b];
      bins.add(group * waveform.tonesPerGroup + tone);
    }
    return bins;
  });
}
