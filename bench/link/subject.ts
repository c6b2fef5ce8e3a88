// Who is measured: our profiles and the peers' protocols, by the name they have in tables and pictures.

import { PROFILE_NAMES, PROFILES } from 'tillsong';
import { GGWAVE_PROTOCOLS, type GgwaveProtocol } from '../peers/ggwave-modem.js';
import type { ModemName } from '../trial/modem.js';

export interface Subject {
  readonly name: string;
  readonly sender: ModemName;
  /** Band that a room, a noise or a device must be good for. */
  readonly bandHz: readonly [number, number];
}

/** Bands of the three families of protocols. */
const GGWAVE_BANDS_HZ: Readonly<Record<string, readonly [number, number]>> = {
  AUDIBLE: [1875, 6328],
  ULTRASOUND: [15000, 19453],
  DT: [1125, 2578],
};

function ggwaveSubject(protocol: GgwaveProtocol): Subject {
  const [family, speed] = protocol.toLowerCase().split('_');
  return {
    name: `ggwave ${family} ${speed}`,
    sender: { modem: 'ggwave', protocol },
    bandHz: GGWAVE_BANDS_HZ[protocol.split('_')[0]],
  };
}

export const PROFILE_SUBJECTS: readonly Subject[] = PROFILE_NAMES.map((profile) => {
  const { lowHz, highHz } = PROFILES[profile].preamble; // the preamble sweeps the whole band
  return { name: profile, sender: { modem: 'tillsong', profile }, bandHz: [lowHz, highHz] };
});

export const GGWAVE_SUBJECTS: readonly Subject[] = GGWAVE_PROTOCOLS.map(ggwaveSubject);

/** The peer's quickest in each of our bands. */
export const FASTEST_PEERS: readonly Subject[] = GGWAVE_SUBJECTS.filter(({ name }) =>
  ['ggwave audible fastest', 'ggwave ultrasound fastest'].includes(name),
);

export const SUBJECTS: readonly Subject[] = [...PROFILE_SUBJECTS, ...GGWAVE_SUBJECTS];
