import { describe, expect, test } from '@jest/globals';
import type { LinkReport } from 'tillsong';
import { jsonLine, lostLine, messageLine } from './message-lines.js';

const REPORT: LinkReport = {
  profile: 'audible-fast',
  snrDb: 12.3456,
  clockOffsetPpm: -3.217,
  speedMetersPerSecond: 0.25,
  correctedByteCount: 2,
  burstsCombined: 1,
  startSeconds: 1.0625,
  endSeconds: 1.5,
};

function message(payload: number[] | string, report: Partial<LinkReport> = {}) {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : Uint8Array.from(payload);
  return { type: 'message', payload: bytes, report: { ...REPORT, ...report } } as const;
}

describe('a message as JSON', () => {
  test('has these fields in this order', () => {
    expect(jsonLine('a b.wav', message([0x00, 0xab, 0xff]))).toBe(
      '{"file":"a b.wav","payload":"00abff","profile":"audible-fast","startSeconds":1.0625,"endSeconds":1.5,' +
        '"snrDb":12.35,"clockOffsetPpm":-3.22,"speedMetersPerSecond":0.25,"correctedBytes":2,"burstsCombined":1}',
    );
  });

  test('writes a number that is not finite as null', () => {
    const line = jsonLine('-', message('x', { snrDb: Number.NaN, speedMetersPerSecond: Infinity }));
    expect(JSON.parse(line)).toMatchObject({ file: '-', snrDb: null, speedMetersPerSecond: null });
  });
});

describe('a message for people', () => {
  test('says where, how and what', () => {
    expect(messageLine('a.wav', message('hello'))).toBe(
      'a.wav: 1.06-1.50 s audible-fast, SNR 12.3 dB, clock -3 ppm, speed 0.25 m/s, 2 bytes corrected, 1 burst, 5 bytes: "hello"',
    );
  });

  test.each([
    ['text of any language', 'Grüße, 你好', '"Grüße, 你好"'],
    ['quotes and backslashes', 'a"b\\c', '"a\\"b\\\\c"'],
    ['line breaks', 'two\r\nlines\t', '"two\\u{d}\\u{a}lines\\u{9}"'],
    ['characters that turn the line round', 'a\u202eb', '"a\\u{202e}b"'],
    ['a byte order mark', '\ufeffa', '"\\u{feff}a"'],
    ['terminal commands', '\u001b[2J', '1b5b324a'],
    ['the one-byte terminal commands', '\u009b2J', 'c29b324a'],
    ['bytes that are no UTF-8', [0xff, 0x41], 'ff41'],
    ['a zero', [0], '00'],
  ])('shows %s safely', (_, payload, shown) => {
    expect(messageLine('a.wav', message(payload)).split(': ').at(-1)).toBe(shown);
  });

  test('shows a file name safely too', () => {
    expect(messageLine('a\u001b.wav', message('x'))).toMatch(/^a\\u\{1b\}\.wav: /);
  });
});

test('a lost burst says where and why', () => {
  expect(lostLine('a.wav', { type: 'lost', reason: 'cut-off', report: REPORT })).toBe(
    'a.wav: 1.06-1.50 s audible-fast, lost (cut-off), SNR 12.3 dB',
  );
});
