// Simulated channels: what happens to sound between a loudspeaker and a receiver. Pure functions over samples, seeded.

export { convolve } from './convolution.js';
export {
  applyDevice,
  type DeviceFilterConfig,
  deviceFilter,
  levelAt,
  PHONE_RESPONSE,
  type ResponsePoint,
  SMALL_SPEAKER_RESPONSE,
} from './device.js';
export { clip, quantise } from './distortion.js';
export { addClicks, addTone, type ClickConfig, type ToneConfig } from './interference.js';
export {
  addDcOffset,
  applyGain,
  applyGainSteps,
  type GainStepConfig,
  invertPolarity,
  peakOf,
  scaleToPeak,
} from './level.js';
export {
  applyClockOffset,
  applyMotion,
  SPEED_OF_SOUND_METERS_PER_SECOND,
  swayingHand,
  type Trajectory,
} from './motion.js';
export { addNoise, addWhiteNoise, cutNoise, noiseRmsAtPsnr, rms } from './noise.js';
export { applyRoom, type DirectSound, directToReverberantDb, findDirectSound, nearRoom } from './room.js';
export { coinClicks, compressorHum, hiss, melody, type NoiseMaker } from './synthetic-noise.js';
export { type SyntheticRoomConfig, syntheticRoom } from './synthetic-room.js';
export { babble, syntheticSpeech } from './synthetic-speech.js';
export { warpTime } from './time-warp.js';
