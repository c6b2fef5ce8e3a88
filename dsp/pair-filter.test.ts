import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { basebandTrain } from './chirp.js';
import { PairFilter, sharedPairFilter } from './pair-filter.js';

const PLACEMENT = {
  basebandRateHz: 12000,
  centerHz: 5000,
  pair: { lowHz: 2000, highHz: 8000, chirpSeconds: 0.015 },
};
const COUNT = 1000;

describe('the filter matched to a pair of chirps', () => {
  const filter = new PairFilter(PLACEMENT, COUNT);

  test('answers with the plain sum at every place where a pair can begin', () => {
    const random = new SeededRandom(4);
    const re = new Float64Array(filter.size);
    const im = new Float64Array(filter.size);
    for (let n = 0; n < COUNT; n++) {
      re[n] = random.between(-1, 1);
      im[n] = random.between(-1, 1);
    }
    const [heardRe, heardIm] = [re.slice(), im.slice()];
    filter.apply(re, im);
    const pair = basebandTrain(PLACEMENT.pair, PLACEMENT.centerHz, PLACEMENT.basebandRateHz, 0, filter.pairSamples);
    for (let n = 0; n + filter.pairSamples <= COUNT; n++) {
      let sumRe = 0;
      let sumIm = 0;
      for (let k = 0; k < filter.pairSamples; k++) {
        sumRe += heardRe[n + k] * pair.re[k] + heardIm[n + k] * pair.im[k];
        sumIm += heardIm[n + k] * pair.re[k] - heardRe[n + k] * pair.im[k];
      }
      expect(re[n]).toBeCloseTo(sumRe, 9);
      expect(im[n]).toBeCloseTo(sumIm, 9);
    }
  });

  test('is made once for a placement and a length', () => {
    expect(sharedPairFilter(PLACEMENT, COUNT)).toBe(sharedPairFilter(PLACEMENT, COUNT));
    expect(sharedPairFilter(PLACEMENT, COUNT + 1)).not.toBe(sharedPairFilter(PLACEMENT, COUNT));
    expect(sharedPairFilter({ ...PLACEMENT }, COUNT)).not.toBe(sharedPairFilter(PLACEMENT, COUNT));
  });
});
