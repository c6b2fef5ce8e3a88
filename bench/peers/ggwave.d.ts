// The npm package `ggwave`, as far as the bench uses it.

declare module 'ggwave' {
  interface GgwaveModule {
    /** By name, as in `GGWAVE_PROTOCOL_AUDIBLE_FAST`. */
    readonly ProtocolId: Readonly<Record<string, unknown>>;
    getDefaultParameters(): object;
    /** @returns a handle; at most four may be open */
    init(parameters: object): number;
    free(instance: number): void;
    /** @returns a view of float32 samples at 48 kHz, valid until the next call */
    encode(instance: number, payload: Uint8Array, protocol: unknown, volume: number): Int8Array;
    /** @returns a view of the payload, empty without one */
    decode(instance: number, float32Samples: Uint8Array): Int8Array;
    disableLog(): void;
  }
  const factory: (options?: { print?: () => void; printErr?: () => void }) => Promise<GgwaveModule>;
  export default factory;
}
