// An inspection as JSON: the same data, numbers rounded to what was measured, long rows of levels packed.

import type { Inspection } from '../../modem/inspect/inspection.js';

const DIGITS = 6;
/** Levels of a picture: a byte each, `zeroDb + stepDb * byte`. */
const ZERO_DB = -180;
const STEP_DB = 0.75;

/** @returns what `JSON.stringify` can write; a number that is not finite is null, bytes are hexadecimal digits */
export function inspectionJson(found: Inspection, file: string): unknown {
  return { file, ...(plain(found) as object) };
}

function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  if ('values' in value && value.values instanceof Float32Array)
    return Object.fromEntries(
      entries.map(([name, inner]) =>
        name === 'values' ? ['levels', packed(inner as Float32Array)] : [name, plain(inner)],
      ),
    );
  return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]));
}

/** [row * width + column], rows from low to high frequencies. */
function packed(values: Float32Array): { zeroDb: number; stepDb: number; base64: string } {
  const bytes = Uint8Array.from(values, (db) => Math.max(0, Math.min(255, Math.round((db - ZERO_DB) / STEP_DB))));
  return { zeroDb: ZERO_DB, stepDb: STEP_DB, base64: Buffer.from(bytes).toString('base64') };
}
