// SPDX-License-Identifier: Apache-2.0
// Second looks: closed cases that are judged again, blind. What was decided is
// not shown, and nothing changes by it but the statistics.

import {post} from './api.js';
import {conversation} from './conversation.js';
import {flatten, outcomes} from './decide.js';
import {button, el, field, fresh, replace, select} from './dom.js';
import {strings} from './strings.js';

const s = strings.second;

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
  return el('section', {class: 'card'}, el('h2', {}, s.judge),
      el('fieldset', {class: 'choices'}, el('legend', {}, strings.decide.outcome),
          outcomes.map((outcome, i) => el('label', {}, radios[i], strings.outcomes[outcome]))),
      field(strings.decide.policy, policy), policyText,
      el('div', {class: 'actions'}, button(s.send, () =>
        send(policy.value, radios.find((radio) => radio.checked)?.value), 'primary', 's')));
}

export async function show(shell) {
  const {book} = await shell.book();
  const body = el('div', {});
  let talk = null;
  let sendNow = null;

  function start() {
    shell.exposure?.view(false);
    talk = null;
    sendNow = null;
    replace(body, el('section', {class: 'card'}, el('p', {}, s.about),
        button(s.next, next, 'primary', 'o')));
  }

  async function next() {
    try {
      const {second_look: look, reports} = await post('/v1/second-looks/next');
      const looks = [];
      for (const report of reports) {
        looks.push(await post(`/v1/reports/${report}/look`, {second_look: look}));
      }
      talk = conversation(looks, () => shell.exposure?.revealed());
      shell.exposure?.view(true);
      sendNow = (policy, outcome) => send(look, policy, outcome);
      replace(body, el('div', {class: 'case'},
          el('div', {}, el('section', {class: 'card clear'}, el('h2', {tabindex: '-1'},
              strings.case.content), el('p', {class: 'proof'}, strings.case.proof), talk.node,
          looks.filter((one) => one.note).map((one) => el('div', {class: 'part'},
              el('h3', {}, strings.case.note),
              el('p', {class: 'message-text', dir: 'auto'}, one.note))))),
          el('div', {}, judge(book, sendNow))));
      body.querySelector('h2').focus();
    } catch (error) {
      shell.toast(error.status === 404 ? s.none : error.message);
    }
  }

  async function send(look, policy, outcome) {
    if (!policy || !outcome) {
      shell.toast(strings.decide.incomplete);
      return;
    }
    try {
      const {agrees} = await post(`/v1/second-looks/${look}/decide`, {policy, outcome});
      shell.toast(agrees ? s.agrees : s.differs);
      start();
    } catch (error) {
      shell.toast(error.message);
    }
  }

  start();
  return {
    title: s.title,
    node: el('div', {}, el('h1', {tabindex: '-1'}, s.title), body),
    keys: [
      {keys: 'o', label: s.next, run: () => talk === null && next()},
      {keys: 'j', label: strings.case.keys.down, run: () => talk?.move(1)},
      {keys: 'k', label: strings.case.keys.up, run: () => talk?.move(-1)},
      {keys: 's', label: s.send, run: () => body.querySelector('button.primary')?.click()},
      {keys: 'v', label: strings.case.keys.reveal, run: () => {}},
    ],
    holds: [['v', () => talk?.reveal(), () => talk?.hide()]],
    leave: () => shell.exposure?.view(false),
  };
}
