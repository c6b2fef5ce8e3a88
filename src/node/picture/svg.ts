// The few SVG elements that the pictures are made of, as strings. Coordinates are pixels from the top left corner.

export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Muted colours that stay apart for colour-blind eyes (after Okabe and Ito). */
export const INK = {
  text: '#1f2430',
  muted: '#667085',
  grid: '#e3e6ec',
  axis: '#98a1b0',
  panel: '#ffffff',
  page: '#f5f6f8',
  signal: '#0b6fb8',
  noise: '#d55e00',
  wrong: '#d0342c',
  good: '#17803d',
} as const;

const FONT = "Inter, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";

export function escapeXml(text: string): string {
  // What XML 1.0 has no place for is shown as the replacement character.
  const clean = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
  return clean.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** @returns `name="value" ...`, numbers with two digits at most, undefined ones left out */
export function attributes(values: Attributes): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}="${typeof value === 'number' ? rounded(value) : escapeXml(String(value))}"`)
    .join(' ');
}

/** @returns a coordinate with two digits at most */
export function rounded(value: number): string {
  return String(Number(value.toFixed(2)));
}

export interface TextStyle {
  readonly size?: number;
  readonly color?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly weight?: number;
  /** Degrees, clockwise, round the text's own place. */
  readonly turn?: number;
}

/** @param y - of the baseline */
export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 12, color = INK.text, anchor = 'start', weight, turn } = style;
  const transform = turn === undefined ? undefined : `rotate(${turn} ${rounded(x)} ${rounded(y)})`;
  const shape = { x, y, 'font-size': size, fill: color, 'text-anchor': anchor, 'font-weight': weight, transform };
  return `<text ${attributes(shape)}>${escapeXml(content)}</text>`;
}

export function rect(frame: Frame, style: Attributes = {}): string {
  return `<rect ${attributes({ ...frame, ...style })}/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, style: Attributes = {}): string {
  return `<line ${attributes({ x1, y1, x2, y2, stroke: INK.axis, ...style })}/>`;
}

/** @param d - path data */
export function path(d: string, style: Attributes = {}): string {
  return `<path ${attributes({ d, fill: 'none', ...style })}/>`;
}

/** @returns path data through the points; a gap where a coordinate is not finite */
export function polyline(points: readonly (readonly [number, number])[]): string {
  let isOpen = false;
  return points
    .map(([x, y]) => {
      const isPoint = Number.isFinite(x) && Number.isFinite(y);
      const command = isPoint ? `${isOpen ? 'L' : 'M'}${rounded(x)} ${rounded(y)}` : '';
      isOpen = isPoint;
      return command;
    })
    .join('');
}

/** Draws the content inside the frame only. @param id - unique in the document */
export function clipped(id: string, frame: Frame, content: string): string {
  return `<clipPath id="${id}">${rect(frame)}</clipPath><g clip-path="url(#${id})">${content}</g>`;
}

/** A whole document. */
export function svgDocument(width: number, height: number, title: string, content: readonly string[]): string {
  const open = attributes({
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    'font-family': FONT,
    role: 'img',
  });
  return `<svg ${open}>\n<title>${escapeXml(title)}</title>\n${content.join('\n')}\n</svg>\n`;
}
