// ECharts without a DOM: an option becomes an SVG document, with the look that all pictures of the benches share.

import * as echarts from 'echarts';

export const CHART_WIDTH = 900;
/** Unquoted: ECharts puts it into an attribute as it is. */
const FONT = 'system-ui, Segoe UI, Helvetica, Arial, sans-serif';
export const INK = '#24292f';
export const FAINT = '#d8dee4';
/** Told apart by colour-blind readers as far as so many can be: Okabe and Ito's, then paler ones. */
const COLORS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#e69f00',
  '#000000',
  '#8da0cb',
  '#b35806',
  '#66c2a5',
  '#e78ac3',
  '#bdbdbd',
  '#a6761d',
  '#7570b3',
  '#666666',
];

/**
 * @param option - grid, axes, legend and series, as ECharts takes them
 * @returns an SVG document, the same text for the same option
 */
export function renderOption(title: string, subtitle: string, height: number, option: echarts.EChartsOption): string {
  const plot = echarts.init(null, null, { renderer: 'svg', ssr: true, width: CHART_WIDTH, height });
  try {
    plot.setOption({
      animation: false,
      color: COLORS,
      backgroundColor: '#ffffff',
      textStyle: { fontFamily: FONT, color: INK },
      title: {
        text: title,
        subtext: subtitle,
        left: 24,
        top: 14,
        textStyle: { fontSize: 18, color: INK },
        subtextStyle: { fontSize: 13, color: '#57606a' },
      },
      ...option,
    });
    return withTitle(withoutSerialNumbers(plot.renderToSVGString()), title);
  } finally {
    plot.dispose();
  }
}

/** Equal charts give equal text: ECharts counts its drawings in ids, and in classes that only serve a mouse. */
function withoutSerialNumbers(svg: string): string {
  return svg
    .replace(/ class="zr[^"]*"/g, '')
    .replace(/<style[\s\S]*?<\/style>\n?/g, '')
    .replace(/\bzr\d+-/g, 'zr-');
}

/** The text that a screen reader reads out. */
function withTitle(svg: string, title: string): string {
  const escaped = title.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return svg.replace('>', () => `><title>${escaped}</title>`);
}
