// Colours for pictures of levels: from near-black violet over teal to pale yellow, with lightness rising evenly, so that equal
// steps in dB look like equal steps, in grey print and to colour-blind eyes too.
// Made by formula in OKLCH (Ottosson, "A perceptual color space for image processing", 2020) instead of a table.

/** Lightness, chroma and hue along the map. Chroma is a hump: the dark and the light end have little room for colour. */
const LIGHTNESS = [0.14, 0.95] as const;
const CHROMA_PEAK = 0.135;
const HUE_DEGREES = [300, 105] as const;

export type Rgb = readonly [red: number, green: number, blue: number];

/** Encoded sRGB, 0..255, of an Oklab colour; out-of-gamut values are clamped. */
function oklabToRgb(lightness: number, a: number, b: number): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const encode = (linear: number) => {
    const x = Math.max(0, Math.min(1, linear));
    return Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
  };
  return [
    encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** @param share - 0 for the lowest level, 1 for the highest; beyond is clamped */
export function levelColor(share: number): Rgb {
  const t = Math.max(0, Math.min(1, share));
  const lightness = LIGHTNESS[0] + t * (LIGHTNESS[1] - LIGHTNESS[0]);
  const chroma = CHROMA_PEAK * Math.sin(Math.PI * (0.12 + 0.76 * t)) ** 0.8;
  const hue = ((HUE_DEGREES[0] + t * (HUE_DEGREES[1] - HUE_DEGREES[0])) * Math.PI) / 180;
  return oklabToRgb(lightness, chroma * Math.cos(hue), chroma * Math.sin(hue));
}
