// The shape of every streaming stage: any chunk size in, whatever became complete out.

/** One step of a chain. The constructor checks its config and allocates; `push` allocates only what it returns. */
export interface Stage<In, Out> {
  /** Takes any amount of input, 0 included, and returns what became complete. Splitting the input changes nothing. */
  push(input: In): readonly Out[];
  /** No more input will come: concludes what can be concluded. */
  flush(): readonly Out[];
  /** As newly made. */
  reset(): void;
}
