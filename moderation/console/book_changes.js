// SPDX-License-Identifier: Apache-2.0
// Books compared, moved about in, and brought together; no page is needed for it.
//
// An entry is a queue, policy or template with the policy that it is below of:
// {id, above, own}. A tree is a list of entries in the order of the document.

export const PARTS = {queue: 'queues', policy: 'policies', template: 'templates'};
export const LEVELS = 8;
const KINDS = Object.keys(PARTS);
const RULES = ['grave', 'second_look_share'];

// ---- Entries ----------------------------------------------------------------

/** All of a kind, those below right after what they are below of. */
export function entries(book, kind) {
  const walk = (list, above) => list.flatMap(({children, ...own}) =>
    [{id: own.id, above, own}, ...walk(children ?? [], own.id)]);
  return walk(book[PARTS[kind]], '');
}

/** The list or tree again. What is below of nothing, or of itself, comes to the top. */
export function build(list) {
  const byId = new Map(list.map((entry) => [entry.id, entry]));
  const nodes = new Map(list.map((entry) => [entry.id, {...entry.own}]));
  const isBelowItself = (entry) => {
    const seen = new Set();
    let one = entry;
    while (one && !seen.has(one.id)) {
      seen.add(one.id);
      one = byId.get(one.above);
    }
    return one === entry;
  };
  const top = [];
  for (const entry of list) {
    const above = isBelowItself(entry) ? undefined : nodes.get(entry.above);
    if (above) (above.children ??= []).push(nodes.get(entry.id));
    else top.push(nodes.get(entry.id));
  }
  return top;
}

/** {item, list, at, above, depth} of an id, or undefined. */
export function find(book, kind, id) {
  const walk = (list, above, depth) => {
    for (const [at, item] of list.entries()) {
      const found = item.id === id ? {item, list, at, above, depth} :
        walk(item.children ?? [], item, depth + 1);
      if (found) return found;
    }
    return undefined;
  };
  return walk(book[PARTS[kind]], null, 1);
}

// ---- Moving -------------------------------------------------------------------

const height = (policy) => 1 + Math.max(0, ...(policy.children ?? []).map(height));

/** Which ways it can go: {up, down, inward, outward}. The last queue stays last. */
export function ways(book, kind, id) {
  const {item, list, at, above, depth} = find(book, kind, id);
  const end = kind === 'queue' ? list.length - 1 : list.length;
  const fixed = at >= end;
  return {
    up: at > 0 && !fixed,
    down: at < end - 1,
    inward: kind === 'policy' && at > 0 && depth + height(item) <= LEVELS,
    outward: kind === 'policy' && above !== null,
  };
}

/** Moves it one step: 'up', 'down', 'inward' (below the one before), 'outward'. */
export function move(book, kind, id, way) {
  if (!ways(book, kind, id)[way]) return false;
  const {item, list, at, above} = find(book, kind, id);
  const aunt = way === 'outward' && find(book, kind, above.id);
  list.splice(at, 1);
  if (way === 'up') list.splice(at - 1, 0, item);
  if (way === 'down') list.splice(at + 1, 0, item);
  if (way === 'inward') (list[at - 1].children ??= []).push(item);
  if (way === 'outward') {
    aunt.list.splice(aunt.at + 1, 0, item);
    if (list.length === 0) delete above.children;
  }
  return true;
}

/** Puts a new one in: a queue before the last, a policy below another if one is named. */
export function add(book, kind, item, above) {
  if (kind === 'queue') book.queues.splice(-1, 0, item);
  else if (above) (find(book, kind, above).item.children ??= []).push(item);
  else book[PARTS[kind]].push(item);
}

export function remove(book, kind, id) {
  const {list, at, above} = find(book, kind, id);
  list.splice(at, 1);
  if (above && list.length === 0) delete above.children;
}

// ---- Comparing ------------------------------------------------------------------

/** With members in order of name: how they were written does not count. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
}

const print = (value) => JSON.stringify(sorted(value));
export const same = (a, b) => print(a) === print(b);
const sameRule = (name, a, b) => (name === 'grave' ?
  same([...a.grave].sort(), [...b.grave].sort()) : a[name] === b[name]);

/** Those of a list that are out of order, at their fewest: the rest rises. */
function outOfOrder(places) {
  const best = places.map(() => 1);
  const before = places.map(() => -1);
  places.forEach((place, i) => {
    for (let j = 0; j < i; j++) {
      if (places[j] < place && best[j] + 1 > best[i]) {
        best[i] = best[j] + 1;
        before[i] = j;
      }
    }
  });
  const stays = new Set();
  for (let i = best.indexOf(Math.max(...best)); i >= 0; i = before[i]) stays.add(i);
  return places.map((_, i) => i).filter((i) => !stays.has(i));
}

/** Ids of entries that stand elsewhere than they did. */
function moved(before, after) {
  const old = new Map(before.map((entry, at) => [entry.id, {...entry, at}]));
  const out = new Set();
  const families = new Map();
  for (const entry of after) {
    const was = old.get(entry.id);
    if (!was) continue;
    if (was.above !== entry.above) out.add(entry.id);
    else families.set(entry.above, [...families.get(entry.above) ?? [], was]);
  }
  for (const family of families.values()) {
    for (const i of outOfOrder(family.map((was) => was.at))) out.add(family[i].id);
  }
  return out;
}

const members = (was, now) => [...new Set([...Object.keys(was), ...Object.keys(now)])]
    .filter((name) => !same(was[name], now[name]));

function changesOf(kind, before, after) {
  const old = new Map(before.map((entry) => [entry.id, entry]));
  const now = new Set(after.map((entry) => entry.id));
  const elsewhere = moved(before, after);
  const out = [];
  for (const {id, own} of after) {
    const was = old.get(id)?.own;
    const change = {kind, id, title: own.title, was, now: own};
    if (!was) out.push({...change, what: 'added'});
    else if (!same(was, own)) out.push({...change, what: 'changed', members: members(was, own)});
    if (elsewhere.has(id)) out.push({...change, what: 'moved'});
  }
  for (const {id, own} of before) {
    if (!now.has(id)) out.push({kind, id, title: own.title, was: own, what: 'removed'});
  }
  return out;
}

/**
 * What differs between two books: {kind, id, title, what, was, now, members}.
 * what: 'added', 'changed', 'moved', 'removed'. The kind 'rule' has the name of
 * a member of the book as its id.
 */
export function changes(before, after) {
  const out = KINDS.flatMap((kind) =>
    changesOf(kind, entries(before, kind), entries(after, kind)));
  for (const name of RULES) {
    if (!sameRule(name, before, after)) {
      out.push({kind: 'rule', id: name, what: 'changed', was: before[name], now: after[name]});
    }
  }
  return out;
}

// ---- Taking back, bringing together -------------------------------------------------

/** Behind the nearest of those before it in the other list, else in front. */
function insert(list, entry, other) {
  const before = other.slice(0, other.findIndex((one) => one.id === entry.id)).reverse();
  const near = before.find((one) => list.some((there) => there.id === one.id));
  list.splice(near ? list.findIndex((there) => there.id === near.id) + 1 : 0, 0, entry);
}

/** The book with one of its changes against another taken back. */
export function takeBack(base, book, {kind, id, what}) {
  const next = structuredClone(book);
  if (kind === 'rule') {
    next[id] = structuredClone(base[id]);
    return next;
  }
  const old = entries(base, kind);
  const was = structuredClone(old.find((entry) => entry.id === id));
  let list = entries(next, kind);
  const entry = list.find((one) => one.id === id);
  if (what === 'changed') {
    entry.own = was.own;
  } else {
    list = list.filter((one) => one.id !== id);
    if (what === 'removed') insert(list, was, old);
    if (what === 'moved') insert(list, {...entry, above: was.above}, old);
    // What was put below the one that goes stays, in its place.
    if (what === 'added') {
      list = list.map((one) => (one.above === id ? {...one, above: entry.above} : one));
    }
  }
  next[PARTS[kind]] = build(list);
  return next;
}

const ids = (list) => list.map((entry) => entry.id);

/** Whether those that two lists share stand in another order. */
function reordered(a, b) {
  const inA = new Set(ids(a));
  const inB = new Set(ids(b));
  return !same(ids(a).filter((id) => inB.has(id)), ids(b).filter((id) => inA.has(id)));
}

/**
 * What two people made of the same book, brought together. Where both changed
 * the same, mine counts, or theirs if picks has its key: those are the
 * conflicts, {key, kind, id, mine, theirs}; undefined is what was removed.
 */
export function merge(base, mine, theirs, picks = new Set()) {
  const conflicts = [];
  const book = structuredClone(mine);
  const choose = (key, about, b, m, t) => {
    if (same(m, t) || same(b, t)) return m;
    if (same(b, m)) return t;
    if (!conflicts.some((one) => one.key === key)) {
      conflicts.push({key, ...about, mine: m, theirs: t});
    }
    return picks.has(key) ? t : m;
  };
  for (const kind of KINDS) {
    const lists = [base, mine, theirs].map((one) => entries(one, kind));
    const [b, m, t] = lists.map((list) => new Map(list.map((entry) => [entry.id, entry])));
    const whole = (id) => {
      const key = `${kind}:${id}`;
      const sides = [b, m, t].map((map) => map.get(id));
      const own = choose(key, {kind, id}, ...sides.map((side) => side?.own));
      const above = choose(key, {kind, id}, ...sides.map((side) => side?.above));
      const there = above ?? sides.find((side) => side)?.above;
      return own && {id, own: structuredClone(own), above: there};
    };
    const iMoved = reordered(lists[0], lists[1]);
    const theyMoved = reordered(lists[0], lists[2]);
    const order = choose(`order:${kind}`, {kind, id: ''}, 0, iMoved ? 1 : 0,
        !theyMoved ? 0 : reordered(lists[1], lists[2]) ? 2 : iMoved ? 1 : 2);
    const [first, second] = order === 1 ? [lists[1], lists[2]] : [lists[2], lists[1]];
    const list = first.map((entry) => whole(entry.id) ?? {id: entry.id});
    for (const entry of second) {
      if (!list.some((one) => one.id === entry.id)) {
        insert(list, whole(entry.id) ?? {id: entry.id}, second);
      }
    }
    book[PARTS[kind]] = build(list.filter((entry) => entry.own));
  }
  for (const name of RULES) {
    const books = [base, mine, theirs];
    const sides = books.map((one) => (name === 'grave' ? [...one.grave].sort() : one[name]));
    const chosen = choose(`rule:${name}`, {kind: 'rule', id: name}, ...sides);
    book[name] = structuredClone(books[sides.lastIndexOf(chosen)][name]);
  }
  return {book, conflicts};
}
