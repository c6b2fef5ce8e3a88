import { describe, expect, test } from '@jest/globals';
import { BurstPace } from './burst-pace.js';

describe('the pace of a message', () => {
  test('is unknown from one burst, or from one heard twice', () => {
    const pace = new BurstPace();
    expect(pace.add(1, 0)).toBe(true);
    expect(pace.add(1.003, 0)).toBe(false); // another microphone
    for (let version = 0; version < 4; version++) expect(pace.expects(4, version)).toBe(false);
  });

  test('tells the bursts after, before and between two that were heard, with their versions', () => {
    const pace = new BurstPace();
    pace.add(10, 3);
    pace.add(16, 1); // two bursts later
    for (const [seconds, version] of [
      [19, 2],
      [28, 1],
      [13, 0],
      [7, 2],
    ])
      expect(pace.expects(seconds, version)).toBe(true);
    expect(pace.expects(19, 3)).toBe(false);
    expect(pace.expects(19.1, 2)).toBe(false);
    expect(pace.expects(16, 1)).toBe(false); // heard already
    expect(pace.expects(31, 2)).toBe(false); // too long ago
  });

  test('allows for a buffer of stutter', () => {
    const pace = new BurstPace();
    pace.add(0, 0);
    pace.add(3, 1);
    expect(pace.expects(6.011, 2)).toBe(true);
    expect(pace.expects(6.013, 2)).toBe(false);
  });

  test('says nothing of bursts an unknown number of rounds apart, or in an order that cannot be', () => {
    const pace = new BurstPace();
    pace.add(3, 2);
    pace.add(3, 1);
    pace.add(15, 2);
    expect(pace.expects(27, 2)).toBe(false);
    expect(new BurstPace().expects(0, 0)).toBe(false);
  });
});
