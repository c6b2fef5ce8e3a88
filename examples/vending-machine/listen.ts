// A vending machine that listens: 16-bit mono samples at 48 kHz on standard input, one line for each message heard.
// It checks what a token proves; that nothing is delivered twice takes a journal, which is not here.
//
//   arecord -q -t raw -f S16_LE -r 48000 | node dist/examples/vending-machine/listen.js ISSUER_KEY
//
// ISSUER_KEY is the issuer's public key, 64 hexadecimal digits. `npm start` prints the key of its issuer and a command that
// plays its recording to this program.

import { readRawPcm } from 'tillsong/node';
import { hearPayments } from './hear-payments.js';
import { CLOCK_TOLERANCE_SECONDS, ISSUER_KEY_ID, MACHINE } from './machine.js';

const issuerKey = process.argv[2] ?? '';
if (!/^[0-9a-f]{64}$/i.test(issuerKey)) {
  console.error('usage: listen ISSUER_KEY (64 hexadecimal digits) < 16-bit samples at 48 kHz');
  process.exit(64);
}

const payments = hearPayments(readRawPcm(process.stdin, { encoding: 's16le' }), {
  sampleRateHz: 48000,
  issuerKeys: new Map([[ISSUER_KEY_ID, Uint8Array.from(Buffer.from(issuerKey, 'hex'))]]),
  terms: () => ({
    ...MACHINE,
    nowSeconds: Math.floor(Date.now() / 1000),
    clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS,
  }),
});
for await (const verdict of payments) {
  if (verdict.ok) console.log(`good: ${verdict.amount.minorUnits} minor units of currency ${verdict.amount.currency}`);
  else console.log(`refused (${verdict.step}): ${verdict.reason}`);
}
