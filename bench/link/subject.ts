// Who is measured: our profiles and the peers' protocols, by the name they have in tables and pictures.

import { PROFILE_NAMES, PROFILES, type ProfileName } from 'tillsong';
import { GGWAVE_PROTOCOLS, type GgwaveProtocol } from '../peers/ggwave-modem.js';
import type { ModemName } from '../trial/modem.js';

export interface Subject {
  readonly name: string;
  readonly sender: ModemName;
  /** Band that a room, a noise or a device must be good for. */
  readonly bandHz: readonly [number, number];
}

/** The peer goes through the rooms, noises and devices that our profiles of that band go through, seed by seed. */
function bandOf(profile: ProfileName): readonly [number, number] {
  const { lowHz, highHz } = PROFILES[profile].preamble; // carriers reach at most an eighth farther
  return [lowHz, highHz];
}

function ggwaveSubject(protocol: GgwaveProtocol): Subject {
  const [family, speed] = protocol.toLowerCase().split('_');
  return {
    name: `ggwave ${family} ${speed}`,
    sender: { modem: 'ggwave', protocol },
    bandHz: bandOf(family === 'ultrasound' ? 'ultrasonic-fast' : 'audible-fast'),
  };
}

export const PROFILE_SUBJECTS: readonly Subject[] = PROFILE_NAMES.map((profile) => ({
  name: profile,
  sender: { modem: 'tillsong', profile },
  bandHz: bandOf(profile),
}));

export const GGWAVE_SUBJECTS: readonly Subject[] = GGWAVE_PROTOCOLS.map(ggwaveSubject);

/** The peer's quickest in each of our bands. */
export const FASTEST_PEERS: readonly Subject[] = GGWAVE_SUBJECTS.filter(({ name }) =>
  ['ggwave audible fastest', 'ggwave ultrasound fastest'].includes(name),
);
