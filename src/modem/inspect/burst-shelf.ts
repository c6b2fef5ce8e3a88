// The bursts of a recording: all of them briefly, up to a limit, and the most telling ones at length.

import type { CapturedBurst, CapturedDetail } from './burst-capture.js';
import { interestOf } from './burst-capture.js';
import type { BurstSound, CloseUp } from './inspection.js';

const MAX_BURSTS = 1000;
const MAX_DETAILED = 24;

/** One burst on the shelf. */
export interface ShelvedBurst {
  readonly captured: CapturedBurst;
  detail: CapturedDetail | undefined;
  sound: BurstSound | undefined;
  closeUp: CloseUp | undefined;
  burstsCombined: number | undefined;
}

export class BurstShelf {
  readonly bursts: ShelvedBurst[] = [];
  omitted = 0;

  /**
   * @param detail - called when the burst is worth to be kept at length
   * @returns the burst; one that is not kept is returned too, and forgotten
   */
  put(captured: CapturedBurst, detail: () => CapturedDetail): ShelvedBurst {
    const interest = interestOf(captured);
    const detailed = this.bursts.filter((burst) => burst.detail !== undefined);
    const least = detailed.reduce<ShelvedBurst | undefined>(
      (a, b) => (a && interestOf(a.captured) <= interestOf(b.captured) ? a : b),
      undefined,
    );
    const isKept = detailed.length < MAX_DETAILED || (least && interestOf(least.captured) < interest);
    if (isKept && detailed.length >= MAX_DETAILED && least) {
      least.detail = undefined;
      least.closeUp = undefined;
    }
    const burst: ShelvedBurst = {
      captured,
      detail: isKept && interest > 0 ? detail() : undefined,
      sound: undefined,
      closeUp: undefined,
      burstsCombined: undefined,
    };
    this.bursts.push(burst);
    if (this.bursts.length > MAX_BURSTS) this.forgetOne();
    return burst;
  }

  private forgetOne(): void {
    let least = 0;
    this.bursts.forEach((burst, i) => {
      if (interestOf(burst.captured) < interestOf(this.bursts[least].captured)) least = i;
    });
    this.bursts.splice(least, 1);
    this.omitted++;
  }
}
