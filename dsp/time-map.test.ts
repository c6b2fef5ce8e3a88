import { describe, expect, test } from '@jest/globals';
import { TimeMap } from './time-map.js';

const OMEGA = (2 * Math.PI * 5000) / 12000;

function wrapped(phaseRad: number): number {
  return phaseRad - 2 * Math.PI * Math.round(phaseRad / (2 * Math.PI));
}

describe('a map from sent to received time', () => {
  test('without motion is a shift', () => {
    const map = new TimeMap(1000.25, 0, OMEGA);
    expect(map.at(0)).toBe(1000.25);
    expect(map.at(64)).toBe(1064.25);
    expect(map.plan(64)).toMatchObject({ startSamples: 1064.25, stepSamples: 1, phaseStepRad: 0 });
  });

  test('has copies that go their own way', () => {
    const map = new TimeMap(1000, 0.001, OMEGA);
    map.correct(500, 0.5, 0.0005);
    const copy = map.copy();
    expect(copy.plan(700)).toEqual(map.plan(700));
    copy.correct(700, 0, 0.001);
    expect(copy.at(900)).toBeLessThan(map.at(900));
    expect(map.dilation).toBe(0.0015);
  });

  test('reads a sender that approaches in less time', () => {
    const map = new TimeMap(1000, 0.004, OMEGA);
    expect(map.at(1004)).toBeCloseTo(2000, 9);
  });

  test.each([-0.0045, 0, 1e-4, 0.0045])(
    'plans times and rotations that follow its equations (dilation %p)',
    (dilation) => {
      const map = new TimeMap(777.3, dilation, OMEGA);
      const { startSamples, stepSamples, phaseRad, phaseStepRad } = map.plan(500);
      for (let i = 0; i < 600; i += 97) {
        const u = 500 + i;
        expect(startSamples + i * stepSamples).toBeCloseTo(map.at(u), 8);
        expect(wrapped(phaseRad + i * phaseStepRad - OMEGA * (u - map.at(u)))).toBeCloseTo(0, 6);
      }
    },
  );

  test.each([-0.003, 0.0012])('undoes the motion of a tone (dilation %p)', (dilation) => {
    // Sent baseband exp(i v u) on the carrier, heard as r(t) = exp(i (v u + w (u - t))) with u = (t - t0)(1 + a).
    const map = new TimeMap(300.6, dilation, OMEGA);
    const v = 0.7;
    const { startSamples, stepSamples, phaseRad, phaseStepRad } = map.plan(40);
    for (let i = 0; i < 500; i += 50) {
      const t = startSamples + i * stepSamples;
      const u = (t - 300.6) * (1 + dilation);
      const read = v * u + OMEGA * (u - t) - (phaseRad + i * phaseStepRad);
      expect(wrapped(read - v * (40 + i))).toBeCloseTo(0, 6);
    }
  });

  test('when corrected moves what follows, and turns with the new dilation about the corrected moment', () => {
    const map = new TimeMap(100, 0.001, OMEGA);
    const before = map.at(5000);
    map.correct(5000, 0.75, 2e-4);
    expect(map.at(5000)).toBeCloseTo(before - 0.75, 9);
    expect(map.dilation).toBeCloseTo(0.0012, 12);
    expect(map.at(6000) - map.at(5000)).toBeCloseTo(1000 / 1.0012, 9);
  });

  test('plans times and rotations of a speed that grows, and goes on at the speed and place where that ends', () => {
    const map = new TimeMap(100, 0.001, OMEGA);
    const growth = 0.0014;
    const {
      startSamples,
      stepSamples,
      curveSamples = 0,
      phaseRad,
      phaseStepRad,
      curveRad = 0,
    } = map.plan(40, growth / 512);
    const after = map.copy();
    after.grow(40, 40 + 512, growth);
    expect(after.dilation).toBeCloseTo(0.0024, 12);
    const end = startSamples + 512 * (stepSamples + 512 * curveSamples);
    expect(end).toBeCloseTo(after.at(552), 9);
    expect(map.at(552) - end).toBeCloseTo((512 * growth) / 2, 2);
    const phase = phaseRad + 512 * (phaseStepRad + 512 * curveRad);
    expect(wrapped(phase - OMEGA * (552 - end))).toBeCloseTo(0, 6);
    // The last step is that of the new speed.
    expect(stepSamples + 1023 * curveSamples).toBeCloseTo(1 / (1 + after.dilation), 5);
  });

  test('when corrected by nothing stays the same, also after many corrections', () => {
    const map = new TimeMap(100, 0.001, OMEGA);
    const before = map.at(9000);
    for (let u = 500; u <= 5000; u += 500) map.correct(u, 0, 0);
    expect(map.at(9000)).toBeCloseTo(before, 8);
  });
});
