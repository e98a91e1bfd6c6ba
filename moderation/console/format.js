// SPDX-License-Identifier: Apache-2.0
// Numbers and times as the reader's locale writes them.

const locale = navigator.languages;
const whole = new Intl.NumberFormat(locale);
const short = new Intl.NumberFormat(locale, {maximumFractionDigits: 1});
const part = new Intl.NumberFormat(locale, {style: 'percent', maximumFractionDigits: 0});
const stamp = new Intl.DateTimeFormat(locale, {dateStyle: 'medium', timeStyle: 'medium'});
const day = new Intl.DateTimeFormat(locale, {dateStyle: 'medium', timeZone: 'UTC'});
const shortDay = new Intl.DateTimeFormat(locale, {day: 'numeric', month: 'short', timeZone: 'UTC'});
const shortMonth = new Intl.DateTimeFormat(locale, {month: 'short', year: '2-digit',
  timeZone: 'UTC'});
const relative = new Intl.RelativeTimeFormat(locale, {numeric: 'auto', style: 'short'});
const both = new Intl.ListFormat(locale, {type: 'conjunction'});
const units = [['day', 86400e3], ['hour', 3600e3], ['minute', 60e3], ['second', 1e3]];

export const number = (n) => whole.format(n);
export const decimal = (n) => short.format(n);
export const percent = (n) => part.format(n);
/** Milliseconds since 1970. */
export const time = (ms) => stamp.format(ms);
/** 'YYYY-MM-DD'. */
export const date = (text) => day.format(new Date(`${text}T00:00:00Z`));
/** The same without its year; its month alone; several days. */
export const dayShort = (text) => shortDay.format(new Date(`${text}T00:00:00Z`));
export const monthShort = (text) => shortMonth.format(new Date(`${text}T00:00:00Z`));
export const dates = (from, to) => day.formatRange(new Date(`${from}T00:00:00Z`),
    new Date(`${to}T00:00:00Z`));

/** "3 hr. ago", "in 4 min.". */
export function ago(ms, now = Date.now()) {
  const gap = ms - now;
  const [unit, size] = units.find(([, size]) => Math.abs(gap) >= size) ?? ['second', 1e3];
  return relative.format(Math.trunc(gap / size), unit);
}

/** A length of time, in its largest unit that fits, or in this one. */
export function span(ms, within) {
  const [unit, size] = units.find(([name, size]) =>
    (within ? name === within : Math.abs(ms) >= size)) ?? ['second', 1e3];
  return new Intl.NumberFormat(locale, {style: 'unit', unit, unitDisplay: 'short',
    maximumFractionDigits: 1}).format(ms / size);
}

/** Bytes. */
export function bytes(n) {
  const unit = n >= 1e6 ? 'megabyte' : n >= 1e3 ? 'kilobyte' : 'byte';
  return new Intl.NumberFormat(locale, {style: 'unit', unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: 1}).format(n / {byte: 1, kilobyte: 1e3, megabyte: 1e6}[unit]);
}

/** From so many bytes to so many, about: "1.2–1.4 MB". */
export const sizes = (from, to) => new Intl.NumberFormat(locale, {style: 'unit', unit: 'megabyte', unitDisplay: 'short',
  maximumFractionDigits: 2}).formatRange(from / 1e6, to / 1e6);

/** "a, b and c". */
export const list = (items) => both.format(items);

/** A place in a film, of seconds: "1:02", "1:00:02", and below a minute "0:02.5". */
export function clock(seconds) {
  const [h, m] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = seconds < 60 ? (Math.floor(seconds * 10) / 10).toFixed(1).padStart(4, '0') :
    String(Math.floor(seconds % 60)).padStart(2, '0');
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${rest}` : `${m}:${rest}`;
}

/** A moment with its distance from now, as an element's text and title. */
export function moment(ms) {
  const node = document.createElement('time');
  node.dateTime = new Date(ms).toISOString();
  node.title = time(ms);
  node.textContent = ago(ms);
  return node;
}
