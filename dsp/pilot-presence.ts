// Whether a long OFDM burst still goes on: by how much of its latest pilots arrives as the channel lets expect. A phone that is taken
// away, or a header that nobody meant, must not be followed for the nine seconds that 4,096 bytes take.

import type { OfdmGrid } from './ofdm-grid.js';
import type { FittedCells } from './ofdm-symbol.js';
import { matchPilots } from './pilot-match.js';

/** Symbols that are judged together: 0.7 s. */
const SYMBOL_COUNT = 8;
/** And right behind the header, of which nothing was heard since: what was sung to be taken for one. */
const FIRST_SYMBOL_COUNT = 4;
/**
 * Share of the pilots' expected amplitude below which they are not there. Another burst as loud in their place comes to 0.2, since each
 * symbol's time is the one that suits its pilots best.
 */
const LEAST_SHARE = 0.35;
/** Standard deviations by which pilots that are there must be beyond that share for the judgement to mean something. */
const LEAST_CERTAINTY = 5;

export class PilotPresence {
  // state: of the latest symbols, in a ring
  /** Sum of Re(conj(h x) y) / noise over the pilots. */
  private readonly along = new Float64Array(SYMBOL_COUNT);
  /** Sum of |h x|^2 / noise: what `along` is on average while the burst goes on. */
  private readonly whole = new Float64Array(SYMBOL_COUNT);
  /** Variance of `along` by what the pilots are off. */
  private readonly variance = new Float64Array(SYMBOL_COUNT);
  private count = 0;

  constructor(private readonly grid: OfdmGrid) {}

  /**
   * Takes the next symbol.
   *
   * @param symbol - turned back by its slip, with the channel of the symbols before
   * @param noise - per carrier
   */
  add(symbol: FittedCells, noise: Float64Array): void {
    const { along, whole, variance } = matchPilots(this.grid, symbol, noise, 1);
    const at = this.count++ % SYMBOL_COUNT;
    this.along[at] = along;
    this.whole[at] = whole;
    this.variance[at] = variance;
  }

  /** Whether the latest symbols' pilots were not those of the burst: it is over, or buried for so long that it is lost. */
  get isGone(): boolean {
    const isFirst = this.count === FIRST_SYMBOL_COUNT;
    if (this.count < SYMBOL_COUNT && !isFirst) return false;
    const whole = sum(this.whole);
    const certainty = ((1 - LEAST_SHARE) * whole) / Math.sqrt(sum(this.variance));
    return sum(this.along) < LEAST_SHARE * whole && certainty > LEAST_CERTAINTY;
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
