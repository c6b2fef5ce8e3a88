// `tillsong/browser`: loudspeaker and microphone of a page, for the portable core of `tillsong`.

export { CAPTURE_PROCESSOR } from './capture-worklet.js';
export { Microphone, type MicrophoneOptions } from './microphone.js';
export { type PlayOptions, Speaker } from './speaker.js';
