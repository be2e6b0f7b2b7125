/** Ratios as bars: one group for each measurement that has a yardstick. */
import type { Line } from './report.ts';

const WIDTH = 760;
const LABEL_WIDTH = 230;
const BAR_HEIGHT = 16;
const STEP = 22;
const GROUP_GAP = 34;
/** A ratio beyond this is drawn as long as this, and its figure says what it is. */
const RATIO_MAX = 8;

/** An SVG image (W3C SVG 1.1) that reads on light and on dark ground. */
export function chart(all: readonly Line[]): string {
  const shapes: string[] = [];
  let y = 8;
  let measure = '';
  for (const line of all) {
    if (line.ratio === null) continue;
    if (line.measure !== measure) {
      measure = line.measure;
      y += GROUP_GAP;
      shapes.push(text(0, y - 10, measure, 'title'));
    }
    shapes.push(bar(line, line.ratio, y));
    y += STEP;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y + 8}" viewBox="0 0 ${WIDTH} ${y + 8}" role="img">
<style>text{font:13px system-ui,sans-serif;fill:#777}.title{font-weight:600;fill:#555}@media(prefers-color-scheme:dark){text{fill:#aaa}.title{fill:#ccc}}</style>
${shapes.join('\n')}
</svg>
`;
}

function bar({ subject, median, unit, bar }: Line, ratio: number, y: number): string {
  const room = WIDTH - LABEL_WIDTH - 170;
  const length = (value: number): number => Math.max(1, (Math.min(value, RATIO_MAX) / RATIO_MAX) * room);
  const own = bar !== null;
  const shown = `${ratio.toFixed(2)}x, ${median >= 100 ? Math.round(median) : median.toPrecision(3)} ${unit}`;
  return [
    text(LABEL_WIDTH - 8, y + 13, subject, 'label', 'end'),
    `<rect x="${LABEL_WIDTH}" y="${y}" width="${length(ratio).toFixed(1)}" height="${BAR_HEIGHT}" fill="${own ? '#2f7d6d' : '#9aa5b1'}"/>`,
    ...(own ? [mark(LABEL_WIDTH + length(bar), y)] : []),
    text(LABEL_WIDTH + Math.max(length(ratio), own ? length(bar) : 0) + 8, y + 13, shown, 'value'),
  ].join('');
}

/** Where the bar to reach is. */
function mark(x: number, y: number): string {
  return `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${y - 2}" y2="${y + BAR_HEIGHT + 2}" stroke="#c0392b" stroke-width="2"/>`;
}

function text(x: number, y: number, content: string, kind: string, anchor = 'start'): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}">${escaped}</text>`;
}
