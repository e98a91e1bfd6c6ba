// SPDX-License-Identifier: Apache-2.0
// What charts are computed from: days, steps, scales, sums. No page is needed.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {load} from './modules.mjs';

const {byDay, days, every, gather, named, stacked, steps, sum, ticks, timeTicks, unitOf} =
  await load('chart.js');
const {means, rangeOf, waitingBy} = await load('statistics.js');

const HOUR = 3600e3;
const DAY = 24 * HOUR;
const dayOf = (text) => Date.parse(text) / DAY;

test('scales begin at zero, are round, even, and hold the largest without much to spare', () => {
  for (const most of [.3, 1, 2, 3, 4, 5, 7, 9, 10, 11, 99, 100, 101, 12345, 1e6, 2 ** 40]) {
    const scale = ticks(most);
    const step = scale[1];
    assert.equal(scale[0], 0);
    assert.ok(scale.at(-1) >= most && scale.at(-1) - most < step, `${most}: ${scale}`);
    assert.ok(scale.length >= 2 && scale.length <= 7, `${most}: ${scale}`);
    assert.ok(scale.every((n, i) => Math.abs(n - i * step) < step * 1e-9), `${most}: ${scale}`);
    assert.match(String(step / 10 ** Math.floor(Math.log10(step) + 1e-9)), /^(1|2|5)(\.0*1)?$/);
  }
});

test('a scale of nothing is a scale', () => {
  for (const most of [0, -1, NaN]) assert.deepEqual(ticks(most), [0, 1]);
});

test('counts are not counted in halves', () => {
  assert.deepEqual(ticks(1, 4, 1), [0, 1]);
  assert.deepEqual(ticks(3, 4, 1), [0, 1, 2, 3]);
  assert.ok(ticks(6, 4, 1).every(Number.isInteger));
});

test('times have round hours, days or minutes', () => {
  assert.equal(unitOf(47 * HOUR)[0], 'hour');
  assert.equal(unitOf(48 * HOUR)[0], 'day');
  assert.equal(unitOf(30e3)[0], 'second');
  assert.equal(unitOf(0)[0], 'second');
  assert.deepEqual(timeTicks(17 * HOUR), [0, 5, 10, 15, 20].map((n) => n * HOUR));
  assert.deepEqual(timeTicks(8 * DAY), [0, 2, 4, 6, 8].map((n) => n * DAY));
  // Not "0.2 secs, 0.1 secs": steps of a second at least.
  for (const most of [1, 240, 999, 1000]) assert.deepEqual(timeTicks(most), [0, 1000], `${most}`);
  assert.deepEqual(timeTicks(2500), [0, 1000, 2000, 3000]);
});

test('days go over ends of months and leap days', () => {
  assert.deepEqual(days(dayOf('2024-02-28'), dayOf('2024-03-02')),
      ['2024-02-28', '2024-02-29', '2024-03-01']);
  assert.deepEqual(days(5, 5), []);
  assert.deepEqual(days(5, 4), []);
});

test('days without a line are zero; lines of one day are added; other days do not count', () => {
  const all = days(20000, 20004);
  const line = (day, count, total) => ({day, count, total});
  const lines = [line(all[1], 2, 10), line(all[1], 1, 5), line(all[3], 4, 0),
    line('1999-01-01', 9, 9), line('2099-01-01', 9, 9)];
  assert.deepEqual(byDay(lines, all), [0, 3, 0, 4]);
  assert.deepEqual(byDay(lines, all, 'total'), [0, 15, 0, 0]);
  assert.deepEqual(byDay([], all), [0, 0, 0, 0]);
});

test('steps hold each day once, in order, whatever the range', () => {
  for (const [from, to] of [[0, 1], [3, 4], [20000, 20030], [20000, 20092], [20000, 20093],
    [20000, 20400], [20001, 20700], [19000, 22000], [0, 21000]]) {
    const {unit, list} = steps(from, to);
    assert.ok(list.length <= 92 || unit === 'year', `${from} ${to}: ${list.length}`);
    assert.equal(list[0].first, 0);
    assert.equal(list.at(-1).last, to - from - 1);
    list.slice(1).forEach(({first}, i) => assert.equal(first, list[i].last + 1));
    const values = days(from, to).map((_, i) => i + 1);
    assert.equal(sum(gather(values, {list})), sum(values));
  }
});

test('steps are as small as fits: days, weeks from Monday, months, years', () => {
  const unit = (n) => steps(20000, 20000 + n).unit;
  assert.deepEqual([1, 92, 93, 600, 1000, 5000].map(unit),
      ['day', 'day', 'week', 'week', 'month', 'year']);
  const from = dayOf('2026-01-01'); // a Thursday
  const weeks = steps(from, from + 120);
  const all = days(from, from + 120);
  assert.deepEqual(weeks.list.slice(0, 3).map(({first, last}) => [all[first], all[last]]),
      [['2026-01-01', '2026-01-04'], ['2026-01-05', '2026-01-11'], ['2026-01-12', '2026-01-18']]);
  const months = steps(from + 20, from + 1100);
  const long = days(from + 20, from + 1100);
  assert.deepEqual(months.list.slice(0, 3).map(({first}) => long[first]),
      ['2026-01-21', '2026-02-01', '2026-03-01']);
});

test('steps are named by what they hold', () => {
  const from = dayOf('2025-12-29');
  const name = (to) => named(steps(from, to), days(from, to))[0];
  assert.match(name(from + 2).name, /2025/);
  assert.doesNotMatch(name(from + 2).short, /2025/);
  assert.match(name(from + 200).name, /2025.*2026/, 'a week over the end of a year');
});

test('what is stacked begins where the one below ends', () => {
  assert.deepEqual(stacked([[1, 0], [2, 3]]), [[[0, 1], [0, 0]], [[1, 3], [0, 3]]]);
  assert.deepEqual(stacked([]), []);
});

test('labels are left out where they would touch', () => {
  assert.equal(every(7, 700, 60), 1);
  assert.equal(every(30, 600, 60), 3);
  assert.equal(every(30, 10, 60), 30, 'one at least');
});

test('a mean of nothing is none, and not zero', () => {
  assert.deepEqual(means([0, 3, 2], [0, 15, 0]), [null, 5, 0]);
});

test('a range is of days that there are', () => {
  const now = Date.UTC(2024, 9, 5, 13);
  const range = (query) => rangeOf(new URLSearchParams(query), now);
  const today = dayOf('2024-10-05');
  assert.deepEqual(range(''), {from: today - 29, to: today + 1});
  assert.deepEqual(range('from=2024-10-04&to=2024-10-04'), {from: today - 1, to: today});
  assert.deepEqual(range('from=2024-10-04&to=2024-10-01'), {from: today - 4, to: today - 3});
  assert.deepEqual(range('from=0002-01-01'), {from: 0, to: today + 1}, 'no day before 1970');
  assert.deepEqual(range('to=9999-01-01'), {from: today - 29, to: today + 1}, 'nor after today');
  assert.deepEqual(range('from=nonsense&to=nonsense'), {from: today - 29, to: today + 1});
  assert.deepEqual(range('to=1970-01-03'), {from: 0, to: 3});
});

test('what waits is by queue and by who must act; what is done does not wait', () => {
  const line = (queue, state, cases, oldest) => ({queue, state, cases, oldest});
  assert.deepEqual(waitingBy([
    line('a', 'waiting', 2, 50), line('a', 'claimed', 1, 50), line('a', 'closed', 70, 50),
    line('b', 'consent_asked', 1, 20), line('b', 'open', 2, 20), line('b', 'in_review', 3, 20),
    line('b', 'appealed', 4, 20), line('c', 'decided', 5, 0), line('d', 'in_review', 1, 0),
  ]), [
    {queue: 'b', all: 10, parts: [0, 3, 3, 4], oldest: 20},
    {queue: 'a', all: 3, parts: [2, 1, 0, 0], oldest: 50},
    {queue: 'd', all: 1, parts: [0, 0, 1, 0], oldest: 0},
  ]);
  assert.deepEqual(waitingBy([]), []);
});
