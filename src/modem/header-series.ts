// Headers too faint to be read alone: a phone that repeats its message sends the same header again and again at an even pace,
// only with the next redundancy version. The soft bits of such a series are added up until they can be read.

import type { Header } from '../../codec/frame/header.js';
import { REDUNDANCY_VERSION_COUNT } from '../../codec/frame/limits.js';
import type { BurstCandidate } from '../../dsp/burst-detector.js';
import { addFlipped, logMeanLikelihood, toneEvidence, toneLlrs } from '../../dsp/tone-metrics.js';
import { MAX_LLR } from '../shared/llr.js';
import { PACE_TOLERANCE_SECONDS, versionAfter } from './burst-pace.js';
import type { DecodedHeader, ProfileReception } from './burst-reception.js';
import { correlate, LEAST_AGREEMENT_OF_SERIES, LEAST_EVIDENCE_OF_SERIES, type SoftHeader } from './header-agreement.js';
import type { KnownHeaders } from './known-headers.js';

/** A burst whose header was heard but could not be read. */
export interface UnreadHeader {
  readonly shared: ProfileReception;
  readonly candidate: BurstCandidate;
  readonly heard: SoftHeader;
  /** The same under less likely assumptions. */
  readonly heardOtherwise: readonly SoftHeader[];
}

/** An unread header that a series could read. */
export interface ReadHeader extends UnreadHeader {
  readonly header: Header;
  readonly redundancyVersion: number;
}

/** Unread headers kept at once; the oldest makes room. */
const MAX_UNREAD = 32;
/** A series is looked for from the newest burst to each of so many before it. */
const PARTNERS = 4;
/** Of the bursts between two that were found, one may have been missed. */
const MAX_STEP = 2;
/** Bursts of a series that are added up. */
const MAX_SERIES = 16;
/**
 * A series of tones of no more than so many bursts, and at least three, is also looked at with each of the older left out: one that was
 * heard in the wrong place spoils the sum of a few. Where one pair of chirps tells the place there are no such.
 */
const MOST_SPOILT = 5;

/** Soft bits of a series added up. */
interface SeriesSum {
  readonly llrs: Float32Array;
  /** What does not agree with them by this is not believed, as `PolarListDecoder.decode` says; undefined if nothing is known of that. */
  readonly leastAgreement?: number;
}

/** Of a series that is not worth decoding. */
const NO_BITS: SeriesSum = { llrs: new Float32Array(0) };

interface Member {
  readonly unread: UnreadHeader;
  /** Bursts of the phone between this one and the newest. */
  readonly age: number;
}

export class HeaderSeries {
  // state: oldest first
  private unread: UnreadHeader[] = [];

  reset(): void {
    this.unread = [];
  }

  /** Forgets bursts that started before a time. */
  expire(beforeSeconds: number): void {
    if (this.unread.length > 0 && startSeconds(this.unread[0]) < beforeSeconds)
      this.unread = this.unread.filter((unread) => startSeconds(unread) >= beforeSeconds);
  }

  /**
   * Adds a burst and looks for a series that it completes.
   *
   * @returns the bursts of the series, oldest first, which are forgotten; none if none could be read
   */
  add(newest: UnreadHeader): ReadHeader[] {
    const partners = this.unread.filter(({ shared }) => shared === newest.shared).slice(-PARTNERS);
    this.unread.push(newest);
    if (this.unread.length > MAX_UNREAD) this.unread.shift();
    const tried = new Set<string>();
    for (const partner of partners.reverse()) {
      for (let step = 1; step <= MAX_STEP; step++) {
        for (const series of variantsOf(this.seriesOf(newest, partner, step))) {
          const key = series.map(({ unread, age }) => `${age}@${unread.candidate.startSamples}`).join();
          if (tried.has(key)) continue; // the next partner's, at twice the step
          tried.add(key);
          const read = readTogether(series);
          if (read.length > 0) return this.forget(read);
        }
      }
    }
    return [];
  }

  private forget(read: ReadHeader[]): ReadHeader[] {
    const candidates = new Set(read.map(({ candidate }) => candidate));
    this.unread = this.unread.filter(({ candidate }) => !candidates.has(candidate));
    return read;
  }

  /** @returns the bursts that carry a header that is known by now, oldest first, which are forgotten */
  takeKnown(known: KnownHeaders): ReadHeader[] {
    const read: ReadHeader[] = [];
    this.unread = this.unread.filter((unread) => {
      const { shared, heard, heardOtherwise } = unread;
      const recognised = [heard, ...heardOtherwise].reduce<DecodedHeader | undefined>(
        (found, one) => found ?? known.recognise(shared.headerCodec, one, startSeconds(unread)),
        undefined,
      );
      if (recognised) read.push({ ...unread, ...recognised });
      return !recognised;
    });
    return read;
  }

  /** All bursts at the pace of two of them, of which the older was sent `step` bursts before the newest. */
  private seriesOf(newest: UnreadHeader, partner: UnreadHeader, step: number): Member[] {
    const end = startSeconds(newest);
    const paceSeconds = (end - startSeconds(partner)) / step;
    if (paceSeconds < newest.shared.shortestBurstSeconds) return [];
    const byAge = new Map<number, Member>();
    for (const unread of this.unread) {
      if (unread.shared !== newest.shared) continue;
      const back = end - startSeconds(unread);
      const age = Math.round(back / paceSeconds);
      if (age >= MAX_SERIES || Math.abs(back - age * paceSeconds) > PACE_TOLERANCE_SECONDS) continue;
      const rival = byAge.get(age);
      if (!rival || rival.unread.candidate.score < unread.candidate.score) byAge.set(age, { unread, age });
    }
    return [...byAge.values()].sort((a, b) => b.age - a.age);
  }
}

/** Of the burst, since the stream began. */
export function startSeconds({ shared, candidate }: UnreadHeader): number {
  return candidate.startSamples / shared.basebandRateHz;
}

/** The series, and it less one of its bursts, which is not the newest, where `MOST_SPOILT` tells. */
function variantsOf(series: readonly Member[]): (readonly Member[])[] {
  if (series.length < 3 || series.length > MOST_SPOILT || !series[0].unread.heard.tones) return [series];
  const older = series.filter(({ age }) => age > 0);
  return [series, ...older.map((spoilt) => series.filter((member) => member !== spoilt))];
}

/** Tries the redundancy versions that the newest may have been sent with, from which those of the others follow. */
function readTogether(series: readonly Member[]): ReadHeader[] {
  if (series.length < 2) return [];
  const { headerCodec } = series[0].unread.shared;
  // Versions two apart differ by the same mask in every burst of the series: the decoder reads which of them it was.
  for (const supposed of [0, 1]) {
    const sum = toneSumOf(series, supposed) ?? bitSumOf(series, supposed);
    if (!sum || sum === NO_BITS) continue;
    const { llrs, leastAgreement } = sum;
    const result = headerCodec.decodeDescrambled(llrs, REDUNDANCY_VERSION_COUNT - 1, leastAgreement);
    if (!result.ok || result.redundancyVersion % 2 !== 0) continue;
    const newestVersion = supposed + result.redundancyVersion;
    const { header } = result;
    const read = series.map(({ unread, age }) => ({
      ...unread,
      header,
      redundancyVersion: versionAfter(newestVersion, -age),
    }));
    if (isBelievable(read)) return read;
  }
  return [];
}

/**
 * As `bitSumOf`, but added before the tones are split into bits.
 *
 * @returns the soft bits of all bursts, no bits if they are likelier to carry tones of their own than the same; undefined where
 *   bits are not sent as tones
 */
function toneSumOf(series: readonly Member[], supposedVersion: number): SeriesSum | undefined {
  const { headerCodec } = series[0].unread.shared;
  const ones = new Float32Array(headerCodec.codedBitCount).fill(1);
  const signs = new Float32Array(headerCodec.codedBitCount);
  let total: { tonesPerGroup: number; values: Float32Array } | undefined;
  let apart = 0;
  for (const { unread, age } of series) {
    const { tones } = unread.heard;
    if (!tones) return undefined;
    total ??= { tonesPerGroup: tones.tonesPerGroup, values: new Float32Array(tones.values.length) };
    headerCodec.descramble(ones, versionAfter(supposedVersion, -age), signs);
    addFlipped(
      tones,
      Uint8Array.from(signs, (sign) => Number(sign < 0)),
      total.values,
    );
    apart += logMeanLikelihood(tones);
  }
  if (!total) return undefined;
  return logMeanLikelihood(total) > apart ? { llrs: toneLlrs(total) } : NO_BITS;
}

/**
 * @param supposedVersion - of the newest burst
 * @returns the soft bits of all bursts, each as if sent with version 0; undefined if they contradict each other: those of a
 *   series that can just be read agree, as pairs, by 2.5 standard deviations if there are two of them and by 3.6 if many
 */
function bitSumOf(series: readonly Member[], supposedVersion: number): SeriesSum | undefined {
  const { headerCodec } = series[0].unread.shared;
  const sum = new Float32Array(headerCodec.codedBitCount);
  const plain = new Float32Array(headerCodec.codedBitCount);
  let ownEnergy = 0;
  for (const { unread, age } of series) {
    headerCodec.descramble(unread.heard.llrs, versionAfter(supposedVersion, -age), plain);
    for (let i = 0; i < sum.length; i++) {
      sum[i] += plain[i];
      ownEnergy += plain[i] * plain[i];
    }
  }
  let energy = 0;
  let greatest = 0;
  for (let i = 0; i < sum.length; i++) {
    energy += sum[i] * sum[i];
    greatest = Math.max(greatest, Math.abs(sum[i]));
  }
  if (!(energy > ownEnergy)) return undefined;
  // The decoder saturates: of greater sums it would see less agreement than `isBelievable`.
  if (greatest > MAX_LLR) return { llrs: sum };
  return { llrs: sum, leastAgreement: LEAST_AGREEMENT_OF_SERIES * Math.sqrt(ownEnergy / energy) };
}

/** Whether all that was heard of a series agrees with its header far beyond what chance does. */
function isBelievable(series: readonly ReadHeader[]): boolean {
  let sum = 0;
  let energy = 0;
  let evidence = 0;
  for (const { shared, heard, header, redundancyVersion } of series) {
    const bits = shared.headerCodec.encode(header, redundancyVersion);
    if (heard.tones) {
      evidence += toneEvidence(heard.tones, bits);
      continue;
    }
    const burst = correlate(heard.llrs, bits);
    sum += burst.sum;
    energy += burst.energy;
  }
  if (energy === 0) return evidence >= LEAST_EVIDENCE_OF_SERIES;
  return sum >= LEAST_AGREEMENT_OF_SERIES * Math.sqrt(energy);
}
