import { describe, expect, test } from '@jest/globals';
import { BITS_PER_CELL, OfdmGrid, type OfdmWaveform } from './ofdm-grid.js';

function waveform(changes: Partial<OfdmWaveform> = {}): OfdmWaveform {
  return {
    kind: 'ofdm',
    fftSize: 64,
    cyclicPrefixSamples: 16,
    rampSamples: 4,
    carrierCount: 16,
    headerSymbolCount: 1,
    codeRate: 0.5,
    ...changes,
  };
}

/** The grid as its file draws it. */
function drawing(grid: OfdmGrid, symbolCount: number): string[] {
  return Array.from({ length: symbolCount }, (_, symbol) => {
    const data = symbol < grid.waveform.headerSymbolCount ? 'h' : 'd';
    return Array.from({ length: grid.waveform.carrierCount }, (_, carrier) =>
      grid.isPilot(symbol, carrier) ? 'P' : data,
    ).join(' ');
  });
}

describe('the grid of an OFDM burst', () => {
  test('looks as it is drawn', () => {
    expect(drawing(new OfdmGrid(waveform()), 3)).toEqual([
      'P h h h P h h h P h h h P h h h',
      'P d d d d d d d d d d d P d d d',
      'd d d d d P d d d d d d d d d d',
    ]);
  });

  test('shifts the pilots of odd header symbols by two', () => {
    expect(drawing(new OfdmGrid(waveform({ headerSymbolCount: 2 })), 3)).toEqual([
      'P h h h P h h h P h h h P h h h',
      'h h P h h h P h h h P h h h P h',
      'P d d d d d d d d d d d P d d d',
    ]);
  });

  test('gives every carrier a pilot within twelve payload symbols', () => {
    const grid = new OfdmGrid(waveform({ carrierCount: 102 }));
    for (let carrier = 0; carrier < 102; carrier++)
      expect(Array.from({ length: 12 }, (_, s) => grid.isPilot(1 + s, carrier)).filter(Boolean).length).toBe(1);
  });

  test.each([
    waveform({ carrierCount: 102, headerSymbolCount: 2 }),
    waveform({ carrierCount: 256, headerSymbolCount: 1 }),
    waveform({ carrierCount: 24, headerSymbolCount: 5 }),
  ])('makes every cell a pilot or two bits: %j', (config) => {
    const grid = new OfdmGrid(config);
    const cellsOf = (first: number, end: number) => {
      let cells = 0;
      for (let symbol = first; symbol < end; symbol++) {
        const carriers = Array.from(grid.dataCarriers(symbol));
        expect(carriers).toEqual([...new Set(carriers)].sort((a, b) => a - b));
        for (let c = 0; c < config.carrierCount; c++) expect(carriers.includes(c)).toBe(!grid.isPilot(symbol, c));
        cells += carriers.length;
      }
      return cells;
    };
    const { headerSymbolCount } = config;
    expect(grid.headerBitCount).toBe(BITS_PER_CELL * cellsOf(0, headerSymbolCount));
    expect(grid.payloadBitCount(0)).toBe(0);
    expect(grid.payloadBitCount(7)).toBe(BITS_PER_CELL * cellsOf(headerSymbolCount, headerSymbolCount + 7));
  });

  test('takes as few payload symbols as the code rate allows', () => {
    const grid = new OfdmGrid(waveform({ carrierCount: 102, codeRate: 0.45 }));
    for (const infoBitCount of [1, 80, 84, 85, 1000, 33000]) {
      const count = grid.payloadSymbolCount(infoBitCount);
      expect(infoBitCount / grid.payloadBitCount(count)).toBeLessThanOrEqual(0.45);
      if (count > 1) expect(infoBitCount / grid.payloadBitCount(count - 1)).toBeGreaterThan(0.45);
    }
  });
});

describe('the signs of the pilots', () => {
  // One symbol of 2047 carriers shows the sequence twice: the real parts are its even chips, the imaginary its odd ones.
  const grid = new OfdmGrid(waveform({ carrierCount: 2047 }));
  const chips = Array.from({ length: 2047 }, (_, c) => [grid.pilotRe(0, c), grid.pilotIm(0, c)])
    .flat()
    .map((x) => (x < 0 ? 1 : 0));

  test('are those of x^11 + x^9 + 1: each chip is the exclusive or of those 11 and 9 before', () => {
    for (let i = 11; i < chips.length; i++) expect(chips[i]).toBe(chips[i - 11] ^ chips[i - 9]);
  });

  test('have the period 2047 and no shorter one, and are balanced', () => {
    expect(chips.slice(2047)).toEqual(chips.slice(0, 2047));
    expect([23, 89].some((period) => chips.slice(period, 2047).every((chip, i) => chip === chips[i]))).toBe(false);
    expect(chips.slice(0, 2047).reduce<number>((sum, chip) => sum + chip, 0)).toBe(1024);
  });

  test('begin with nine ones fed back from a register of ones, at unit energy a pilot', () => {
    expect(chips.slice(0, 10)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(grid.pilotRe(3, 5) ** 2 + grid.pilotIm(3, 5) ** 2).toBeCloseTo(1, 12);
  });

  test('go on from symbol to symbol', () => {
    const small = new OfdmGrid(waveform());
    expect(small.pilotRe(3, 2)).toBe(grid.pilotRe(0, 3 * 16 + 2));
    expect(small.pilotIm(3, 2)).toBe(grid.pilotIm(0, 3 * 16 + 2));
  });
});
