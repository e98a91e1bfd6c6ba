// SPDX-License-Identifier: Apache-2.0
// Who works on a case, and until when.

import {get, post} from './api.js';
import {button, el, field, foreign, select} from './dom.js';
import {ago, time} from './format.js';
import {strings} from './strings.js';

const s = strings.claim;
const CLAIMABLE = ['waiting', 'claimed', 'consent_asked', 'open', 'in_review', 'appealed'];

/** "You work on it, until ...": one line. */
export function claimLine({data, isMine}) {
  const until = data.claimed_until;
  return el('p', {class: 'claim hint'},
      !data.claimant ? (CLAIMABLE.includes(data.state) ? s.nobody : strings.states[data.state]) :
        isMine() ? (data.held ? s.mineHeld(time(until)) : s.mine(ago(until))) :
          [foreign(data.claimant.shown), ' ', data.held ? s.otherHeld(time(until)) : s.other(ago(until))]);
}

function hold(page) {
  const until = el('input', {type: 'datetime-local', required: true});
  page.actWith([s.hold, s.why, s.hold], {most: 8192, more: field(s.holdUntil, until, s.holdHint)},
      (why) => post(`${page.path}/hold`, {until: Date.parse(until.value), why}), s.held);
}

async function handOver(page) {
  const {people} = await get('/v1/people');
  const to = select(people.filter((person) => person.account !== page.shell.me.account)
      .map((person) => [person.name, person.shown]));
  page.actWith([s.handOver, s.why, s.handOver], {most: 8192, more: field(s.handTo, to)},
      (why) => post(`${page.path}/hand-over`, {to: to.value, why}), s.handed);
}

/** Buttons above the case. */
export function caseActions(page) {
  const {data, isMine, shell, act, path} = page;
  const mine = isMine();
  const lead = shell.me.roles.includes('lead');
  page.claim = !data.claimant && CLAIMABLE.includes(data.state) ?
    () => act(() => post(`${path}/claim`), s.claimed) : undefined;
  page.handOver = mine ? () => handOver(page) : undefined;
  return el('div', {class: 'actions'},
      page.claim && button(s.claim, page.claim, 'primary', 'c'),
      mine && button(s.handOver, page.handOver, '', 'h'),
      mine && button(s.hold, () => hold(page)),
      (mine || (lead && data.claimant)) &&
        button(s.release, () => act(() => post(`${path}/release`), s.released)));
}
