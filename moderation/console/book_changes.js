// SPDX-License-Identifier: Apache-2.0
// Books compared, and moved about in; no page is needed for it.

import {strings} from './strings.js';

/** Policies of a tree as a list, each with its place among those beside it. */
export function findIn(policies, above = '') {
  return policies.flatMap((policy, i) => [{...policy, above, at: i},
    ...findIn(policy.children ?? [], policy.id)]);
}

/** Moves one of a list by one place. */
export function move(list, i, by) {
  const to = i + by;
  if (to >= 0 && to < list.length) list.splice(to, 0, ...list.splice(i, 1));
}

/** Names of the blanks of a template's text, each once, in order. */
export function blanksOf(text) {
  const names = [...text.matchAll(/\{\{|\}\}|\{([a-z_]{1,32})\}/g)].map((found) => found[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

const same = (a, b) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** With members in order of name: how they were written does not count. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
}

function differences(kind, before, after, place) {
  const s = strings.book;
  const old = new Map(before.map((one) => [one.id, one]));
  const now = new Map(after.map((one) => [one.id, one]));
  const bare = ({children, above, at, ...rest}) => rest;
  const out = [];
  for (const one of after) {
    const was = old.get(one.id);
    if (!was) out.push(s.added(kind, one.title));
    else if (!same(bare(was), bare(one))) out.push(s.changed(kind, one.title));
    else if (place(was) !== place(one) && before.length === after.length) out.push(s.moved(kind, one.title));
  }
  for (const one of before) {
    if (!now.has(one.id)) out.push(s.removed(kind, one.title));
  }
  return out;
}

/** What differs between two books, a line each. */
export function changes(before, after) {
  const s = strings.book;
  const placed = (list) => list.map((one, i) => ({...one, at: i}));
  try {
    const out = [
      ...differences(s.kinds.queue, placed(before.queues), placed(after.queues), (one) => one.at),
      ...differences(s.kinds.policy, findIn(before.policies), findIn(after.policies),
          (one) => `${one.above}/${one.at}`),
      ...differences(s.kinds.template, placed(before.templates), placed(after.templates), (one) => one.at),
    ];
    if (!same([...before.grave].sort(), [...after.grave].sort())) out.push(s.graveChanged);
    if (before.second_look_share !== after.second_look_share) out.push(s.shareChanged);
    if (out.length === 0 && !same(before, after)) out.push(s.otherChanged);
    return out;
  } catch {
    return [s.otherChanged]; // a book that was pasted, and is none: the service says why
  }
}
