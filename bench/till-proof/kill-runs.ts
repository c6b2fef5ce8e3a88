// kill -9 at random moments, over and over, on one journal: while the till starts, listens, checks, writes and vends.

import { join } from 'node:path';
import type { SeededRandom } from 'tillsong';
import { openJournal } from 'tillsong/node';
import { type Audit, audit } from './audit.js';
import { Machine } from './machine.js';
import { Phones } from './proof-parties.js';
import { singAll } from './sound.js';
import { inspect, live, type Said, type VendMoment } from './till-process.js';

export interface KillRuns extends Audit {
  /** Lives of the till: some end by themselves. */
  readonly lives: number;
  readonly kills: number;
  /** kills at the machine's own moments: before it vended, and after it did and before it answered */
  readonly killsAtVend: number;
  readonly payments: number;
  readonly repeats: number;
}

const PAYMENTS_PER_LIFE = 4;
/** Of four lives three are killed; when so many more go by, the killing itself does not work. */
const MOST_LIVES_PER_KILL = 4;

/**
 * @param killCount - how often the till is to be killed
 * @param onKill - told after each life how often it was killed so far
 */
export async function killRuns(
  folder: string,
  killCount: number,
  random: SeededRandom,
  onKill: (kills: number) => void,
): Promise<KillRuns> {
  const journalPath = join(folder, 'journal.sqlite');
  const machine = new Machine(join(folder, 'machine.log'));
  const phones = new Phones();
  const told: Said[] = [];
  const heardBefore: Uint8Array[] = [];
  let kills = 0;
  let killsAtVend = 0;
  let lives = 0;
  const mostLives = MOST_LIVES_PER_KILL * killCount + MOST_LIVES_PER_KILL;
  for (; kills < killCount && lives < mostLives; lives++) {
    const payloads: Uint8Array[] = [];
    for (let i = 0; i < PAYMENTS_PER_LIFE; i++) {
      payloads.push((await phones.pay()).payload);
      // An echo, a phone that sings on, or a buyer who asks again after a restart.
      const again =
        random.uniform() < 0.5 ? payloads.at(-1) : heardBefore[Math.floor(random.uniform() * heardBefore.length)];
      if (again !== undefined && random.uniform() < 0.6) payloads.push(again);
    }
    heardBefore.push(...payloads.slice(0, 2));
    // Half of the lives end at a random moment, a third around a vend, the rest at their own end.
    const fate = random.uniform();
    let vendsToGo =
      fate < 0.5
        ? Number.POSITIVE_INFINITY
        : fate < 0.85
          ? Math.floor(random.uniform() * PAYMENTS_PER_LIFE)
          : Number.POSITIVE_INFINITY;
    const life = await live({
      journal: journalPath,
      machine,
      sound: singAll(payloads),
      killAfterMs: fate < 0.5 ? random.uniform() * 1000 : undefined,
      onVend: () => {
        const jams = random.uniform() < 0.1;
        if (vendsToGo-- > 0) return { moment: 'answer' as VendMoment, jams };
        killsAtVend++;
        return { moment: random.uniform() < 0.5 ? 'before' : 'after', jams };
      },
    });
    told.push(...life.said);
    if (life.wasKilled) kills++;
    onKill(kills);
  }
  machine.close();
  // The last start, after the last kill: it closes what was in flight.
  const last = await inspect(journalPath);
  const journal = openJournal(journalPath);
  const audited = audit(journal.entries(1), machine, told, kills);
  journal.close();
  const damaged = [...told, last].filter((said) => said?.damage).map((said) => `damage: ${said?.damage?.detail}`);
  const violations = [...audited.violations, ...damaged, ...(last === undefined ? ['the last start crashed'] : [])];
  if (kills < killCount) violations.push(`killed ${kills} times in ${lives} lives, not ${killCount} times`);
  const repeats = told.filter(({ repeated }) => repeated).length;
  return { ...audited, violations, lives, kills, killsAtVend, payments: phones.paymentCount, repeats };
}
