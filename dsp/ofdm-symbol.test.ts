import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { type CellPoints, cellSlip, type OfdmSymbol, turnBack } from './ofdm-symbol.js';

const CARRIERS = 128;
/** 2 to 8 kHz at 12,000 baseband samples a second. */
const OMEGA = Float64Array.from({ length: CARRIERS }, (_, c) => (2 * Math.PI * (2000 + (6000 * c) / CARRIERS)) / 12000);
const NOISE = new Float64Array(CARRIERS).fill(0.5);

function randomPoints(random: SeededRandom): CellPoints {
  const coordinates = () =>
    Float64Array.from({ length: CARRIERS }, () => (random.below(2) ? Math.SQRT1_2 : -Math.SQRT1_2));
  return { re: coordinates(), im: coordinates() };
}

/** A symbol heard through a channel of 1 with a little noise. */
function symbolOf(points: CellPoints, random: SeededRandom): OfdmSymbol {
  const re = points.re.map((x) => x + 0.1 * random.normal());
  const im = points.im.map((x) => x + 0.1 * random.normal());
  return {
    index: 1,
    re,
    im,
    plain: { re: re.slice(), im: im.slice() },
    channelRe: new Float64Array(CARRIERS).fill(1),
    channelIm: new Float64Array(CARRIERS),
    errorVariance: 0,
    noiseGains: new Float64Array(CARRIERS).fill(1),
  };
}

describe("an OFDM symbol's slip", () => {
  test.each([-0.3, 0.05, 0.2])('of %p samples is found by all cells, however little each is known (seed 1)', (slip) => {
    const random = new SeededRandom(1);
    const sent = randomPoints(random);
    const symbol = symbolOf(sent, random);
    turnBack(symbol, -slip, OMEGA);
    for (const belief of [1, 0.3]) {
      const points = { re: sent.re.map((x) => belief * x), im: sent.im.map((x) => belief * x) };
      expect(Math.abs(cellSlip(symbol, points, NOISE, OMEGA, 0) - slip)).toBeLessThan(0.02);
    }
  });

  test('is 0 where no cell is known', () => {
    const random = new SeededRandom(2);
    const nothing = { re: new Float64Array(CARRIERS), im: new Float64Array(CARRIERS) };
    expect(cellSlip(symbolOf(randomPoints(random), random), nothing, NOISE, OMEGA)).toBe(0);
  });

  test('is taken out of the cells and of what they were before any weights', () => {
    const random = new SeededRandom(3);
    const symbol = symbolOf(randomPoints(random), random);
    const before = symbol.re.slice();
    turnBack(symbol, 0.25, OMEGA);
    expect(symbol.plain.re).toEqual(symbol.re);
    expect(symbol.plain.im).toEqual(symbol.im);
    expect(symbol.re).not.toEqual(before);
    turnBack(symbol, -0.25, OMEGA);
    for (let c = 0; c < CARRIERS; c++) expect(symbol.plain.re[c]).toBeCloseTo(before[c], 12);
  });
});
