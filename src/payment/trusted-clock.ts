// What time a till may rely on: the latest of its real-time clock, the time it last wrote down and what the issuer or settlement
// signed. A phone never moves it. Boards lose their clock with the battery and get it set back by hand, so a real-time clock that is
// behind what has certainly passed is not believed: the till then has no clock, and takes answers to its own beacons only.

import { MAX_UINT32 } from '../../codec/token/limits.js';
import { assertInteger } from '../shared/assert.js';

/** The clocks of the platform. */
export interface TillClock {
  /** the real-time clock, Unix seconds; undefined when there is none or it is known to be wrong */
  rtcSeconds(): number | undefined;
  /** milliseconds since any moment, never set, never back */
  monotonicMs(): number;
}

/** One reading. */
export interface ClockReading {
  /** Unix seconds, an integer; undefined when no clock can be trusted */
  readonly nowSeconds: number | undefined;
  /** a time that has certainly passed, an integer; 0 when nothing is known */
  readonly atLeastSeconds: number;
}

/** A real-time clock is read in whole seconds and may be slewed by a time daemon meanwhile. */
const BACKWARD_TOLERANCE_SECONDS = 2;

/** Crystals differ by 100 ppm; ten times as much between two readings is a clock that was set. */
const MAX_DRIFT = 0.001;

/** Time as a till knows it; never falls. */
export class TrustedClock {
  private floorSeconds: number;
  private floorMs: number;

  /**
   * @param persistedSeconds - what was written down last, Unix seconds; 0 for a new till
   * @throws TillsongError `ERR_TYPE` or `ERR_RANGE` when persistedSeconds is no time
   */
  constructor(
    private readonly clock: TillClock,
    persistedSeconds: number,
  ) {
    assertInteger('persistedSeconds', persistedSeconds, 0, MAX_UINT32);
    this.floorSeconds = persistedSeconds;
    this.floorMs = clock.monotonicMs();
  }

  /** @returns what time it is, as far as anybody can rely on it */
  read(): ClockReading {
    const elapsedSeconds = Math.max(0, (this.clock.monotonicMs() - this.floorMs) / 1000);
    const rtcSeconds = usableSeconds(this.clock.rtcSeconds());
    const earliest = this.floorSeconds + elapsedSeconds * (1 - MAX_DRIFT) - BACKWARD_TOLERANCE_SECONDS;
    if (rtcSeconds !== undefined && rtcSeconds >= earliest) {
      this.raise(Math.max(rtcSeconds, this.floorSeconds), elapsedSeconds);
      return { nowSeconds: this.floorSeconds, atLeastSeconds: this.floorSeconds };
    }
    // Without a believable clock the monotonic one still counts on from the floor, in whole seconds.
    const whole = Math.floor(elapsedSeconds);
    this.raise(Math.min(this.floorSeconds + whole, MAX_UINT32), whole);
    return { nowSeconds: undefined, atLeastSeconds: this.floorSeconds };
  }

  /**
   * Takes note of a time that the issuer or settlement signed. Only what was verified may be passed: a deny list or an
   * acknowledgement, never a certificate (it may be issued for a later flight) and never anything a phone signed.
   *
   * @param seconds - Unix seconds, an integer
   */
  advance(seconds: number): void {
    assertInteger('seconds', seconds, 0, MAX_UINT32);
    this.read();
    if (seconds > this.floorSeconds) this.floorSeconds = seconds;
  }

  private raise(floorSeconds: number, countedSeconds: number): void {
    this.floorSeconds = floorSeconds;
    this.floorMs += countedSeconds * 1000;
  }
}

function usableSeconds(seconds: number | undefined): number | undefined {
  if (seconds === undefined || !(seconds >= 0 && seconds <= MAX_UINT32)) return undefined;
  return Math.floor(seconds);
}
