// The result of an inspection in one sentence.

import type { Inspection } from './inspection.js';

export function summarise(found: Omit<Inspection, 'summary'>): string {
  const { messages, bursts, findings } = found;
  const lost = bursts.filter(({ outcome, header }) => outcome === 'payload' || (outcome === 'cut-off' && header));
  const unread = bursts.filter(({ outcome, findings: why }) => outcome === 'header' && why.length > 0);
  const silence = findings.find(({ kind }) => kind === 'silence');
  if (silence) return 'Nothing was recorded: the recording is silent.';
  const parts = [
    ...(messages.length > 0 ? [counted(messages.length, 'message')] : []),
    ...(lost.length > 0 ? [`${counted(lost.length, 'burst')} lost after the header`] : []),
    ...(unread.length > 0 ? [`${counted(unread.length, 'preamble')} without a readable header`] : []),
  ];
  if (parts.length > 0) return `${parts.join(', ')}.`;
  return `No burst was found. ${strongest(found)}`;
}

function strongest({ scores }: Omit<Inspection, 'summary'>): string {
  const best = scores
    .filter((track) => track.best !== undefined)
    .sort((a, b) => (b.best?.score ?? 0) / b.threshold - (a.best?.score ?? 0) / a.threshold)[0];
  if (!best?.best) return 'No preamble came even near the threshold.';
  const { score, seconds } = best.best;
  return `The nearest to a preamble was at ${seconds.toFixed(2)} s: a score of ${score.toFixed(0)} for ${best.profile}, threshold ${best.threshold}; noise reaches that now and then.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
