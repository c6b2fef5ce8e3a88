// The part of the node-wav package (it brings no types) that tests use as an independent reader and writer of WAV files.

declare module 'node-wav' {
  interface WavSamples {
    readonly sampleRate: number;
    readonly channelData: readonly Float32Array[];
  }
  const wav: {
    decode(bytes: Uint8Array): WavSamples;
    encode(
      channelData: readonly Float32Array[],
      options: { sampleRate: number; float?: boolean; bitDepth?: number },
    ): Uint8Array;
  };
  export default wav;
}
