// What a till said and keeps, as JSON objects and as lines for people.

import { formatAmount, type Sale, type TillVerdict } from 'tillsong';
import { hexOf } from '../result-output.js';

/** @returns one JSON object a verdict */
export function verdictJson(verdict: TillVerdict): Record<string, unknown> {
  if (verdict.ok && verdict.type === 'certificate')
    return { ok: true, type: 'certificate', certificateId: hexOf(verdict.certificateId) };
  if (verdict.ok) return { ok: true, type: 'sale', repeated: verdict.repeated, ...saleJson(verdict.sale) };
  const { step, reason } = verdict;
  if (step !== 'vend') return { ok: false, step, reason };
  return { ok: false, step, reason, repeated: verdict.repeated, ...saleJson(verdict.sale) };
}

export function saleJson(sale: Sale): Record<string, unknown> {
  const { sequence, certificateId, counter, amount, item, acceptedAtSeconds, outcome, receipt } = sale;
  return {
    sequence,
    certificateId: hexOf(certificateId),
    counter,
    amountMinorUnits: amount.minorUnits,
    currency: amount.currency,
    item,
    acceptedAtSeconds,
    outcome: outcome ?? null,
    receipt: receipt === undefined ? null : hexOf(receipt),
  };
}

export function verdictLine(verdict: TillVerdict): string {
  if (verdict.ok && verdict.type === 'certificate') return `certificate ${hexOf(verdict.certificateId)} is known now`;
  if (!verdict.ok && verdict.step !== 'vend') return `refused (${verdict.step}): ${verdict.reason}`;
  const { amount, item, certificateId, counter } = verdict.sale;
  const what = `${formatAmount(amount)} for item ${item}, payment ${counter} of certificate ${hexOf(certificateId)}`;
  const again = verdict.repeated ? ' (told again)' : '';
  if (verdict.ok) return `vended${again}: ${what}`;
  return verdict.reason === 'failed' ? `not vended, void${again}: ${what}` : `unknown, held${again}: ${what}`;
}
