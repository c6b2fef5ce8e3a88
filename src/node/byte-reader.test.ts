import { describe, expect, test } from '@jest/globals';
import { ByteReader } from './byte-reader.js';

async function* chunks(...lengths: number[]): AsyncGenerator<Uint8Array> {
  let value = 0;
  for (const length of lengths) yield Uint8Array.from({ length }, () => value++);
}

describe('ByteReader', () => {
  test('joins small chunks and splits big ones', async () => {
    const reader = new ByteReader(chunks(1, 0, 2, 10), 'input');
    expect([...(await reader.read(2))]).toEqual([0, 1]);
    expect([...(await reader.read(4))]).toEqual([2, 3, 4, 5]);
    expect([...(await reader.read(0))]).toEqual([]);
    expect([...(await reader.read(100))]).toEqual([6, 7, 8, 9, 10, 11, 12]);
    expect([...(await reader.read(1))]).toEqual([]);
  });

  test('gives whole units of what has arrived and waits for no more', async () => {
    const reader = new ByteReader(chunks(2, 5, 2), 'input');
    expect([...(await reader.readUnits(3, 300))]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...(await reader.readUnits(3, 300))]).toEqual([6, 7, 8]);
    expect([...(await reader.readUnits(3, 300))]).toEqual([]);
  });

  test('gives no more units than asked for, and drops an incomplete last one', async () => {
    const reader = new ByteReader(chunks(7), 'input');
    expect([...(await reader.readUnits(2, 4))]).toEqual([0, 1, 2, 3]);
    expect([...(await reader.readUnits(2, 4))]).toEqual([4, 5]);
    expect([...(await reader.readUnits(2, 4))]).toEqual([]);
  });

  test('skips over chunks and tells when there was less to skip', async () => {
    const reader = new ByteReader(chunks(3, 3, 3), 'input');
    expect(await reader.skip(7)).toBe(true);
    expect([...(await reader.read(1))]).toEqual([7]);
    expect(await reader.skip(2)).toBe(false);
  });

  test('closing ends the source', async () => {
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(10);
      } finally {
        closed = true;
      }
    }
    const reader = new ByteReader(endless(), 'input');
    await reader.read(1);
    await reader.close();
    expect(closed).toBe(true);
  });

  test('a source that fails is named in the error', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(4);
      throw Object.assign(new Error('EIO: i/o error, read\nsecond line'), { code: 'EIO' });
    }
    const reader = new ByteReader(failing(), 'tape.wav');
    await expect(reader.read(8)).rejects.toMatchObject({
      reason: 'unreadable',
      message: 'tape.wav: cannot be read: EIO: i/o error, read',
    });
  });
});
