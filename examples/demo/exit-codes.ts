/** How the demo ends: paid; not heard or refused; a file failed; wrong usage, as sysexits.h has it. */
export const EXIT = { paid: 0, notPaid: 1, file: 2, usage: 64 } as const;
