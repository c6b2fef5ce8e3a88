// The npm package `ggwave` (0.4.0, WebAssembly) behind the bench's face of a modem.

import factory from 'ggwave';
import type { Listener, Singer } from '../trial/modem.js';

/** Protocols with a variable length. The `MT` ones send 64 bytes at most, of a length agreed on beforehand. */
export const GGWAVE_PROTOCOLS = [
  'AUDIBLE_NORMAL',
  'AUDIBLE_FAST',
  'AUDIBLE_FASTEST',
  'ULTRASOUND_NORMAL',
  'ULTRASOUND_FAST',
  'ULTRASOUND_FASTEST',
  'DT_NORMAL',
  'DT_FAST',
  'DT_FASTEST',
] as const;
export type GgwaveProtocol = (typeof GGWAVE_PROTOCOLS)[number];

/** Longest payload; more would silently be cut. */
export const GGWAVE_MAX_PAYLOAD_BYTES = 140;
/** Of 100; the bench scales to peak 1 itself. */
const VOLUME = 50;
/** Samples handed over at a time: a frame. */
const FRAME_SAMPLES = 1024;

type Module = Awaited<ReturnType<typeof factory>>;

/** The package, loaded; each singer and listener has an instance of its own. */
export interface Ggwave {
  singer(protocol: GgwaveProtocol, payload: Uint8Array): Singer;
  listener(): Listener;
}

const loaded: { package?: Promise<Ggwave> } = {};

/** Loads the package once a thread. */
export function openGgwave(): Promise<Ggwave> {
  loaded.package ??= load();
  return loaded.package;
}

async function load(): Promise<Ggwave> {
  const module = await factory({ print: () => {}, printErr: () => {} });
  module.disableLog();
  return {
    singer: (protocol, payload) => {
      if (payload.length > GGWAVE_MAX_PAYLOAD_BYTES)
        throw new Error(`ggwave sends ${GGWAVE_MAX_PAYLOAD_BYTES} bytes at most`);
      const burst = encode(module, protocol, payload);
      return { next: () => burst };
    },
    listener: () => new GgwaveListener(module),
  };
}

function encode(module: Module, protocol: GgwaveProtocol, payload: Uint8Array): Float32Array {
  const instance = module.init(module.getDefaultParameters());
  const bytes = module.encode(instance, payload, module.ProtocolId[`GGWAVE_PROTOCOL_${protocol}`], VOLUME).slice();
  module.free(instance);
  const samples = new Float32Array(bytes.buffer, 0, bytes.length / 4);
  const peak = samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return samples.map((x) => x / peak);
}

/** Listens for all protocols, as the package does by default. */
class GgwaveListener implements Listener {
  readonly lostReasons = [];
  readonly sightings = [];
  private readonly instance: number;
  private readonly frame = new Float32Array(FRAME_SAMPLES);
  private filled = 0;
  private heardSamples = 0;

  constructor(private readonly module: Module) {
    this.instance = module.init(module.getDefaultParameters());
  }

  push([samples]: readonly Float32Array[]): { payload: Uint8Array; endSeconds: number }[] {
    const messages: { payload: Uint8Array; endSeconds: number }[] = [];
    for (let used = 0; used < samples.length; ) {
      const count = Math.min(FRAME_SAMPLES - this.filled, samples.length - used);
      this.frame.set(samples.subarray(used, used + count), this.filled);
      this.filled += count;
      used += count;
      if (this.filled < FRAME_SAMPLES) break;
      this.filled = 0;
      this.heardSamples += FRAME_SAMPLES;
      const payload = this.module.decode(this.instance, new Uint8Array(this.frame.buffer));
      if (payload.length > 0)
        messages.push({ payload: Uint8Array.from(payload), endSeconds: this.heardSamples / 48000 });
    }
    return messages;
  }

  flush(): { payload: Uint8Array; endSeconds: number }[] {
    return [];
  }

  close(): void {
    this.module.free(this.instance);
  }
}
