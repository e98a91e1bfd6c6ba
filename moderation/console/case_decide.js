// SPDX-License-Identifier: Apache-2.0
// What one can decide about a case in its state: decide, review another's
// decision, answer an appeal, take one's own back.

import {post} from './api.js';
import {consequences, decisionForm, reasonForm} from './decide.js';
import {button, el, facts, foreign, fresh} from './dom.js';
import {time} from './format.js';
import * as keys from './keys.js';
import {strings} from './strings.js';

const s = strings.decide;

/** A decision as it was made. */
function decisionView(decision, book) {
  const find = (list) => list.flatMap((p) => [p, ...find(p.children ?? [])]);
  const policy = find(book.policies).find((one) => one.id === decision.policy);
  return el('div', {class: 'part'},
      el('p', {class: 'badges'}, el('span', {class: 'badge'}, s.states[decision.state]),
          decision.grave && el('span', {class: 'badge warn'}, s.grave),
          decision.on_appeal && el('span', {class: 'badge plain'}, s.onAppeal)),
      facts([
        [s.outcome, strings.outcomes[decision.outcome]],
        [s.policy, policy?.title ?? decision.policy],
        [s.by, foreign(decision.by?.shown ?? '')],
        [s.made, time(decision.made)],
        decision.in_force !== null && [s.inForce, time(decision.in_force)],
        decision.released !== null && [s.released, time(decision.released)],
        decision.reviewer && [s.reviewer, foreign(decision.reviewer.shown)],
      ]),
      decision.withheld_seen && el('p', {class: 'hint'}, s.sawWithheld),
      el('div', {class: 'policy-text', dir: 'auto'}, decision.explanation),
      decision.review && el('p', {}, s.reviewSaid, ' ', foreign(decision.review)));
}

function appealView(appeal) {
  return el('div', {class: 'part'}, el('h3', {}, s.appealBy[appeal.by]),
      el('div', {class: 'policy-text', dir: 'auto'}, appeal.text),
      appeal.answered !== null && el('p', {}, appeal.upheld ? s.upheld : s.overturned, ' ',
          foreign(appeal.answer ?? '')));
}

/** Asks with the service's own preview, then decides. */
async function submit(page, form, next) {
  const {shell, path} = page;
  const missing = form.missing();
  if (missing) {
    shell.toast(missing);
    form.focus();
    return;
  }
  const body = form.body();
  let preview;
  try {
    preview = await post(`${path}/decide`, {...body, preview: true});
    if (!await keys.confirm(s.confirmTitle, consequences(preview, body.outcome),
        next ? s.confirmNext : s.confirm)) return;
    await post(`${path}/decide`, body);
  } catch (error) {
    shell.toast(error.message);
    return;
  }
  page.finish(next, preview.grave ? s.proposed : s.decided);
}

function decide(page) {
  const {data, book, writing} = page;
  const form = decisionForm({book, wish: writing.now.decision, withheld: data.withheld,
    changed: (wish) => writing.set('decision', wish)});
  return {
    node: el('div', {}, madeCard(page), el('section', {class: 'card', 'aria-label': s.title},
        el('h2', {}, s.title), form.node, el('div', {class: 'actions'},
            button(s.submit, () => submit(page, form, false), 'primary', 's'),
            button(s.submitNext, () => submit(page, form, true), '', 'n')))),
    focus: form.focus, choose: form.choose, submit: (next) => submit(page, form, next),
  };
}

// ---- Reviews -----------------------------------------------------------------------

function review(page, decision) {
  const {writing, path, shell, book} = page;
  const group = fresh('review');
  let confirm = writing.now.confirm;
  const radio = (value, label) => el('label', {}, el('input', {type: 'radio', name: group,
    value, checked: confirm === value, on: {change: () => {
      confirm = value;
      writing.set('confirm', value);
    }}}), label);
  const choice = el('fieldset', {class: 'choices'}, el('legend', {}, s.reviewTitle),
      radio('yes', s.reviewConfirm), radio('no', s.reviewReturn));
  const why = el('textarea', {'rows': 3, 'maxlength': 8192, 'value': writing.now.review ?? '',
    'aria-label': s.reviewWhy, 'on': {input: () => writing.set('review', why.value)}});
  const send = async (next) => {
    if (!confirm) {
      shell.toast(s.reviewChoose);
      choice.querySelector('input').focus();
      return;
    }
    if (!await keys.confirm(s.reviewTitle, confirm === 'yes' ? s.reviewYes : s.reviewNo,
        confirm === 'yes' ? s.reviewConfirm : s.reviewReturn)) return;
    try {
      await post(`${path}/review`, {confirm: confirm === 'yes', ...(why.value.trim() && {why: why.value})});
      page.finish(next, s.reviewed);
    } catch (error) {
      shell.toast(error.message);
    }
  };
  return {
    node: el('div', {}, madeCard(page, decision), el('section', {class: 'card', 'aria-label': s.reviewTitle},
        el('h2', {}, s.reviewTitle), decisionView(decision, book), choice,
        el('label', {}, el('span', {}, s.reviewWhy), why),
        el('div', {class: 'actions'}, button(s.submit, () => send(false), 'primary', 's'),
            button(s.submitNext, () => send(true), '', 'n')))),
    focus: () => choice.querySelector('input').focus(),
    submit: send,
  };
}

// ---- Appeals --------------------------------------------------------------------------

function answer(page, decision) {
  const {data, writing, path, shell, book} = page;
  const group = fresh('appeal');
  const form = decisionForm({book, wish: writing.now.decision, withheld: data.withheld,
    changed: (wish) => writing.set('decision', wish)});
  let upheld = writing.now.upheld;
  const other = el('div', {hidden: upheld !== 'no'}, el('h3', {}, s.instead), form.node);
  const radio = (value, label) => el('label', {}, el('input', {type: 'radio', name: group,
    value, checked: upheld === value, on: {change: () => {
      upheld = value;
      other.hidden = value !== 'no';
      writing.set('upheld', value);
    }}}), label);
  const choice = el('fieldset', {class: 'choices'}, el('legend', {}, s.appealTitle),
      radio('yes', s.uphold), radio('no', s.overturn));
  const why = el('textarea', {'rows': 3, 'maxlength': 8192, 'value': writing.now.answer ?? '',
    'aria-label': s.appealWhy, 'on': {input: () => writing.set('answer', why.value)}});
  const send = async (next) => {
    const missing = !upheld ? s.appealChoose : !why.value.trim() ? s.appealNeedsWhy :
      upheld === 'no' ? form.missing() : undefined;
    if (missing) {
      shell.toast(missing);
      return;
    }
    if (!await keys.confirm(s.appealTitle, upheld === 'yes' ? s.upholdWhat : s.overturnWhat,
        upheld === 'yes' ? s.uphold : s.overturn)) return;
    try {
      const {proposed} = await post(`${path}/answer`, {upheld: upheld === 'yes', why: why.value,
        ...(upheld === 'no' && form.body())});
      page.finish(next, proposed ? s.proposed : s.answered);
    } catch (error) {
      shell.toast(error.message);
    }
  };
  return {
    node: el('section', {class: 'card', 'aria-label': s.appealTitle}, el('h2', {}, s.appealTitle),
        data.appeals.map(appealView), decision && decisionView(decision, book), choice, other,
        el('label', {}, el('span', {}, s.appealWhy), why),
        el('div', {class: 'actions'}, button(s.submit, () => send(false), 'primary', 's'),
            button(s.submitNext, () => send(true), '', 'n'))),
    focus: () => choice.querySelector('input').focus(),
    choose: (outcome) => upheld === 'no' && form.choose(outcome),
    submit: send,
  };
}

/** The card of what was decided and objected to, without one of the decisions; with what else is in it. */
function madeCard({data, book}, without, more) {
  const decisions = data.decisions.filter((decision) => decision !== without);
  if (decisions.length === 0 && data.appeals.length === 0) return null;
  return el('section', {class: 'card', 'aria-label': s.madeTitle}, el('h2', {}, s.madeTitle),
      decisions.map((decision) => decisionView(decision, book)), data.appeals.map(appealView), more);
}

/** Decisions that were made, and taking one's own back. */
function made(page) {
  const {data, shell, act, path, writing} = page;
  const own = data.state === 'decided' && data.decisions.some((decision) =>
    decision.state === 'in_force' && decision.by?.account === shell.me.account);
  const node = madeCard(page, undefined, own && reasonForm(s.retractWhy, s.retract, (why) =>
    act(() => post(`${path}/retract`, {why}), s.retracted), 'danger', writing.now.retract,
  (text) => writing.set('retract', text)));
  return node && {node, focus: () => {}};
}

/** What can be decided now: {node, focus(), choose(outcome), submit(next)}, or null. */
export function decidingCard(page) {
  const {data, isMine} = page;
  const last = data.decisions.at(-1);
  if (isMine() && data.state === 'open') return decide(page);
  if (isMine() && data.state === 'in_review' && last) return review(page, last);
  if (isMine() && data.state === 'appealed') return answer(page, last);
  return made(page);
}
