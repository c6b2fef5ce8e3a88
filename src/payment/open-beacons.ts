// The beacons a till has sung and still waits on. A nonce is random, lives shortly and is used once: that, not the clock, makes an
// answer fresh. Nothing of it is stored: after a restart no old answer finds its beacon.

import { type Beacon, beaconTag } from '../../codec/token/beacon.js';

/** A till that sells one thing at a time needs one or two; more only when beacons are sung faster than they expire. */
const MAX_OPEN_BEACONS = 32;

interface OpenBeacon {
  readonly beacon: Beacon;
  readonly endMs: number;
}

/** Beacons by the two-byte tag that an answer names them with. */
export class OpenBeacons {
  private readonly byTag = new Map<number, OpenBeacon>();

  /** @param lifetimeMs - how long a beacon may be answered */
  constructor(private readonly lifetimeMs: number) {}

  /** @returns whether an open beacon has this one's tag, so that an answer could not tell them apart */
  collides(beacon: Beacon, nowMs: number): boolean {
    return this.find(beaconTag(beacon), nowMs) !== undefined;
  }

  /** @param nowMs - monotonic, as everywhere here */
  open(beacon: Beacon, nowMs: number): void {
    for (const [tag, { endMs }] of this.byTag) if (nowMs >= endMs) this.byTag.delete(tag);
    if (this.byTag.size >= MAX_OPEN_BEACONS) this.byTag.delete(this.byTag.keys().next().value as number);
    this.byTag.set(beaconTag(beacon), { beacon, endMs: nowMs + this.lifetimeMs });
  }

  /** @returns the beacon that an answer with this tag may answer now */
  find(tag: number, nowMs: number): Beacon | undefined {
    const found = this.byTag.get(tag);
    return found !== undefined && nowMs < found.endMs ? found.beacon : undefined;
  }

  /** Closes a beacon: its nonce has been used. */
  close(beacon: Beacon): void {
    this.byTag.delete(beaconTag(beacon));
  }
}
