// SPDX-License-Identifier: Apache-2.0
// The book as it is read. What can be done with each thing comes from the page:
// {marks, form, tools}, functions of a kind and an id: badges of what changed, a
// form in place of the text where it is being changed, and buttons below it.

import {blanksOf, hasConditions, pieces} from './book_check.js';
import {el, foreign} from './dom.js';
import {number} from './format.js';
import {strings} from './strings.js';

const s = strings.book;
export const OUTCOMES = ['no_action', 'warn', 'restrict', 'suspend', 'escalate'];
export const SEVERITIES = ['low', 'moderate', 'high', 'grave'];

const severityBadge = (severity) => el('span',
    {class: `badge${{grave: ' bad', high: ' warn'}[severity] ?? ''}`},
    s.severityOf(strings.severities[severity] ?? severity));
const fine = new Intl.NumberFormat(navigator.languages,
    {style: 'percent', maximumFractionDigits: 4});
export const share = (n) => s.secondLooksOf(fine.format(n), n);
export const outcomeWord = (outcome) => strings.outcomes[outcome] ?? outcome;

/** A heading with badges behind it. */
function head(level, kind, item, marks, ...badges) {
  return el('div', {class: 'book-head'},
      el(`h${Math.min(level, 6)}`, {'tabindex': '-1', 'data-focus': `${kind}:${item.id}`},
          foreign(item.title)),
      badges, marks(kind, item.id), el('span', {class: 'mono hint'}, item.id));
}

/** Conditions of a queue, a sentence each. */
export function conditions(queue) {
  const c = s.conditions;
  return [
    queue.reasons && c.reasons(queue.reasons.map((one) => strings.reasons[one] ?? one)),
    queue.source && (c.source[queue.source] ?? queue.source),
    queue.reporter && (c.reporter[queue.reporter] ?? queue.reporter),
    queue.min_priority !== undefined && c.minPriority(number(queue.min_priority)),
    queue.min_reporters !== undefined && c.minReporters(queue.min_reporters),
    queue.first_contact !== undefined && c.firstContact[queue.first_contact],
  ].filter(Boolean);
}

function queues(book, {marks, form, tools}) {
  const last = book.queues.at(-1);
  const reading = (queue) => (hasConditions(queue) ?
    el('ul', {class: 'plain-list'}, conditions(queue).map((line) => el('li', {}, line))) :
    el('p', {}, queue === last ? s.rest : s.faults.noConditions));
  return el('ol', {class: 'book-list book-queues'}, book.queues.map((queue) =>
    el('li', {class: 'card'}, head(2, 'queue', queue, marks),
        form('queue', queue.id) ?? reading(queue), tools('queue', queue.id))));
}

function policyNode(policy, level, context) {
  const {marks, form, tools} = context;
  const children = policy.children ?? [];
  return el('li', {class: level === 2 ? 'card' : 'part'},
      head(level, 'policy', policy, marks, severityBadge(policy.severity),
          policy.retired && el('span', {class: 'badge warn'}, s.retired)),
      form('policy', policy.id) ?? el('p', {class: 'book-text', dir: 'auto'}, policy.text),
      tools('policy', policy.id),
      children.length > 0 && el('ul', {class: 'book-list'}, children.map((child) =>
        policyNode(child, level + 1, context))));
}

function policies(book, context) {
  return el('ul', {class: 'book-list book-wide'}, book.policies.map((policy) =>
    policyNode(policy, 2, context)));
}

/** A template's text, its blanks set off. told: explanations in place of names. */
export function templateText(text, told) {
  return el('div', {class: 'policy-text', dir: 'auto'}, pieces(text).map((piece) => {
    if (piece.text !== undefined) return piece.text;
    if (piece.brace) return el('strong', {class: 'book-brace'}, piece.brace);
    return el('span', {class: 'book-blank'}, told?.[piece.blank]?.trim() || `{${piece.blank}}`);
  }));
}

function templates(book, {marks, form, tools}) {
  const titles = policyTitles(book);
  const reading = (template) => [
    templateText(template.text),
    blanksOf(template.text).length > 0 && el('dl', {class: 'book-blanks'},
        blanksOf(template.text).map((name) => el('div', {},
            el('dt', {class: 'mono'}, `{${name}}`),
            el('dd', {}, template.blanks?.[name] ?? '')))),
  ];
  return el('ul', {class: 'book-list book-wide'}, book.templates.map((template) =>
    el('li', {class: 'card'},
        head(2, 'template', template, marks,
            el('span', {class: 'badge'}, outcomeWord(template.outcome)),
            el('span', {class: 'badge plain'}, template.language)),
        el('p', {class: 'hint'}, template.policy === undefined ? s.forAny :
          s.forPolicyOf(titles.get(template.policy) ?? template.policy)),
        form('template', template.id) ?? reading(template), tools('template', template.id))));
}

function rules(book, {marks, form}) {
  return el('div', {class: 'card'}, form('rule', 'rules') ?? [
    el('div', {class: 'book-head'}, el('h2', {}, s.grave), marks('rule', 'grave')),
    el('p', {}, s.graveHint),
    book.grave.length > 0 ? el('ul', {}, OUTCOMES.filter((one) => book.grave.includes(one))
        .map((one) => el('li', {}, outcomeWord(one)))) : el('p', {}, s.graveNone),
    el('p', {class: 'hint'}, s.graveToo),
    el('div', {class: 'book-head'}, el('h2', {}, s.secondLooks),
        marks('rule', 'second_look_share')),
    el('p', {}, share(book.second_look_share)),
  ]);
}

/** Titles of policies by id. */
function policyTitles(book) {
  const walk = (list) => list.flatMap((policy) =>
    [[policy.id, policy.title], ...walk(policy.children ?? [])]);
  return new Map(walk(book.policies));
}

/** One part of the book: 'queues', 'policies', 'templates', 'rules'. */
export function drawPart(part, book, context) {
  const draw = {queues, policies, templates, rules}[part];
  const empty = part === 'templates' && book.templates.length === 0;
  return [el('p', {class: 'hint'}, s.hints[part]),
    empty ? el('p', {class: 'empty'}, s.noTemplates) : draw(book, context)];
}

// ---- What changed, in words ------------------------------------------------------

const long = ['text', 'blanks', 'reasons'];

function shown(kind, name, value) {
  if (value === undefined) return s.none;
  if (kind === 'rule' && name === 'second_look_share') return fine.format(value);
  if (name === 'grave') return value.map(outcomeWord).join(', ') || s.none;
  if (name === 'reasons') return value.map((one) => strings.reasons[one] ?? one).join(', ');
  if (name === 'severity') return strings.severities[value] ?? value;
  if (name === 'outcome') return outcomeWord(value);
  if (name === 'source' || name === 'reporter') return s[`${name}s`][value] ?? value;
  if (name === 'blanks') {
    return Object.entries(value).map(([blank, told]) => `{${blank}}: ${told}`).join('\n');
  }
  if (typeof value === 'boolean') return value ? s.yes : s.no;
  return typeof value === 'number' ? number(value) : String(value);
}

function difference(kind, name, was, now) {
  const [before, after] = [shown(kind, name, was), shown(kind, name, now)];
  if (!long.includes(name)) return el('li', {}, s.fromTo(s.members[name] ?? name, before, after));
  return el('li', {}, `${s.members[name]}:`, el('div', {class: 'book-diff'},
      el('div', {}, el('span', {class: 'hint'}, s.before), el('del', {}, before)),
      el('div', {}, el('span', {class: 'hint'}, s.after), el('ins', {}, after))));
}

export const changeLine = (change) => (change.kind === 'rule' ?
  s.ruleChanged[change.id] : s.whats[change.what](s.kinds[change.kind], change.title));

/** A change in words, with what was and what is now. */
export function changeNode(change) {
  const {kind, id, what, was, now} = change;
  if (kind === 'rule') return [changeLine(change), el('ul', {}, difference(kind, id, was, now))];
  return [changeLine(change), what === 'changed' && el('ul', {}, change.members.map((name) =>
    difference(kind, name, was[name], now[name])))];
}
