// How the page looks: light and dark, on a phone, on paper. Pictures are drawn in the colours of INK; in the dark those are
// exchanged by rules that match the attributes they are drawn with.

import { INK } from '../picture/index.js';

const DARK: Readonly<Record<keyof typeof INK, string>> = {
  text: '#e8ebf1',
  muted: '#a0abbd',
  grid: '#2a3241',
  axis: '#667389',
  panel: '#171d28',
  page: '#0f141c',
  signal: '#5db2f2',
  noise: '#ff9b57',
  wrong: '#ff7a70',
  good: '#4ecb7f',
};

/** Colours that the panels use besides. */
const ALSO_DARK: Readonly<Record<string, string>> = {
  '#00855f': '#3ccf9f',
  '#b8478c': '#e884c1',
  '#d98200': '#f3ab3c',
  '#b06a00': '#f0a83a',
};

const names = Object.keys(INK) as (keyof typeof INK)[];

function variables(colors: Readonly<Record<keyof typeof INK, string>>): string {
  return names.map((name) => `--${name}:${colors[name]}`).join(';');
}

/** Elements drawn in a colour are drawn in another. */
function exchange(attribute: 'fill' | 'stroke', from: string, to: string): string {
  return `svg [${attribute}="${from}"]{${attribute}:${to}}`;
}

/** White strokes stay: they are drawn on spectrograms, which are dark in any light. */
const exchanged = [
  ...names.map((name) => exchange('fill', INK[name], `var(--${name})`)),
  ...names.filter((name) => name !== 'panel').map((name) => exchange('stroke', INK[name], `var(--${name})`)),
  ...Object.entries(ALSO_DARK).flatMap(([from, to]) => [exchange('fill', from, to), exchange('stroke', from, to)]),
].join('');

export const PAGE_STYLE = `:root{color-scheme:light dark;${variables(INK)}}
@media screen and (prefers-color-scheme:dark){:root{${variables(DARK)}}${exchanged}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 Inter,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif}
main{max-width:1160px;margin:0 auto;padding:20px 16px 48px}
h1{font-size:1.5rem;line-height:1.25;margin:.2rem 0;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:0 0 .5rem}
h3{font-size:1.05rem;margin:0 0 .6rem}
p{margin:.3rem 0}
.card{background:var(--panel);border:1px solid var(--grid);border-radius:10px;padding:16px 18px;margin:14px 0}
.verdict{display:inline-block;color:#fff;font-weight:700;border-radius:999px;padding:.2rem .9rem;margin:.4rem 0}
.verdict.good{background:#17803d}.verdict.bad{background:#c02d26}.verdict.none{background:#5b6577}
.lead{font-size:1.1rem}
.muted,.measure,figcaption,.figure{color:var(--muted)}
.measure,.figure,figcaption{font-size:.86rem}
.findings{list-style:none;margin:.4rem 0;padding:0}
.findings li{border-left:4px solid var(--noise);padding:.1rem 0 .1rem .8rem;margin:.7rem 0}
.findings li.calm{border-left-color:var(--axis)}
.findings p{margin:.1rem 0}
.remedy::before{content:'\\2192\\00a0';color:var(--muted)}
.ladder{display:flex;flex-wrap:wrap;gap:6px;list-style:none;margin:.4rem 0 .8rem;padding:0}
.ladder li{border:1px solid var(--grid);border-radius:8px;padding:.3rem .7rem;min-width:120px}
.ladder .figure{display:block}
.ladder .passed{border-color:var(--good)}.ladder .passed b{color:var(--good)}
.ladder .failed{border-color:var(--wrong);border-width:2px}.ladder .failed b{color:var(--wrong)}
.ladder .open{opacity:.65}
.burst{border-top:1px solid var(--grid);padding-top:16px;margin-top:18px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:8px 14px;margin-top:10px}
figure{margin:0}
figcaption{text-align:center;padding:0 8px 8px}
svg{display:block;width:100%;height:auto}
.figures svg{max-width:440px;margin:0 auto}
.scroll{overflow-x:auto}
.scroll>svg{min-width:920px}
table{border-collapse:collapse}
caption{text-align:left;color:var(--muted);font-size:.86rem;padding-bottom:.3rem}
.facts th{font-weight:400;color:var(--muted);text-align:left;padding:.1rem 1.2rem .1rem 0;vertical-align:top}
.facts td{padding:.1rem 0}
.data{width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}
.data th,.data td{padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--grid);text-align:left;vertical-align:top}
.data thead th{color:var(--muted);font-weight:600}
.data tbody th{font-weight:600;white-space:nowrap}
a{color:var(--signal)}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:640px){main{padding:12px 10px 32px}.card{padding:12px}.facts th,.facts td{display:block;padding:0}.facts td{padding-bottom:.4rem}}
@media print{body{background:#fff;font-size:11pt}main{max-width:none;padding:0}.card{border-color:#ccc;break-inside:auto}.burst,figure,.findings li,tr{break-inside:avoid}.scroll{overflow:visible}.scroll>svg{min-width:0}.figures{grid-template-columns:repeat(3,1fr)}.verdict,svg *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
