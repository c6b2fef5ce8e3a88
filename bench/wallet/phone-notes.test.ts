import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { checkPhone } from './phone-notes.js';

const HASH = createHash('sha256').update(Buffer.from('c0', 'hex')).digest('hex');
const signed = (counter: string, content: string) => `ab${HASH}21${counter}${content.repeat(17)}`;
const played = (counter: string, content: string) => `21${counter}${content.repeat(81)}${'0123456789abcdef'}`;
const STATE = { certificate: 'c0', counter: 2 };

describe('the check of a phone that was killed', () => {
  test('takes repeats of the same', () => {
    const record = checkPhone(
      [signed('0001', 'aa'), signed('0002', 'bb'), signed('0002', 'bb')],
      [played('0001', 'aa'), played('0001', 'aa')],
      STATE,
    );
    expect(record).toEqual({ signedCount: 2, playedCount: 2, violations: [] });
  });

  test('finds two messages, two payloads and a counter that fell', () => {
    expect(checkPhone([signed('0001', 'aa'), signed('0001', 'bb')], [], STATE).violations).toHaveLength(1);
    expect(checkPhone([], [played('0001', 'aa'), played('0001', 'bb')], STATE).violations).toHaveLength(1);
    expect(checkPhone([signed('0002', 'aa')], [], { ...STATE, counter: 1 }).violations).toHaveLength(1);
    // Under another certificate counters start again.
    expect(checkPhone([signed('0002', 'aa')], [], { certificate: 'c1', counter: 0 }).violations).toEqual([]);
  });
});
