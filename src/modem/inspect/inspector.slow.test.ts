import { expect, test } from '@jest/globals';
import { SeededRandom } from '../../shared/seeded-random.js';
import { Inspector } from './inspector.js';

// Ninety seconds is the length of a phone's recording; ten minutes merge the columns six times.
test.each([90, 600])('an inspector takes no more room for a recording of %d s (seed 1)', (seconds) => {
  const random = new SeededRandom(1);
  const inspector = new Inspector({ sampleRateHz: 22050, profiles: ['audible-fast'] });
  const chunk = new Float32Array(22050);
  for (let second = 0; second < seconds; second++) inspector.push(chunk.map(() => 0.1 * random.normal()));
  const { overview, scores, durationSeconds } = inspector.flush();
  expect(durationSeconds).toBe(seconds);
  expect(overview.width).toBeLessThanOrEqual(1200);
  expect(overview.width * overview.secondsPerColumn).toBeGreaterThan(0.99 * seconds);
  expect(overview.width * overview.secondsPerColumn).toBeLessThan(1.04 * seconds);
  expect(scores[0].scores.length).toBeLessThanOrEqual(1200);
});
