import { describe, expect, test } from '@jest/globals';
import { CodeLink, ebN0DbAt, measurePacketError, type PacketErrorPoint } from './packet-error.js';

function point(ebN0Db: number, errorCount: number, packetCount: number): PacketErrorPoint {
  const unused = { lowest: 0, highest: 1, unnoticedCount: 0, meanIterations: 1, medianDecodeMs: 1 };
  return { ebN0Db, errorCount, packetCount, packetError: errorCount / packetCount, ...unused };
}

describe('packet error', () => {
  test('a curve through 0.1 at 0 dB and 0.001 at 1 dB is at 0.01 at half a dB', () => {
    expect(ebN0DbAt([point(0, 10, 100), point(1, 1, 1000)], 0.01)).toBeCloseTo(0.5, 9);
    expect(ebN0DbAt([point(0, 10, 100), point(1, 0, 500)], 0.01)).toBeCloseTo(0.5, 9);
    expect(ebN0DbAt([point(0, 10, 100), point(1, 5, 100)], 0.01)).toBeUndefined();
    expect(ebN0DbAt([], 0.01)).toBeUndefined();
  });

  test('a point stops at the wanted number of errors, or of packets, and is repeatable (seed 1)', () => {
    const link = new CodeLink({ infoBitCount: 40, codedBitCount: 120 });
    let packets = 0;
    const bad = measurePacketError(link, -3, { maxPackets: 500, maxErrors: 5 }, 1, () => packets++);
    expect(bad.errorCount).toBe(5);
    expect(bad.packetCount).toBe(packets);
    const good = measurePacketError(link, 9, { maxPackets: 20, maxErrors: 5 }, 1, () => {});
    expect(good).toMatchObject({ packetCount: 20, errorCount: 0, packetError: 0, lowest: 0 });
    const again = measurePacketError(link, -3, { maxPackets: 500, maxErrors: 5 }, 1, () => {});
    expect(again.packetCount).toBe(bad.packetCount);
  });
});
