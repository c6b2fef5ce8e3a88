// Whether the receiver's memory stays flat: `npm run bench:soak -- --minutes N`. Ends with 1 when it does not.

import { Command } from 'commander';
import { countOption } from './run/options.js';
import { soak } from './speed/memory.js';
import { kibibytes } from './speed/speed-report.js';

/** The first minutes fill caches and compile code. */
const SETTLED_MINUTES = 15;
/** Heap that may come and go with the compiler's records. */
const LEEWAY_BYTES = 512 * 1024;

const { minutes } = new Command('bench:soak')
  .description('heap of a receiver that hears noise and a message a minute')
  .option('--minutes <n>', 'minutes of audio', countOption, 60)
  .parse()
  .opts<{ minutes: number }>();

const { points, messagesHeard, messagesSent } = soak(minutes, ({ minutes: minute, heapBytes, arrayBufferBytes }) => {
  if (minute % 5 === 0 || minute === 1)
    process.stdout.write(
      `${String(minute).padStart(4)} min: heap ${kibibytes(heapBytes)}, arrays ${kibibytes(arrayBufferBytes)}\n`,
    );
});
const settled = points[Math.min(SETTLED_MINUTES, points.length) - 1];
const last = points[points.length - 1];
const grown = last.heapBytes + last.arrayBufferBytes - settled.heapBytes - settled.arrayBufferBytes;
process.stdout.write(
  `${messagesHeard} of ${messagesSent} messages; ${grown} bytes more than after ${settled.minutes} min\n`,
);
if (grown > LEEWAY_BYTES || messagesHeard < messagesSent) process.exitCode = 1;
