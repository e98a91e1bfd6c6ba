// SPDX-License-Identifier: Apache-2.0
// What can be told of a book without the service: its blanks, what is still to
// be mended in it, and what is wrong with one that was pasted as text. The
// service checks all again, and more.

import {entries, LEVELS} from './book_changes.js';

// ---- Templates ----------------------------------------------------------------

/** A template's text in pieces: {text}, {blank: name}, or {brace} that is of none. */
export function pieces(text) {
  const out = [];
  const put = (more) => {
    if (out.at(-1)?.text !== undefined) out.at(-1).text += more;
    else out.push({text: more});
  };
  for (const [all, name] of text.matchAll(/\{\{|\}\}|\{([a-z_]{1,32})\}|[{}]|[^{}]+/g)) {
    if (name) out.push({blank: name});
    else if (all === '{{' || all === '}}') put(all[0]);
    else if (all === '{' || all === '}') out.push({brace: all});
    else put(all);
  }
  return out;
}

/** Names of the blanks of a template's text, each once, in order. */
export const blanksOf = (text) =>
  [...new Set(pieces(text).map((piece) => piece.blank).filter(Boolean))];

/** Blanks as they belong to a text; told: explanations that there were or are. */
export function fitBlanks(template, told) {
  const names = blanksOf(template.text);
  if (names.length === 0) delete template.blanks;
  else template.blanks = Object.fromEntries(names.map((name) => [name, told[name] ?? '']));
}

// ---- What is to be mended -------------------------------------------------------

const length = (text) => new TextEncoder().encode(text).length;
const CONDITIONS = ['reasons', 'source', 'reporter', 'min_priority', 'min_reporters',
  'first_contact'];
export const hasConditions = (queue) => CONDITIONS.some((name) => queue[name] !== undefined);

function ofWords(item) {
  const out = [];
  if (!item.title.trim()) out.push('noTitle');
  else if (length(item.title) > 256) out.push('longTitle');
  if (item.text !== undefined && !item.text.trim()) out.push('noText');
  else if (length(item.text ?? '') > 8192) out.push('longText');
  return out;
}

const isLeast = (n) => n === undefined || (Number.isInteger(n) && n >= 1 && n <= 0xffffffff);

function ofQueue(queue, isLast) {
  const out = [];
  if (isLast && hasConditions(queue)) out.push('lastWithConditions');
  if (!isLast && !hasConditions(queue)) out.push('noConditions');
  if (!isLeast(queue.min_priority) || !isLeast(queue.min_reporters)) out.push('badNumber');
  return out;
}

const LANGUAGE = /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i;

function ofTemplate(template, policies) {
  const out = [];
  const names = blanksOf(template.text);
  if (pieces(template.text).some((piece) => piece.brace)) out.push('brace');
  if (names.some((name) => !template.blanks?.[name]?.trim())) out.push('blankUntold');
  if (names.length > 32) out.push('manyBlanks');
  if (!LANGUAGE.test(template.language) || template.language.length > 35) out.push('language');
  if (template.policy !== undefined && !policies.has(template.policy)) out.push('policyGone');
  return out;
}

/** What would be refused: {kind, id, what}; what is a name of strings.book.faults. */
export function faults(book) {
  const policies = entries(book, 'policy');
  const depth = (id) => (id === '' ? 0 :
    1 + depth(policies.find((entry) => entry.id === id).above));
  const known = new Set(policies.map((entry) => entry.id));
  const all = [
    ...book.queues.map((queue, i) => ['queue', queue,
      ofQueue(queue, i === book.queues.length - 1)]),
    ...policies.map(({id, own}) => ['policy', own, depth(id) > LEVELS ? ['tooDeep'] : []]),
    ...book.templates.map((template) => ['template', template, ofTemplate(template, known)]),
  ];
  const share = book.second_look_share;
  return [
    ...all.flatMap(([kind, item, more]) =>
      [...ofWords(item), ...more].map((what) => ({kind, id: item.id, what}))),
    ...(share >= 0 && share <= 1 ? [] : [{kind: 'rule', id: 'second_look_share', what: 'share'}]),
  ];
}

/** {kind, id} of a place in the words of the service, as policies[2].children[0].id. */
export function placed(book, words) {
  const [, part, steps] = /^(queues|policies|templates)((?:(?:\.children)?\[\d+\])+)/
      .exec(words ?? '') ?? [];
  if (!part) {
    const [rule] = /^(?:grave|second_look_share)\b/.exec(words ?? '') ?? [];
    return rule && {kind: 'rule', id: rule};
  }
  let list = book[part];
  let item;
  for (const [, at] of steps.matchAll(/\[(\d+)\]/g)) {
    item = list?.[at];
    list = item?.children;
  }
  const kind = {queues: 'queue', policies: 'policy', templates: 'template'}[part];
  return item && {kind, id: item.id};
}

// ---- Text -------------------------------------------------------------------------

const TOKEN = new RegExp([
  '[ \\t\\n\\r]+', '[{}\\[\\],:]',
  '"(?:[^"\\\\\\u0000-\\u001f]|\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4}))*"',
  '-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?(?![\\w.])', '(?:true|false|null)(?!\\w)',
].join('|'), 'y');

const isValue = (token) => !'}],:'.includes(token[0]);

/**
 * The first mistake of a text as JSON: {at, what, name}, or undefined. JSON.parse
 * would not say where in the same way everywhere, and takes a name that stands twice.
 */
export function mistake(text) {
  const open = []; // {names: Set of an object, or null for a list}
  let wants = ['value'];
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) return {at, what: 'syntax'};
    const first = token[0];
    const top = open.at(-1);
    if (!/[ \t\n\r]/.test(first)) {
      const found = isValue(token) && wants.includes('name') ? (first === '"' ? 'name' : '') :
        isValue(token) ? 'value' : first;
      if (!wants.includes(found)) return {at, what: wants.includes('end') ? 'more' : 'syntax'};
      if (found === 'name') {
        const name = JSON.parse(token);
        if (top.names.has(name)) return {at, what: 'twice', name};
        top.names.add(name);
      }
      if (first === '{' || first === '[') open.push({names: first === '{' ? new Set() : null});
      if (first === '}' || first === ']') open.pop();
      const inside = open.at(-1);
      if (first === '{') wants = ['name', '}'];
      else if (first === '[') wants = ['value', ']'];
      else if (found === 'name') wants = [':'];
      else if (found === ':') wants = ['value'];
      else if (found === ',') wants = [inside.names ? 'name' : 'value'];
      else wants = inside ? [',', inside.names ? '}' : ']'] : ['end'];
    }
    at += token.length;
  }
  return wants.includes('end') ? undefined : {at, what: 'end'};
}

const isText = (value) => typeof value === 'string';
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isList = (value) => Array.isArray(value) && value.every(isText);
const maybe = (is) => (value) => value === undefined || is(value);
const is = (type) => maybe((value) => typeof value === type);

const SHAPES = {
  queues: {id: isText, title: isText, reasons: maybe(isList), source: is('string'),
    reporter: is('string'), min_priority: is('number'), min_reporters: is('number'),
    first_contact: is('boolean')},
  policies: {id: isText, title: isText, text: isText, severity: isText, retired: is('boolean'),
    children: maybe(Array.isArray)},
  templates: {id: isText, title: isText, text: isText, outcome: isText, language: isText,
    policy: is('string'),
    blanks: maybe((value) => isObject(value) && Object.values(value).every(isText))},
};

/** Where a value is no book that this page can show: {place, what}, or undefined. */
export function misshape(book) {
  if (!isObject(book)) return {place: '', what: 'shape'};
  const walk = (list, name, shape, seen) => {
    if (!Array.isArray(list)) return {place: name, what: list === undefined ? 'missing' : 'shape'};
    for (const [i, item] of list.entries()) {
      const place = `${name}[${i}]`;
      if (!isObject(item)) return {place, what: 'shape'};
      for (const [member, fits] of Object.entries(shape)) {
        if (!fits(item[member])) {
          return {place: `${place}.${member}`,
            what: item[member] === undefined ? 'missing' : 'shape'};
        }
      }
      for (const member of Object.keys(item)) {
        if (!Object.hasOwn(shape, member)) return {place: `${place}.${member}`, what: 'unknown'};
      }
      if (seen.has(item.id)) return {place: `${place}.id`, what: 'twice'};
      seen.add(item.id);
      const below = walk(item.children ?? [], `${place}.children`, shape, seen);
      if (below) return below;
    }
    return undefined;
  };
  for (const [name, shape] of Object.entries(SHAPES)) {
    const fault = walk(book[name], name, shape, new Set());
    if (fault) return fault;
  }
  const rest = {version: (value) => value === 1, grave: isList,
    second_look_share: (value) => typeof value === 'number'};
  for (const [name, fits] of Object.entries(rest)) {
    if (!fits(book[name])) {
      return {place: name, what: book[name] === undefined ? 'missing' : 'shape'};
    }
  }
  const more = Object.keys(book).find((name) => !SHAPES[name] && !rest[name]);
  if (more) return {place: more, what: 'unknown'};
  return book.queues.length === 0 ? {place: 'queues', what: 'noQueues'} : undefined;
}

/** {book}, or {fault: {what, name, place, at, line, column}} of what was pasted. */
export function readText(text) {
  const wrong = mistake(text);
  if (wrong) {
    const before = text.slice(0, wrong.at).split('\n');
    return {fault: {...wrong, line: before.length, column: before.at(-1).length + 1}};
  }
  const book = JSON.parse(text);
  const fault = misshape(book);
  return fault ? {fault} : {book};
}
