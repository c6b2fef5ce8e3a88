// From a run to the picture of it: which title, which numbers.

import type { LinkReport } from 'tillsong';
import { AIR_RATE_HZ, describeNoise, describeRoom } from '../air.js';
import type { DemoRun } from '../demo-run.js';
import { euros } from '../payment.js';
import { adviceWords, duration, signed, timesReal, wrongDecisions } from '../words.js';
import { drawPicture, type Fact } from './picture.js';

/** @returns an SVG document */
export function pictureOfRun(run: DemoRun): string {
  const { options, profile, air, samples, sound, view, verdict, payment, hearing } = run;
  return drawPicture({
    title: `${euros(payment.token.spend.amountMinorUnits)} by sound`,
    subtitle: `${payment.payload.length}-byte token in ${profile.name} \u00b7 ${describeRoom(options, air)} \u00b7 ${describeNoise(options)}`,
    verdict: { label: verdictLabel(run), isGood: verdict?.ok === true },
    facts: factsOf(run),
    footer: `microphone.wav, ${(samples.length / AIR_RATE_HZ).toFixed(2)} s at ${AIR_RATE_HZ / 1000} kHz \u00b7 seed ${options.seed}`,
    samples,
    profile,
    view,
    sent: sound.bursts,
    levels: run.levels,
    sentName: view ? 'other burst' : hearing.message ? 'sent here' : 'sent here, not heard',
    advice: hearing.message ? [] : adviceWords(run),
  });
}

function verdictLabel({ verdict, hearing }: DemoRun): string {
  if (verdict) return verdict.ok ? 'accepted' : `refused: ${verdict.reason}`;
  return hearing.lost.length > 0 ? 'lost' : 'not heard';
}

function factsOf(run: DemoRun): Fact[] {
  const { options, payment, airtimeSeconds, hearing, again, view } = run;
  const reference =
    payment.token.certificate.kind === 'inline' ? 'with its certificate' : 'with its certificate\u2019s id';
  const report = hearing.message?.report ?? hearing.lost.at(-1)?.report;
  const set = `${signed(options.speedMetersPerSecond, 2)} m/s, clock ${signed(options.clockOffsetPpm, 0)} ppm`;
  const wrong = wrongDecisions(view);
  const sent: Fact[] = [
    ['token', `${payment.payload.length} bytes, ${reference}`],
    ['airtime', `${airtimeSeconds.toFixed(3)} s a burst, ${options.repeat} sung`],
    ['signal', `${signed(run.inBandSnrDb, 1)} dB over the noise in the band`],
  ];
  if (!report) return [...sent, ['motion', set], ['heard', 'no header']];
  const heard: Fact[] = [
    ['SNR', `${signed(report.snrDb, 1)} dB, late echo counted as noise`],
    ['motion', `measured ${motion(report)}`],
    ['', `set ${set}`],
    ...(wrong ? [['wrong at first', wrong] as const] : []),
  ];
  if (!hearing.message) {
    const help = adviceWords(run).map((line, i): Fact => [i === 0 ? 'would help' : '', line.split(': ')[0]]);
    return [...sent, ...heard, ['heard', 'the header, not the payload'], ...help];
  }
  return [
    ...sent,
    ...heard,
    ['Reed-Solomon', `${report.correctedByteCount} bytes changed`],
    ['combined', report.burstsCombined === 1 ? 'one burst' : `${report.burstsCombined} bursts`],
    ['complete', `${duration(hearing.delaySeconds ?? 0)} after the last sample`],
    ['listening', `${timesReal(again.computingSeconds, again.soundSeconds)} on one core`],
  ];
}

function motion({ speedMetersPerSecond, clockOffsetPpm }: LinkReport): string {
  return speedMetersPerSecond === 0
    ? `clock ${signed(clockOffsetPpm, 0)} ppm`
    : `${signed(speedMetersPerSecond, 2)} m/s (clock included)`;
}
