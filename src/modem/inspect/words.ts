// Figures as the diagnoses say them.

/** @returns for example `-12.3 dB`, with a real minus */
export function decibel(value: number): string {
  return `${value.toFixed(1).replace('-', '\u2212')} dB`;
}

/** @returns for example `17.6 kHz` */
export function kilohertz(hz: number): string {
  return `${Number((hz / 1000).toFixed(1))} kHz`;
}

/** @returns for example `1.2 %` */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
