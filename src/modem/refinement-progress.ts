// Whether another look at failing bursts is worth its cost, told by what the soft bits claim and what the decoder makes of them.

import type { Refinement } from '../../dsp/burst-demodulator.js';

/**
 * Soft bits that claim so many times the information wanted, and still do not decode, several bursts together or one after a look,
 * contradict each other: of 120 messages of four bursts in noise and rooms looking at them again has helped none that did.
 */
const CONTRADICTORY_SHARE = 2;
/** A decoder that has never known as much of the coded bits, by this share, is on its way, however little it is. */
const LEAST_RISE = 0.01;

/** The rounds of one attempt to decode bursts together. */
export class RefinementProgress {
  // state
  private certainty = Number.NEGATIVE_INFINITY;
  private mostCertainty = 0;
  private unsureRounds = 0;

  constructor(
    private readonly refinement: Refinement,
    private readonly burstCount: number,
  ) {}

  /**
   * @param round - 0 for the soft bits as first heard
   * @param claimedShare - of the information wanted, that the soft bits claim to carry
   */
  isPromising(round: number, claimedShare: number): boolean {
    const isFirstOfOne = round === 0 && this.burstCount === 1;
    return claimedShare >= this.refinement.promisingShare && (isFirstOfOne || claimedShare < CONTRADICTORY_SHARE);
  }

  /**
   * Takes in a round that failed.
   *
   * @param certainty - share of the coded bits that the decoder claims to know, 0..1
   * @returns whether the decoder is on its way
   */
  goesOn(round: number, certainty: number): boolean {
    const { leastProgress, leastCertainty, patienceRounds } = this.refinement;
    const isRising = round > 0 && certainty >= this.mostCertainty + LEAST_RISE;
    this.unsureRounds = certainty < leastCertainty && !isRising ? this.unsureRounds + 1 : 0;
    this.mostCertainty = Math.max(this.mostCertainty, certainty);
    const before = this.certainty;
    this.certainty = certainty;
    return certainty >= before + leastProgress && this.unsureRounds < patienceRounds;
  }
}
