// SPDX-License-Identifier: Apache-2.0
// The book by which is decided. Changes are collected in a draft, shown, and put
// into force together. The draft outlives this page, not the browser's.

import {get, post} from './api.js';
import * as edit from './book_changes.js';
import {faults, placed, readText} from './book_check.js';
import * as forms from './book_forms.js';
import {changeLine, changeNode, drawPart} from './book_parts.js';
import {button, el, field, foreign, fresh, replace} from './dom.js';
import {number} from './format.js';
import * as keys from './keys.js';
import {strings} from './strings.js';

const s = strings.book;
const TABS = ['queues', 'policies', 'templates', 'rules', 'text'];
const PART_OF = {...edit.PARTS, rule: 'rules'};

/**
 * The draft: version and book from which it began, next what it says now, newest
 * what somebody else put into force since. told: explanations of blanks by template.
 * pasted: text of a whole book that was typed and is not taken over yet.
 */
let work = null;
const open = new Set(); // 'policy:fraud': what is being changed
let redraw = () => {}; // of the page that is shown

const begin = ({version, book}) => {
  work = {version, book, next: structuredClone(book), newest: null, told: {}, error: null,
    place: null, tried: false, look: false, list: false, pasted: work?.pasted ?? null};
};
const mine = () => (work ? edit.changes(work.book, work.next) : []);
const inForce = () => work.newest ?? work;

/** The browser asks before it forgets what was not put into force. */
window.addEventListener('beforeunload', (event) => {
  if (mine().length === 0 && !work?.pasted) return;
  event.preventDefault();
  event.returnValue = true; // for browsers that want it so
});

/** Takes what is in force now. It may be another than the draft began from. */
function take(newest) {
  if (newest.version === (work && inForce().version)) return;
  const isDone = !work || mine().length === 0 || edit.changes(newest.book, work.next).length === 0;
  if (isDone) begin(newest);
  else work.newest = newest;
}

// ---- The page --------------------------------------------------------------------

export async function show(shell, at) {
  const may = shell.me.roles.some((role) => ['lead', 'admin'].includes(role));
  const bar = el('div', {class: 'book-bar actions', role: 'group', 'aria-label': s.draft});
  const notes = el('div', {class: 'book-notes'});
  const body = el('div', {});
  const version = el('p', {class: 'hint'});
  const tabs = TABS.map((tab) => el('a', {href: `#/book?part=${tab}`}, s.partNames[tab]));
  const partOf = (one) => (TABS.includes(one.query.get('part')) ? one.query.get('part') : TABS[0]);
  const heading = el('h1', {tabindex: '-1'}, s.heading);
  let part;
  let count = 0;

  try {
    take(await get('/v1/book'));
  } catch (error) {
    if (mine().length === 0) throw error; // else the draft is there without it
  }

  // ---- Doing things ----

  /** Runs it on the draft, and offers to take it back. */
  function undoable(text, run) {
    const before = structuredClone(work.next);
    run();
    const after = structuredClone(work.next);
    shell.toast(text, {label: strings.undo, run: () => {
      // What was done since stays.
      work.next = edit.merge(after, before, work.next).book;
      redraw();
    }});
  }

  function goTo(kind, id) {
    if (part !== PART_OF[kind]) {
      turn(PART_OF[kind]);
      history.replaceState(null, '', `#/book?part=${part}`);
    }
    work.look = false;
    if (may && kind !== 'rule') open.add(`${kind}:${id}`);
    draw(`${kind}:${id}`);
  }

  async function addNew(kind, above) {
    const taken = new Set([...edit.entries(work.next, kind), ...edit.entries(work.book, kind)]
        .map((entry) => entry.id));
    const made = await forms.askNew(s.news[kind], above ? `${above}.` : '', taken);
    if (!made) return;
    const rest = {queue: {}, policy: {text: '', severity: 'moderate'},
      template: {outcome: 'warn', language: 'en', text: ''}}[kind];
    edit.add(work.next, kind, {...made, ...rest}, above);
    goTo(kind, made.id);
  }

  function removeOne(kind, id) {
    const {item, list, at} = edit.find(work.next, kind, id);
    const next = list[at + 1] ?? list[at - 1];
    undoable(s.removedToast(item.title), () => edit.remove(work.next, kind, id));
    draw(next ? `${kind}:${next.id}` : undefined);
  }

  function undoAll() {
    open.clear();
    undoable(s.undone, () => {
      work.next = structuredClone(work.book);
      work.error = null;
      work.tried = false;
    });
    if (work.newest) begin(work.newest);
    draw();
    heading.focus();
  }

  // ---- Into force ----

  async function putIntoForce() {
    if (faults(work.next).length > 0) {
      work.tried = true;
      drawBar();
      notes.querySelector('.error button')?.focus();
      return;
    }
    const list = mine();
    const kinds = [...new Set(list.map((change) => change.kind))];
    const sure = await keys.confirm(s.putTitle, [el('p', {}, s.putWhat),
      el('ul', {}, list.map((change) => el('li', {}, changeLine(change)))),
      el('p', {}, s.putThen), el('ul', {}, kinds.map((kind) => el('li', {}, s.effects[kind]))),
    ], s.put);
    if (sure) await send(structuredClone(work.next));
  }

  async function send(book) {
    work.error = null;
    bar.setAttribute('aria-busy', 'true');
    try {
      const answer = await post('/v1/book', {after: work.version, book});
      isInForce(answer.version, book);
    } catch (error) {
      if (error.status === 409 && await again()) return;
      work.error = error.message;
      work.place = error.name === 'book' ? placed(book, error.detail) : null;
      drawBar();
      notes.querySelector('.error')?.focus();
    } finally {
      bar.removeAttribute('aria-busy');
    }
  }

  function isInForce(newVersion, book) {
    // What was typed while it was on its way is a change of the new version.
    work = {...work, version: newVersion, book, newest: null, error: null, tried: false,
      look: false};
    shell.forgetBook();
    if (mine().length === 0) open.clear();
    shell.toast(s.isInForce(number(newVersion)));
    draw();
    heading.focus();
  }

  /** Somebody else was first: the newer one is shown, the draft stays. */
  async function again() {
    let newest;
    try {
      newest = await get('/v1/book');
    } catch {
      return false;
    }
    shell.forgetBook();
    take(newest);
    if (work.newest) {
      draw();
      notes.querySelector('.warning')?.focus();
    } else {
      isInForce(newest.version, newest.book); // it was this one, and its answer was lost
    }
    return true;
  }

  /** The draft's changes on top of the newer book; asks where both changed the same. */
  async function carryOver() {
    const picks = new Set();
    const merged = () => edit.merge(work.book, work.next, work.newest.book, picks);
    const {conflicts} = merged();
    if (conflicts.length > 0) {
      const sure = await keys.confirm(s.carryTitle, [el('p', {}, s.carryWhat),
        conflicts.map((conflict) => sides(conflict, picks))], s.carryDo);
      if (!sure) return;
    }
    const {version: newVersion, book} = work.newest;
    work = {...work, next: merged().book, version: newVersion, book, newest: null, error: null};
    draw();
    heading.focus();
    shell.say(s.carried(number(newVersion)));
  }

  function sides({key, kind, id}, picks) {
    const group = fresh('side');
    const title = id && kind !== 'rule' ? s.titled(s.kinds[kind],
        (edit.find(work.next, kind, id) ?? edit.find(work.newest.book, kind, id)).item.title) :
      kind === 'rule' ? s.ruleChanged[id] : s.orderOf(s.partNames[PART_OF[kind]]);
    const side = (name, label) => el('label', {}, el('input', {type: 'radio', name: group,
      checked: name === 'mine', on: {change: () => {
        if (name === 'mine') picks.delete(key);
        else picks.add(key);
      }}}), label);
    const said = (book) => edit.changes(work.book, book)
        .filter((one) => one.kind === kind && one.id === id)
        .map((change) => el('div', {}, changeNode(change)));
    const [ours, others] = [said(work.next), said(work.newest.book)];
    return el('fieldset', {class: 'choices'}, el('legend', {}, title), side('mine', s.keepMine),
        side('theirs', s.takeTheirs),
        ours.length + others.length > 0 && el('details', {class: 'book-changes'},
            el('summary', {}, s.bothChanged), el('p', {class: 'hint'}, s.mineSays), ours,
            el('p', {class: 'hint'}, s.theirsSays), others));
  }

  // ---- The draft's bar ----

  const goButton = (kind, id, label) => button(label, () => goTo(kind, id), 'quiet');

  function clash() {
    const theirs = edit.changes(work.book, work.newest.book);
    return el('div', {class: 'warning', tabindex: '-1'},
        el('p', {}, s.clash(number(work.newest.version))),
        el('ul', {class: 'book-changes'}, theirs.map((change) => el('li', {}, changeNode(change)))),
        el('div', {class: 'actions'},
            button(s.carry(number(work.newest.version)), carryOver, 'primary')));
  }

  const faultList = (list) => el('div', {class: 'error', role: 'alert'}, el('p', {}, s.mendFirst),
      el('ul', {}, list.map(({kind, id, what}) => el('li', {},
          kind !== 'rule' && [foreign(edit.find(work.next, kind, id).item.title), ': '],
          s.faults[what], ' ', goButton(kind, id, s.goThere)))));

  function changeList(list) {
    const takeBack = (change) => {
      undoable(s.tookBack(changeLine(change)), () => {
        work.next = edit.takeBack(work.book, work.next, change);
      });
      draw();
      (notes.querySelector('summary') ?? heading).focus();
    };
    const undo = (change) => {
      const node = button(s.takeBack, () => takeBack(change), 'quiet');
      node.setAttribute('aria-label', `${s.takeBack}: ${changeLine(change)}`);
      return node;
    };
    return el('details', {open: work.list, on: {toggle: (event) => {
      work.list = event.target.open;
    }}}, el('summary', {}, s.which), el('ul', {class: 'book-changes'}, list.map((change) =>
      el('li', {}, changeNode(change), undo(change)))));
  }

  function drawBar() {
    const list = mine();
    const wrong = work.tried ? faults(work.next) : [];
    const look = button(s.showInForce(number(inForce().version)), () => {
      work.look = !work.look;
      draw();
      bar.querySelector('[aria-pressed]')?.focus();
    });
    look.setAttribute('aria-pressed', String(work.look));
    if (wrong.length === 0) work.tried = false;
    bar.hidden = list.length === 0 && !work.error;
    if (list.length !== count) shell.say(s.changes(list.length));
    count = list.length;
    version.textContent = s.version(number(inForce().version));
    replace(bar, el('strong', {}, s.changes(list.length)),
        !work.newest && button(s.put, putIntoForce, 'primary'), look,
        button(s.undoAll, undoAll, 'danger'));
    replace(notes, work.newest && clash(),
        work.error && el('div', {class: 'error', role: 'alert', tabindex: '-1'}, work.error,
            work.place && goButton(work.place.kind, work.place.id, s.goThere)),
        wrong.length > 0 && faultList(wrong), list.length > 0 && changeList(list));
    drawMarks(list);
  }

  // ---- One thing of the book ----

  /** Badges of what changed, at each thing; they follow what is typed. */
  function drawMarks(list) {
    for (const node of body.querySelectorAll('[data-marks]')) {
      const changed = work.look ? [] :
        list.filter(({kind, id}) => `${kind}:${id}` === node.dataset.marks);
      replace(node, changed.map(({what}) => el('span', {class: 'badge good'}, s.marks[what])));
    }
  }

  const context = {
    marks: (kind, id) => el('span', {'class': 'badges', 'data-marks': `${kind}:${id}`}),
    form: () => undefined,
    tools: () => undefined,
  };

  function form(kind, id) {
    if (kind === 'rule') return forms.rulesForm(work.next, context.marks, drawBar);
    const key = `${kind}:${id}`;
    if (!open.has(key)) return undefined;
    const {item, list, at} = edit.find(work.next, kind, id);
    const wrong = el('ul', {class: 'book-wrong'});
    const see = () => replace(wrong, faults(work.next)
        .filter((fault) => fault.kind === kind && fault.id === id)
        .map((fault) => el('li', {}, s.faults[fault.what])));
    const changed = () => {
      see();
      replace(body.querySelector(`[data-focus="${CSS.escape(key)}"]`), foreign(item.title));
      drawBar();
    };
    see();
    const build = {
      queue: () => forms.queueForm(item, at === list.length - 1, changed),
      policy: () => forms.policyForm(item, changed),
      template: () => forms.templateForm(item, work.next, work.told[id] ??= {}, changed),
    }[kind];
    return el('div', {'class': 'book-form', 'data-form': key}, build(), wrong);
  }

  function tools(kind, id) {
    const {item, list, at} = edit.find(work.next, kind, id);
    const key = `${kind}:${id}`;
    const isOpen = open.has(key);
    const can = edit.ways(work.next, kind, id);
    const one = (name, label, run, enabled = true) => {
      const node = button(label, run, 'small');
      node.disabled = !enabled;
      node.dataset.focus = `${name}:${key}`;
      node.setAttribute('aria-label', `${label}: ${item.title}`);
      return node;
    };
    const way = (name) => one(name, s.ways[name], () => {
      edit.move(work.next, kind, id, name);
      draw(`${name}:${key}`, `toggle:${key}`);
      const now = edit.find(work.next, kind, id);
      shell.say(s.nowAt(item.title, now.at + 1, now.list.length));
    }, can[name]);
    const isLastQueue = kind === 'queue' && at === list.length - 1;
    // Policies that were ever in force are retired, not removed: decisions name them.
    const mayGo = !isLastQueue && (kind !== 'policy' || !edit.entries({...work.next,
      policies: [item]}, 'policy').some((below) => edit.find(work.book, 'policy', below.id)));
    return el('div', {class: 'actions'},
        one('toggle', isOpen ? s.done : s.edit, () => {
          if (!open.delete(key)) open.add(key);
          draw(`toggle:${key}`);
          if (open.has(key)) body.querySelector(`[data-form="${CSS.escape(key)}"] input`)?.focus();
        }),
        (isOpen || kind === 'queue') && !isLastQueue && [way('up'), way('down')],
        isOpen && kind === 'policy' && [way('inward'), way('outward'),
          one('below', s.below, () => addNew('policy', id),
              edit.find(work.next, kind, id).depth < edit.LEVELS)],
        isOpen && mayGo && one('remove', s.remove, () => removeOne(kind, id)));
  }

  // ---- As text ----

  async function copy(area) {
    try {
      await navigator.clipboard.writeText(area.value);
      shell.toast(s.copied);
    } catch {
      area.select();
      shell.toast(s.copyYourself);
    }
  }

  /** Makes a text the draft, or says where it is wrong. */
  function takeText(area, error) {
    const {book, fault} = readText(area.value);
    error.hidden = !fault;
    if (fault) {
      error.textContent = fault.line ?
        s.textFaults[fault.what](number(fault.line), number(fault.column), fault.name) :
        s.shapeFaults[fault.what](fault.place || s.wholeBook);
      area.focus();
      if (fault.at !== undefined) area.setSelectionRange(fault.at, fault.at + 1);
      return;
    }
    work.pasted = null;
    open.clear();
    undoable(s.taken, () => {
      work.next = book;
    });
    draw();
    (notes.querySelector('summary') ?? heading).focus();
  }

  function textPart() {
    const mayWrite = may && !work.look;
    const text = JSON.stringify(work.look ? inForce().book : work.next, null, 2);
    const drop = button(s.dropText, () => {
      work.pasted = null;
      draw();
      heading.focus();
    }, 'quiet');
    drop.hidden = work.pasted === null;
    const area = el('textarea', {'rows': 24, 'class': 'mono', 'spellcheck': 'false',
      'autocapitalize': 'none', 'readonly': !mayWrite,
      'value': (mayWrite && work.pasted) || text, 'on': {input: () => {
        work.pasted = area.value === text ? null : area.value;
        drop.hidden = work.pasted === null;
      }}});
    const error = el('p', {class: 'error', role: 'alert', hidden: true});
    return [el('p', {class: 'hint'}, s.hints.text), el('div', {class: 'card'},
        field(s.asText, area), error, el('div', {class: 'actions'},
            mayWrite && button(s.takeText, () => takeText(area, error), 'primary'),
            button(s.copy, () => copy(area)), mayWrite && drop))];
  }

  // ---- Drawing ----

  /** focus: names of data-focus, the first that is there and enabled gets it. */
  function draw(...focus) {
    const editing = may && !work.look;
    context.form = editing ? form : () => undefined;
    context.tools = editing ? tools : () => undefined;
    const kind = {queues: 'queue', policies: 'policy', templates: 'template'}[part];
    replace(body,
        work.look && el('p', {class: 'warning'}, s.looking(number(inForce().version))),
        part === 'text' ? textPart() :
          drawPart(part, work.look ? inForce().book : work.next, context),
        editing && kind && el('div', {class: 'actions'},
            button(s.news[kind], () => addNew(kind))));
    drawBar();
    for (const name of focus) {
      const node = name && body.querySelector(`[data-focus="${CSS.escape(name)}"]:not(:disabled)`);
      if (node) {
        node.focus();
        return;
      }
    }
    if (focus.length > 0) heading.focus();
  }

  function turn(to) {
    part = to;
    tabs.forEach((tab, i) => {
      if (TABS[i] === part) tab.setAttribute('aria-current', 'page');
      else tab.removeAttribute('aria-current');
    });
    draw();
  }

  redraw = draw;
  turn(partOf(at));
  return {
    title: s.heading,
    node: el('div', {class: 'book'}, heading, el('p', {class: 'hint'},
        may ? s.about : s.aboutReader), version,
    el('nav', {'class': 'tabs', 'aria-label': s.parts}, tabs), bar, notes, body),
    keys: may ? [...Object.keys(edit.PARTS).map((kind) =>
      ({label: s.news[kind], run: () => addNew(kind)})),
    {label: s.put, run: () => mine().length > 0 && !work.newest && putIntoForce()}] : [],
    /** Another tab of the same page: nothing is asked for again. */
    turn: (to) => {
      if (partOf(to) !== part) turn(partOf(to));
      return true;
    },
    back: async () => {
      const newest = await get('/v1/book').catch(() => null);
      if (!newest || newest.version === inForce().version) return;
      take(newest);
      shell.forgetBook();
      draw();
    },
  };
}
