// Repeatable randomness for simulations, fixtures and tests. Never for keys or nonces.

/**
 * xoshiro128** seeded by splitmix32: the same seed gives the same numbers on every machine.
 *
 * @see Blackman, Vigna, "Scrambled linear pseudorandom number generators", 2018
 */
export class SeededRandom {
  private a: number;
  private b: number;
  private c: number;
  private d: number;
  private spareNormal = Number.NaN;

  /** @param seed - any integer; only its low 32 bits count */
  constructor(seed: number) {
    let state = seed | 0;
    const next = () => {
      state = (state + 0x9e3779b9) | 0;
      let z = state ^ (state >>> 16);
      z = Math.imul(z, 0x21f0aaad);
      z ^= z >>> 15;
      z = Math.imul(z, 0x735a2d97);
      return z ^ (z >>> 15);
    };
    this.a = next();
    this.b = next();
    this.c = next();
    this.d = next() | 1;
  }

  /** @returns 32 random bits as an unsigned integer */
  uint32(): number {
    const t = this.b << 9;
    let r = Math.imul(this.b, 5);
    r = Math.imul((r << 7) | (r >>> 25), 9);
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = (this.d << 11) | (this.d >>> 21);
    return r >>> 0;
  }

  /** @returns a number in [0, 1) with 32 random bits */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** @returns a number in [min, max) */
  between(min: number, max: number): number {
    return min + (max - min) * this.uniform();
  }

  /** @returns an integer in [0, count) */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** @returns a standard normal number (Box-Muller) */
  normal(): number {
    if (!Number.isNaN(this.spareNormal)) {
      const spare = this.spareNormal;
      this.spareNormal = Number.NaN;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** @returns length random bytes */
  bytes(length: number): Uint8Array {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) out[i] = this.uint32() >>> 24;
    return out;
  }
}
