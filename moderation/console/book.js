// SPDX-License-Identifier: Apache-2.0
// The book by which is decided: queues, policies, templates. Changes are
// collected here, shown, and put into force together.

import {get, post} from './api.js';
import {blanksOf, changes, findIn, move} from './book_changes.js';
import {button, check, el, field, foreign, replace, select} from './dom.js';
import {number, percent} from './format.js';
import * as keys from './keys.js';
import {strings} from './strings.js';

const s = strings.book;
const PARTS = ['queues', 'policies', 'templates', 'rules'];
const OUTCOMES = ['no_action', 'warn', 'restrict', 'suspend', 'escalate'];
const SEVERITIES = ['low', 'moderate', 'high', 'grave'];

/** What is being changed, while one looks at other pages: {version, book, next}. */
let work = null;

// ---- Forms ------------------------------------------------------------------------

const input = (value, properties = {}) => el('input', {value: value ?? '', ...properties});
const area = (value, rows) => el('textarea', {value: value ?? '', rows, maxlength: 8192});

/** A dialog with fields; save(close) puts them into the book, or throws. */
function form(title, fields, save) {
  keys.dialog(title, (done) => {
    const error = el('p', {class: 'error', role: 'alert', hidden: true});
    return el('form', {on: {submit: (event) => {
      event.preventDefault();
      try {
        save();
        done();
      } catch (problem) {
        error.textContent = problem.message;
        error.hidden = false;
      }
    }}}, fields, error, el('div', {class: 'actions'}, el('button', {class: 'primary'}, s.keep),
        button(strings.cancel, () => done(), 'quiet')));
  });
}

function put(object, members) {
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) {
      delete object[name];
    } else {
      object[name] = value;
    }
  }
}

const idField = (object, isNew) => {
  const node = input(object.id, {required: true, pattern: '[a-z0-9_.\\-]{1,64}', disabled: !isNew,
    spellcheck: 'false', autocapitalize: 'none'});
  return {node: field(s.id, node, s.idHint), value: () => node.value};
};

function editQueue(queue, isNew, isLast, done) {
  const id = idField(queue, isNew);
  const title = input(queue.title, {required: true, maxlength: 256});
  const reasons = new Set(queue.reasons ?? []);
  const source = select([['', s.any], ...Object.entries(s.sources)], queue.source);
  const reporter = select([['', s.any], ...Object.entries(s.reporters)], queue.reporter);
  const priority = input(queue.min_priority, {type: 'number', min: 1});
  const reporters = input(queue.min_reporters, {type: 'number', min: 1});
  const contact = select([['', s.any], ['true', s.yes], ['false', s.no]],
      queue.first_contact === undefined ? '' : String(queue.first_contact));
  const amount = (node) => (node.value ? Number(node.value) : undefined);
  form(isNew ? s.newQueue : s.change(queue.title), [id.node, field(s.title, title),
    isLast ? el('p', {class: 'hint'}, s.lastQueue) : [
      el('fieldset', {class: 'columns'}, el('legend', {}, s.reasons), Object.entries(strings.reasons)
          .filter(([reason]) => reason !== 'unspecified' || reasons.has(reason))
          .map(([reason, label]) => check(label, reasons.has(reason),
              (on) => (on ? reasons.add(reason) : reasons.delete(reason))))),
      field(s.source, source), field(s.reporter, reporter), field(s.minPriority, priority),
      field(s.minReporters, reporters), field(s.firstContact, contact)]], () => {
    if (isNew) queue.id = id.value();
    put(queue, {title: title.value.trim()});
    if (!isLast) {
      put(queue, {reasons: [...reasons], source: source.value, reporter: reporter.value,
        min_priority: amount(priority), min_reporters: amount(reporters),
        first_contact: contact.value === '' ? undefined : contact.value === 'true'});
    }
    done(queue);
  });
}

function editPolicy(policy, isNew, done) {
  const id = idField(policy, isNew);
  const title = input(policy.title, {required: true, maxlength: 256});
  const text = area(policy.text, 5);
  text.required = true;
  const severity = select(SEVERITIES.map((one) => [one, strings.severities[one]]),
      policy.severity ?? 'moderate');
  let retired = policy.retired === true;
  form(isNew ? s.newPolicy : s.change(policy.title), [id.node, field(s.title, title), field(s.text, text),
    field(s.severity, severity, s.severityHint), check(s.retire, retired, (on) => {
      retired = on;
    })], () => {
    if (isNew) policy.id = id.value();
    put(policy, {title: title.value.trim(), text: text.value, severity: severity.value,
      retired: retired || undefined});
    done(policy);
  });
}

function editTemplate(template, isNew, policies, done) {
  const id = idField(template, isNew);
  const title = input(template.title, {required: true, maxlength: 256});
  const language = input(template.language ?? 'en', {required: true, maxlength: 35});
  const outcome = select(OUTCOMES.map((one) => [one, strings.outcomes[one]]), template.outcome ?? 'warn');
  const policy = select([['', s.anyPolicy], ...policies.map((one) => [one.id, one.title])], template.policy);
  const text = area(template.text, 8);
  text.required = true;
  const told = {...template.blanks};
  const blanks = el('div', {});
  const draw = () => replace(blanks, blanksOf(text.value).map((name) => {
    const node = input(told[name], {required: true, maxlength: 256, on: {input: () => {
      told[name] = node.value;
    }}});
    return field(s.blank(name), node);
  }));
  text.addEventListener('input', draw);
  draw();
  form(isNew ? s.newTemplate : s.change(template.title), [id.node, field(s.title, title),
    field(s.language, language), field(strings.decide.outcome, outcome), field(s.forPolicy, policy),
    field(s.text, text, s.templateHint), blanks], () => {
    const names = blanksOf(text.value);
    if (isNew) template.id = id.value();
    put(template, {title: title.value.trim(), language: language.value.trim(), outcome: outcome.value,
      policy: policy.value, text: text.value,
      blanks: names.length > 0 ? Object.fromEntries(names.map((name) => [name, told[name] ?? ''])) : undefined});
    done(template);
  });
}

// ---- What stands in it ---------------------------------------------------------------

/** Buttons of one in a list: up, down, change, remove. */
function tools(list, i, {change, remove, title, fixed}, draw) {
  const go = (by) => {
    move(list, i, by);
    draw();
  };
  const one = (label, run, disabled) => {
    const node = button(label, run);
    node.disabled = disabled;
    node.setAttribute('aria-label', `${label}: ${title}`);
    return node;
  };
  return el('div', {class: 'actions'}, change && one(s.edit, change),
      !fixed && one(s.up, () => go(-1), i === 0), !fixed && one(s.down, () => go(1), i === list.length - 1),
      remove && one(s.remove, () => {
        list.splice(i, 1);
        draw();
      }));
}

function conditions(queue) {
  const out = [
    queue.reasons && `${s.reasons}: ${queue.reasons.map((one) => strings.reasons[one] ?? one).join(', ')}`,
    queue.source && `${s.source}: ${s.sources[queue.source]}`,
    queue.reporter && `${s.reporter}: ${s.reporters[queue.reporter]}`,
    queue.min_priority && `${s.minPriority}: ${number(queue.min_priority)}`,
    queue.min_reporters && `${s.minReporters}: ${number(queue.min_reporters)}`,
    queue.first_contact !== undefined && `${s.firstContact}: ${queue.first_contact ? s.yes : s.no}`,
  ].filter(Boolean);
  return out.length > 0 ? out.join(' · ') : s.rest;
}

function queuesPart(book, may, draw) {
  const last = book.queues.length - 1;
  const rest = book.queues.slice(0, last);
  const add = () => editQueue({}, true, false, (queue) => {
    book.queues.splice(last, 0, queue);
    draw();
  });
  return [el('p', {class: 'hint'}, s.queuesHint),
    el('ol', {class: 'book-list'}, book.queues.map((queue, i) => el('li', {class: 'card'},
        el('h2', {}, foreign(queue.title), ' ', el('span', {class: 'mono hint'}, queue.id)),
        el('p', {}, conditions(queue)),
        may && tools(rest, i, {title: queue.title, fixed: i === last,
          change: () => editQueue(queue, false, i === last, draw),
          remove: i < last}, () => {
          book.queues.splice(0, last, ...rest);
          draw();
        })))),
    may && button(s.newQueue, add)];
}

function policyNode(list, i, book, may, draw, depth = 0) {
  const policy = list[i];
  const children = policy.children ?? [];
  const below = () => editPolicy({}, true, (child) => {
    policy.children = [...children, child];
    draw();
  });
  return el('li', {class: depth === 0 ? 'card' : 'part'},
      el(depth === 0 ? 'h2' : 'h3', {}, foreign(policy.title), ' ',
          el('span', {class: `badge${policy.severity === 'grave' ? ' bad' : ''}`},
              strings.severities[policy.severity]), ' ',
          policy.retired && el('span', {class: 'badge warn'}, s.retired), ' ',
          el('span', {class: 'mono hint'}, policy.id)),
      el('p', {class: 'message-text shown', dir: 'auto'}, policy.text),
      may && tools(list, i, {title: policy.title, change: () => editPolicy(policy, false, draw)}, draw),
      may && depth < 7 && button(s.below, below, 'quiet'),
      children.length > 0 && el('ul', {class: 'book-list'}, children.map((_, j) =>
        policyNode(children, j, book, may, draw, depth + 1))));
}

function policiesPart(book, may, draw) {
  return [el('p', {class: 'hint'}, s.policiesHint),
    el('ul', {class: 'book-list'}, book.policies.map((_, i) =>
      policyNode(book.policies, i, book, may, draw))),
    may && button(s.newPolicy, () => editPolicy({}, true, (policy) => {
      book.policies.push(policy);
      draw();
    }))];
}

function templatesPart(book, may, draw) {
  const policies = findIn(book.policies);
  return [el('p', {class: 'hint'}, s.templatesHint),
    el('ul', {class: 'book-list'}, book.templates.map((template, i) => el('li', {class: 'card'},
        el('h2', {}, foreign(template.title), ' ', el('span', {class: 'badge'},
            strings.outcomes[template.outcome]), ' ', el('span', {class: 'badge plain'}, template.language),
        ' ', el('span', {class: 'mono hint'}, template.id)),
        template.policy && el('p', {class: 'hint'}, s.forPolicy, ': ',
            policies.find((one) => one.id === template.policy)?.title ?? template.policy),
        el('div', {class: 'policy-text', dir: 'auto'}, template.text),
        may && tools(book.templates, i, {title: template.title, remove: true,
          change: () => editTemplate(template, false, policies, draw)}, draw)))),
    may && button(s.newTemplate, () => editTemplate({}, true, policies, (template) => {
      book.templates.push(template);
      draw();
    }))];
}

function rulesPart(book, may, draw) {
  const share = input(book.second_look_share, {type: 'number', min: 0, max: 1, step: .01,
    disabled: !may, on: {change: () => {
      book.second_look_share = Number(share.value);
      draw();
    }}});
  return el('section', {class: 'card'}, el('h2', {}, s.rules),
      el('fieldset', {class: 'columns'}, el('legend', {}, s.grave), el('p', {class: 'hint'}, s.graveHint),
          OUTCOMES.filter((one) => one !== 'no_action' || book.grave.includes(one)).map((outcome) => {
            const label = check(strings.outcomes[outcome], book.grave.includes(outcome), (on) => {
              book.grave = on ? [...book.grave, outcome] : book.grave.filter((one) => one !== outcome);
              draw();
            });
            label.firstChild.disabled = !may;
            return label;
          })),
      field(s.secondLooks, share, s.secondLooksHint(percent(book.second_look_share))));
}

const drawPart = {queues: queuesPart, policies: policiesPart, templates: templatesPart, rules: rulesPart};

// ---- The page ----------------------------------------------------------------------------

function textPart(may, draw) {
  const node = el('textarea', {'rows': 16, 'class': 'mono', 'spellcheck': 'false', 'readonly': !may,
    'value': JSON.stringify(work.next, null, 2), 'aria-label': s.asText});
  const error = el('p', {class: 'error', role: 'alert', hidden: true});
  return el('details', {}, el('summary', {}, s.asText), node, error,
      may && el('div', {class: 'actions'}, button(s.takeText, () => {
        try {
          work.next = JSON.parse(node.value);
          draw();
        } catch (problem) {
          error.textContent = s.badText(problem.message);
          error.hidden = false;
        }
      })));
}

async function putIntoForce(shell, list, draw) {
  const sure = await keys.confirm(s.putTitle, [el('p', {}, s.putWhat),
    el('ul', {}, list.map((line) => el('li', {}, line)))], s.put);
  if (!sure) return;
  try {
    const {version} = await post('/v1/book', {after: work.version, book: work.next});
    work = {version, book: structuredClone(work.next), next: work.next};
    shell.forgetBook();
    shell.toast(s.isInForce(number(version)));
  } catch (error) {
    if (error.status === 409) {
      const newest = await get('/v1/book').catch(() => null);
      if (newest) {
        shell.forgetBook();
        work = {...work, version: newest.version, book: newest.book, clash: newest.version};
      }
    }
    work.error = error.message;
  }
  draw();
}

export async function show(shell, at) {
  const may = shell.me.roles.some((role) => ['lead', 'admin'].includes(role));
  const part = PARTS.includes(at.query.get('part')) ? at.query.get('part') : PARTS[0];
  const newest = await get('/v1/book');
  const body = el('div', {});
  const bar = el('div', {});
  if (!work || changes(work.book, work.next).length === 0) {
    work = {version: newest.version, book: newest.book, next: structuredClone(newest.book)};
  } else if (work.version !== newest.version) {
    work = {...work, version: newest.version, book: newest.book, clash: newest.version};
  }

  function draw() {
    const list = changes(work.book, work.next);
    replace(bar, el('p', {class: 'hint'}, s.version(number(work.version))),
        work.clash && el('div', {class: 'warning'}, s.clash(number(work.clash))),
        work.error && el('p', {class: 'error', role: 'alert'}, work.error),
        list.length > 0 && el('div', {class: 'bulk'}, el('strong', {}, s.changes(list.length)),
            button(s.put, () => {
              delete work.error;
              putIntoForce(shell, list, draw);
            }, 'primary'),
            button(s.discard, () => {
              work = {version: work.version, book: work.book, next: structuredClone(work.book)};
              draw();
            }, 'danger'),
            el('details', {}, el('summary', {}, s.which), el('ul', {}, list.map((line) =>
              el('li', {}, line))))));
    replace(body, drawPart[part](work.next, may, draw), textPart(may, draw));
  }

  const guard = (event) => changes(work.book, work.next).length > 0 && event.preventDefault();
  window.addEventListener('beforeunload', guard);
  draw();
  return {
    title: s.heading,
    node: el('div', {}, el('h1', {tabindex: '-1'}, s.heading), el('p', {class: 'hint'},
        may ? s.about : s.aboutReader),
    el('nav', {'class': 'tabs', 'aria-label': s.parts}, PARTS.map((one) => el('a', {
      'href': `#/book?part=${one}`, 'aria-current': one === part && 'page'}, s.partNames[one]))), bar, body),
    leave: () => window.removeEventListener('beforeunload', guard),
  };
}
