// How an outcome is called and coloured, wherever it appears.

import type { BurstInspection, BurstOutcome } from '../../modem/inspect/inspection.js';
import { INK } from '../picture/index.js';

export const OUTCOME_WORDS: Readonly<Record<BurstOutcome, string>> = {
  delivered: 'delivered',
  repeated: 'heard again, already delivered',
  payload: 'payload not decoded',
  header: 'header not read',
  'cut-off': 'cut off by the end of the recording',
  chance: 'header by chance, no signal behind it',
  echo: 'echo of another burst',
  shadow: 'part of another burst',
  'not-tried': 'not tried, too many at once',
};

const UNSURE = '#b06a00';

export function outcomeColor(outcome: BurstOutcome): string {
  if (outcome === 'delivered' || outcome === 'repeated') return INK.good;
  if (outcome === 'payload' || outcome === 'cut-off') return INK.wrong;
  return outcome === 'header' ? UNSURE : INK.axis;
}

/** Whether a candidate is a burst, and not noise or part of another: these are numbered and shown at length. */
export function isShown({ outcome, findings, header, detail }: BurstInspection): boolean {
  if (!detail) return false;
  if (outcome === 'delivered' || outcome === 'repeated' || outcome === 'payload') return true;
  return findings.length > 0 || (outcome === 'cut-off' && header !== undefined);
}
