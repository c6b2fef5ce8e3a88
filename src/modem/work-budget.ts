// Work that may be done for what is heard. Whoever sings at a till decides what there is to try, so each kind of work has an account
// of its own: earned with time, kept up to what may be done in a row, spent by what it costs. Costs are counted in attempts and looks,
// never in time, so that the same sound gives the same messages on every machine.

/** How much work of a kind is allowed; in units of the caller's. */
export interface WorkAllowance {
  /** On average. */
  readonly perSecond: number;
  /** At once, after a rest. */
  readonly inARow: number;
}

export class WorkBudget {
  // state
  private left: number;

  constructor(private readonly allowance: WorkAllowance) {
    this.left = allowance.inARow;
  }

  /** As newly made. */
  reset(): void {
    this.left = this.allowance.inARow;
  }

  /** What may be spent now. */
  get available(): number {
    return this.left;
  }

  /** Time has passed. */
  earn(seconds: number): void {
    const { perSecond, inARow } = this.allowance;
    this.left = Math.min(inARow, this.left + seconds * perSecond);
  }

  allows(cost: number): boolean {
    return this.left >= cost;
  }

  /** What was spent was not in vain after all. */
  refund(cost: number): void {
    this.left = Math.min(this.allowance.inARow, this.left + cost);
  }

  /** What costs more than there is leaves nothing: nobody has to pay for what was too much before. */
  spend(cost: number): void {
    this.left = Math.max(0, this.left - cost);
  }
}
