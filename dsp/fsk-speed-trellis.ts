// The likeliest way of a sender's speed from symbol to symbol. A hand rests or keeps its speed for most of the time, and then
// changes it within two or three symbols: so a symbol's speed is either that of the symbol before, or in the middle of a change.

/** Symbols looked back at: 1.4 s of 43 ms. */
export const LATEST_SYMBOLS = 32;
/** Cost of setting out to change the speed, and of each symbol while it changes, in nats. */
const SETTING_OUT_COST = 6;
const CHANGING_COST = 1;
/** Cost of a change from one symbol to the next, times the square of the change in speeds of the grid. */
const CHANGE_COST = 0.3;
/** Largest change from a symbol to the next: at 19 kHz 7 m/s^2. */
const MOST_CHANGE = 3;
/** Speeds looked at to each side of the last symbol's. */
const REACH = 8;
/** Cost of each speed by which the first symbol's differs from the one started at. */
const START_COST = 0.5;

/** One symbol's part of the trellis. Node s is speed s kept, node S + s speed s in the middle of a change. */
interface Step {
  /** Log-likelihood of the speed at which the symbol was read. */
  asRead: number;
  /** Score of the best way before it. */
  scoreBefore: number;
  /** The node that the best way to each node comes from. */
  readonly from: Int16Array;
}

/**
 * Viterbi search over speeds 0 .. speedCount - 1 of an even grid.
 *
 * @see Forney, "The Viterbi algorithm", Proceedings of the IEEE 61, 1973
 */
export class FskSpeedTrellis {
  // derived
  private readonly steps: Step[];
  // state
  private scores: Float64Array;
  private nextScores: Float64Array;
  private best = 0;
  private count = 0;

  constructor(private readonly speedCount: number) {
    this.scores = new Float64Array(2 * speedCount);
    this.nextScores = new Float64Array(2 * speedCount);
    this.steps = Array.from({ length: LATEST_SYMBOLS }, () => ({
      asRead: 0,
      scoreBefore: 0,
      from: new Int16Array(2 * speedCount),
    }));
  }

  /** Forgets all symbols: the next one's speed is about this one. */
  start(speed: number): void {
    for (let s = 0; s < this.speedCount; s++) {
      this.scores[s] = -START_COST * Math.abs(s - speed);
      this.scores[this.speedCount + s] = this.scores[s] - SETTING_OUT_COST / 2;
    }
    this.best = speed;
    this.count = 0;
  }

  /** Forgets the symbols' speeds, not how likely each is now. */
  forget(): void {
    this.count = 0;
  }

  /** The latest symbol's speed. */
  get speed(): number {
    return this.best % this.speedCount;
  }

  /** Symbols that the way can be looked up for. */
  get keptCount(): number {
    return Math.min(this.count, LATEST_SYMBOLS);
  }

  /**
   * Goes on by one symbol.
   *
   * @param logLikelihood - of the symbol at a speed
   * @param speedRead - at which it was read
   */
  advance(logLikelihood: (speed: number) => number, speedRead: number): void {
    const { scores, nextScores, speedCount, speed } = this;
    const step = this.steps[this.count++ % LATEST_SYMBOLS];
    step.scoreBefore = scores[this.best];
    step.asRead = logLikelihood(speedRead);
    nextScores.fill(Number.NEGATIVE_INFINITY);
    let best = -1;
    for (let s = Math.max(0, speed - REACH); s <= Math.min(speedCount - 1, speed + REACH); s++) {
      const metric = logLikelihood(s);
      const kept = scores[s] >= scores[speedCount + s] ? s : speedCount + s;
      step.from[s] = kept;
      nextScores[s] = scores[kept] + metric;
      nextScores[speedCount + s] = this.changeTo(s, step) + metric;
      if (best < 0 || nextScores[s] > nextScores[best]) best = s;
      if (nextScores[speedCount + s] > nextScores[best]) best = speedCount + s;
    }
    this.scores = nextScores;
    this.nextScores = scores;
    this.best = best;
  }

  /** Finds where the best change to a speed sets out from. @returns its score so far */
  private changeTo(speed: number, { from }: Step): number {
    const { scores, speedCount } = this;
    let best = 0;
    let most = Number.NEGATIVE_INFINITY;
    const last = Math.min(speedCount - 1, speed + MOST_CHANGE);
    for (let before = Math.max(0, speed - MOST_CHANGE); before <= last; before++) {
      const cost = CHANGING_COST + CHANGE_COST * (speed - before) ** 2;
      const settingOut = scores[before] - SETTING_OUT_COST - cost;
      const goingOn = scores[speedCount + before] - cost;
      if (Math.max(settingOut, goingOn) <= most) continue;
      most = Math.max(settingOut, goingOn);
      best = settingOut > goingOn ? before : speedCount + before;
    }
    from[speedCount + speed] = best;
    return most;
  }

  /**
   * The likeliest way through the symbols kept.
   *
   * @param speeds - receives each symbol's speed, oldest first
   * @returns by how much it is likelier than that all were read at the right speeds, in nats
   */
  likeliestWay(speeds: Int16Array): number {
    const { keptCount, steps, count, speedCount } = this;
    let node = this.best;
    let gain = this.scores[node];
    for (let i = keptCount - 1; i >= 0; i--) {
      const step = steps[(count - keptCount + i) % LATEST_SYMBOLS];
      speeds[i] = node % speedCount;
      node = step.from[node];
      gain -= step.asRead;
      if (i === 0) gain -= step.scoreBefore;
    }
    return gain;
  }
}
