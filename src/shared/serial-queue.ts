// One after the other: asynchronous steps that read a state, store it and go on must not interleave.

/** Runs tasks in the order they came, each when the one before has ended, however it ended. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve();

  /** @returns what the task returns or throws */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task);
    this.last = result.catch(() => {});
    return result;
  }
}
