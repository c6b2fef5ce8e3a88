import { describe, expect, test } from '@jest/globals';
import { MESSAGE_KINDS } from './hostile-messages.js';
import { messagesFor, proveParsers } from './parser-proof.js';
import { openTillUnderFire } from './till-under-fire.js';

test('a short run of the proof: no throw, nothing taken (seed 5)', async () => {
  const report = await proveParsers({ runs: 1000, seed: 5 });
  expect(report.violations).toEqual([]);
  const refused = report.kinds.map((kind) => Object.values(kind.refused).reduce((sum, count) => sum + count, 0));
  expect(refused.reduce((sum, count) => sum + count, 0)).toBe(1000);
  expect(report.kinds.every(({ messages }) => messages > 60)).toBe(true);
});

describe('hostile messages', () => {
  test('are of every kind, the same for the same seed, and never one of the whole messages', async () => {
    const fire = await openTillUnderFire();
    const [one, other] = [1, 1].map((seed) => messagesFor(fire, seed));
    const kinds = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      const message = one.next();
      kinds.add(message.kind);
      expect(other.next()).toEqual(message);
      expect(fire.samples.some(({ bytes }) => Buffer.compare(bytes, message.bytes) === 0)).toBe(false);
    }
    expect([...kinds].sort()).toEqual([...MESSAGE_KINDS].sort());
  });
});
