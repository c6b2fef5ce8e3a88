import { describe, expect, test } from '@jest/globals';
import { TillsongError } from '../../src/shared/errors.js';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { ReedSolomon } from './reed-solomon.js';

function concatenate(data: Uint8Array, parity: Uint8Array): Uint8Array {
  const word = new Uint8Array(data.length + parity.length);
  word.set(data);
  word.set(parity, data.length);
  return word;
}

/** What jest's toEqual says of them, a hundred times faster. */
function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** count distinct integers in [0, length) */
function pick(random: SeededRandom, length: number, count: number): number[] {
  const all = Array.from({ length }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + random.below(length - i);
    [all[i], all[j]] = [all[j], all[i]];
  }
  return all.slice(0, count);
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}

describe('published QR code symbols (version 1-M: 16 data and 10 parity bytes, same field and roots)', () => {
  test.each([
    // ISO/IEC 18004, symbol encoding example "01234567"
    ['01234567', '10200c566180ec11ec11ec11ec11ec11', 'a524d4c1ed36c7872c55'],
    ['HELLO WORLD', '205b0b78d172dc4d4340ec11ec11ec11', 'c4232777ebd7e7e25d17'],
  ])('the parity of %s is the published one', (_name, data, parity) => {
    expect(new ReedSolomon(10).encode(bytesOf(data))).toEqual(bytesOf(parity));
  });
});

describe('against a search through all codewords', () => {
  /** Shift, add, reduce: shares nothing with galois-field.ts. */
  function slowMultiply(a: number, b: number): number {
    let product = 0;
    for (let bit = 0; bit < 8; bit++) if ((b >> bit) & 1) product ^= a << bit;
    for (let bit = 14; bit >= 8; bit--) if ((product >> bit) & 1) product ^= 0x11d << (bit - 8);
    return product;
  }

  /** All multiples of g(x) of the given length, by polynomial multiplication, highest power first. */
  function allCodewords(dataLength: 1 | 2, parity: number): Uint8Array[] {
    let generator = [1];
    for (let i = 0, root = 1; i < parity; i++, root = slowMultiply(root, 2))
      generator = [...generator, 0].map((c, k) => c ^ slowMultiply(root, k > 0 ? generator[k - 1] : 0));
    const codewords: Uint8Array[] = [];
    for (let message = 0; message < 256 ** dataLength; message++) {
      const word = new Uint8Array(dataLength + parity);
      for (let j = 0; j < dataLength; j++)
        generator.forEach((c, k) => {
          word[k + j] ^= slowMultiply(c, (message >> (8 * j)) & 255);
        });
      codewords.push(word);
    }
    return codewords;
  }

  /** The one codeword with 2 * errors + erasures <= parity, if there is one. */
  function slowDecode(codewords: Uint8Array[], received: Uint8Array, erasures: readonly number[], parity: number) {
    const errorLimit = Math.floor((parity - erasures.length) / 2);
    const kept = Int32Array.from(received.keys()).filter((i) => !erasures.includes(i));
    return codewords.find((word) => {
      let errors = 0;
      for (let k = 0; k < kept.length && errors <= errorLimit; k++) if (word[kept[k]] !== received[kept[k]]) errors++;
      return errors <= errorLimit;
    });
  }

  test.each([
    { dataLength: 1 as const, parity: 1, trials: 400 },
    { dataLength: 1 as const, parity: 2, trials: 600 },
    { dataLength: 1 as const, parity: 3, trials: 600 },
    { dataLength: 1 as const, parity: 8, trials: 2000 },
    { dataLength: 1 as const, parity: 13, trials: 2000 },
    { dataLength: 2 as const, parity: 4, trials: 120 },
    { dataLength: 2 as const, parity: 5, trials: 120 },
  ])('$dataLength + $parity bytes: same codeword or same refusal, any errors and erasures (seed 3)', (shape) => {
    const { dataLength, parity, trials } = shape;
    const length = dataLength + parity;
    const codewords = allCodewords(dataLength, parity);
    const code = new ReedSolomon(parity);
    const random = new SeededRandom(3);
    let refusals = 0;
    const different: number[] = [];
    for (let trial = 0; trial < trials; trial++) {
      const sent = codewords[random.below(codewords.length)];
      const received = sent.slice();
      for (const i of pick(random, length, random.below(length + 1))) received[i] = random.below(256);
      const erasures = pick(random, length, random.below(parity + 1));
      const expected = slowDecode(codewords, received, erasures, parity);
      const result = code.decode(received, erasures);
      if (!isSame(result.ok ? result.codeword : undefined, expected)) different.push(trial);
      if (expected === undefined) refusals++;
    }
    expect(different).toEqual([]);
    if (parity > 1) expect(refusals).toBeGreaterThan(0);
  });
});

describe('laws', () => {
  test('every position and value of a single error is corrected in a 12-byte codeword', () => {
    const code = new ReedSolomon(2);
    const data = new SeededRandom(4).bytes(10);
    const sent = concatenate(data, code.encode(data));
    let failures = 0;
    for (let position = 0; position < sent.length; position++) {
      for (let flip = 1; flip < 256; flip++) {
        const received = sent.slice();
        received[position] ^= flip;
        const result = code.decode(received);
        if (!result.ok || result.correctedByteCount !== 1 || result.codeword.some((b, i) => b !== sent[i])) failures++;
      }
    }
    expect(failures).toBe(0);
  });

  test('every pair of positions is corrected with parity 4, every set of four as erasures', () => {
    const code = new ReedSolomon(4);
    const random = new SeededRandom(5);
    const data = random.bytes(6);
    const sent = concatenate(data, code.encode(data));
    for (let a = 0; a < sent.length; a++) {
      for (let b = a + 1; b < sent.length; b++) {
        const received = sent.slice();
        received[a] ^= 1 + random.below(255);
        received[b] ^= 1 + random.below(255);
        expect(code.decode(received)).toEqual({ ok: true, codeword: sent, correctedByteCount: 2 });
        for (let c = b + 1; c < sent.length; c++) {
          for (let d = c + 1; d < sent.length; d++) {
            const erased = sent.map((byte, i) => (i === a || i === b || i === c || i === d ? random.below(256) : byte));
            expect(code.decode(erased, [d, a, c, b])).toMatchObject({ ok: true, codeword: sent });
          }
        }
      }
    }
  });

  test('2 * errors + erasures <= parity is always corrected, parity 1..64, lengths to 255 (seed 6)', () => {
    const random = new SeededRandom(6);
    for (let trial = 0; trial < 1500; trial++) {
      const parity = 1 + random.below(64);
      const code = new ReedSolomon(parity);
      const data = random.bytes(1 + random.below(255 - parity));
      const sent = concatenate(data, code.encode(data));
      const erasureCount = random.below(Math.min(parity, sent.length) + 1);
      const errorLimit = Math.min((parity - erasureCount) >> 1, sent.length - erasureCount);
      const errorCount = trial & 1 ? errorLimit : random.below(errorLimit + 1);
      const positions = pick(random, sent.length, erasureCount + errorCount);
      const received = sent.slice();
      positions.forEach((position, k) => {
        received[position] ^= k < erasureCount ? random.below(256) : 1 + random.below(255);
      });
      const before = received.slice();
      const changed = received.filter((byte, i) => byte !== sent[i]).length;
      const result = code.decode(received, positions.slice(0, erasureCount));
      expect(result.ok && [trial, result.correctedByteCount, isSame(result.codeword, sent)]).toEqual([
        trial,
        changed,
        true,
      ]);
      expect(isSame(received, before)).toBe(true);
    }
  });

  test.each([
    { parity: 2, length: 255 },
    { parity: 4, length: 255 },
    { parity: 6, length: 255 },
    { parity: 4, length: 60 },
  ])(
    'random words of $length bytes are taken for codewords of parity $parity as seldom as theory says (seed 7)',
    ({ parity, length }) => {
      // The spheres of radius t around all codewords fill this part of the space: sum C(n,i) 255^i / 256^parity, ~ 1/t!.
      const t = parity / 2;
      let sphere = 1;
      for (let i = 1, term = 1; i <= t; i++) {
        term *= ((length - i + 1) / i) * 255;
        sphere += term;
      }
      const expected = sphere / 256 ** parity;
      const trials = 3000;
      const random = new SeededRandom(7);
      const code = new ReedSolomon(parity);
      let accepted = 0;
      for (let trial = 0; trial < trials; trial++) if (code.decode(random.bytes(length)).ok) accepted++;
      const sigma = Math.sqrt((expected * (1 - expected)) / trials);
      expect(Math.abs(accepted / trials - expected)).toBeLessThan(4 * sigma);
    },
  );

  test('t + 1 errors in a codeword of 104 bytes, parity 8, are silently wrong at most as often as theory says (seed 8)', () => {
    // Decoder error bound for more than t errors, shortened: sphere / 256^8 = C(104,4) 255^4 / 256^8 = 1.06e-3.
    const code = new ReedSolomon(8);
    const random = new SeededRandom(8);
    const data = random.bytes(96);
    const sent = concatenate(data, code.encode(data));
    let silent = 0;
    const trials = 12000;
    for (let trial = 0; trial < trials; trial++) {
      const received = sent.slice();
      for (const position of pick(random, sent.length, 5)) received[position] ^= 1 + random.below(255);
      if (code.decode(received).ok) silent++;
    }
    expect(silent).toBeLessThanOrEqual(trials * 1.06e-3 + 4 * Math.sqrt(trials * 1.06e-3));
  });
});

describe('limits', () => {
  test('a caller who asks for the impossible is told so', () => {
    expect(() => new ReedSolomon(0)).toThrow(TillsongError);
    expect(() => new ReedSolomon(65)).toThrow(TillsongError);
    const code = new ReedSolomon(8);
    expect(() => code.encode(new Uint8Array(0))).toThrow('data: expected 1 to 247 bytes, got 0');
    expect(() => code.encode(new Uint8Array(248))).toThrow(TillsongError);
    expect(() => code.decode(new Uint8Array(8))).toThrow(TillsongError);
    expect(() => code.decode(new Uint8Array(256))).toThrow(TillsongError);
    expect(() => code.decode(new Uint8Array(20), [20])).toThrow(TillsongError);
    expect(() => code.decode(new Uint8Array(20), [3, 3])).toThrow('erasures: expected distinct indices');
  });

  test('more erasures than parity bytes are refused, not thrown', () => {
    expect(new ReedSolomon(2).decode(new Uint8Array(20), [1, 2, 3])).toEqual({ ok: false });
  });
});
