// SPDX-License-Identifier: Apache-2.0
// Charts in SVG. Series differ by pattern and place as well as by colour, and a
// table with the same numbers stands behind each chart.

import {el, svg} from './dom.js';
import {date, number} from './format.js';

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 52;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 26;

/** Round steps from 0 to at least `most`: [0, 5, 10, ...]. */
export function ticks(most, wanted = 4) {
  if (!(most > 0)) return [0, 1];
  const raw = most / wanted;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * size).find((n) => n >= raw);
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({length: count + 1}, (_, i) => +(i * step).toPrecision(12));
}

/** All days from `from` to `to` (days since 1970, to not included) as 'YYYY-MM-DD'. */
export const days = (from, to) => Array.from({length: Math.max(0, to - from)}, (_, i) =>
  new Date((from + i) * 86400000).toISOString().slice(0, 10));

/** Sums of one field of lines by day, for these days; 0 where there is none. */
export function byDay(lines, all, field = 'count') {
  const sums = new Map(all.map((day) => [day, 0]));
  for (const line of lines) {
    if (sums.has(line.day)) sums.set(line.day, sums.get(line.day) + line[field]);
  }
  return [...sums.values()];
}

const colour = (i) => `var(--chart-${i % 6 + 1})`;

function axes(labels, most, format) {
  const scale = ticks(most);
  const top = scale.at(-1);
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const every = Math.max(1, Math.ceil(labels.length / 6));
  const x = (i) => LEFT + (WIDTH - LEFT - RIGHT) * (i + .5) / labels.length;
  return {y, x, node: [
    scale.map((value) => [
      svg('line', {x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value), class: 'grid'}),
      svg('text', {x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end'}, format(value)),
    ]),
    labels.map((label, i) => i % every === 0 &&
      svg('text', {x: x(i), y: HEIGHT - 6, 'text-anchor': 'middle'}, label)),
  ]};
}

/** Oblique lines in a series' colour, denser from series to series. */
function pattern(id, i) {
  const size = [0, 6, 4, 8, 5, 3][i % 6];
  return svg('pattern', {id, width: size || 4, height: size || 4, patternUnits: 'userSpaceOnUse',
    patternTransform: `rotate(${i % 2 ? 45 : -45})`},
  svg('rect', {width: size || 4, height: size || 4, fill: colour(i), opacity: size ? .45 : 1}),
  size > 0 && svg('rect', {width: size / 2, height: size, fill: colour(i)}));
}

let charts = 0;

/**
 * Bars by day, one series on the other. series: [{label, values}]; said: what it
 * shows in a sentence, for who does not see it.
 */
export function bars({labels, series, said, format = number}) {
  const id = `chart-${++charts}`;
  const sums = labels.map((_, i) => series.reduce((sum, one) => sum + one.values[i], 0));
  const frame = axes(labels.map((day) => date(day)), Math.max(0, ...sums), format);
  const width = Math.max(1, (WIDTH - LEFT - RIGHT) / labels.length * .8);
  const columns = labels.map((day, i) => {
    let under = 0;
    const rects = series.map((one, j) => {
      const value = one.values[i];
      if (value === 0) return null;
      const rect = svg('rect', {x: frame.x(i) - width / 2, width,
        y: frame.y(under + value), height: frame.y(under) - frame.y(under + value),
        fill: `url(#${id}-${j})`, stroke: colour(j), 'stroke-width': 1});
      under += value;
      return rect;
    });
    return svg('g', {}, rects, svg('title', {}, `${date(day)}: ` +
      series.map((one) => `${one.label} ${format(one.values[i])}`).join(', ')));
  });
  return el('figure', {class: 'chart'},
      svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': said},
          svg('defs', {}, series.map((_, j) => pattern(`${id}-${j}`, j))), frame.node, columns),
      series.length > 1 && legend(series.map((one) => one.label), id));
}

function legend(labels, id) {
  return el('figcaption', {class: 'legend'}, labels.map((label, j) => el('span', {},
      svg('svg', {'width': 14, 'height': 14, 'aria-hidden': 'true'},
          svg('rect', {x: 1, y: 1, width: 12, height: 12, fill: `url(#${id}-${j})`, stroke: colour(j)})),
      ' ', label)));
}

/** A line over days; where there is no value (null) it is broken. */
export function line({labels, values, said, format = number}) {
  const frame = axes(labels.map((day) => date(day)), Math.max(0, ...values.map((v) => v ?? 0)), format);
  let path = '';
  values.forEach((value, i) => {
    if (value === null) return;
    const before = i > 0 && values[i - 1] !== null;
    path += `${before ? 'L' : 'M'}${frame.x(i).toFixed(1)} ${frame.y(value).toFixed(1)}`;
  });
  return el('figure', {class: 'chart'},
      svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': said}, frame.node,
          svg('path', {d: path, fill: 'none', stroke: colour(0), 'stroke-width': 2}),
          values.map((value, i) => value !== null && svg('g', {},
              svg('circle', {cx: frame.x(i), cy: frame.y(value), r: 3.5, fill: colour(0)}),
              svg('title', {}, `${date(labels[i])}: ${format(value)}`)))));
}

/** Bars to the right, a row each. rows: [label, value, shown]. */
export function rowsChart({rows, said}) {
  const most = Math.max(1, ...rows.map(([, value]) => value));
  return el('figure', {class: 'chart'},
      el('div', {'role': 'img', 'aria-label': said}, rows.map(([label, value, shown]) => {
        const bar = el('span', {class: 'bar-fill'});
        bar.style.setProperty('--part', `${100 * value / most}%`);
        return el('div', {class: 'bar-row'}, el('span', {}, label), el('span', {class: 'bar-room'}, bar),
            el('span', {class: 'n'}, shown ?? number(value)));
      })));
}

/** The same numbers as a table, folded away. heads and rows of texts. */
export function behind(summary, caption, heads, rows) {
  return el('details', {}, el('summary', {}, summary),
      el('div', {class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': caption},
          el('table', {}, el('caption', {}, caption),
              el('thead', {}, el('tr', {}, heads.map((head, i) =>
                el('th', {scope: 'col', class: i > 0 && 'n'}, head)))),
              el('tbody', {}, rows.map((row) => el('tr', {}, row.map((cell, i) =>
                (i === 0 ? el('th', {scope: 'row'}, cell) : el('td', {class: 'n'}, cell)))))))));
}
