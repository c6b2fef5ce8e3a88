// A profile of one's own: a loudspeaker that is good from 9 to 12 kHz.      node dist/examples/custom-band.js
// A profile is data that both ends share; a bad one is refused with the field's name, what was expected and what was found.

import { PROFILES, parseProfile, Receiver, TillsongError, Transmitter } from 'tillsong';

const wanted = {
  ...PROFILES['ultrasonic-fast'],
  name: 'between-9-and-12',
  centerHz: 10500,
  preamble: { ...PROFILES['ultrasonic-fast'].preamble, lowHz: 9300, highHz: 11700 },
};
const profile = parseProfile(JSON.parse(JSON.stringify(wanted))); // as it would come from a file

const sound = new Transmitter({ profile }).modulate(Uint8Array.of(1, 2, 3));
const receiver = new Receiver({ sampleRateHz: 48000, profiles: [profile] });
for (const event of [...receiver.push(sound), ...receiver.flush()])
  if (event.type === 'message') console.log(event.report.profile, ...event.payload); // -> between-9-and-12 1 2 3

try {
  parseProfile({ ...wanted, centerHz: '10500' });
} catch (error) {
  if (error instanceof TillsongError) console.log(error.code, error.message); // -> ERR_PROFILE profile.centerHz: expected ...
}
