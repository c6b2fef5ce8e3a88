// ISO 4217 currencies: code, number and how many digits the minor unit has, and amounts as people write them. A phone
// shows what it signs with these (rule 3: 350 JPY is not 350 EUR). Text to integer without floating point.
// Source: ISO 4217:2015 list one (SIX Financial Information, maintenance agency); currencies in circulation, no funds codes.

import { type Amount, makeAmount } from '../../codec/token/amount.js';
import { MAX_MINOR_UNITS } from '../../codec/token/limits.js';
import { TillsongError } from '../shared/errors.js';

/** One currency of ISO 4217. */
export interface Currency {
  /** three letters, as in `EUR` */
  readonly code: string;
  /** numeric code, integer in [1, 999] */
  readonly number: number;
  /** digits behind the decimal point of one unit: 2 for EUR, 0 for JPY, 3 for BHD */
  readonly minorDigits: number;
}

const TABLE: Readonly<Record<number, string>> = {
  0: 'CLP 152, ISK 352, JPY 392, KRW 410, PYG 600, UGX 800, VND 704, XAF 950, XOF 952, XPF 953',
  2: `AED 784, ARS 032, AUD 036, AZN 944, BAM 977, BDT 050, BRL 986, CAD 124, CHF 756, CNY 156, COP 170, CRC 188,
    CZK 203, DKK 208, DOP 214, DZD 012, EGP 818, ETB 230, EUR 978, GBP 826, GEL 981, GHS 936, GTQ 320, HKD 344, HUF 348,
    IDR 360, ILS 376, INR 356, JMD 388, KES 404, KHR 116, KZT 398, LAK 418, LKR 144, MAD 504, MDL 498, MMK 104, MNT 496,
    MOP 446, MUR 480, MXN 484, MYR 458, NGN 566, NOK 578, NPR 524, NZD 554, PEN 604, PHP 608, PKR 586, PLN 985, QAR 634,
    RON 946, RSD 941, SAR 682, SEK 752, SGD 702, THB 764, TRY 949, TWD 901, TZS 834, UAH 980, USD 840, UYU 858, UZS 860,
    ZAR 710, ZMW 967`,
  3: 'BHD 048, IQD 368, JOD 400, KWD 414, LYD 434, OMR 512, TND 788',
};

const CURRENCIES: readonly Currency[] = Object.entries(TABLE).flatMap(([digits, entries]) =>
  entries.split(',').map((entry) => {
    const [code, number] = entry.trim().split(' ');
    return Object.freeze({ code, number: Number(number), minorDigits: Number(digits) });
  }),
);
const BY_CODE = new Map(CURRENCIES.map((currency) => [currency.code, currency]));
const BY_NUMBER = new Map(CURRENCIES.map((currency) => [currency.number, currency]));

/** @returns the currency of a code such as `EUR`, or undefined when the table has none */
export function currencyByCode(code: string): Currency | undefined {
  return BY_CODE.get(code);
}

/** @returns the currency of a numeric code such as 978, or undefined when the table has none */
export function currencyByNumber(number: number): Currency | undefined {
  return BY_NUMBER.get(number);
}

/**
 * Reads an amount as people write it. No sign, no thousands separator, no exponent, no more digits than the currency has.
 *
 * @param text - `1.50` or `2` with `EUR`, `350` with `JPY`, `0.125` with `BHD`
 * @param code - ISO 4217 letters, capital
 * @throws TillsongError `ERR_TYPE` for a text or code that is none, `ERR_RANGE` beyond 16,777,215 minor units
 */
export function parseAmount(text: string, code: string): Amount {
  const currency = currencyByCode(code);
  if (currency === undefined)
    throw new TillsongError('ERR_TYPE', `currency: expected an ISO 4217 code such as EUR, got ${JSON.stringify(code)}`);
  const { minorDigits, number } = currency;
  const match = /^(0|[1-9]\d{0,8})(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[2] ?? '';
  if (match === null || fraction.length > minorDigits) {
    const digits =
      minorDigits === 0 ? 'without a decimal point' : `with at most ${minorDigits} digits behind the point`;
    const shown = JSON.stringify(text.slice(0, 24));
    throw new TillsongError('ERR_TYPE', `amount: expected ${code} ${digits}, got ${shown}`);
  }
  const minorUnits = Number(match[1] + fraction.padEnd(minorDigits, '0'));
  if (minorUnits > MAX_MINOR_UNITS)
    throw new TillsongError('ERR_RANGE', `amount: expected at most ${MAX_MINOR_UNITS} minor units, got ${minorUnits}`);
  return makeAmount(minorUnits, number);
}

/**
 * An amount for people, always with its currency.
 *
 * @returns `1.50 EUR`, `350 JPY`; `150 minor units of currency 999` when the table does not know it
 */
export function formatAmount({ minorUnits, currency }: Amount): string {
  const known = currencyByNumber(currency);
  if (known === undefined) return `${minorUnits} minor units of currency ${currency}`;
  const digits = String(minorUnits).padStart(known.minorDigits + 1, '0');
  const whole = digits.slice(0, digits.length - known.minorDigits);
  const fraction = digits.slice(digits.length - known.minorDigits);
  return `${whole}${fraction === '' ? '' : `.${fraction}`} ${known.code}`;
}
