import { describe, expect, test } from '@jest/globals';
import { logBesselI0 } from '../../dsp/fsk-metric.js';
import { toneLlrs } from '../../dsp/tone-metrics.js';
import { SeededRandom } from '../shared/seeded-random.js';
import { type ProfileReception, profileReception } from './burst-reception.js';
import { agreementOf } from './header-agreement.js';
import { HeaderSeries, type UnreadHeader } from './header-series.js';
import { KnownHeaders } from './known-headers.js';
import { PROFILES } from './profiles.js';

const SHARED = profileReception(PROFILES['audible-fast']);
const PACE_SECONDS = 0.4;

/** A header as heard in white noise: LLRs whose mean, and half of whose variance, are 4 Es/N0. */
function unread(
  header: { payloadByteCount: number; messageId: number },
  redundancyVersion: number,
  seconds: number,
  esN0Db: number,
  random: SeededRandom,
  shared: ProfileReception = SHARED,
): UnreadHeader {
  const mean = 4 * 10 ** (esN0Db / 10);
  const bits = shared.headerCodec.encode(header, redundancyVersion);
  const llrs = Float32Array.from(bits, (bit) => (bit ? -mean : mean) + Math.sqrt(2 * mean) * random.normal());
  const echoes = { originSamples: 0, powers: new Float32Array(1) };
  const startSamples = seconds * shared.basebandRateHz;
  return {
    shared,
    candidate: { startSamples, dilation: 0, score: 40, kind: 0, echoes },
    heard: { llrs, tones: undefined },
    heardOtherwise: [],
  };
}

const HEADER = { payloadByteCount: 92, messageId: 4711 };
const OTHER = { payloadByteCount: 92, messageId: 815 };

/** Es/N0 at which one header of 240 bits and more is read once in hundreds: 5 dB below its 1 % point. */
const FAINT_DB = -12;

describe('a series of headers', () => {
  test('is read together where none can be read alone, and says each burst’s redundancy version (seeds 1 to 8)', () => {
    let readCount = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const random = new SeededRandom(seed);
      const series = new HeaderSeries();
      for (let i = 0; i < 8; i++) {
        const read = series.add(unread(HEADER, i % 4, 1 + i * PACE_SECONDS, FAINT_DB, random));
        if (read.length === 0) continue;
        readCount++;
        expect(read.map(({ header }) => header)).toEqual(read.map(() => HEADER));
        for (const { candidate, redundancyVersion } of read)
          expect(redundancyVersion).toBe(
            Math.round((candidate.startSamples / SHARED.basebandRateHz - 1) / PACE_SECONDS) % 4,
          );
        break;
      }
    }
    expect(readCount).toBe(8);
  });

  test('is read though one of its bursts was missed (seeds 1 to 8)', () => {
    let readCount = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const random = new SeededRandom(seed);
      const series = new HeaderSeries();
      const read = [0, 1, 3, 4, 5, 6, 7].flatMap((i) =>
        series.add(unread(HEADER, i % 4, 1 + i * PACE_SECONDS, FAINT_DB, random)),
      );
      if (read.length > 0) readCount++;
    }
    expect(readCount).toBe(8);
  });

  test('of two phones in turns is read for both (seeds 1 to 4)', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const random = new SeededRandom(seed);
      const series = new HeaderSeries();
      const ids = new Set<number>();
      for (let i = 0; i < 20; i++) {
        const header = i % 2 ? OTHER : HEADER;
        for (const read of series.add(unread(header, (i >> 1) % 4, 1 + i * PACE_SECONDS, FAINT_DB, random)))
          ids.add(read.header.messageId);
      }
      expect([...ids].sort((a, b) => a - b)).toEqual([OTHER.messageId, HEADER.messageId]);
    }
  });

  test('is not read out of noise (40 bursts at an even pace, seed 1)', () => {
    const random = new SeededRandom(1);
    const series = new HeaderSeries();
    for (let i = 0; i < 40; i++) {
      const noise = unread(HEADER, 0, 1 + i * PACE_SECONDS, -60, random);
      const heard = { ...noise.heard, llrs: noise.heard.llrs.map((llr) => llr * 1000) };
      expect(series.add({ ...noise, heard })).toEqual([]);
    }
  });

  test('forgets what is older than it is told, and is bounded', () => {
    const random = new SeededRandom(1);
    const series = new HeaderSeries();
    const kept = series as unknown as { unread: UnreadHeader[] };
    for (let i = 0; i < 70; i++) series.add(unread(HEADER, 0, 1 + i * 0.17 * (1 + (i % 7)), -40, random));
    expect(kept.unread.length).toBeLessThanOrEqual(32);
    series.expire(1e9);
    expect(kept.unread.length).toBe(0);
  });
});

describe('known headers', () => {
  test('are recognised in soft bits too faint to read, with the redundancy version (seeds 1 to 50)', () => {
    const known = new KnownHeaders();
    known.remember({ header: HEADER, redundancyVersion: 0 }, 1);
    known.remember({ header: OTHER, redundancyVersion: 0 }, 1);
    let recognised = 0;
    for (let seed = 1; seed <= 50; seed++) {
      const { heard } = unread(OTHER, seed % 4, 2, FAINT_DB, new SeededRandom(seed));
      const result = known.recognise(SHARED.headerCodec, heard, 2);
      if (!result) continue;
      expect(result).toEqual({ header: OTHER, redundancyVersion: seed % 4 });
      recognised++;
    }
    expect(recognised).toBeGreaterThan(40);
  });

  test('are not recognised in another phone’s header or in noise (seeds 1 to 500)', () => {
    const known = new KnownHeaders();
    known.remember({ header: HEADER, redundancyVersion: 0 }, 1);
    let mistaken = 0;
    for (let seed = 1; seed <= 500; seed++) {
      const { heard } = unread(OTHER, seed % 4, 2, seed % 2 ? 0 : -60, new SeededRandom(seed));
      if (known.recognise(SHARED.headerCodec, heard, 2)) mistaken++;
    }
    expect(mistaken).toBeLessThanOrEqual(1);
  });

  test('are forgotten after a while', () => {
    const known = new KnownHeaders();
    known.remember({ header: HEADER, redundancyVersion: 0 }, 1);
    known.expire(2);
    const { heard } = unread(HEADER, 0, 2, 0, new SeededRandom(1));
    expect(known.recognise(SHARED.headerCodec, heard, 2)).toBeUndefined();
  });

  test('agreement of unrelated soft bits has variance 1 (seed 1)', () => {
    const random = new SeededRandom(1);
    let sum = 0;
    for (let i = 0; i < 2000; i++) {
      const llrs = new Float32Array(200).map(() => random.normal() * random.between(0, 4));
      sum +=
        agreementOf(
          llrs,
          Uint8Array.from({ length: 200 }, () => random.below(2)),
        ) ** 2;
    }
    expect(sum / 2000).toBeGreaterThan(0.9);
    expect(sum / 2000).toBeLessThan(1.1);
  });
});

describe('headers sent as tones', () => {
  const ROBUST = profileReception(PROFILES['audible-robust']);
  const TONES = 32;

  /** As heard in white noise, the tones' strength known. */
  function unreadTones(header: typeof HEADER, version: number, seconds: number, esN0Db: number, random: SeededRandom) {
    const esN0 = 10 ** (esN0Db / 10);
    const bits = ROBUST.headerCodec.encode(header, version);
    const values = new Float32Array((bits.length / 5) * TONES);
    for (let at = 0; at < values.length; at++) {
      const choice = Math.floor(at / TONES);
      const sent = Number.parseInt(bits.slice(5 * choice, 5 * choice + 5).join(''), 2);
      const re = (at % TONES === sent ? Math.sqrt(esN0) : 0) + Math.SQRT1_2 * random.normal();
      const im = Math.SQRT1_2 * random.normal();
      values[at] = logBesselI0(2 * Math.sqrt(esN0 * (re * re + im * im))) - esN0;
    }
    const tones = { tonesPerGroup: TONES, values };
    const { candidate } = unread(header, version, seconds, 0, random, ROBUST);
    return { shared: ROBUST, candidate, heard: { llrs: toneLlrs(tones), tones }, heardOtherwise: [] };
  }

  test('are read within four bursts where their soft bits are not enough (1 dB a tone, seeds 1 to 16)', () => {
    let byTones = 0;
    let byBits = 0;
    for (let seed = 1; seed <= 16; seed++) {
      const random = new SeededRandom(seed);
      const [tones, bits] = [new HeaderSeries(), new HeaderSeries()];
      let [isReadByTones, isReadByBits] = [false, false];
      for (let i = 0; i < 4; i++) {
        const one = unreadTones(HEADER, i, 1 + 3 * i, 1, random);
        const read = tones.add(one);
        for (const { header } of read) expect(header).toEqual(HEADER);
        isReadByTones ||= read.length > 0;
        isReadByBits ||= bits.add({ ...one, heard: { ...one.heard, tones: undefined } }).length > 0;
      }
      byTones += Number(isReadByTones);
      byBits += Number(isReadByBits);
    }
    expect(byTones).toBeGreaterThanOrEqual(15);
    expect(byBits).toBeLessThanOrEqual(10);
  });

  test('are read within four bursts though one was heard in the wrong place, and that one with them (0.5 dB a tone, seeds 1 to 32)', () => {
    let readCount = 0;
    let mendedCount = 0;
    for (let seed = 1; seed <= 32; seed++) {
      const random = new SeededRandom(seed);
      const series = new HeaderSeries();
      const known = new KnownHeaders();
      const read = [0, 1, 2, 3].flatMap((i) => {
        const one = unreadTones(HEADER, i, 1 + 3 * i, 0.5, random);
        if (i !== 1) return series.add(one);
        const misheard = unreadTones(OTHER, 2, 4, 0.5, random).heard; // tones, but not its own
        return series.add({ ...one, heard: misheard, heardOtherwise: [one.heard] });
      });
      if (read.length === 0) continue;
      readCount++;
      for (const { candidate, header, redundancyVersion } of read) {
        expect(header).toEqual(HEADER);
        known.remember({ header, redundancyVersion }, candidate.startSamples / ROBUST.basebandRateHz);
      }
      const all = [...read, ...series.takeKnown(known)];
      if (all.some(({ redundancyVersion }) => redundancyVersion === 1)) mendedCount++;
    }
    expect(readCount).toBeGreaterThanOrEqual(10); // 2 if no burst is ever left out
    expect(mendedCount).toBe(readCount);
  });

  test('are recognised where they are known, and nothing is in another phone’s or in noise (seeds 1 to 100)', () => {
    const known = new KnownHeaders();
    known.remember({ header: HEADER, redundancyVersion: 0 }, 1);
    let recognised = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const random = new SeededRandom(seed);
      const version = seed % 4;
      const { heard } = unreadTones(HEADER, version, 2, 2, random);
      if (known.recognise(ROBUST.headerCodec, heard, 2)?.redundancyVersion === version) recognised++;
      for (const esN0Db of [-40, 2, 10])
        expect(
          known.recognise(ROBUST.headerCodec, unreadTones(OTHER, version, 2, esN0Db, random).heard, 2),
        ).toBeUndefined();
    }
    expect(recognised).toBeGreaterThanOrEqual(95);
  });

  test('are recognised fainter where and as they are expected, and only there (-1 dB a tone, seeds 1 to 100)', () => {
    const known = new KnownHeaders();
    known.remember({ header: HEADER, redundancyVersion: 0 }, 1);
    known.remember({ header: HEADER, redundancyVersion: 1 }, 4);
    const recognised = { due: 0, late: 0, withOtherVersion: 0, ofAnother: 0 };
    for (let seed = 1; seed <= 100; seed++) {
      const random = new SeededRandom(seed);
      const due = unreadTones(HEADER, 2, 7, -1, random).heard;
      const other = unreadTones(HEADER, 3, 7, -1, random).heard;
      const anothers = unreadTones(OTHER, 2, 7, -1, random).heard;
      recognised.due += Number(known.recognise(ROBUST.headerCodec, due, 7)?.redundancyVersion === 2);
      recognised.late += Number(known.recognise(ROBUST.headerCodec, due, 7.1) !== undefined);
      recognised.withOtherVersion += Number(known.recognise(ROBUST.headerCodec, other, 7) !== undefined);
      recognised.ofAnother += Number(known.recognise(ROBUST.headerCodec, anothers, 7) !== undefined);
    }
    expect(recognised.due).toBeGreaterThanOrEqual(90);
    expect(recognised.late).toBeLessThanOrEqual(20);
    expect(recognised.withOtherVersion).toBeLessThanOrEqual(20);
    expect(recognised.ofAnother).toBeLessThanOrEqual(2);
  });
});
