// Pictures as SVG: axes, images of levels, and the panels that show a burst.

export { type AxisStyle, across, bottomAxis, frameEdge, leftAxis, place, type Scale, ticks, upwards } from './axes.js';
export { closeUpMarks, overviewMarks, sentMarks } from './burst-marks.js';
export { channelPanel } from './channel-panel.js';
export { levelColor, type Rgb } from './color-map.js';
export { constellationPanel } from './constellation-panel.js';
export { type Grid, type Range, svgImage } from './image.js';
export { colorScale, levelRange } from './level-scale.js';
export {
  attributes,
  clipped,
  escapeXml,
  type Frame,
  INK,
  line,
  path,
  polyline,
  rect,
  rounded,
  svgDocument,
  type TextStyle,
  text,
} from './svg.js';
export { shownGroupCount, tonePanel } from './tone-panel.js';
