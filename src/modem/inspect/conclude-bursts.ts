// What can only be said of bursts once all are known: which of them are parts of another, and which collide. Then the diagnoses.

import { burstLayout, preambleSamples } from '../burst-layout.js';
import { collision, FASTEST_METERS_PER_SECOND, findInBurst, LEAST_OVERLAP_SECONDS, tooFast } from './burst-findings.js';
import type { ShelvedBurst } from './burst-shelf.js';
import type { BurstInspection, BurstOutcome, Finding, Interferer } from './inspection.js';
import type { SeenPreamble } from './score-history.js';

/** A preamble seen within this time of a burst's start is the burst's own. */
const SAME_SECONDS = 0.05;
/** Taken for the length of a burst whose header was not read. */
const USUAL_PAYLOAD_BYTES = 92;
const CUT_OFF_SECONDS = 0.005;
/** A candidate without a header is a burst when its score is so many times the threshold and it stands in the noise ... */
const CERTAIN_STRENGTH = 8;
const WEAK_DB = 3;
/** ... or so many, and its header carries this share of the information needed; more of it at the recording's end. */
const LIKELY_STRENGTH = 1.3;
const LEAST_SHARE = 0.25;
const LIKELY_SHARE = 0.6;
/** A preamble faster than the receiver follows is told of from here on. */
const FAST_STRENGTH = 4;
/** A header that was read with less was none. */
const CHANCE_SHARE = 0.2;
/** A burst of another band that is so many times clearer, at about the same time, explains a candidate without a header. */
const LEAKAGE_RATIO = 3;
const LEAKAGE_SECONDS = 0.5;

export interface ConcludingFacts {
  readonly durationSeconds: number;
  readonly interferers: readonly Interferer[];
  /** By band: preambles above the threshold. */
  readonly moving: readonly (readonly SeenPreamble[])[];
}

/** When a burst sounds. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Of the bursts that are no noise. */
type Spans = ReadonlyMap<ShelvedBurst, Span>;

export function concludeBursts(
  shelved: readonly ShelvedBurst[],
  facts: ConcludingFacts,
): { readonly inspected: BurstInspection[]; readonly recordingFindings: Finding[] } {
  const sorted = [...shelved].sort((a, b) => a.captured.startSeconds - b.captured.startSeconds);
  const outcomes = new Map(sorted.map((burst) => [burst, outcomeOf(burst, sorted, facts)] as const));
  const spans: Spans = new Map(
    sorted
      .filter((burst) => isReal(burst, outcomes.get(burst) as BurstOutcome, facts))
      .map((burst) => [burst, spanOf(burst)] as const),
  );
  const inspected = sorted.map((burst): BurstInspection => {
    const outcome = outcomes.get(burst) as BurstOutcome;
    const { source, echoes, ...measured } = burst.captured;
    const findings = spans.has(burst) ? findingsOf(burst, outcome, spans, facts) : [];
    const { detail, sound, closeUp, burstsCombined } = burst;
    const isShown = detail !== undefined && outcome !== 'shadow';
    return {
      ...measured,
      speedMetersPerSecond: speedOf(burst.captured, facts),
      outcome,
      findings,
      detail: isShown ? { ...detail, sound, closeUp, burstsCombined } : undefined,
    };
  });
  return { inspected, recordingFindings: fastPreambles(facts, sorted) };
}

function findingsOf(burst: ShelvedBurst, outcome: BurstOutcome, spans: Spans, facts: ConcludingFacts): Finding[] {
  const collisions = collisionsOf(burst, spans);
  // What follows a burst's end tells of the room only where nobody else is singing.
  const own = findInBurst(judged(burst, outcome, facts)).filter(
    ({ kind }) => kind !== 'reverberation' || collisions.length === 0,
  );
  return [...own, ...collisions];
}

function outcomeOf(
  burst: ShelvedBurst,
  all: readonly ShelvedBurst[],
  { durationSeconds }: ConcludingFacts,
): BurstOutcome {
  const { captured } = burst;
  if (all.some((other) => isShadowOf(burst, other))) return 'shadow';
  const bits = burst.detail?.headerBits;
  const isRead = captured.outcome === 'payload' || captured.outcome === 'cut-off';
  if (captured.header && isRead && bits && bits.informationBits < CHANCE_SHARE * bits.neededBits) return 'chance';
  const isOpen = captured.outcome === 'header' || captured.outcome === 'payload';
  return isOpen && captured.endSeconds > durationSeconds + CUT_OFF_SECONDS ? 'cut-off' : captured.outcome;
}

/** Whether a burst without a header is one pair of chirps in the longer preamble of another, or its echo. */
function isShadowOf({ captured: a }: ShelvedBurst, { captured: b }: ShelvedBurst): boolean {
  if (a === b || a.header) return false;
  if (a.source.centerHz !== b.source.centerHz) return isLeakageOf(a, b);
  const distance = a.startSeconds - b.startSeconds;
  if (a.source === b.source) return b.score > a.score && b.header !== undefined && Math.abs(distance) < SAME_SECONDS;
  // A pair of chirps may be one of several, and several may be one strong pair and noise: the clearer one counts.
  if (!b.header && b.score / b.threshold <= a.score / a.threshold) return false;
  const longer = a.source.preamble.pairCount > b.source.preamble.pairCount ? a.source : b.source;
  const reach = preambleSamples(longer) / longer.sampleRateHz;
  return distance > -reach && distance < reach + SAME_SECONDS;
}

/** Whether it is what a strong burst of another band leaves here: the skirts of filters, and what its end stirs up. */
function isLeakageOf(a: ShelvedBurst['captured'], b: ShelvedBurst['captured']): boolean {
  if (!b.header || b.score / b.threshold < LEAKAGE_RATIO * (a.score / a.threshold)) return false;
  return a.startSeconds > b.startSeconds - LEAKAGE_SECONDS && a.startSeconds < b.endSeconds + LEAKAGE_SECONDS;
}

/** Whether it is a burst and not noise that resembles a preamble. */
function isReal({ captured, detail, sound }: ShelvedBurst, outcome: BurstOutcome, facts: ConcludingFacts): boolean {
  if (outcome === 'shadow' || outcome === 'echo' || outcome === 'chance' || outcome === 'not-tried') return false;
  if (captured.header) return true;
  const strength = captured.score / captured.threshold;
  // Clicks make chirps of any speed, mostly of one that nobody sings at.
  if (strength < FAST_STRENGTH && Math.abs(speedOf(captured, facts)) > FASTEST_METERS_PER_SECOND) return false;
  const bits = detail?.headerBits;
  const share = bits ? bits.informationBits / bits.neededBits : 0;
  if (outcome === 'cut-off') return strength >= LIKELY_STRENGTH && share >= LIKELY_SHARE;
  if (strength >= LIKELY_STRENGTH && share >= LEAST_SHARE) return true;
  return strength >= CERTAIN_STRENGTH && sound !== undefined && sound.snrDb > sound.neededSnrDb - WEAK_DB;
}

function judged({ captured, detail, sound }: ShelvedBurst, outcome: BurstOutcome, facts: ConcludingFacts) {
  const { source, startSeconds, endSeconds, speedChangeMetersPerSecond } = captured;
  const { lowHz, highHz } = source.preamble;
  return {
    profile: source,
    isDelivered: outcome === 'delivered' || outcome === 'repeated',
    startSeconds,
    endSeconds,
    durationSeconds: facts.durationSeconds,
    speedMetersPerSecond: speedOf(captured, facts),
    speedChangeMetersPerSecond,
    softBits: detail?.payloadBits ?? detail?.headerBits,
    sound,
    interferers: facts.interferers.filter(({ frequencyHz }) => frequencyHz >= lowHz && frequencyHz <= highHz),
  };
}

function collisionsOf(burst: ShelvedBurst, spans: Spans): Finding[] {
  const mine = spans.get(burst) as Span;
  return [...spans].flatMap(([other, its]) => {
    if (other === burst || other.captured.source.centerHz !== burst.captured.source.centerHz) return [];
    if (Math.abs(its.start - mine.start) < SAME_SECONDS) return [];
    const overlap = Math.min(mine.end, its.end) - Math.max(mine.start, its.start);
    return overlap > LEAST_OVERLAP_SECONDS ? [collision(overlap, other.captured)] : [];
  });
}

function spanOf({ captured: { source, header, startSeconds, endSeconds }, sound }: ShelvedBurst): Span {
  const brokenOff = sound?.brokenOffAfterSeconds;
  if (brokenOff !== undefined) return { start: startSeconds, end: startSeconds + brokenOff };
  if (header) return { start: startSeconds, end: endSeconds };
  const { symbolCount } = burstLayout(source, USUAL_PAYLOAD_BYTES);
  const { fftSize } = source.waveform;
  const symbolSamples = symbolCount * fftSize * source.decimation;
  return { start: startSeconds, end: startSeconds + (preambleSamples(source) + symbolSamples) / source.sampleRateHz };
}

/** Of a burst whose header was not read, by a detector that looks for faster ones than the receiver. */
function speedOf(captured: ShelvedBurst['captured'], { moving }: ConcludingFacts): number {
  if (captured.header) return captured.speedMetersPerSecond;
  const seen = moving
    .flat()
    .filter(
      ({ seconds, profile }) =>
        profile === captured.profile && Math.abs(seconds - captured.startSeconds) < SAME_SECONDS,
    );
  const best = seen.sort((a, b) => b.score - a.score)[0];
  return best && best.score > captured.score ? best.speedMetersPerSecond : captured.speedMetersPerSecond;
}

/** A preamble that moves faster than the receiver follows and that it did not find at all. */
function fastPreambles({ moving }: ConcludingFacts, bursts: readonly ShelvedBurst[]): Finding[] {
  const fast = moving.flat().filter(({ speedMetersPerSecond, strength, seconds }) => {
    if (Math.abs(speedMetersPerSecond) <= FASTEST_METERS_PER_SECOND || strength < FAST_STRENGTH) return false;
    return !bursts.some(({ captured: { startSeconds, endSeconds, header } }) => {
      const end = header ? endSeconds : startSeconds;
      return seconds > startSeconds - SAME_SECONDS && seconds < end + SAME_SECONDS;
    });
  });
  const strongest = fast.sort((a, b) => b.strength - a.strength)[0];
  return strongest ? [tooFast(strongest.speedMetersPerSecond, strongest.seconds)] : [];
}
