// SPDX-License-Identifier: Apache-2.0
// Numbers from the service's tally (moderation/cases/tally.h). Its lines are
// {day, queue, measure, count, total}; what each chart takes from them:
//
//   what came in   count of cases, follow_ups and copies, which together are
//                  all reports
//   what waits     not the tally, but `now`: cases by queue and state, and when
//                  the oldest of a queue that nobody decided came in
//   until taken    waited: total (ms since a case's first report) by count
//   until decided  decided.OUTCOME: the same; decided_within.N: count, of those
//                  that took more than the N before it and at most N hours
//   outcomes       count of decided.OUTCOME and dismissed; reinstated beside it
//   agreement      count of second_look.agrees and .differs, reviewed.confirmed
//                  and .returned, appeal.upheld and .overturned, appealed
//
// Of times only count and total are kept: what is shown is a mean, and says so.

import {address, get} from './api.js';
import {bars, behind, byDay, days, gather, named, rows, steps, sum, times} from './chart.js';
import {el, field, replace, select} from './dom.js';
import {ago, dates, number, percent, span} from './format.js';
import {strings} from './strings.js';

const s = strings.statistics;
const DAY = 86400000;
const OUTCOMES = ['no_action', 'warn', 'restrict', 'suspend', 'escalate'];
const FAST = ['1', '4', '24', '72', '168', 'more'];
const RANGES = [[7, s.lastDays(7)], [30, s.lastDays(30)], [90, s.lastDays(90)],
  [365, s.lastYear]];
/** States of cases that somebody must still do something about. */
const TO_DO = {waiting: 'waiting', claimed: 'work', consent_asked: 'work', open: 'work',
  in_review: 'in_review', appealed: 'appealed'};

const toDay = (text) => Math.floor(Date.parse(`${text}T00:00:00Z`) / DAY);
const toText = (day) => new Date(day * DAY).toISOString().slice(0, 10);
const todayOf = (now) => Math.floor(now / DAY);

/**
 * A range of whole days since 1970, `to` not included; a month up to today where the
 * address has none. There is nothing before 1970, or after today.
 */
export function rangeOf(query, now = Date.now()) {
  const today = todayOf(now);
  const within = (day, otherwise) =>
    (Number.isNaN(day) ? otherwise : Math.min(Math.max(day, 0), today));
  const last = within(toDay(query.get('to') ?? ''), today);
  const first = within(toDay(query.get('from') ?? ''), Math.max(0, last - 29));
  return {from: Math.min(first, last), to: last + 1};
}

/** Total by count, in ms; null where nothing was counted. */
export const means = (counts, totals) => counts.map((n, i) => (n > 0 ? totals[i] / n : null));

/** What waits by queue: [{queue, all, parts: by s.waits, oldest: ms or 0}], most first. */
export function waitingBy(now) {
  const found = new Map();
  const kinds = Object.keys(s.waits);
  for (const {queue, state, cases, oldest} of now) {
    const kind = kinds.indexOf(TO_DO[state]);
    if (kind < 0) continue;
    const row = found.get(queue) ?? {queue, all: 0, parts: kinds.map(() => 0), oldest: 0};
    row.all += cases;
    row.parts[kind] += cases;
    row.oldest = oldest || row.oldest;
    found.set(queue, row);
  }
  return [...found.values()].filter(({all}) => all > 0).sort((a, b) => b.all - a.all);
}

/** The numbers of a range and queue, as the cards take them. */
function read({lines, now}, range, queue) {
  const ofQueue = (list) => list.filter((one) => !queue || one.queue === queue);
  const all = days(range.from, range.to);
  const grouped = steps(range.from, range.to);
  const chosen = ofQueue(lines);
  const pick = (...measures) => chosen.filter((one) => measures.includes(one.measure));
  return {
    now: ofQueue(now),
    unit: grouped.unit,
    names: named(grouped, all),
    pick,
    count: (...measures) => sum(pick(...measures).map((one) => one.count)),
    /** By step. */
    by: (found, what) => gather(byDay(found, all, what), grouped),
  };
}

// ---- Cards ---------------------------------------------------------------------------

const card = (title, body, empty = s.nothing) => el('section', {class: 'card'},
    el('h2', {}, title), body || el('p', {class: 'empty'}, empty));

const over = (data, title, said, series) => ({title, said, series, names: data.names,
  all: s.sum, pick: s.pick[data.unit](title)});

/** series by step as a table, with further columns. */
const tableOf = (data, title, series) => behind(s.table, title,
    [s.period[data.unit], ...series.map((one) => one.label)],
    data.names.map(({name}, i) => [name, ...series.map((one) => number(one.values[i]))]));

function inflow(data) {
  const series = [['cases', s.newCases], ['follow_ups', s.followUps], ['copies', s.copies]]
      .map(([measure, label]) => ({label, values: data.by(data.pick(measure))}));
  const said = s.inflowSaid(data.count('reports'), data.count('cases'));
  return card(s.inflow, data.count('reports') > 0 && [el('p', {}, said),
    bars(over(data, s.inflow, said, series)), tableOf(data, s.inflow, series)]);
}

function waiting(data, titles) {
  const labels = Object.values(s.waits);
  const list = waitingBy(data.now);
  const title = ({queue}) => titles.get(queue) ?? queue;
  const old = ({oldest}) => oldest > 0 && ago(oldest);
  const note = (row) => [...row.parts.map((n, i) => n > 0 && s.part(labels[i], n)),
    old(row) && s.oldestSaid(old(row))].filter(Boolean).join(' · ');
  return card(s.now, list.length > 0 && [
    el('p', {}, s.nowSaid(sum(list.map(({all}) => all)))),
    el('p', {class: 'hint'}, s.nowHint),
    rows({labels, list: list.map((row) => ({label: title(row), value: number(row.all),
      note: note(row), parts: row.parts}))}),
    behind(s.table, s.now, [s.queue, ...labels, s.toDo, s.oldest], list.map((row) =>
      [title(row), ...row.parts.map(number), number(row.all), old(row) || '–']))],
  s.nothingWaits);
}

/** Mean times of what these lines count. */
function taking(data, found, title, said, hint) {
  const counts = data.by(found);
  const values = means(counts, data.by(found, 'total'));
  const n = sum(counts);
  const mean = n > 0 ? said(span(sum(found.map((one) => one.total)) / n), n) : '';
  return card(title, n > 0 && [el('p', {}, mean), el('p', {class: 'hint'}, hint),
    times(over(data, title, mean, [{label: s.mean, values}])),
    behind(s.table, title, [s.period[data.unit], s.mean, s.cases], data.names.map(({name}, i) =>
      [name, values[i] === null ? '–' : span(values[i]), number(counts[i])]))]);
}

function fast(data) {
  const counts = FAST.map((hours) => data.count(`decided_within.${hours}`));
  const all = sum(counts);
  const share = (n) => percent(n / all);
  return card(s.within, all > 0 && [
    el('p', {}, s.withinSaid(share(sum(counts.slice(0, FAST.indexOf('24') + 1))), all)),
    rows({labels: [s.cases], most: all, list: FAST.map((hours, i) => ({label: s.fast[hours],
      value: s.partOf(counts[i], share(counts[i])), parts: [counts[i]]}))}),
    behind(s.table, s.within, [s.within, s.cases, s.share], FAST.map((hours, i) =>
      [s.fast[hours], number(counts[i]), share(counts[i])]))]);
}

function outcomes(data) {
  const series = [...OUTCOMES.map((id) => [`decided.${id}`, strings.outcomes[id]]),
    ['dismissed', s.dismissed]]
      .map(([measure, label]) => ({label, values: data.by(data.pick(measure))}));
  const decided = data.count(...OUTCOMES.map((id) => `decided.${id}`));
  const back = data.count('reinstated');
  const said = s.outcomesSaid(decided, data.count('dismissed'));
  return card(s.outcomes, decided + data.count('dismissed') + back > 0 && [
    el('p', {}, said),
    el('p', {class: 'hint'}, s.outcomesHint, back > 0 && [' ', s.reinstatedHint(back)]),
    bars(over(data, s.outcomes, said, series)),
    tableOf(data, s.outcomes, [...series,
      {label: s.reinstated, values: data.by(data.pick('reinstated'))}])]);
}

function agreement(data) {
  const list = [['secondLooks', 'second_look.agrees', 'second_look.differs'],
    ['reviews', 'reviewed.confirmed', 'reviewed.returned'],
    ['appeals', 'appeal.upheld', 'appeal.overturned']].map(([kind, yes, no]) => {
    const parts = [data.count(yes), data.count(no)];
    const all = sum(parts);
    return {kind, parts, all, share: all > 0 ? percent(parts[0] / all) : s.none};
  });
  const [looks] = list;
  const came = data.count('appealed');
  return card(s.agreement, (came > 0 || list.some(({all}) => all > 0)) && [
    el('p', {}, s.agreementSaid(looks.share, looks.all)),
    came > 0 && el('p', {class: 'hint'}, s.appealed(came)),
    rows({labels: [s.agreed, s.differed], list: list.map((row) => ({
      label: s[row.kind], parts: row.parts, most: row.all,
      value: row.all > 0 ? s.shareOf(row.share, row.all) : row.share,
      note: row.all > 0 && [s.agreedOf[row.kind](row.parts[0]),
        s.differedOf[row.kind](row.parts[1])].join(' · ')}))}),
    behind(s.table, s.agreement, [s.kind, s.agreed, s.differed, s.same], list.map((row) =>
      [s[row.kind], ...row.parts.map(number), row.share]))]);
}

function cards(answer, range, queue, titles) {
  const data = read(answer, range, queue);
  return [inflow(data), waiting(data, titles), outcomes(data), agreement(data),
    taking(data, data.pick('waited'), s.untilTaken, s.untilTakenSaid, s.untilTakenHint),
    taking(data, data.pick(...OUTCOMES.map((id) => `decided.${id}`)), s.untilDecided,
        s.untilDecidedSaid, s.untilDecidedHint), fast(data)];
}

// ---- The page -------------------------------------------------------------------------

const page = ({from, to}, queue) =>
  address('#/statistics', {from: toText(from), to: toText(to - 1), queue});

/** Range and queue; submitted, since a date that is being typed is one on its way too. */
function chooser(shell, titles) {
  const today = toText(todayOf(Date.now()));
  const day = (name) => el('input', {type: 'date', min: '1970-01-01', max: today, name,
    required: true});
  const from = day('from');
  const to = day('to');
  const queue = select([], '');
  const links = RANGES.map(([, label]) => el('a', {class: 'button'}, label));
  const form = el('form', {'class': 'bar', 'aria-label': s.choose, 'on': {submit: (event) => {
    event.preventDefault();
    shell.go(address('#/statistics', {from: from.value, to: to.value, queue: queue.value}));
  }}}, field(s.from, from), field(s.to, to), field(s.queue, queue),
  el('button', {class: 'primary'}, s.show));
  const set = (range, id) => {
    const end = todayOf(Date.now()) + 1;
    from.value = toText(range.from);
    to.value = toText(range.to - 1);
    replace(queue, [['', s.allQueues], ...titles].map(([value, label]) =>
      el('option', {value}, label)));
    queue.value = id;
    RANGES.forEach(([n], i) => {
      links[i].href = page({from: end - n, to: end}, id);
      links[i].ariaCurrent = range.to === end && range.from === end - n ? 'true' : null;
    });
  };
  return {set, node: el('div', {}, form,
      el('div', {'class': 'actions', 'role': 'group', 'aria-label': s.choose}, links))};
}

export async function show(shell, at) {
  const load = (query) => get('/v1/statistics', rangeOf(query));
  const [first, {book}] = await Promise.all([load(at.query), shell.book()]);
  const titles = new Map(book.queues.map((one) => [one.id, one.title]));
  const choose = chooser(shell, titles);
  const about = el('p', {class: 'hint'});
  const body = el('div', {class: 'columns-wide'});
  const csv = el('a', {class: 'button', download: 'frank-statistics.csv'}, s.csv);
  const node = el('div', {}, el('h1', {tabindex: '-1'}, s.title), choose.node, about, body,
      el('section', {class: 'actions'}, csv, el('p', {class: 'hint'}, s.csvHint)));
  let newest = 0;

  const fill = (answer, query) => {
    // Queues that a later book no longer has keep their numbers.
    for (const {queue} of [...answer.lines, ...answer.now]) {
      if (!titles.has(queue)) titles.set(queue, queue);
    }
    const range = {from: answer.from, to: answer.to};
    const queue = titles.has(query.get('queue')) ? query.get('queue') : '';
    choose.set(range, queue);
    about.textContent = s.shown(dates(toText(range.from), toText(range.to - 1)),
        queue ? titles.get(queue) : s.allQueues);
    csv.href = address('/v1/statistics', {format: 'csv', ...range});
    replace(body, cards(answer, range, queue, titles));
  };
  /** Other numbers in the same page, which leaves the focus where it is. */
  const turn = async (next) => {
    const mine = ++newest;
    if (!node.isConnected) return false;
    try {
      const answer = await load(next.query);
      if (mine === newest) {
        fill(answer, next.query);
        shell.say(about.textContent);
      }
      return true;
    } catch {
      return false; // The whole page says what is wrong.
    }
  };
  fill(first, at.query);
  return {title: s.title, node, turn};
}
