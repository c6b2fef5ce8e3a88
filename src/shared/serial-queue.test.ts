import { expect, test } from '@jest/globals';
import { SerialQueue } from './serial-queue.js';

test('tasks run one after the other, in the order they came, and a failure stops only its own', async () => {
  const queue = new SerialQueue();
  const log: string[] = [];
  const task = (name: string, turns: number) => async () => {
    log.push(`${name} begins`);
    for (let i = 0; i < turns; i++) await Promise.resolve();
    log.push(`${name} ends`);
    if (name === 'b') throw new Error('b fails');
    return name;
  };
  const results = await Promise.allSettled([queue.run(task('a', 9)), queue.run(task('b', 5)), queue.run(task('c', 0))]);
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([
    'a',
    'failed',
    'c',
  ]);
});
