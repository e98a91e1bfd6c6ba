// SPDX-License-Identifier: Apache-2.0
// Second looks: closed cases that are judged again, blind. What was decided is
// not shown, and nothing changes by it but the statistics. As with a case, the
// reason comes first and the content when one asks for it.

import {post} from './api.js';
import {shownContent} from './case_content.js';
import {conversation} from './conversation.js';
import {flatten, outcomes} from './decide.js';
import {append, button, el, field, fresh, replace, select} from './dom.js';
import * as keys from './keys.js';
import {strings} from './strings.js';

const s = strings.second;

/** The form: {node, send()}. send(policy, outcome) is asked for both. */
function judge(book, send) {
  const group = fresh('outcome');
  const policyText = el('div', {class: 'policy-text', hidden: true, dir: 'auto'});
  const policies = flatten(book.policies).filter((policy) => !policy.retired);
  const policy = select([['', strings.decide.choosePolicy], ...policies.map((one) => [one.id,
    `${'  '.repeat(one.depth)}${one.title}`])], '', (id) => {
    policyText.hidden = !id;
    policyText.textContent = policies.find((one) => one.id === id)?.text ?? '';
  });
  const radios = outcomes.map((outcome) => el('input', {type: 'radio', name: group, value: outcome}));
  const sendNow = () => send(policy.value, radios.find((radio) => radio.checked)?.value);
  return {send: sendNow, node: el('section', {class: 'card'}, el('h2', {}, s.judge),
      el('fieldset', {class: 'choices'}, el('legend', {}, strings.decide.outcome),
          outcomes.map((outcome, i) => el('label', {}, radios[i], strings.outcomes[outcome]))),
      field(strings.decide.policy, policy), policyText,
      el('div', {class: 'actions'}, button(s.send, sendNow, 'primary', 's')))};
}

export async function show(shell) {
  const {book} = await shell.book();
  const body = el('div', {});
  let given = null; // the second look that one has
  let talk = null; // its content, when that is shown
  let form = null;
  let isLeft = false;
  let isAsking = false; // for content: each time is an entry of the log

  function start() {
    shell.exposure?.view(false);
    given = talk = form = null;
    replace(body, el('section', {class: 'card'}, el('p', {}, s.about),
        button(s.next, next, 'primary', 'o')));
  }

  /** Runs what may be refused; says so. */
  async function guard(run) {
    try {
      await run();
    } catch (error) {
      shell.toast(error.message);
    }
  }

  async function next() {
    try {
      given = await post('/v1/second-looks/next');
    } catch (error) {
      shell.toast(error.status === 404 ? s.none : error.message);
      return;
    }
    const card = el('section', {class: 'card'},
        el('h2', {tabindex: '-1'}, strings.case.content),
        el('p', {}, strings.case.before(given.reasons.map((r) => strings.reasons[r] ?? r).join(', '))),
        button(strings.case.show, () => guard(showContent), 'primary', 'o'));
    replace(body, card);
    card.querySelector('h2').focus();
  }

  /** Runs what needs the claim of the look; where that has ended, it is taken again first. */
  async function claimed(run) {
    try {
      return await run();
    } catch (error) {
      if (![404, 409].includes(error.status)) throw error;
    }
    const again = await post('/v1/second-looks/next').catch(() => null);
    if (again?.second_look === given.second_look) return run();
    start();
    throw new Error(s.gone);
  }

  async function showContent() {
    const looks = [];
    const {reports, second_look: look} = given;
    if (isAsking) return;
    isAsking = true;
    try {
      for (const report of reports) {
        looks.push(await claimed(() => post(`/v1/reports/${report}/look`, {second_look: look})));
        if (isLeft) return;
      }
    } finally {
      isAsking = false;
    }
    talk = conversation(looks, () => shell.exposure?.revealed());
    shell.exposure?.view(true);
    form = judge(book, (policy, outcome) => guard(() => send(policy, outcome)));
    const heading = el('h2', {tabindex: '-1'}, strings.case.content);
    const card = el('section', {class: 'card'}, heading);
    append(card, shownContent({looks, talk, card}));
    replace(body, el('div', {class: 'case'}, el('div', {}, card), el('div', {}, form.node)));
    heading.focus();
  }

  async function send(policy, outcome) {
    if (!policy || !outcome) {
      shell.toast(strings.decide.incomplete);
      return;
    }
    if (!await keys.confirm(s.sendTitle, s.sendWhat(strings.outcomes[outcome]), s.send)) return;
    const {agrees} = await claimed(() =>
      post(`/v1/second-looks/${given.second_look}/decide`, {policy, outcome}));
    shell.toast(agrees ? s.agrees : s.differs);
    start();
  }

  const open = () => {
    if (!given) next();
    else if (!talk) guard(showContent);
  };
  start();
  return {
    title: s.title,
    node: el('div', {}, el('h1', {tabindex: '-1'}, s.title), body),
    keys: [
      {keys: 'o', label: s.open, run: open},
      {keys: 'j', label: strings.case.keys.down, run: () => talk?.move(1)},
      {keys: 'k', label: strings.case.keys.up, run: () => talk?.move(-1)},
      {keys: 's', label: strings.case.keys.submit, run: () => form?.send()},
      {keys: 'v', label: strings.case.keys.reveal, run: () => {}},
    ],
    holds: [['v', () => talk?.reveal(), () => talk?.hide()]],
    leave: () => {
      isLeft = true;
      shell.exposure?.view(false);
    },
  };
}
