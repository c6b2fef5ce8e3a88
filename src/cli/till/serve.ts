// `tillsong till serve`: hears payments, sells through the machine, sings receipts.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { Option } from 'commander';
import {
  currencyByNumber,
  formatAmount,
  MdbVend,
  MemoryVend,
  parseAmount,
  type TillVerdict,
  type Vend,
} from 'tillsong';
import type { Amount } from 'tillsong/codec';
import { openSerialPort, SAMPLE_ENCODINGS, type SampleEncoding, serveMdb } from 'tillsong/node';
import { type CommandContext, EXIT, type Finish, tell, UsageError } from '../command-context.js';
import { collected, hexBytes, integer, PROFILE_HELP } from '../option-parsers.js';
import { resolveProfile } from '../profile-option.js';
import { type OutputOptions, showResult } from '../result-output.js';
import { openSound, type RawFormat } from '../sound-source.js';
import { asFile, asUsage } from '../told-errors.js';
import { writeBursts } from '../write-bursts.js';
import { type OpenTill, readSettings, type TillSettings, withTill } from './till-folder.js';
import { verdictJson, verdictLine } from './verdict-output.js';

/** A controller polls several times a second; a session takes a few polls to end. */
const CLOSE_MS = 3000;

interface ServeOptions extends OutputOptions {
  readonly dir: string;
  readonly from?: string;
  readonly payload?: readonly Uint8Array[];
  readonly raw?: SampleEncoding;
  readonly rate?: number;
  readonly profile?: readonly string[];
  readonly item: number;
  readonly price?: string;
  readonly vend: 'memory' | 'mdb';
  readonly serial?: string;
  readonly baud?: number;
  readonly scale: number;
  readonly beacon?: string;
  readonly out?: string;
  readonly singProfile: string;
  readonly clock: boolean;
}

export function addServe(till: Command, context: CommandContext, finish: Finish): void {
  till
    .command('serve')
    .description('hear payments and sell: one line a verdict')
    .requiredOption('--dir <folder>', 'the till’s folder')
    .option('--from <file.wav>', 'where to hear payments, or - for standard input')
    .option('--payload <hex>', 'a payment itself; may be given several times', bytesCollected)
    .addOption(new Option('--raw <encoding>', 'samples without a header, mono').choices(SAMPLE_ENCODINGS))
    .option('--rate <hz>', 'samples a second of --raw', integer(8000, 192_000))
    .option('--profile <name>', `${PROFILE_HELP}; may be given several times (default: all)`, collected)
    .option('--item <n>', 'what is sold', integer(0, 65_535), 0)
    .option('--price <amount>', 'what it costs; with --vend mdb the machine may say it')
    .addOption(new Option('--vend <machine>', 'what delivers').choices(['memory', 'mdb']).default('memory'))
    .option('--serial <path>', 'with --vend mdb: the serial port, as docs/mdb-serial.md says')
    .option('--baud <rate>', 'speed of the serial port (default: as it is)', integer(300, 1_000_000))
    .option('--scale <n>', 'with --vend mdb: minor units of one step on the bus', integer(1, 255), 1)
    .option('--beacon <file.wav>', 'first write a beacon for the item there, for phones to answer')
    .option('--out <file.wav>', 'write the last receipt or void there, to be played to the phone')
    .option('--sing-profile <name>', PROFILE_HELP, 'audible-fast')
    .option('--no-clock', 'this computer’s clock cannot be trusted: take answers to beacons only')
    .option('--json', 'one JSON object a verdict')
    .action(async (options: ServeOptions) => finish(await serve(options, context)));
}

function bytesCollected(value: string, before: readonly Uint8Array[] = []): readonly Uint8Array[] {
  return [...before, hexBytes(1, 4096)(value)];
}

async function serve(options: ServeOptions, context: CommandContext): Promise<number> {
  const { dir, from, payload, raw, rate } = options;
  if (from === undefined && payload === undefined) throw new UsageError('give --from, --payload or both');
  if ((raw === undefined) !== (rate === undefined)) throw new UsageError('--raw and --rate belong together');
  const settings = await readSettings(dir, context);
  const price = priceOption(options, settings);
  const machine = machineOf(options, settings, context);
  try {
    const offered = (item: number): Amount | undefined => (item === options.item ? price : undefined);
    const priceOf = (item: number) => machine.selectionPrice(item) ?? offered(item);
    const opened = { vend: machine.vend, priceOf, hasNoClock: !options.clock };
    return await withTill(dir, context, opened, (open) => sell(open, options, context));
  } finally {
    await machine.close();
  }
}

async function sell({ till, journal }: OpenTill, options: ServeOptions, context: CommandContext): Promise<number> {
  if (journal.damage !== undefined) tell(context, `the journal is damaged: ${journal.damage.detail}`);
  for (const { sequence } of till.status().held)
    tell(context, `sale ${sequence} is held: find out what became of it, and resolve it`);
  if (options.beacon !== undefined) {
    const made = await asUsage('--item', () => till.beacon(options.item));
    if (!made.ok) throw new UsageError(`--beacon: the till offers nothing: ${made.reason}`);
    await sing(made.packed, options.beacon, options, context);
  }
  let exitCode: number = EXIT.ok;
  for await (const heard of payloadsOf(options, context)) {
    till.refresh();
    const verdict = await till.hear(heard);
    showResult(context, options, verdictJson(verdict), [verdictLine(verdict)]);
    exitCode = verdict.ok ? EXIT.ok : EXIT.refused;
    const receipt = receiptOf(verdict);
    if (receipt !== undefined && options.out !== undefined) await sing(receipt, options.out, options, context);
  }
  return context.interrupted.aborted ? EXIT.interrupted : exitCode;
}

function receiptOf(verdict: TillVerdict): Uint8Array | undefined {
  return 'sale' in verdict ? verdict.sale.receipt : undefined;
}

async function sing(payload: Uint8Array, out: string, { singProfile }: ServeOptions, context: CommandContext) {
  await writeBursts(payload, { out, profile: singProfile, sampleRate: 48_000, repeat: 2 }, context);
}

/** Everything that is heard, as it comes: the same message sung again too. */
async function* payloadsOf(options: ServeOptions, context: CommandContext): AsyncGenerator<Uint8Array, void, void> {
  const { from, payload = [], raw, rate } = options;
  yield* payload;
  if (from === undefined) return;
  const chosen = await Promise.all((options.profile ?? []).map(resolveProfile));
  const format: RawFormat | undefined =
    raw === undefined || rate === undefined ? undefined : { encoding: raw, sampleRateHz: rate };
  const source = await asFile(from, () => openSound(from, format, context));
  try {
    const { sampleRateHz } = source;
    const settings = chosen.length > 0 ? { sampleRateHz, profiles: chosen } : { sampleRateHz };
    const receiver = context.modem.createReceiver(settings);
    for await (const samples of source.samples) {
      for (const event of receiver.push(samples)) if (event.type === 'message') yield event.payload;
      if (context.interrupted.aborted) break;
    }
    for (const event of receiver.flush()) if (event.type === 'message') yield event.payload;
  } finally {
    await source.close();
  }
}

function priceOption({ price, vend }: ServeOptions, { currency }: TillSettings): Amount | undefined {
  if (price === undefined && vend === 'memory') throw new UsageError('--price: expected an amount, got nothing');
  const code = currencyByNumber(currency)?.code ?? '';
  return price === undefined ? undefined : asUsage('--price', () => parseAmount(price, code));
}

interface Machine {
  readonly vend: Vend;
  /** what the machine asks for the item that was chosen at it */
  selectionPrice(item: number): Amount | undefined;
  close(): Promise<void>;
}

function machineOf(options: ServeOptions, { currency, machineId }: TillSettings, context: CommandContext): Machine {
  if (options.vend === 'memory')
    return {
      vend: new MemoryVend((item, amount) => {
        tell(context, `the machine in memory delivers item ${item} for ${formatAmount(amount)}`);
        return 'vended';
      }),
      selectionPrice: () => undefined,
      close: async () => {},
    };
  const { serial, baud, scale } = options;
  if (serial === undefined) throw new UsageError('--serial: expected the path of a serial port, got nothing');
  const vend = new MdbVend({
    address: 'cashless-1',
    identity: { manufacturer: 'TSG', serialNumber: String(machineId), model: 'tillsong' },
    currency,
    scaleFactor: scale,
    decimalPlaces: currencyByNumber(currency)?.minorDigits ?? 2,
    responseSeconds: 60,
    selectionMs: 60_000,
    vendMs: 120_000,
  });
  const port = openSerialPort(serial, baud);
  const stop = new AbortController();
  const monotonicMs = () => performance.now();
  const served = serveMdb(vend, port, { signal: stop.signal, monotonicMs }).catch((error: Error) =>
    tell(context, `${serial}: ${error.message}`),
  );
  tell(context, `cashless device 10H on ${serial}`);
  return {
    vend,
    selectionPrice: (item) => (vend.selection?.item === item ? vend.selection.amount : undefined),
    close: async () => {
      // The controller is let finish its session; one that does not is left as it would leave us.
      const deadlineMs = monotonicMs() + CLOSE_MS;
      while (!vend.isIdle && monotonicMs() < deadlineMs) await sleep(20);
      stop.abort();
      await served;
      port.close();
    },
  };
}
