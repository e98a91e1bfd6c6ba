// SPDX-License-Identifier: Apache-2.0
// Charts from data. What is computed needs no page, and comes first; what is
// drawn comes after it. Series differ by pattern as well as by colour, each
// number can be had by pointer, by finger and by arrow keys, and a table with
// the same numbers can be put behind a chart. Nothing moves by itself.

import {append, el, fresh, replace, svg} from './dom.js';
import {date, dates, dayShort, monthShort, number, span} from './format.js';

const DAY = 86400000;

// ---- Numbers ------------------------------------------------------------------

export const sum = (values) => values.reduce((all, value) => all + value, 0);

/** Round steps from 0 to at least `most`: [0, 5, 10, ...], none smaller than `least`. */
export function ticks(most, wanted = 4, least = 0) {
  if (!(most > 0)) return [0, 1];
  const raw = Math.max(most / wanted, least);
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * size).find((n) => n >= raw * (1 - 1e-9));
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({length: count + 1}, (_, i) => +(i * step).toPrecision(12));
}

/** The unit in which a length of time is at least two, and its ms. */
export const unitOf = (ms) => [['day', DAY], ['hour', 3600e3], ['minute', 60e3]]
    .find(([, size]) => ms >= 2 * size) ?? ['second', 1e3];

/** ticks() for ms: round in that unit, and whole: less than a second tells nothing. */
export function timeTicks(most, wanted = 4) {
  const [, size] = unitOf(most);
  return ticks(most / size, wanted, 1).map((n) => n * size);
}

const dayText = (day) => new Date(day * DAY).toISOString().slice(0, 10);

/** All days from `from` to `to` (days since 1970, to not included) as 'YYYY-MM-DD'. */
export const days = (from, to) =>
  Array.from({length: Math.max(0, to - from)}, (_, i) => dayText(from + i));

/** Sums of one field of lines by day, for these days; 0 where there is none. */
export function byDay(lines, all, field = 'count') {
  const sums = new Map(all.map((day) => [day, 0]));
  for (const line of lines) {
    if (sums.has(line.day)) sums.set(line.day, sums.get(line.day) + line[field]);
  }
  return [...sums.values()];
}

/** The first day of the step that a day lies in. 1970 began on a Thursday. */
const begins = {
  day: (day) => day,
  week: (day) => day - (day + 3) % 7,
  month: (day) => Date.UTC(Number(dayText(day).slice(0, 4)), dayText(day).slice(5, 7) - 1) / DAY,
  year: (day) => Date.UTC(Number(dayText(day).slice(0, 4)), 0) / DAY,
};

/**
 * Days from `from` to `to` (not included) as at most `most` steps, where years do
 * not make it more: {unit, list: [{first, last}]}, places in days(from, to).
 */
export function steps(from, to, most = 92) {
  for (const [unit, begin] of Object.entries(begins)) {
    const list = [];
    for (let day = from; day < to; day++) {
      if (day === from || begin(day) === day) list.push({first: day - from, last: day - from});
      list.at(-1).last = day - from;
    }
    if (list.length <= most || unit === 'year') return {unit, list};
  }
  return undefined;
}

/** Sums of what is by day, by step. */
export const gather = (values, {list}) =>
  list.map(({first, last}) => sum(values.slice(first, last + 1)));

/** Every how many-th label fits, when one needs `room`. */
export const every = (count, width, room) =>
  Math.max(1, Math.ceil(count * room / Math.max(room, width)));

/** Series on each other: by series and place, what each begins and ends at. */
export function stacked(series) {
  const top = series[0]?.map(() => 0) ?? [];
  return series.map((values) => values.map((value, i) => {
    const from = top[i];
    top[i] += value;
    return [from, top[i]];
  }));
}

/** Steps' names, and short ones for an axis. */
export function named({unit, list}, all) {
  const short = {month: monthShort, year: (day) => day.slice(0, 4)}[unit] ?? dayShort;
  return list.map(({first, last}) => ({
    name: unit === 'day' ? date(all[first]) : dates(all[first], all[last]),
    short: short(all[first]),
  }));
}

// ---- Colours and patterns --------------------------------------------------------

const colour = (i) => `var(--chart-${i % 6 + 1})`;
// The first is plain, the last an outline.
const strokes = ['', 'M0 0V6', 'M3 2.9V3.1', 'M0 3H6', 'M0 3H6M3 0V6', ''];

const paint = (id, i) => (i === 0 ? colour(0) : `url(#${id}-${i})`);

function pattern(id, i) {
  return svg('pattern', {id: `${id}-${i}`, width: 6, height: 6, patternUnits: 'userSpaceOnUse',
    patternTransform: i % 6 === 1 ? 'rotate(45)' : undefined},
  svg('rect', {width: 6, height: 6, fill: 'var(--card)'}),
  svg('rect', {width: 6, height: 6, fill: colour(i), opacity: .2}),
  svg('path', {'d': strokes[i % 6], 'fill': 'none', 'stroke': colour(i),
    'stroke-width': i % 6 === 2 ? 3 : 2, 'stroke-linecap': i % 6 === 2 ? 'round' : 'butt'}));
}

const swatch = (id, i) => svg('svg', {'class': 'swatch', 'viewBox': '0 0 14 14',
  'aria-hidden': 'true'},
svg('rect', {x: 1, y: 1, width: 12, height: 12, fill: paint(id, i), stroke: colour(i)}));

/** What the patterns mean, and the patterns themselves. values: texts, or none. */
function legend(id, labels, values) {
  return el('figcaption', {class: 'legend'},
      svg('svg', {'class': 'patterns', 'aria-hidden': 'true'},
          svg('defs', {}, labels.map((_, i) => i > 0 && pattern(id, i)))),
      labels.map((label, i) => el('span', {}, swatch(id, i), label,
          values && [' ', el('strong', {}, values[i])])));
}

/** draw(width) now, and whenever the width of node is another: a unit is a pixel. */
function fitted(node, draw) {
  let width = 0;
  draw(640);
  new ResizeObserver(([{contentRect}]) => {
    const now = Math.round(contentRect.width);
    if (now > 0 && now !== width) draw(width = now);
  }).observe(node);
}

// ---- Over time ---------------------------------------------------------------------

const HEIGHT = 210;
const TOP = 12;
const BOTTOM = 26;
const RIGHT = 8;
const LETTER = 7.2; // about the width of a letter of an axis

function frame(width, names, scale, axis) {
  const texts = scale.map(axis);
  const left = 12 + LETTER * Math.max(...texts.map((text) => text.length));
  const room = width - left - RIGHT;
  const band = room / names.length;
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / scale.at(-1));
  const x = (i) => left + band * (i + .5);
  const skip = every(names.length, room, 14 + LETTER *
    Math.max(...names.map(({short}) => short.length)));
  // A label in the middle of a narrow band must not leave the picture.
  const within = (at, text) => Math.min(at, width - 1 - LETTER * text.length / 2);
  return {left, band, x, y, width, node: [
    scale.map((value, i) => [
      svg('line', {x1: left, x2: width - RIGHT, y1: y(value), y2: y(value),
        class: i === 0 ? 'base' : 'grid'}),
      svg('text', {x: left - 6, y: y(value) + 4, 'text-anchor': 'end'}, texts[i]),
    ]),
    names.map(({short}, i) => i % skip === 0 &&
      svg('text', {x: within(x(i), short), y: HEIGHT - 6, 'text-anchor': 'middle'}, short)),
  ]};
}

function barMarks(id, series, {x, y, band}) {
  const width = Math.max(1, Math.min(48, band * .78));
  return stacked(series.map((one) => one.values)).map((column, j) =>
    column.map(([from, to], i) => to > from && svg('rect', {x: x(i) - width / 2, width,
      y: y(to), height: Math.max(1, y(from) - y(to)), fill: paint(id, j),
      stroke: width > 4 ? colour(j) : undefined})));
}

function lineMarks(id, [{values}], {x, y}) {
  const path = values.map((value, i) => (value === null ? '' :
    `${(values[i - 1] ?? null) === null ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`));
  return [svg('path', {'d': path.join(''), 'class': 'line'}),
    values.map((value, i) => value !== null &&
      svg('circle', {cx: x(i), cy: y(value), r: values.length > 45 ? 2 : 3, class: 'dot'}))];
}

/** What the box beside a step says of it. */
function told(id, {names, series, all, format}, i) {
  const of = (label, value, mark) => el('span', {}, mark, label,
      el('b', {}, value === null ? '–' : format(value)));
  return [el('strong', {}, names[i].name),
    series.map((one, j) => of(one.label, one.values[i], series.length > 1 && swatch(id, j))),
    series.length > 1 && of(all, sum(series.map((one) => one.values[i])))];
}

const spoken = ({names, series, format}, i) => `${names[i].name}: ${series.map((one) =>
  `${one.label} ${one.values[i] === null ? '–' : format(one.values[i])}`).join(', ')}`;

/**
 * The numbers of the step that is pointed at, beside it. A slider lies under them:
 * it has the arrow keys, and what is read out, by itself.
 */
function pointed(plot, id, chart, shape) {
  const count = chart.names.length;
  const box = el('div', {'class': 'tip', 'aria-hidden': 'true', 'hidden': true});
  const slider = el('input', {'type': 'range', 'min': 0, 'max': count - 1, 'step': 1,
    'value': count - 1, 'aria-label': chart.pick, 'aria-valuetext': spoken(chart, count - 1)});
  const cursor = svg('rect', {class: 'cursor', y: TOP, height: HEIGHT - TOP - BOTTOM, width: 0});
  const hide = () => {
    box.hidden = true;
    cursor.setAttribute('width', 0);
  };
  const show = (i) => {
    const {x, band, width} = shape();
    const before = i >= count / 2;
    slider.value = i;
    slider.setAttribute('aria-valuetext', spoken(chart, i));
    cursor.setAttribute('x', x(i) - band / 2);
    cursor.setAttribute('width', band);
    replace(box, told(id, chart, i));
    box.style.setProperty('left', before ? 'auto' : `${x(i) + band / 2 + 6}px`);
    box.style.setProperty('right', before ? `${width - x(i) + band / 2 + 6}px` : 'auto');
    box.hidden = false;
  };
  const point = (event) => {
    const {left, band} = shape();
    const i = Math.floor((event.clientX - plot.getBoundingClientRect().left - left) / band);
    if (i >= 0 && i < count) show(i);
    else hide();
  };
  plot.addEventListener('pointermove', point);
  plot.addEventListener('pointerdown', point);
  plot.addEventListener('pointerleave', (event) => event.pointerType === 'mouse' && hide());
  for (const type of ['input', 'focus']) {
    slider.addEventListener(type, () => show(Number(slider.value)));
  }
  slider.addEventListener('blur', hide);
  slider.addEventListener('keydown', (event) => event.key === 'Escape' && hide());
  append(plot, [slider, box]);
  return {cursor, hide};
}

/**
 * A chart over days: {title, said: its main fact in a sentence, names: of the steps
 * (named()), series: [{label, values}], null where there is nothing, all: the name
 * of several series' sum, pick: what the arrow keys go through, scale, axis, format}.
 */
function overTime(chart, marks) {
  const id = fresh('chart');
  const drawn = svg('g');
  const plot = el('div', {class: 'plot'});
  let shape;
  const {cursor, hide} = pointed(plot, id, chart, () => shape);
  const picture = svg('svg', {'role': 'img', 'aria-labelledby': `${id}-title`,
    'aria-describedby': `${id}-said`},
  svg('title', {id: `${id}-title`}, chart.title), svg('desc', {id: `${id}-said`}, chart.said),
  cursor, drawn);

  plot.prepend(picture);
  fitted(plot, (width) => {
    shape = frame(width, chart.names, chart.scale, chart.axis);
    picture.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    replace(drawn, shape.node, marks(id, chart.series, shape));
    hide();
  });
  return el('figure', {class: 'chart'}, plot, chart.series.length > 1 &&
    legend(id, chart.series.map((one) => one.label),
        chart.series.map((one) => chart.format(sum(one.values)))));
}

/** Bars of counts, one series on the other. */
export function bars(chart) {
  const tops = stacked(chart.series.map((one) => one.values)).at(-1).map(([, to]) => to);
  return overTime({...chart, scale: ticks(Math.max(0, ...tops), 4, 1), axis: number,
    format: number}, barMarks);
}

/** A line of times in ms, of one series; broken where there is no value. */
export function times(chart) {
  const most = Math.max(0, ...chart.series[0].values.map((value) => value ?? 0));
  const [unit] = unitOf(most);
  return overTime({...chart, scale: timeTicks(most), format: (ms) => span(ms),
    axis: (ms) => (ms === 0 ? number(0) : span(ms, unit))}, lineMarks);
}

// ---- Bars to the right ---------------------------------------------------------------

const THICK = 14;

/**
 * A row each: [{label, value: text, note: text, parts: [numbers], most}]. labels: of
 * the parts. most: what fills a row, in all or in one; the largest row otherwise.
 * The rows are texts in a list, so that the bars need no words of their own.
 */
export function rows({list, labels, most = Math.max(...list.map(({parts}) => sum(parts)))}) {
  const id = fresh('rows');
  const pictures = list.map(() => svg('svg', {'aria-hidden': 'true'}));
  const items = list.map(({label, value, note}, i) => el('li', {},
      el('span', {class: 'head'}, el('span', {}, label), el('strong', {}, value)),
      pictures[i], note && el('span', {class: 'hint'}, note)));
  const node = el('ul', {class: 'bar-rows'}, items);
  const draw = (width, {parts, most: own = most}, i) => {
    const scale = (width - 2) / Math.max(1, own);
    pictures[i].setAttribute('viewBox', `0 0 ${width} ${THICK}`);
    replace(pictures[i],
        svg('rect', {x: .5, y: .5, width: width - 1, height: THICK - 1, class: 'room'}),
        stacked(parts.map((part) => [part])).map(([[from, to]], j) => to > from &&
          svg('rect', {x: 1 + from * scale, width: Math.max(1, (to - from) * scale),
            y: 1, height: THICK - 2, fill: paint(id, j), stroke: colour(j)})));
  };
  fitted(node, (width) => list.forEach((row, i) => draw(width, row, i)));
  return el('figure', {class: 'chart'}, node, labels.length > 1 && legend(id, labels));
}

// ---- The numbers themselves ----------------------------------------------------------

/** The same numbers as a table, folded away. heads and rows of texts. */
export function behind(summary, caption, heads, lines) {
  const cell = (text, i) => (i === 0 ? el('th', {scope: 'row'}, text) :
    el('td', {class: 'n'}, text));
  return el('details', {}, el('summary', {}, summary),
      el('div', {'class': 'table-scroll', 'tabindex': 0, 'role': 'region', 'aria-label': caption},
          el('table', {}, el('caption', {}, caption),
              el('thead', {}, el('tr', {}, heads.map((head, i) =>
                el('th', {scope: 'col', class: i > 0 && 'n'}, head)))),
              el('tbody', {}, lines.map((line) => el('tr', {}, line.map(cell)))))));
}
