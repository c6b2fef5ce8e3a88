// Successive cancellation list decoding of the header's polar code: bits of u are decided one after the other, and at each
// the best `listSize` histories ("paths") are kept; the caller's CRC picks one. All memory is taken once. A path is forked by
// copying row numbers, never LLRs.
//
// Tal, Vardy, "List Decoding of Polar Codes", 2015, in the LLR form of Balatsoukas-Stimming, Bastani Parizi, Burg, "LLR-Based
// Successive Cancellation List Decoding of Polar Codes", 2015. Their hardware-friendly min-sum forms (equations 9 and 11b) are
// used throughout: the exact ones gained nothing here (1.90 % against 1.87 % of headers lost, n = 192, list 8, -5.5 dB).

import { assertFloats, assertInteger } from '../../src/shared/assert.js';
import { saturateLlr } from '../../src/shared/llr.js';
import type { PolarCode } from './polar-code.js';

/** The penalties' rounding, over the sum of the LLRs' magnitudes: paths this close to what is asked for are kept. */
const ROUNDING_SHARE = 1e-5;
/** Rows are numbered in bytes. */
const MAX_LIST_SIZE = 128;

/** One level of the decoding tree: a node of it has 2^level bits. Arrays hold one row of 2^level entries a path. */
interface TreeLevel {
  /** LLRs of the bits of the node being decoded; path p finds its own in row `llrRows[p]`. */
  readonly llrs: Float32Array;
  readonly llrRows: Uint8Array;
  /** Bits of the last decoded left child of this size, kept until its sibling is done; path p: row `leftRows[p]`. */
  readonly leftBits: Uint8Array;
  readonly leftRows: Uint8Array;
  /** Bits of the last decoded right child; consumed before any fork, so path p has row p. */
  readonly rightBits: Uint8Array;
}

/** Decodes words of one polar code. */
export class PolarListDecoder {
  readonly code: PolarCode;
  readonly listSize: number;

  private readonly infoCountBefore: Uint16Array;
  private readonly levels: readonly TreeLevel[];

  private readonly candidates: readonly Uint8Array[];
  private pathCount = 0;
  /** A path that disagrees by more is given up. */
  private mostPenalty = Number.POSITIVE_INFINITY;
  /**
   * How badly a path disagrees with the LLRs, in nats; 0 is best. Never falls, and ends as the sum of the magnitudes of the LLRs that
   * its word contradicts, those of repeated bits added up.
   */
  private penalties: Float64Array;
  private nextPenalties: Float64Array;
  /** Forks of path p: 2p continues with the likelier bit, 2p + 1 with the other. */
  private readonly forkPenalties: Float64Array;
  private readonly forkOrder: Uint8Array;
  /** By path, of the information bit being decided. */
  private readonly likelierBits: Uint8Array;
  /**
   * Row numbers that will still be read, of each node that the one being decoded lies in: of its LLRs while its left child is
   * decoded, of that child's bits during the right one. A fork need only hand on these.
   */
  private readonly openRows: Uint8Array[];
  private openCount = 0;
  private readonly rowScratch: Uint8Array;
  /** For the trace back: for each information bit and path, the path it came from and the bit it took. */
  private readonly parents: readonly Uint8Array[];
  private readonly decisions: readonly Uint8Array[];
  private infoIndex = 0;

  /**
   * @param code - what to decode
   * @param listSize - paths kept, 1..128
   * @throws TillsongError `ERR_TYPE`, `ERR_RANGE`
   */
  constructor(code: PolarCode, listSize: number) {
    assertInteger('listSize', listSize, 1, MAX_LIST_SIZE);
    this.code = code;
    this.listSize = listSize;
    this.infoCountBefore = new Uint16Array(code.motherLength + 1);
    for (const position of code.infoPositions) this.infoCountBefore[position + 1] = 1;
    for (let i = 0; i < code.motherLength; i++) this.infoCountBefore[i + 1] += this.infoCountBefore[i];
    this.levels = Array.from({ length: Math.log2(code.motherLength) + 1 }, (_, level) => ({
      llrs: new Float32Array(listSize << level),
      llrRows: new Uint8Array(listSize),
      leftBits: new Uint8Array(listSize << level),
      leftRows: new Uint8Array(listSize),
      rightBits: new Uint8Array(listSize << level),
    }));
    const rows = () => Array.from({ length: code.infoBitCount }, () => new Uint8Array(listSize));
    this.parents = rows();
    this.decisions = rows();
    this.candidates = Array.from({ length: listSize }, () => new Uint8Array(code.infoBitCount));
    this.penalties = new Float64Array(listSize);
    this.nextPenalties = new Float64Array(listSize);
    this.forkPenalties = new Float64Array(2 * listSize);
    this.forkOrder = new Uint8Array(listSize);
    this.likelierBits = new Uint8Array(listSize);
    this.openRows = this.levels.map(({ llrRows }) => llrRows);
    this.rowScratch = new Uint8Array(listSize);
  }

  /**
   * @param llrs - codedBitCount LLRs, positive means 0; NaN counts as 0, everything is saturated
   * @param leastAgreement - words are left out that agree by less: the sum of the LLRs, each counted towards its bit, over the root of
   *   the sum of their squares. As soon as no path can come to that any more the decode ends: noise, of which none comes to 6.7, takes
   *   a sixth of the time. By default all are returned
   * @returns the information words of the surviving paths, likeliest first: at most listSize, infoBitCount bits each. They
   *   belong to the decoder and are overwritten by its next call.
   * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH`
   */
  decode(llrs: Float32Array, leastAgreement = Number.NEGATIVE_INFINITY): readonly Uint8Array[] {
    const { code, levels } = this;
    assertFloats('llrs', llrs, code.codedBitCount, code.codedBitCount);
    const top = levels.length - 1;
    const received = levels[top].llrs;
    // A punctured bit says nothing: LLR 0. Repeated ones add up.
    received.fill(0, 0, code.motherLength);
    let energy = 0;
    for (let i = 0; i < llrs.length; i++) {
      const llr = saturateLlr(llrs[i]);
      received[code.motherIndexOf(i)] += llr;
      energy += llr * llr;
    }
    this.mostPenalty = mostPenaltyFor(received.subarray(0, code.motherLength), leastAgreement * Math.sqrt(energy));
    // All paths read the one row of received LLRs.
    levels[top].llrRows.fill(0);
    this.pathCount = 1;
    this.penalties[0] = 0;
    this.infoIndex = 0;
    this.decodeNode(top, 0, levels[top].rightBits);
    // The last bit of u is the best channel of all, an information bit: its fork has left the paths sorted.
    for (let path = 0; path < this.pathCount; path++) this.traceBack(path, this.candidates[path]);
    return this.candidates.slice(0, this.pathCount);
  }

  private traceBack(path: number, out: Uint8Array): void {
    let at = path;
    for (let i = out.length - 1; i >= 0; i--) {
      out[i] = this.decisions[i][at];
      at = this.parents[i][at];
    }
  }

  /** Decodes u[start .. start + 2^level) for all paths and leaves the node's bits in bitsOut, row p for path p. */
  private decodeNode(level: number, start: number, bitsOut: Uint8Array): void {
    if (this.pathCount === 0) return;
    const end = start + (1 << level);
    if (this.infoCountBefore[end] === this.infoCountBefore[start]) {
      this.decodeFrozen(level, bitsOut);
    } else if (this.infoCountBefore[end - 1] === this.infoCountBefore[start]) {
      this.decodeRepetition(level, bitsOut);
    } else {
      const child = this.levels[level - 1];
      this.checkNodeLlrs(level);
      const depth = this.openCount++;
      this.openRows[depth] = this.levels[level].llrRows;
      this.decodeNode(level - 1, start, child.leftBits);
      for (let path = 0; path < this.pathCount; path++) child.leftRows[path] = path;
      this.variableNodeLlrs(level);
      this.openRows[depth] = child.leftRows;
      this.decodeNode(level - 1, start + (1 << (level - 1)), child.rightBits);
      this.openCount = depth;
      this.combineBits(level, bitsOut);
    }
  }

  /** Left child: its bits are the sums of the two halves of the node's bits. */
  private checkNodeLlrs(level: number): void {
    const half = 1 << (level - 1);
    const { llrs, llrRows } = this.levels[level];
    const child = this.levels[level - 1];
    const childLlrs = child.llrs;
    for (let path = 0; path < this.pathCount; path++) {
      const from = llrRows[path] * 2 * half;
      const to = path * half;
      for (let i = 0; i < half; i++) {
        const a = llrs[from + i];
        const b = llrs[from + half + i];
        // sign(a) sign(b) min(|a|, |b|), without Math: looking up a global costs more than all of this in some runtimes.
        const weaker = (a < 0 ? -a : a) < (b < 0 ? -b : b) ? a : b;
        childLlrs[to + i] = (weaker === a ? b : a) < 0 ? -weaker : weaker;
      }
      child.llrRows[path] = path;
    }
  }

  /** Right child: its bits are the second half of the node's; the first half tells them too, once the left child is known. */
  private variableNodeLlrs(level: number): void {
    const half = 1 << (level - 1);
    const { llrs, llrRows } = this.levels[level];
    const child = this.levels[level - 1];
    const { llrs: childLlrs, leftBits } = child;
    for (let path = 0; path < this.pathCount; path++) {
      const from = llrRows[path] * 2 * half;
      const to = path * half;
      for (let i = 0; i < half; i++) {
        const a = llrs[from + i];
        childLlrs[to + i] = llrs[from + half + i] + (leftBits[to + i] ? -a : a);
      }
      child.llrRows[path] = path;
    }
  }

  private combineBits(level: number, bitsOut: Uint8Array): void {
    const half = 1 << (level - 1);
    const { leftBits, leftRows, rightBits } = this.levels[level - 1];
    for (let path = 0; path < this.pathCount; path++) {
      const left = leftRows[path] * half;
      const right = path * half;
      const to = 2 * right;
      for (let i = 0; i < half; i++) {
        bitsOut[to + i] = leftBits[left + i] ^ rightBits[right + i];
        bitsOut[to + half + i] = rightBits[right + i];
      }
    }
  }

  /** A node without information bits: all its bits are 0, and each LLR that says otherwise costs its magnitude. */
  private decodeFrozen(level: number, bitsOut: Uint8Array): void {
    const size = 1 << level;
    const { llrs, llrRows } = this.levels[level];
    for (let path = 0; path < this.pathCount; path++) {
      const from = llrRows[path] * size;
      let penalty = 0;
      for (let i = from; i < from + size; i++) if (llrs[i] < 0) penalty -= llrs[i];
      this.penalties[path] += penalty;
    }
    bitsOut.fill(0, 0, this.pathCount * size);
  }

  /**
   * A node whose last bit alone is an information bit repeats it in all its bits. Each path forks into bit 0 and bit 1, which
   * cost what the LLRs that say otherwise weigh; the best listSize forks become the paths, of those that do not cost too much. Going down the tree would come
   * to the same penalties: Hashemi, Condo, Gross, "Fast and Flexible Successive-Cancellation List Decoders for Polar Codes",
   * 2017, section III.
   */
  private decodeRepetition(level: number, bitsOut: Uint8Array): void {
    const size = 1 << level;
    const { forkPenalties, forkOrder, nextPenalties, penalties, likelierBits } = this;
    const { llrs, llrRows } = this.levels[level];
    const parents = this.parents[this.infoIndex];
    const decisions = this.decisions[this.infoIndex];
    const forkCount = 2 * this.pathCount;
    for (let path = 0; path < this.pathCount; path++) {
      const from = llrRows[path] * size;
      let against0 = 0;
      let against1 = 0;
      for (let i = from; i < from + size; i++) {
        if (llrs[i] < 0) against0 -= llrs[i];
        else against1 += llrs[i];
      }
      likelierBits[path] = against0 > against1 ? 1 : 0;
      forkPenalties[2 * path] = penalties[path] + Math.min(against0, against1);
      forkPenalties[2 * path + 1] = penalties[path] + Math.max(against0, against1);
    }
    this.pathCount = sortForks(forkPenalties, forkCount, this.mostPenalty, forkOrder);
    for (let path = 0; path < this.pathCount; path++) {
      const fork = forkOrder[path];
      const parent = fork >> 1;
      parents[path] = parent;
      decisions[path] = likelierBits[parent] ^ (fork & 1);
      for (let i = path * size; i < (path + 1) * size; i++) bitsOut[i] = decisions[path];
      nextPenalties[path] = forkPenalties[fork];
    }
    this.penalties = nextPenalties;
    this.nextPenalties = penalties;
    this.infoIndex++;
    for (let i = 0; i < this.openCount; i++) this.inheritRows(this.openRows[i], parents);
  }

  private inheritRows(rows: Uint8Array, parents: Uint8Array): void {
    const scratch = this.rowScratch;
    for (let path = 0; path < this.pathCount; path++) scratch[path] = rows[parents[path]];
    for (let path = 0; path < this.pathCount; path++) rows[path] = scratch[path];
  }
}

/**
 * The penalty that leaves an agreeing sum: all magnitudes agree but those of the penalty, which count against it.
 *
 * @param received - LLRs of the mother code's bits
 */
function mostPenaltyFor(received: Float32Array, leastSum: number): number {
  let magnitude = 0;
  for (let i = 0; i < received.length; i++) magnitude += Math.abs(received[i]);
  return (magnitude - leastSum) / 2 + ROUNDING_SHARE * magnitude;
}

/**
 * Insertion sort of which only the first `order.length` places are wanted: the likelier forks come nearly sorted, and there are few.
 * Even numbers, then odd, so that they do.
 *
 * @param most - forks that cost more are left out
 * @returns how many places of `order` are filled
 */
function sortForks(penalties: Float64Array, count: number, most: number, order: Uint8Array): number {
  let kept = 0;
  for (let n = 0; n < count; n++) {
    const fork = 2 * n < count ? 2 * n : 2 * n - count + 1;
    const penalty = penalties[fork];
    if (penalty > most) continue;
    if (kept < order.length) kept++;
    else if (penalties[order[kept - 1]] <= penalty) continue;
    let at = kept - 1;
    while (at > 0 && penalties[order[at - 1]] > penalty) {
      order[at] = order[at - 1];
      at--;
    }
    order[at] = fork;
  }
  return kept;
}
