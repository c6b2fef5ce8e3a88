// Numbers as the page writes them.

/** @returns with a real minus */
export function signed(value: number, digits = 1): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace('-', '\u2212');
}

/** @returns for example `1 byte`, `2 bytes` */
export function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** @returns for example `3.25 s`, `61 min` */
export function duration(seconds: number): string {
  return seconds < 300 ? `${seconds.toFixed(2)} s` : `${(seconds / 60).toFixed(1)} min`;
}

/** A diagnosis' figure and threshold in its unit. */
export function figureIn(value: number, unit: string): string {
  switch (unit) {
    case 'share':
      return `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`;
    case 's':
      return value < 0.1 ? `${(1000 * value).toFixed(0)} ms` : `${value.toFixed(2)} s`;
    case 'Hz':
      return `${value.toFixed(0)} Hz`;
    case 'm/s':
      return `${value.toFixed(2)} m/s`;
    default:
      return `${signed(Math.max(-99, Math.min(99, value)))} ${unit}`;
  }
}
