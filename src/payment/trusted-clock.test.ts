import { describe, expect, test } from '@jest/globals';
import { NOW, TestClock } from '../../fixtures/till-parties/till-parties.js';
import { TrustedClock } from './trusted-clock.js';

describe('a trusted clock', () => {
  test('follows the real-time clock', () => {
    const clock = new TestClock();
    const trusted = new TrustedClock(clock, 0);
    expect(trusted.read()).toEqual({ nowSeconds: NOW, atLeastSeconds: NOW });
    clock.pass(100);
    expect(trusted.read()).toEqual({ nowSeconds: NOW + 100, atLeastSeconds: NOW + 100 });
  });

  test.each([
    ['no real-time clock', undefined],
    ['one that fell back to 1970', 5],
    ['one that is behind what was written down', NOW - 3],
    ['one that says nonsense', Number.NaN],
    ['one beyond what a time on the wire can say', 2 ** 32],
  ])('with %s only knows what has certainly passed, and counts on from there', (_name, rtc) => {
    const clock = new TestClock();
    clock.rtc = rtc;
    const trusted = new TrustedClock(clock, NOW);
    expect(trusted.read()).toEqual({ nowSeconds: undefined, atLeastSeconds: NOW });
    clock.pass(100);
    expect(trusted.read()).toEqual({ nowSeconds: undefined, atLeastSeconds: NOW + 100 });
  });

  test('is not fooled by a clock set back by less than the time since it was last read', () => {
    const clock = new TestClock();
    const trusted = new TrustedClock(clock, 0);
    trusted.read();
    clock.pass(3600);
    clock.rtc = NOW + 1800;
    expect(trusted.read()).toEqual({ nowSeconds: undefined, atLeastSeconds: NOW + 3600 });
  });

  test('a clock that was set back does not become right by waiting', () => {
    const clock = new TestClock();
    const trusted = new TrustedClock(clock, NOW);
    clock.rtc = NOW - 60;
    for (let minute = 0; minute < 10; minute++) {
      expect(trusted.read().nowSeconds).toBeUndefined();
      clock.pass(60);
    }
    clock.rtc = NOW + 600;
    expect(trusted.read().nowSeconds).toBe(NOW + 600);
  });

  test('forgives a second of slewing and the drift of crystals', () => {
    const clock = new TestClock();
    const trusted = new TrustedClock(clock, NOW);
    trusted.read();
    clock.rtc = NOW - 1;
    expect(trusted.read()).toEqual({ nowSeconds: NOW, atLeastSeconds: NOW });
    clock.pass(86_400);
    clock.rtc = NOW + 86_400 - 60;
    expect(trusted.read().nowSeconds).toBe(NOW + 86_340);
  });

  test('never falls, and is moved forward by what an issuer signed', () => {
    const clock = new TestClock();
    const trusted = new TrustedClock(clock, NOW - 100);
    trusted.advance(NOW - 50);
    expect(trusted.read().nowSeconds).toBe(NOW);
    trusted.advance(NOW + 50);
    expect(trusted.read()).toEqual({ nowSeconds: undefined, atLeastSeconds: NOW + 50 });
    trusted.advance(0);
    expect(trusted.read().atLeastSeconds).toBe(NOW + 50);
  });
});
