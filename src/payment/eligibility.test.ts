import { describe, expect, test } from '@jest/globals';
import { type Applicant, parseEligibilityPolicy, refuseEligibility } from './eligibility.js';

/** An airline's: registered before boarding, a score of 550, flight 77 until its doors close; operator 5 at any time. */
const POLICY = parseEligibilityPolicy({
  mustBeRegistered: true,
  minimumScore: 550,
  audiences: [{ audience: 77, opensAtSeconds: 1000, closesAtSeconds: 2000 }, { audience: 5 }],
});
const APPLICANT: Applicant = {
  holder: 'passenger 12A',
  registered: true,
  score: 550,
  audience: 77,
  availableMinorUnits: undefined,
};
const refuse = (changes: Partial<Applicant> = {}, nowSeconds = 1500) =>
  refuseEligibility(POLICY, { ...APPLICANT, ...changes }, nowSeconds);

describe('rule 22: the eligibility policy', () => {
  test('lets pass who is registered, has the score and is booked on what is open', () => {
    expect(refuse()).toBeUndefined();
    expect(refuse({ score: 10_000, availableMinorUnits: 1 })).toBeUndefined();
    expect(refuse({ audience: 5 }, 9_999_999)).toBeUndefined();
    expect([refuse({}, 1000), refuse({}, 1999)]).toEqual([undefined, undefined]);
  });

  test.each<[string, Partial<Applicant>, number, string]>([
    ['not registered', { registered: false }, 1500, 'not-registered'],
    ['without a score', { score: undefined }, 1500, 'score-unknown'],
    ['with one point too few', { score: 549 }, 1500, 'score-too-low'],
    ['on another flight', { audience: 78 }, 1500, 'audience'],
    ['asking for a certificate that is good everywhere', { audience: 0 }, 1500, 'audience'],
    ['before the list opens', {}, 999, 'not-yet-open'],
    ['after the doors closed', {}, 2000, 'closed'],
    ['without funds', { availableMinorUnits: 0 }, 1500, 'no-funds'],
  ])('refuses who is %s', (_, changes, nowSeconds, reason) => {
    expect(refuse(changes, nowSeconds)).toBe(reason);
  });

  test('asks for nothing that is not in it', () => {
    const open = parseEligibilityPolicy({ mustBeRegistered: false, audiences: [{ audience: 0 }] });
    const stranger = { ...APPLICANT, registered: false, score: undefined, audience: 0 };
    expect(refuseEligibility(open, stranger, 0)).toBeUndefined();
  });

  test.each<[string, Partial<Record<keyof Applicant, unknown>>]>([
    ['no holder', { holder: '' }],
    ['a holder that is no text', { holder: 7 }],
    ['a score that is no number', { score: '550' }],
    ['a negative score', { score: -1 }],
    ['a registration that is a word', { registered: 'no' }],
    ['no audience', { audience: undefined }],
    ['funds of half a cent', { availableMinorUnits: 0.5 }],
  ])('does not judge %s', (_, changes) => {
    expect(() => refuse(changes as Partial<Applicant>)).toThrow(/^applicant\./);
  });
});

describe('a policy as data', () => {
  test.each([
    ['an unknown field', { mustBeRegistered: true, audiences: [], minScore: 550 }],
    ['a missing field', { audiences: [] }],
    ['a flag that is a number', { mustBeRegistered: 1, audiences: [] }],
    ['a score beyond any scale', { mustBeRegistered: true, audiences: [], minimumScore: 10_001 }],
    ['a score that is null', { mustBeRegistered: true, audiences: [], minimumScore: null }],
    ['audiences that are none', { mustBeRegistered: true, audiences: {} }],
    ['an audience twice', { mustBeRegistered: true, audiences: [{ audience: 1 }, { audience: 1 }] }],
    ['an audience with a typing error', { mustBeRegistered: true, audiences: [{ audience: 1, closesAt: 5 }] }],
    ['an audience beyond 32 bits', { mustBeRegistered: true, audiences: [{ audience: 2 ** 32 }] }],
    ['no object', null],
  ])('is refused with %s', (_, value) => {
    expect(() => parseEligibilityPolicy(value)).toThrow(/^policy/);
  });

  test('cannot be changed once it is read', () => {
    expect(() => Object.assign(POLICY, { minimumScore: 0 })).toThrow(TypeError);
    expect(() => Object.assign(POLICY.audiences[0], { closesAtSeconds: 9e9 })).toThrow(TypeError);
  });
});
