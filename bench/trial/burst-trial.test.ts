import { describe, expect, test } from '@jest/globals';
import { PROFILE_NAMES } from 'tillsong';
import { applyGain } from 'tillsong/dsp';
import { SoundLibrary } from '../rooms/sound-source.js';
import { airtimeSeconds, runAirtimeTrial } from './airtime-trial.js';
import { type BurstCondition, runBurstTrial } from './burst-trial.js';
import { WHITE_NOISE_RECIPE } from './channel-recipe.js';

const SOUNDS = new SoundLibrary();
const FAST = { modem: 'tillsong', profile: 'audible-fast' } as const;
const CLEAN: BurstCondition = {
  kind: 'burst',
  sender: FAST,
  payloadByteCount: 12,
  psnrDb: 20,
  recipe: WHITE_NOISE_RECIPE,
};

describe('airtimeSeconds', () => {
  test('counts from the first to the last sample above -50 dB of the peak', () => {
    const burst = new Float32Array(4800);
    burst.set([0.001, 0.5, 0, -0.2, 0.0015], 1000);
    expect(airtimeSeconds(burst, 48000)).toBeCloseTo(3 / 48000, 9);
    expect(airtimeSeconds(applyGain(burst, -40), 48000)).toBeCloseTo(3 / 48000, 9);
    expect(airtimeSeconds(new Float32Array(10), 48000)).toBe(0);
  });

  test('the npm ggwave takes 3.4 s for 92 bytes at its fastest (89 frames of markers and data)', async () => {
    const sender = { modem: 'ggwave', protocol: 'AUDIBLE_FASTEST' } as const;
    const result = await runAirtimeTrial({ kind: 'airtime', sender, payloadByteCount: 92 }, 1);
    expect(result.airtimeSeconds).toBeGreaterThan(3.3);
    expect(result.airtimeSeconds).toBeLessThan(3.6);
  });
});

describe('runBurstTrial', () => {
  test.each(PROFILE_NAMES)(
    '%s: 12 bytes come through clean noise, once, and again the same (seed 3)',
    async (profile) => {
      const condition = { ...CLEAN, sender: { modem: 'tillsong', profile } } as const;
      const result = await runBurstTrial(condition, 3, SOUNDS);
      expect(result).toMatchObject({ isDelivered: true, fate: 'delivered', burstCount: 1, falseMessageCount: 0 });
      const again = await runBurstTrial(condition, 3, SOUNDS);
      expect({ ...again, decodeSeconds: 0 }).toEqual({ ...result, decodeSeconds: 0 });
    },
  );

  test('nothing comes out of noise that is too strong, and that is told (seed 4)', async () => {
    const result = await runBurstTrial({ ...CLEAN, psnrDb: -30 }, 4, SOUNDS);
    expect(result).toMatchObject({ isDelivered: false, fate: 'missed', falseMessageCount: 0 });
  });

  test('a phone stops when the message is there, and the bursts it took are counted (seeds 1 to 6)', async () => {
    const singing = { burstCount: 8, gapSeconds: 0.1 };
    const counts: (number | undefined)[] = [];
    for (let seed = 1; seed <= 6; seed++) {
      const { burstCount, isDelivered } = await runBurstTrial(
        { ...CLEAN, payloadByteCount: 92, psnrDb: -6, singing },
        seed,
        SOUNDS,
      );
      expect(isDelivered).toBe(true);
      counts.push(burstCount);
    }
    expect(Math.max(...counts.map((count) => count ?? 0))).toBeGreaterThan(1);
  });

  test('a till that starts to listen within a burst gets the next one (seed 5)', async () => {
    const singing = { burstCount: 3, gapSeconds: 0.1, startsMidBurst: true };
    const result = await runBurstTrial({ ...CLEAN, singing }, 5, SOUNDS);
    expect(result).toMatchObject({ isDelivered: true, burstCount: 1, falseMessageCount: 0 });
  });

  test('two phones in turn: the first one is counted, the other is no false message (seed 6)', async () => {
    const singing = { burstCount: 2, gapSeconds: 0.1, isAlternating: true };
    const result = await runBurstTrial({ ...CLEAN, singing }, 6, SOUNDS);
    expect(result).toMatchObject({ isDelivered: true, burstCount: 1, falseMessageCount: 0 });
  });

  test('another phone in the other band is no false message either (seed 7)', async () => {
    const recipe = { ...WHITE_NOISE_RECIPE, otherPhone: { profile: 'ultrasonic-fast', levelDb: 0 } } as const;
    const result = await runBurstTrial({ ...CLEAN, recipe }, 7, SOUNDS);
    expect(result).toMatchObject({ isDelivered: true, falseMessageCount: 0 });
  });

  test('a peer is measured by the same trial (seed 8)', async () => {
    const sender = { modem: 'ggwave', protocol: 'AUDIBLE_FASTEST' } as const;
    const result = await runBurstTrial({ ...CLEAN, sender }, 8, SOUNDS);
    expect(result).toMatchObject({ isDelivered: true, burstCount: 1, falseMessageCount: 0 });
    expect(await runBurstTrial({ ...CLEAN, sender, psnrDb: -20 }, 8, SOUNDS)).toMatchObject({ isDelivered: false });
  });
});
