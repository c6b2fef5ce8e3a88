// Everything one run of the demo knows, for those who put it into words and pictures.

import type { BurstView, Profile } from 'tillsong';
import type { PaymentVerdict } from '../vending-machine/check-payment.js';
import type { Air, MicrophoneSound } from './air.js';
import type { Hearing } from './hearing.js';
import type { DemoOptions } from './options.js';
import type { Parties, Payment } from './payment.js';
import type { SentLevels } from './sent-levels.js';

export interface DemoRun extends SentLevels {
  readonly options: DemoOptions;
  readonly profile: Profile;
  readonly parties: Parties;
  readonly payment: Payment;
  /** Length of one burst. */
  readonly airtimeSeconds: number;
  readonly air: Air;
  readonly sound: MicrophoneSound;
  /** What the WAV file holds. */
  readonly samples: Float32Array;
  /** The first time, when the program is still cold, and again when it is warm. */
  readonly hearing: Hearing;
  readonly again: Hearing;
  /** Undefined when there was no message. */
  readonly verdict: PaymentVerdict | undefined;
  /** Of the burst that gave the message, or of the last one lost; undefined when nothing was heard. */
  readonly view: BurstView | undefined;
}
