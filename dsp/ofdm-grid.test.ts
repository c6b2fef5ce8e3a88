import { describe, expect, test } from '@jest/globals';
import { BITS_PER_CELL, OfdmGrid, type OfdmWaveform } from './ofdm-grid.js';

function waveform(changes: Partial<OfdmWaveform> = {}): OfdmWaveform {
  return {
    kind: 'ofdm',
    fftSize: 64,
    cyclicPrefixSamples: 16,
    rampSamples: 4,
    carrierCount: 16,
    headerSpacing: 4,
    codeRate: 0.5,
    ...changes,
  };
}

/** The grid as its file draws it. */
function drawing(grid: OfdmGrid, symbolCount: number): string[] {
  const letters = { pilot: 'P', header: 'h', payload: 'd' };
  return Array.from({ length: symbolCount }, (_, symbol) =>
    Array.from({ length: grid.waveform.carrierCount }, (_, c) => letters[grid.cellKind(symbol, c)]).join(' '),
  );
}

describe('the grid of an OFDM burst', () => {
  test('looks as it is drawn', () => {
    expect(drawing(new OfdmGrid(waveform()), 3)).toEqual([
      'P d h d P d h d P d h d P d h d',
      'P d d d d d d d d d d d P d d d',
      'd d d d d P d d d d d d d d d d',
    ]);
  });

  test('with a header spacing of 2 gives the header all odd carriers', () => {
    expect(drawing(new OfdmGrid(waveform({ headerSpacing: 2 })), 2)).toEqual([
      'P h d h P h d h P h d h P h d h',
      'P d d d d d d d d d d d P d d d',
    ]);
  });

  test('gives every carrier a pilot within any twelve symbols after the first', () => {
    const grid = new OfdmGrid(waveform({ carrierCount: 102 }));
    for (let carrier = 0; carrier < 102; carrier++)
      for (const first of [1, 8])
        expect(
          Array.from({ length: 12 }, (_, s) => grid.cellKind(first + s, carrier)).filter((kind) => kind === 'pilot'),
        ).toHaveLength(1);
  });

  test.each([
    waveform({ carrierCount: 102, headerSpacing: 2 }),
    waveform({ carrierCount: 256, headerSpacing: 4 }),
    waveform({ carrierCount: 24, headerSpacing: 2 }),
  ])('makes every cell a pilot or two bits: %j', (config) => {
    const grid = new OfdmGrid(config);
    const count = (kind: string, symbolCount: number) => {
      let cells = 0;
      for (let symbol = 0; symbol < symbolCount; symbol++)
        for (let c = 0; c < config.carrierCount; c++) if (grid.cellKind(symbol, c) === kind) cells++;
      return cells;
    };
    expect(grid.headerBitCount).toBe(BITS_PER_CELL * count('header', 1));
    expect(grid.headerBitCount).toBe(BITS_PER_CELL * count('header', 7)); // the first symbol holds it all
    expect(grid.payloadBitCount(0)).toBe(0);
    for (const symbolCount of [1, 2, 7]) {
      const payloadCells = count('payload', symbolCount);
      expect(grid.payloadBitCount(symbolCount)).toBe(BITS_PER_CELL * payloadCells);
      expect(payloadCells + count('header', symbolCount) + count('pilot', symbolCount)).toBe(
        symbolCount * config.carrierCount,
      );
    }
  });

  test('takes as few symbols as the code rate allows', () => {
    const grid = new OfdmGrid(waveform({ carrierCount: 102, codeRate: 0.45 }));
    for (const infoBitCount of [1, 80, 84, 85, 1000, 33000]) {
      const count = grid.symbolCountFor(infoBitCount);
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
