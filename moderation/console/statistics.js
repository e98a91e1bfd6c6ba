// SPDX-License-Identifier: Apache-2.0
// Numbers from the service's tally (moderation/cases/tally.h): what came, what
// waits, how long it takes, what is decided, whether people agree.
//
//   inflow       reports, cases
//   waiting      now, by queue
//   until taken  waited: total / count
//   until decided  decided.*: total / count
//   outcomes     decided.OUTCOME, dismissed
//   agreement    second_look.agrees, .differs; reviewed.*; appeal.*

import {address, get} from './api.js';
import {bars, behind, byDay, days, line, rowsChart} from './chart.js';
import {el, field, replace, select} from './dom.js';
import {ago, date, number, percent, span} from './format.js';
import {strings} from './strings.js';

const s = strings.statistics;
const DAY = 86400000;
const OUTCOMES = ['no_action', 'warn', 'restrict', 'suspend', 'escalate'];

const toDay = (text) => Math.floor(Date.parse(`${text}T00:00:00Z`) / DAY);
const toText = (day) => new Date(day * DAY).toISOString().slice(0, 10);

/** A range of whole days; a month up to today where the address has none. */
export function rangeOf(query, now = Date.now()) {
  const today = Math.floor(now / DAY);
  const from = toDay(query.get('from') ?? '');
  const to = toDay(query.get('to') ?? '');
  const last = Number.isNaN(to) ? today : to;
  const first = Number.isNaN(from) ? last - 29 : from;
  return {from: Math.min(first, last), to: last + 1};
}

const sum = (values) => values.reduce((all, value) => all + value, 0);
/** Total by count of each day, in ms; null where nothing was counted. */
export const means = (counts, totals) => counts.map((n, i) => (n > 0 ? totals[i] / n : null));

function inflow(all, pick) {
  const series = ['reports', 'cases'].map((measure) => ({label: s.measures[measure],
    values: byDay(pick(measure), all)}));
  return card(s.inflow, sum(series[0].values) > 0 && [
    el('p', {}, s.inflowSaid(sum(series[0].values), sum(series[1].values))),
    bars({labels: all, series: [series[0]], said: s.inflowSaid(sum(series[0].values), sum(series[1].values))}),
    behind(s.table, s.inflow, [s.day, ...series.map((one) => one.label)],
        all.map((day, i) => [date(day), ...series.map((one) => number(one.values[i]))]))]);
}

function waiting(now, titles) {
  const rows = new Map();
  for (const one of now) {
    if (!['waiting', 'claimed', 'consent_asked', 'open', 'in_review', 'appealed'].includes(one.state)) continue;
    const row = rows.get(one.queue) ?? {total: 0, waiting: 0, oldest: 0};
    row.total += one.cases;
    if (one.state === 'waiting') row.waiting += one.cases;
    if (one.oldest > 0) row.oldest = row.oldest > 0 ? Math.min(row.oldest, one.oldest) : one.oldest;
    rows.set(one.queue, row);
  }
  const list = [...rows].filter(([, row]) => row.total > 0)
      .map(([queue, row]) => ({title: titles.get(queue) ?? queue, ...row}))
      .sort((a, b) => b.total - a.total);
  const total = sum(list.map((row) => row.total));
  return card(s.now, list.length > 0 && [
    el('p', {}, s.nowSaid(total)),
    rowsChart({rows: list.map((row) => [row.title, row.total]), said: s.nowSaid(total)}),
    behind(s.table, s.now, [s.queue, s.toDo, s.unclaimed, s.oldest], list.map((row) =>
      [row.title, number(row.total), number(row.waiting), row.oldest > 0 ? ago(row.oldest) : '–']))]);
}

function taking(all, lines, title, said) {
  const counts = byDay(lines, all);
  const values = means(counts, byDay(lines, all, 'total'));
  const n = sum(counts);
  const mean = n > 0 ? sum(lines.map((one) => one.total)) / n : 0;
  return card(title, n > 0 && [
    el('p', {}, said(span(mean), number(n))),
    line({labels: all, values, said: said(span(mean), number(n)), format: (ms) => (ms === 0 ? '0' : span(ms))}),
    behind(s.table, title, [s.day, s.mean, s.cases], all.map((day, i) =>
      [date(day), values[i] === null ? '–' : span(values[i]), number(counts[i])]))]);
}

function outcomes(all, pick) {
  const series = [...OUTCOMES.map((outcome) => ({label: strings.outcomes[outcome],
    values: byDay(pick(`decided.${outcome}`), all)})),
  {label: s.dismissed, values: byDay(pick('dismissed'), all)}];
  const total = sum(series.flatMap((one) => one.values));
  return card(s.outcomes, total > 0 && [
    el('p', {}, s.outcomesSaid(total)),
    bars({labels: all, series, said: `${s.outcomesSaid(total)} ${series.map((one) =>
      `${one.label}: ${number(sum(one.values))}`).join(', ')}`}),
    behind(s.table, s.outcomes, [s.day, ...series.map((one) => one.label)], all.map((day, i) =>
      [date(day), ...series.map((one) => number(one.values[i]))]))]);
}

function agreement(pick) {
  const count = (measure) => sum(pick(measure).map((one) => one.count));
  const share = (yes, no) => (yes + no > 0 ? s.shareOf(percent(yes / (yes + no)), number(yes + no)) : s.none);
  const pairs = [
    [s.secondLooks, count('second_look.agrees'), count('second_look.differs')],
    [s.reviews, count('reviewed.confirmed'), count('reviewed.returned')],
    [s.appeals, count('appeal.upheld'), count('appeal.overturned')],
  ];
  return card(s.agreement, pairs.some(([, yes, no]) => yes + no > 0) && [
    rowsChart({rows: pairs.map(([label, yes, no]) => [label, yes + no > 0 ? yes / (yes + no) : 0,
      share(yes, no)]), said: pairs.map(([label, yes, no]) => `${label}: ${share(yes, no)}`).join('; ')}),
    behind(s.table, s.agreement, [s.kind, s.agreed, s.differed], pairs.map(([label, yes, no]) =>
      [label, number(yes), number(no)]))]);
}

const card = (title, body) => el('section', {class: 'card'}, el('h2', {}, title),
    body || el('p', {class: 'empty'}, s.nothing));

export async function show(shell, at) {
  const range = rangeOf(at.query);
  const queue = at.query.get('queue') ?? '';
  const [{lines, now}, {book}] = await Promise.all([
    get('/v1/statistics', {from: range.from, to: range.to}), shell.book()]);
  const all = days(range.from, range.to);
  const titles = new Map(book.queues.map((one) => [one.id, one.title]));
  const chosen = lines.filter((one) => !queue || one.queue === queue);
  const pick = (measure) => chosen.filter((one) => one.measure === measure);
  const go = (changes) => {
    const next = {from: toText(range.from), to: toText(range.to - 1), queue, ...changes};
    shell.go(address('#/statistics', next));
  };
  const input = (name, value) => el('input', {type: 'date', value, on: {change: (event) =>
    event.target.value && go({[name]: event.target.value})}});
  const decided = chosen.filter((one) => /^decided\.(no_action|warn|restrict|suspend|escalate)$/.test(one.measure));
  const body = el('div', {class: 'columns-wide'});
  replace(body, inflow(all, pick), waiting(now.filter((one) => !queue || one.queue === queue), titles),
      taking(all, pick('waited'), s.untilTaken, s.untilTakenSaid),
      taking(all, decided, s.untilDecided, s.untilDecidedSaid),
      outcomes(all, pick), agreement(pick));
  return {
    title: s.title,
    node: el('div', {}, el('h1', {tabindex: '-1'}, s.title), el('div', {class: 'bar'},
        field(s.from, input('from', toText(range.from))), field(s.to, input('to', toText(range.to - 1))),
        field(s.queue, select([['', s.allQueues], ...book.queues.map((one) => [one.id, one.title])], queue,
            (value) => go({queue: value}))),
        el('a', {class: 'button', download: 'frank-statistics.csv',
          href: address('/v1/statistics', {format: 'csv', from: range.from, to: range.to})}, s.csv)), body),
  };
}

