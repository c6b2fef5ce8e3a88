// What a profile needs of the air: the SNR in its band, and the PSNR, at which most bursts of 92 bytes come through in white
// noise. Computed from the waveform and the code, so that it holds for custom profiles too; a test compares it with the bench.

import { planFrame } from '../../../codec/frame/frame.js';
import { SeededRandom } from '../../shared/seeded-random.js';
import { burstLayout, preambleSamples } from '../burst-layout.js';
import type { Profile } from '../profiles.js';
import { Transmitter } from '../transmitter.js';
import { snrDbForInformation } from './bit-information.js';
import { neededPayloadInformation } from './soft-bits.js';

/** The common case: a payment token. */
const PAYLOAD_BYTES = 92;
/**
 * Lost beside the ideal: channel and noise estimates, the sender's clipping, bursts of bad luck. FSK loses less, as its tones are judged
 * together with the code. Chosen to meet the bench in both bands; the test says by how much they do not.
 */
const OFDM_LOSS_DB = 1.6;
const FSK_LOSS_DB = 0.6;
/** A short burst tells its power as well as a long one, to 0.2 dB. */
const POWER_BYTES = 8;
const NOISE_BANDWIDTH_HZ = 24000;

export interface LinkNeed {
  /** Signal over noise in the profile's band. */
  readonly snrDb: number;
  /** A full-scale sine over the noise in 0-24 kHz, for a burst of peak 1. */
  readonly psnrDb: number;
}

/** A profile never changes, and its need takes a burst to make: worked out once. */
const KNOWN = new WeakMap<Profile, LinkNeed>();

export function linkNeed(profile: Profile): LinkNeed {
  const known = KNOWN.get(profile);
  if (known) return known;
  const need = workOut(profile);
  KNOWN.set(profile, need);
  return need;
}

function workOut(profile: Profile): LinkNeed {
  const { waveform, sampleRateHz, decimation } = profile;
  const { payloadBitCount } = burstLayout(profile, PAYLOAD_BYTES);
  const information = neededPayloadInformation(planFrame(PAYLOAD_BYTES).infoBitCount, payloadBitCount);
  const carrierCount = waveform.kind === 'ofdm' ? waveform.carrierCount : waveform.groupCount * waveform.tonesPerGroup;
  const lossDb = waveform.kind === 'ofdm' ? OFDM_LOSS_DB : FSK_LOSS_DB;
  const snrDb = snrDbForInformation(waveform, information) + lossDb;
  const bandwidthHz = (carrierCount * sampleRateHz) / decimation / waveform.fftSize;
  const relativePowerDb = 10 * Math.log10(symbolPower(profile) / 0.5);
  return { snrDb, psnrDb: snrDb - relativePowerDb + 10 * Math.log10(bandwidthHz / NOISE_BANDWIDTH_HZ) };
}

/** Mean power of the symbols of a burst of peak 1. */
function symbolPower(profile: Profile): number {
  const payload = new SeededRandom(1).bytes(POWER_BYTES);
  const symbols = new Transmitter({ profile }).modulate(payload).subarray(preambleSamples(profile));
  return symbols.reduce((sum, x) => sum + x * x, 0) / symbols.length;
}
