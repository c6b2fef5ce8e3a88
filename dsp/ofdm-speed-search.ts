// How a sender's speed may have changed by and within an OFDM symbol: the changes worth trying, and which explains it best.
// A hand that stops or leaves changes its speed within 0.1 s, the length of a symbol of `ultrasonic-fast`; within a symbol
// the change is taken for even, which turns its carriers by a phase that grows with the square of time.

/** Change of speed, as of dilation (speed over that of sound): at once at a symbol's start, and evenly over its window. */
export interface SpeedChange {
  readonly step: number;
  readonly growth: number;
}

export const NO_CHANGE: SpeedChange = Object.freeze({ step: 0, growth: 0 });

/** Steps of the mean speed: 0.06 m/s turn an end of a symbol by a third of a turn at 19 kHz. */
const MEAN_STEP = 0.06 / 343;
/** Speeds are looked for up to 0.7 m/s to both sides, at once or reached at the window's end. */
const STEP_COUNT = 11;
const RAMP_COUNT = 6;
/** Steps of the growth over a window while the first symbol is searched, and how many to each side: 5 m/s^2 and more. */
const GROWTH_STEP = 0.2 / 343;
const GROWTH_COUNT = 3;
/** And of its mean speed against the preamble's: 0.5 m/s. */
const HEADER_STEP = 0.1 / 343;
const HEADER_STEP_COUNT = 5;
/** The best is refined in steps of a half, a quarter and an eighth, each as often as it gains but no more often than this. */
const REFINEMENTS = [0.5, 0.25, 0.125] as const;
const MOST_MOVES = 3;

/** What a trial found: the greater the fit, the better the change explains the symbol. */
export interface SpeedTrial {
  readonly change: SpeedChange;
  readonly fit: number;
}

/** The best of the changes, refined. Mean speed and growth are searched by: they hardly depend on each other. */
class SpeedSearch<T extends SpeedTrial> {
  best: T | undefined;

  constructor(private readonly attempt: (change: SpeedChange) => T) {}

  /** @param mean - of the speed within the symbol beyond what it was */
  test(mean: number, growth: number): boolean {
    const trial = this.attempt({ step: mean - growth / 2, growth });
    if (this.best && !(trial.fit > this.best.fit)) return false;
    this.best = trial;
    return true;
  }

  refine(): T | undefined {
    for (const scale of REFINEMENTS) {
      const size = scale * MEAN_STEP;
      for (let move = 0; move < MOST_MOVES && this.moveBy(size); move++);
    }
    return this.best;
  }

  private moveBy(size: number): boolean {
    if (!this.best) return false;
    const { step, growth } = this.best.change;
    const mean = step + growth / 2;
    let gained = false;
    for (const sign of [-1, 1]) gained = this.test(mean + sign * size, growth) || gained;
    for (const sign of [-1, 1]) gained = this.test(mean, growth + 2 * sign * size) || gained;
    return gained;
  }
}

/**
 * Searches the changes of a symbol that follows one whose speed is known: it goes over evenly into another one, or, if that
 * explains nothing, is another from the start.
 *
 * @param goodFit - with which the coarse search may end
 * @param leastFit - of any change of the coarse search before it is refined
 */
export function searchPayloadSpeed<T extends SpeedTrial>(
  attempt: (change: SpeedChange) => T,
  goodFit: number,
  leastFit: number,
): T | undefined {
  const search = new SpeedSearch(attempt);
  for (let k = -RAMP_COUNT; k <= RAMP_COUNT; k++) if (k !== 0) search.test(k * MEAN_STEP, 2 * k * MEAN_STEP);
  if ((search.best?.fit ?? 0) < goodFit)
    for (let k = -STEP_COUNT; k <= STEP_COUNT; k++) if (k !== 0) search.test(k * MEAN_STEP, 0);
  return search.best && search.best.fit > leastFit ? search.refine() : undefined;
}

/**
 * Searches the changes of a first symbol that was read well enough at one speed: whether that changed within it.
 *
 * @param leastFit - of any even change before the search goes on
 */
export function searchGrowth<T extends SpeedTrial>(
  attempt: (change: SpeedChange) => T,
  leastFit: number,
): T | undefined {
  const search = new SpeedSearch(attempt);
  for (const g of [-2, -1, 1, 2]) search.test(0, g * GROWTH_STEP);
  for (const k of [-1, 1]) search.test(k * MEAN_STEP, 0);
  return search.best && search.best.fit > leastFit ? search.refine() : undefined;
}

/**
 * Searches the changes of a first symbol that could not be read: a turn began or ended in it. The preamble's speed is a mean over
 * 60 ms, so the symbol's own lies from there on to the side to which it grows.
 *
 * @param leastFit - of any change on the coarse grid before the search goes on
 */
export function searchHeaderSpeed<T extends SpeedTrial>(
  attempt: (change: SpeedChange) => T,
  leastFit: number,
): T | undefined {
  const search = new SpeedSearch(attempt);
  for (let g = -GROWTH_COUNT; g <= GROWTH_COUNT; g++) {
    const from = g > 0 ? -1 : -HEADER_STEP_COUNT;
    const to = g < 0 ? 1 : HEADER_STEP_COUNT;
    for (let k = from; k <= to; k++) search.test(k * HEADER_STEP, g * GROWTH_STEP);
  }
  return search.best && search.best.fit > leastFit ? search.refine() : undefined;
}
