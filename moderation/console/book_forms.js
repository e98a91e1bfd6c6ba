// SPDX-License-Identifier: Apache-2.0
// Forms of the book. They write into the draft as one types, so that nothing
// that was typed is ever anywhere else; changed() is told each time.

import {blanksOf, fitBlanks} from './book_check.js';
import {entries} from './book_changes.js';
import {OUTCOMES, outcomeWord, SEVERITIES, share, templateText} from './book_parts.js';
import {button, check, el, field, fresh, replace, select} from './dom.js';
import * as keys from './keys.js';
import {strings} from './strings.js';

const s = strings.book;

/** Sets a member, or takes it out where it says nothing. */
function put(item, name, value) {
  const empty = value === undefined || value === '' || (Array.isArray(value) && !value.length);
  if (empty) delete item[name];
  else item[name] = value;
}

/** A control of the member of an item; text that is required stays, if only as ''. */
function line(item, name, changed, properties = {}) {
  const input = el('input', {value: item[name] ?? '', autocomplete: 'off', ...properties,
    on: {input: () => {
      item[name] = input.value;
      changed();
    }}});
  return input;
}

function area(item, rows, changed) {
  const input = el('textarea', {value: item.text, rows, dir: 'auto', on: {input: () => {
    item.text = input.value;
    changed();
  }}});
  return input;
}

function choice(item, name, choices, changed) {
  return select(choices, item[name] ?? '', (value) => {
    put(item, name, value);
    changed();
  });
}

function amount(item, name, changed) {
  const input = el('input', {type: 'number', min: 1, max: 4294967295, step: 1,
    inputmode: 'numeric', value: item[name] ?? '', on: {input: () => {
      // What is no number is kept as what the check finds, not dropped unseen.
      put(item, name, input.validity.badInput ? 0 : input.value && Number(input.value));
      changed();
    }}});
  return input;
}

const any = (choices) => [['', s.any], ...Object.entries(choices)];

function reasonsOf(queue, changed) {
  const known = Object.entries(strings.reasons);
  return el('fieldset', {class: 'columns'}, el('legend', {}, s.members.reasons),
      el('p', {class: 'hint'}, s.reasonsHint),
      known.map(([reason, label]) => check(label, queue.reasons?.includes(reason), (on) => {
        const rest = (queue.reasons ?? []).filter((one) => one !== reason);
        put(queue, 'reasons', on ? [...rest, reason] : rest);
        changed();
      })));
}

export function queueForm(queue, isLast, changed) {
  const contact = select([['', s.any], ['true', s.conditions.firstContact.true],
    ['false', s.conditions.firstContact.false]], String(queue.first_contact ?? ''), (value) => {
    put(queue, 'first_contact', value === '' ? undefined : value === 'true');
    changed();
  });
  return [field(s.members.title, line(queue, 'title', changed, {dir: 'auto'})),
    isLast && el('p', {class: 'hint'}, s.lastQueue),
    (!isLast || queue.reasons) && reasonsOf(queue, changed),
    !isLast && el('div', {class: 'columns-wide'},
        field(s.members.source, choice(queue, 'source', any(s.sources), changed)),
        field(s.members.reporter, choice(queue, 'reporter', any(s.reporters), changed)),
        field(s.members.min_reporters, amount(queue, 'min_reporters', changed), s.reportersHint),
        field(s.members.min_priority, amount(queue, 'min_priority', changed), s.priorityHint),
        field(s.members.first_contact, contact))];
}

export function policyForm(policy, changed) {
  return [field(s.members.title, line(policy, 'title', changed, {dir: 'auto'})),
    field(s.members.text, area(policy, 5, changed), s.policyTextHint),
    field(s.members.severity, choice(policy, 'severity', SEVERITIES.map((one) =>
      [one, strings.severities[one]]), changed), s.severityHint),
    check(s.retire, policy.retired === true, (on) => {
      put(policy, 'retired', on || undefined);
      changed();
    }),
    el('p', {class: 'hint'}, s.retireHint)];
}

/** told: explanations of blanks that were there before, should they come back. */
export function templateForm(template, book, told, changed) {
  const preview = el('div', {'class': 'book-preview', 'aria-label': s.preview, 'role': 'group'});
  const blanks = el('div', {});
  const policies = entries(book, 'policy');
  const depth = (id) => (id === '' ? 0 :
    1 + depth(policies.find((entry) => entry.id === id)?.above ?? ''));
  let names = null;

  function see() {
    replace(preview, el('p', {class: 'hint'}, s.preview),
        templateText(template.text, template.blanks));
  }

  function drawBlanks() {
    replace(blanks, names.map((name) => {
      const input = el('input', {value: told[name] ?? '', autocomplete: 'off', on: {input: () => {
        told[name] = input.value;
        template.blanks[name] = input.value;
        see();
        changed();
      }}});
      return field(s.blank(name), input);
    }), names.length > 0 && el('p', {class: 'hint'}, s.blankHint));
  }

  function fit() {
    fitBlanks(template, told);
    const now = blanksOf(template.text);
    if (String(now) !== String(names)) {
      names = now;
      drawBlanks();
    }
    see();
  }

  Object.assign(told, template.blanks);
  fit();
  return [el('div', {class: 'columns-wide'},
      field(s.members.title, line(template, 'title', changed, {dir: 'auto'})),
      field(s.members.language, line(template, 'language', changed,
          {maxlength: 35, spellcheck: 'false', autocapitalize: 'none'}), s.languageHint),
      field(s.members.outcome, choice(template, 'outcome', OUTCOMES.map((one) =>
        [one, outcomeWord(one)]), changed)),
      field(s.members.policy, choice(template, 'policy', [['', s.anyPolicy],
        ...policies.map(({id, own, above}) =>
          [id, `${'\u2003'.repeat(depth(above))}${own.title}`])], changed))),
  field(s.members.text, area(template, 9, () => {
    fit();
    changed();
  }), s.templateHint), blanks, preview];
}

export function rulesForm(book, marks, changed) {
  // Shares as percent, without the dust of binary fractions.
  const clean = (n) => Number(n.toFixed(6));
  const said = el('p', {class: 'hint'});
  const say = () => {
    const is = book.second_look_share;
    said.textContent = is >= 0 && is <= 1 ? share(is) : s.faults.share;
  };
  const input = el('input', {type: 'number', min: 0, max: 100, step: 'any', inputmode: 'decimal',
    class: 'book-short', value: clean(book.second_look_share * 100), on: {input: () => {
      book.second_look_share = input.value === '' ? -1 : clean(Number(input.value) / 100);
      say();
      changed();
    }}});
  const grave = (outcome) => check(outcomeWord(outcome), book.grave.includes(outcome), (on) => {
    const chosen = new Set(book.grave);
    if (on) chosen.add(outcome);
    else chosen.delete(outcome);
    book.grave = OUTCOMES.filter((one) => chosen.has(one));
    changed();
  });
  say();
  return [el('div', {class: 'book-head'}, el('h2', {}, s.grave), marks('rule', 'grave')),
    el('fieldset', {class: 'columns'}, el('legend', {}, s.graveHint), OUTCOMES.map(grave)),
    el('p', {class: 'hint'}, s.graveToo),
    el('div', {class: 'book-head'}, el('h2', {}, s.secondLooks),
        marks('rule', 'second_look_share')),
    field(s.sharePercent, input), said];
}

/** An id made of a title, that none of taken is. */
function suggest(title, prefix, taken) {
  const word = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
      .replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  const id = `${prefix}${word}`.slice(0, 60);
  if (word === '' || !taken.has(id)) return word === '' ? '' : id;
  let n = 2;
  while (taken.has(`${id}_${n}`)) n += 1;
  return `${id}_${n}`;
}

/** Asks for title and id of a new one; undefined if nobody wants it. */
export function askNew(title, prefix, taken) {
  return new Promise((settle) => {
    keys.dialog(title, (done) => {
      let own = false; // the id was typed, no longer suggested
      const error = el('p', {class: 'error', role: 'alert', hidden: true, id: fresh('error')});
      const id = el('input', {required: true, maxlength: 64, spellcheck: 'false',
        autocapitalize: 'none', autocomplete: 'off', on: {input: () => {
          own = id.value !== '';
        }}});
      const name = el('input', {required: true, dir: 'auto', autocomplete: 'off',
        on: {input: () => {
          if (!own) id.value = suggest(name.value, prefix, taken);
        }}});
      const refuse = (why) => {
        error.textContent = why;
        error.hidden = false;
        id.setAttribute('aria-invalid', 'true');
        id.focus();
      };
      return el('form', {on: {submit: (event) => {
        event.preventDefault();
        if (!/^[a-z0-9_.-]{1,64}$/.test(id.value)) refuse(s.badId);
        else if (taken.has(id.value)) refuse(s.takenId(id.value));
        else done({id: id.value, title: name.value.trim()});
      }}}, field(s.members.title, name), field(s.id, id, s.idHint), error,
      el('div', {class: 'actions'}, el('button', {class: 'primary'}, s.add),
          button(strings.cancel, () => done(), 'quiet')));
    }, settle);
  });
}
