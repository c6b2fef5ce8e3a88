// Packet error of the inner code over BPSK in white noise: one point of a curve.

import { SeededRandom } from 'tillsong';
import { RateMatcher, TurboDecoder, turboEncode } from 'tillsong/codec';
import { type Rate, rateOf } from '../link/statistics.js';

/** A code as it is used: K information bits in as many coded bits as the rate says. */
export interface CodeUse {
  readonly infoBitCount: number;
  readonly codedBitCount: number;
}

/** When a point has been measured well enough. */
export interface StopRule {
  readonly maxPackets: number;
  readonly maxErrors: number;
}

/** A measured point. */
export interface PacketErrorPoint {
  readonly ebN0Db: number;
  /** Packets decoded, packets wrong, and Wilson's interval at 95 %. */
  readonly packetCount: number;
  readonly errorCount: number;
  readonly packetError: number;
  readonly lowest: number;
  readonly highest: number;
  /** Wrong packets for which the decoder had claimed agreement. */
  readonly unnoticedCount: number;
  readonly meanIterations: number;
  readonly medianDecodeMs: number;
}

/** Encoder, channel and decoder of one code. */
export class CodeLink {
  private readonly matcher: RateMatcher;
  private readonly decoder: TurboDecoder;
  private readonly decided: Uint8Array;

  constructor(readonly use: CodeUse) {
    this.matcher = new RateMatcher(use.infoBitCount);
    this.decoder = new TurboDecoder(use.infoBitCount);
    this.decided = new Uint8Array(use.infoBitCount);
  }

  /** Sends one packet of random bits. */
  send(ebN0Db: number, random: SeededRandom): { isWrong: boolean; converged: boolean; iterations: number; ms: number } {
    const { infoBitCount, codedBitCount } = this.use;
    const bits = Uint8Array.from({ length: infoBitCount }, () => random.below(2));
    const sent = this.matcher.match(turboEncode(bits), 0, codedBitCount);
    const noiseVariance = codedBitCount / (2 * infoBitCount * 10 ** (ebN0Db / 10)); // N0 / 2 for unit symbols
    const deviation = Math.sqrt(noiseVariance);
    const llrs = Float32Array.from(sent, (bit) => ((1 - 2 * bit + deviation * random.normal()) * 2) / noiseVariance);
    const soft = new Float32Array(3 * (infoBitCount + 4));
    this.matcher.dematch(llrs, 0, soft);
    const start = performance.now();
    const { converged, iterations } = this.decoder.decode(soft, this.decided);
    const ms = performance.now() - start;
    return { isWrong: this.decided.some((bit, i) => bit !== bits[i]), converged, iterations, ms };
  }
}

/**
 * Measures one point: until `maxErrors` packets were wrong, or `maxPackets` were sent.
 *
 * @param seed - of this point's bits and noise
 * @param onPacket - called after each packet, for a progress bar
 */
export function measurePacketError(
  link: CodeLink,
  ebN0Db: number,
  stop: StopRule,
  seed: number,
  onPacket: () => void,
): PacketErrorPoint {
  const random = new SeededRandom(seed);
  const times: number[] = [];
  let errorCount = 0;
  let unnoticedCount = 0;
  let iterationCount = 0;
  while (times.length < stop.maxPackets && errorCount < stop.maxErrors) {
    const { isWrong, converged, iterations, ms } = link.send(ebN0Db, random);
    times.push(ms);
    iterationCount += iterations;
    if (isWrong) errorCount++;
    if (isWrong && converged) unnoticedCount++;
    onPacket();
  }
  const { rate, lowest, highest }: Rate = rateOf(errorCount, times.length);
  return {
    ebN0Db,
    packetCount: times.length,
    errorCount,
    packetError: rate,
    lowest,
    highest,
    unnoticedCount,
    meanIterations: iterationCount / times.length,
    medianDecodeMs: times.sort((a, b) => a - b)[times.length >> 1],
  };
}

/**
 * Where a curve reaches a packet error rate, by interpolation of its logarithm. A point without errors counts as half an error.
 *
 * @param points - by rising Eb/N0
 * @returns Eb/N0 in dB; undefined when the curve does not cross that rate
 */
export function ebN0DbAt(points: readonly PacketErrorPoint[], packetError: number): number | undefined {
  const logs = points.map(({ errorCount, packetCount }) => Math.log(Math.max(errorCount, 0.5) / packetCount));
  const wanted = Math.log(packetError);
  for (let i = 1; i < points.length; i++) {
    if (logs[i - 1] <= wanted || logs[i] > wanted) continue;
    const part = (logs[i - 1] - wanted) / (logs[i - 1] - logs[i]);
    return points[i - 1].ebN0Db + part * (points[i].ebN0Db - points[i - 1].ebN0Db);
  }
  return undefined;
}
