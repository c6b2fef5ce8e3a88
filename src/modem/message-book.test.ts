import { describe, expect, test } from '@jest/globals';
import { encodeFrame } from '../../codec/frame/frame.js';
import { messageIdOf } from '../../codec/frame/header.js';
import { SeededRandom } from '../shared/seeded-random.js';
import { type BurstVerdict, MessageBook, REPEAT_WINDOW_SECONDS, type SoftBurst } from './message-book.js';

const CODED_BITS = 400;
const PAYLOAD = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

/** LLRs of a BPSK burst in white noise: mean and half the variance are 4 Es/N0. */
function softBurst(payload: Uint8Array, redundancyVersion: number, esN0Db: number, seed: number): SoftBurst {
  const random = new SeededRandom(seed);
  const mean = 4 * 10 ** (esN0Db / 10);
  const llrs = Float32Array.from(
    encodeFrame(payload, redundancyVersion, CODED_BITS),
    (bit) => (bit ? -mean : mean) + Math.sqrt(2 * mean) * random.normal(),
  );
  return {
    header: { payloadByteCount: payload.length, messageId: messageIdOf(payload) },
    redundancyVersion,
    endSeconds: seed,
    refinement: {
      mostRounds: 4,
      hopelessShare: 0.7,
      promisingShare: 0.85,
      leastProgress: 0.015,
      leastCertainty: 0,
      patienceRounds: 1,
      cost: 1,
    },
    codedBitCount: CODED_BITS,
    llrs: () => llrs,
    refine: () => {},
    restart: () => {},
  };
}

const clean = (payload: Uint8Array, endSeconds = 1, redundancyVersion = 0): SoftBurst => ({
  ...softBurst(payload, redundancyVersion, 8, 1),
  endSeconds,
});

function kinds(verdicts: readonly BurstVerdict[]): string[] {
  return verdicts.map(({ kind }) => kind);
}

describe('a message book', () => {
  test('delivers a clean burst at once, with its payload (seed 1)', () => {
    expect(new MessageBook().add(clean(PAYLOAD))).toEqual({
      kind: 'delivered',
      payload: PAYLOAD,
      correctedByteCount: 0,
      burstsCombined: 1,
    });
  });

  test('delivers another payload of the same length and message id that differs in its last bytes alone (seed 1)', () => {
    const payload = new SeededRandom(1).bytes(92);
    const other = payload.slice();
    const view = new DataView(other.buffer);
    const first = view.getUint32(88);
    for (let i = 1; i === 1 || messageIdOf(other) !== messageIdOf(payload); i++) view.setUint32(88, first + i);
    const burst = (bytes: Uint8Array, endSeconds: number): SoftBurst => {
      const llrs = Float32Array.from(encodeFrame(bytes, 0, 2388), (bit) => (bit ? -9 : 9));
      return { ...clean(bytes, endSeconds), codedBitCount: llrs.length, llrs: () => llrs };
    };
    const book = new MessageBook();
    expect(kinds([book.add(burst(payload, 1)), book.add(burst(other, 2))])).toEqual(['delivered', 'delivered']);
    expect(kinds([book.add(burst(other, 3))])).toEqual(['repeated']);
  });

  test('delivers a message once, however often and in whichever version it is repeated (seed 1)', () => {
    const book = new MessageBook();
    const verdicts = [0, 1, 2, 3, 0, 1].map((version, i) => book.add(clean(PAYLOAD, 1 + i, version)));
    expect(kinds(verdicts)).toEqual(['delivered', 'repeated', 'repeated', 'repeated', 'repeated', 'repeated']);
  });

  test('keeps two messages apart that come in turns (seed 1)', () => {
    const book = new MessageBook();
    const other = Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9);
    const verdicts = [PAYLOAD, other, PAYLOAD, other].map((payload, i) => book.add(clean(payload, i)));
    expect(kinds(verdicts)).toEqual(['delivered', 'delivered', 'repeated', 'repeated']);
  });

  test('takes the motion for something else before a burst counts as failed, and back again if that fails too (seeds 1, 2)', () => {
    const good = clean(PAYLOAD);
    const erased = (llrs: Float32Array) => new Float32Array(llrs.length);
    for (const isOtherGood of [true, false]) {
      let isOther = false;
      const burst = {
        ...good,
        llrs: () => (isOther && isOtherGood ? good.llrs() : erased(good.llrs())),
        assumeOtherMotion: () => {
          isOther = !isOther;
          return true;
        },
      };
      expect(new MessageBook().add(burst).kind).toBe(isOtherGood ? 'delivered' : 'failed');
      expect(isOther).toBe(isOtherGood);
    }
  });

  test('adds up bursts that each fail alone (seeds 1 to 40)', () => {
    let helped = 0;
    for (let seed = 1; seed <= 40 && helped < 3; seed++) {
      const bursts = [0, 1].map((version) => softBurst(PAYLOAD, version, -6.5, 100 * seed + version));
      const alone = bursts.map((burst) => new MessageBook().add(burst).kind);
      if (alone.includes('delivered')) continue;
      const book = new MessageBook();
      const [first, second] = bursts.map((burst) => book.add(burst));
      expect(first).toEqual({ kind: 'failed', burstsCombined: 1 });
      if (second.kind !== 'delivered') continue;
      expect(second.payload).toEqual(PAYLOAD);
      expect(second.burstsCombined).toBe(2);
      helped++;
    }
    expect(helped).toBe(3);
  });

  test('never delivers noise, however much of it is added up (seeds 1 to 12)', () => {
    const book = new MessageBook();
    for (let seed = 1; seed <= 12; seed++) {
      const burst = softBurst(PAYLOAD, seed % 4, 0, seed);
      const random = new SeededRandom(seed);
      const noise = new Float32Array(CODED_BITS).map(() => 0.5 * random.normal());
      expect(book.add({ ...burst, llrs: () => noise })).toEqual({ kind: 'failed', burstsCombined: seed });
    }
  });

  test('asks the demodulator to look again before it gives up', () => {
    let looks = 0;
    const burst = softBurst(PAYLOAD, 0, 0, 1);
    const good = clean(PAYLOAD).llrs();
    const verdict = new MessageBook().add({
      ...burst,
      // Every other soft bit is wrong at first: it claims to say much, but nothing fits.
      llrs: () => (looks === 0 ? good.map((llr, i) => (i % 2 ? llr : -llr)) : good),
      refine: (appLlrs) => {
        expect(appLlrs.length).toBe(CODED_BITS);
        looks++;
      },
    });
    expect(verdict.kind).toBe('delivered');
    expect(looks).toBe(1);
  });

  test('does not go on looking at soft bits that the decoder knows no more of afterwards (seed 1)', () => {
    let looks = 0;
    const random = new SeededRandom(1);
    const llrs = new Float32Array(CODED_BITS).map(() => 2.5 * random.normal());
    new MessageBook().add({ ...softBurst(PAYLOAD, 0, 0, 1), llrs: () => llrs, refine: () => looks++ });
    expect(looks).toBe(1);
  });

  test('adds up only the latest bursts where each claims to carry the message and none does (seed 1)', () => {
    const book = new MessageBook();
    const random = new SeededRandom(1);
    const counts = Array.from({ length: 12 }, (_, i) => {
      const llrs = new Float32Array(CODED_BITS).map(() => 3 * random.normal());
      const verdict = book.add({ ...softBurst(PAYLOAD, i % 4, 0, i), llrs: () => llrs });
      return 'burstsCombined' in verdict ? verdict.burstsCombined : 0;
    });
    expect(counts.slice(0, 3)).toEqual([1, 2, 3]);
    expect(Math.max(...counts)).toBeLessThan(6);
  });

  test('neither decodes nor looks again at soft bits that say too little for any decoder', () => {
    let looks = 0;
    const faint = softBurst(PAYLOAD, 0, 0, 1)
      .llrs()
      .map((llr) => llr / 100);
    const verdict = new MessageBook().add({ ...softBurst(PAYLOAD, 0, 0, 1), llrs: () => faint, refine: () => looks++ });
    expect(verdict).toEqual({ kind: 'failed', burstsCombined: 1 });
    expect(looks).toBe(0);
  });

  test('keeps at most sixteen failed bursts of a message, and forgets them once it is delivered', () => {
    const book = new MessageBook();
    const noise = new SeededRandom(1);
    const bursts = Array.from({ length: 20 }, (_, i) => {
      const llrs = new Float32Array(CODED_BITS).map(() => 0.5 * noise.normal());
      return { ...softBurst(PAYLOAD, i % 4, 0, i), llrs: () => llrs };
    });
    const counts = bursts
      .map((burst) => book.add(burst))
      .map((verdict) => 'burstsCombined' in verdict && verdict.burstsCombined);
    expect(counts).toEqual([...Array.from({ length: 16 }, (_, i) => i + 1), 16, 16, 16, 16]);
    expect(book.add(clean(PAYLOAD)).kind).toBe('delivered');
    const { entries } = book as unknown as { entries: Map<string, { bursts: unknown[] }> };
    for (const { bursts: kept } of entries.values()) expect(kept).toEqual([]);
  });

  test('looks again at failing bursts no more than 8 times a second of audio, however many come (seed 1)', () => {
    const book = new MessageBook();
    const random = new SeededRandom(1);
    let looks = 0;
    for (let i = 0; i < 160; i++) {
      const llrs = new Float32Array(CODED_BITS).map(() => 6 * random.normal());
      book.add({ ...softBurst(PAYLOAD, i % 4, 0, 1), endSeconds: i / 40, llrs: () => llrs, refine: () => looks++ });
    }
    expect(looks).toBeGreaterThan(32);
    expect(looks).toBeLessThanOrEqual(48 + 4 * 8);
  });

  test('counts what it decodes without looking again, too: bursts in a flood are no longer decoded together (seed 1)', () => {
    const book = new MessageBook();
    const random = new SeededRandom(1);
    let demodulated = 0;
    const counts = Array.from({ length: 400 }, (_, i) => {
      const llrs = new Float32Array(CODED_BITS).map(() => 1.6 * random.normal());
      const before = demodulated;
      const refinement = { ...softBurst(PAYLOAD, 0, 0, 1).refinement, mostRounds: 0 };
      const heard = () => {
        demodulated++;
        return llrs;
      };
      book.add({ ...softBurst(PAYLOAD, i % 4, 0, 1), endSeconds: i / 1000, refinement, llrs: heard });
      return demodulated - before;
    });
    expect(counts[20]).toBeGreaterThan(2);
    expect(Math.max(...counts.slice(-100))).toBe(2);
  });

  test('looks again at a burst only while the decoder knows enough of it, or ever more (seed 1)', () => {
    const random = new SeededRandom(1);
    const llrs = new Float32Array(CODED_BITS).map(() => 2.5 * random.normal());
    const looksWith = (leastCertainty: number, patienceRounds: number) => {
      let looks = 0;
      const burst = softBurst(PAYLOAD, 0, 0, 1);
      const refinement = { ...burst.refinement, leastProgress: -1, leastCertainty, patienceRounds };
      new MessageBook().add({ ...burst, refinement, llrs: () => llrs, refine: () => looks++ });
      return looks;
    };
    expect([looksWith(0, 1), looksWith(1, 1), looksWith(1, 3)]).toEqual([4, 0, 2]);
  });

  test('does not look again at what comes behind a delivered message (seed 1)', () => {
    const book = new MessageBook();
    let looks = 0;
    const good = clean(PAYLOAD);
    book.add(good);
    const broken = good.llrs().map((llr, i) => (i % 2 ? llr : -llr));
    const verdict = book.add({ ...good, endSeconds: 2, llrs: () => broken, refine: () => looks++ });
    expect([verdict.kind, looks]).toEqual(['repeated', 0]);
  });

  test('bounds the failed bursts of all long messages together', () => {
    const book = new MessageBook();
    for (let i = 0; i < 40; i++) {
      const payload = new Uint8Array(2000).fill(i);
      const burst = { ...softBurst(PAYLOAD, 0, 0, 1), header: { payloadByteCount: 2000, messageId: i % 10 } };
      const llrs = new Float32Array(40_000).map((_, k) => (k % 3) - 1 + payload[0] / 1000);
      book.add({ ...burst, codedBitCount: llrs.length, llrs: () => llrs });
    }
    const { entries } = book as unknown as { entries: Map<string, { bursts: { burst: SoftBurst }[] }> };
    let codedBits = 0;
    for (const { bursts } of entries.values()) for (const { burst } of bursts) codedBits += burst.llrs().length;
    expect(codedBits).toBeGreaterThan(0);
    expect(codedBits).toBeLessThanOrEqual(300_000);
  });

  test('forgets a message that was not heard for a while, so that it can be sent again', () => {
    const book = new MessageBook();
    const times = [0, REPEAT_WINDOW_SECONDS - 1, 2 * REPEAT_WINDOW_SECONDS - 2, 3 * REPEAT_WINDOW_SECONDS];
    expect(kinds(times.map((seconds) => book.add(clean(PAYLOAD, seconds))))).toEqual([
      'delivered',
      'repeated',
      'repeated',
      'delivered',
    ]);
  });

  test('after a reset is as newly made', () => {
    const book = new MessageBook();
    book.add(clean(PAYLOAD));
    book.reset();
    expect(book.add(clean(PAYLOAD)).kind).toBe('delivered');
  });

  test('delivers every one of a hundred messages in a row, and does not grow with them', () => {
    const book = new MessageBook();
    for (let i = 0; i < 100; i++) expect(book.add(clean(Uint8Array.of(i, 7, i), i / 100)).kind).toBe('delivered');
    const { entries } = book as unknown as { entries: Map<string, unknown> };
    expect(entries.size).toBeLessThanOrEqual(16);
  });

  test('hands out a payload that is the caller’s own', () => {
    const book = new MessageBook();
    const verdict = book.add(clean(PAYLOAD));
    if (verdict.kind !== 'delivered') throw new Error('expected a delivery');
    verdict.payload.fill(0);
    expect(book.add(clean(PAYLOAD)).kind).toBe('repeated');
  });
});
