import { describe, expect, test } from '@jest/globals';
import { PROFILES, type ProfileName } from '../profiles.js';
import { linkNeed } from './link-need.js';

describe('linkNeed', () => {
  // `npm run bench:link -- --only white`: PSNR at which 99 % of single bursts of 92 bytes come through in white noise.
  test.each<[ProfileName, number]>([
    ['audible-fast', -3.6],
    ['audible-robust', -12],
    ['ultrasonic-fast', -7],
    ['ultrasonic-robust', -13],
  ])('of %s is the %d dB of the bench, within 0.4 dB', (name, measuredDb) => {
    expect(Math.abs(linkNeed(PROFILES[name]).psnrDb - measuredDb)).toBeLessThan(0.4);
  });
});
