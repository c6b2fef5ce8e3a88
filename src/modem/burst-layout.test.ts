import { describe, expect, test } from '@jest/globals';
import { planFrame } from '../../codec/frame/frame.js';
import { fskBitsPerSymbol } from '../../dsp/fsk-grid.js';
import { burstLayout, preambleSamples } from './burst-layout.js';
import { PROFILE_NAMES, PROFILES } from './profiles.js';

describe.each(PROFILE_NAMES)('the layout of a burst of %s', (name) => {
  const profile = PROFILES[name];

  test.each([1, 2, 91, 92, 211, 4096])('keeps the code rate for %i bytes without a symbol too many', (byteCount) => {
    const { payloadBitCount, symbolCount, headerSymbolCount } = burstLayout(profile, byteCount);
    const { infoBitCount } = planFrame(byteCount);
    expect(infoBitCount / payloadBitCount).toBeLessThanOrEqual(profile.waveform.codeRate);
    expect(symbolCount).toBeGreaterThanOrEqual(headerSymbolCount);
    const { waveform } = profile;
    const bitsPerSymbol = waveform.kind === 'ofdm' ? 2 * waveform.carrierCount : fskBitsPerSymbol(waveform);
    expect(payloadBitCount - bitsPerSymbol).toBeLessThan(infoBitCount / waveform.codeRate);
  });

  test('has a header that does not depend on the payload', () => {
    const of = (byteCount: number) => {
      const { headerBitCount, headerSymbolCount } = burstLayout(profile, byteCount);
      return { headerBitCount, headerSymbolCount };
    };
    expect(of(1)).toEqual(of(4096));
    expect(of(1).headerBitCount).toBeGreaterThanOrEqual(100);
  });

  test('grows with the payload', () => {
    let before = 0;
    for (let byteCount = 1; byteCount <= 4096; byteCount += 39) {
      const { symbolCount } = burstLayout(profile, byteCount);
      expect(symbolCount).toBeGreaterThanOrEqual(before);
      before = symbolCount;
    }
  });

  test('begins with whole baseband samples of preamble', () => {
    expect(preambleSamples(profile)).toBe(2 * profile.preamble.chirpSamples * profile.preamble.pairCount);
    expect(preambleSamples(profile) % profile.decimation).toBe(0);
  });
});
