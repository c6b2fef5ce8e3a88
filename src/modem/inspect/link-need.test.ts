import { describe, expect, test } from '@jest/globals';
import { PROFILES, type ProfileName } from '../profiles.js';
import { linkNeed } from './link-need.js';

describe('linkNeed', () => {
  // `npm run bench:link`: PSNR at which 99 % of bursts of 92 bytes come through in white noise.
  test.each<[ProfileName, number]>([
    ['audible-fast', -2.5],
    ['audible-robust', -10.5],
    ['ultrasonic-fast', -5.5],
    ['ultrasonic-robust', -11],
  ])('of %s is the %d dB of the bench, within 1.5 dB', (name, measuredDb) => {
    expect(Math.abs(linkNeed(PROFILES[name]).psnrDb - measuredDb)).toBeLessThan(1.5);
  });
});
