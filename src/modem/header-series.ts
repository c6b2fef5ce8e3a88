// Headers too faint to be read alone: a phone that repeats its message sends the same header again and again at an even pace,
// only with the next redundancy version. The soft bits of such a series are added up until they can be read.

import type { Header } from '../../codec/frame/header.js';
import { REDUNDANCY_VERSION_COUNT } from '../../codec/frame/limits.js';
import type { BurstCandidate } from '../../dsp/burst-detector.js';
import type { ProfileReception } from './burst-reception.js';
import { correlate, LEAST_AGREEMENT_OF_SERIES } from './header-agreement.js';
import type { KnownHeaders } from './known-headers.js';

/** A burst whose header was heard but could not be read. */
export interface UnreadHeader {
  readonly shared: ProfileReception;
  readonly candidate: BurstCandidate;
  /** Soft bits of its header. */
  readonly llrs: Float32Array;
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
/** Bursts of a series are this evenly spaced: playing may stutter by a buffer. */
const PACE_TOLERANCE_SECONDS = 0.012;
/** Bursts of a series that are added up. */
const MAX_SERIES = 16;

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
    for (const partner of partners.reverse()) {
      for (let step = 1; step <= MAX_STEP; step++) {
        const read = readTogether(this.seriesOf(newest, partner, step));
        if (read.length === 0) continue;
        const candidates = new Set(read.map(({ candidate }) => candidate));
        this.unread = this.unread.filter(({ candidate }) => !candidates.has(candidate));
        return read;
      }
    }
    return [];
  }

  /** @returns the bursts that carry a header that is known by now, oldest first, which are forgotten */
  takeKnown(known: KnownHeaders): ReadHeader[] {
    const read: ReadHeader[] = [];
    this.unread = this.unread.filter((unread) => {
      const recognised = known.recognise(unread.shared.headerCodec, unread.llrs);
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

function startSeconds({ shared, candidate }: UnreadHeader): number {
  return candidate.startSamples / shared.basebandRateHz;
}

/** Tries the redundancy versions that the newest may have been sent with, from which those of the others follow. */
function readTogether(series: readonly Member[]): ReadHeader[] {
  if (series.length < 2) return [];
  const { headerCodec } = series[0].unread.shared;
  // Versions two apart differ by the same mask in every burst of the series: the decoder reads which of them it was.
  for (const supposed of [0, 1]) {
    const sum = sumOf(series, supposed);
    const result = sum ? headerCodec.decodeDescrambled(sum, REDUNDANCY_VERSION_COUNT - 1) : undefined;
    if (!result?.ok || result.redundancyVersion % 2 !== 0) continue;
    const newestVersion = supposed + result.redundancyVersion;
    const { header } = result;
    const read = series.map(({ unread, age }) => ({
      ...unread,
      header,
      redundancyVersion: versionBefore(newestVersion, age),
    }));
    if (seriesAgreement(read) >= LEAST_AGREEMENT_OF_SERIES) return read;
  }
  return [];
}

/**
 * @param supposedVersion - of the newest burst
 * @returns the soft bits of all bursts, each as if sent with version 0; undefined if they contradict each other: those of a
 *   series that can just be read agree, as pairs, by 2.5 standard deviations if there are two of them and by 3.6 if many
 */
function sumOf(series: readonly Member[], supposedVersion: number): Float32Array | undefined {
  const { headerCodec } = series[0].unread.shared;
  const sum = new Float32Array(headerCodec.codedBitCount);
  const plain = new Float32Array(headerCodec.codedBitCount);
  let ownEnergy = 0;
  for (const { unread, age } of series) {
    headerCodec.descramble(unread.llrs, versionBefore(supposedVersion, age), plain);
    for (let i = 0; i < sum.length; i++) {
      sum[i] += plain[i];
      ownEnergy += plain[i] * plain[i];
    }
  }
  const energy = sum.reduce((total, llr) => total + llr * llr, 0);
  return energy > ownEnergy ? sum : undefined;
}

/** How far all soft bits of a series agree with its header, in standard deviations of what unrelated ones do. */
function seriesAgreement(series: readonly ReadHeader[]): number {
  let sum = 0;
  let energy = 0;
  for (const { shared, llrs, header, redundancyVersion } of series) {
    const burst = correlate(llrs, shared.headerCodec.encode(header, redundancyVersion));
    sum += burst.sum;
    energy += burst.energy;
  }
  return energy > 0 ? sum / Math.sqrt(energy) : 0;
}

/** Redundancy version of the burst sent `age` bursts before one of this version. */
function versionBefore(redundancyVersion: number, age: number): number {
  return (((redundancyVersion - age) % REDUNDANCY_VERSION_COUNT) + REDUNDANCY_VERSION_COUNT) % REDUNDANCY_VERSION_COUNT;
}
