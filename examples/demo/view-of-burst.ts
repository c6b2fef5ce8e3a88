// One burst as the demodulator saw it, for the picture.

import { type BurstView, inspectSamples, type LinkReport, type Profile } from 'tillsong';

/** @returns the burst of that report, or undefined when not all of it was heard */
export function viewOfBurst(samples: Float32Array, profile: Profile, report: LinkReport): BurstView | undefined {
  const { bursts } = inspectSamples(samples, { sampleRateHz: profile.sampleRateHz, profiles: [profile] });
  const burst = bursts.find(({ startSeconds }) => Math.abs(startSeconds - report.startSeconds) < 1e-6);
  return burst?.detail?.payloadBits && burst.detail.view;
}
