// SPDX-License-Identifier: Apache-2.0
// Accounts and who holds which share: what an admin keeps in order.

import {get, post} from './api.js';
import {button, check, el, field, foreign, replace, select} from './dom.js';
import {moment, number} from './format.js';
import * as keys from './keys.js';
import {strings} from './strings.js';

const s = strings.people;
const ROLES = ['reviewer', 'lead', 'admin', 'auditor'];

async function guard(shell, run, done) {
  try {
    const answer = await run();
    if (done) shell.toast(done);
    return answer ?? true;
  } catch (error) {
    shell.toast(error.message);
    return undefined;
  }
}

/** An invitation is shown once: it is nowhere else. */
function invited(name, answer) {
  keys.dialog(s.invitation, (done) => [
    el('p', {}, s.invitationWhat(name)),
    el('p', {}, el('code', {class: 'mono', tabindex: 0}, answer.invitation)),
    el('p', {class: 'hint'}, s.invitationUntil, ' ', moment(answer.invited_until)),
    el('div', {class: 'actions'}, button(strings.close, () => done(), 'primary')),
  ]);
}

/** Fields of an account: {node, body()}. */
function accountFields(account, queues) {
  const shown = el('input', {required: true, maxlength: 128, value: account?.shown ?? ''});
  const name = el('input', {required: true, pattern: '[a-z][a-z0-9._\\-]{0,63}', autocapitalize: 'none',
    spellcheck: 'false', value: account?.name ?? '', disabled: account !== undefined});
  const roles = new Set(account?.roles ?? ['reviewer']);
  let all = account ? account.queues === null : true;
  const chosen = new Set(account?.queues ?? []);
  const boxes = el('div', {hidden: all}, queues.map((queue) => check(queue.title,
      chosen.has(queue.id), (on) => (on ? chosen.add(queue.id) : chosen.delete(queue.id)))));
  return {
    node: el('div', {},
        field(s.name, name, s.nameHint), field(s.shown, shown, s.shownHint),
        el('fieldset', {class: 'columns'}, el('legend', {}, s.roles), ROLES.map((role) =>
          check(strings.roles[role], roles.has(role), (on) => (on ? roles.add(role) : roles.delete(role)))),
        el('p', {class: 'hint'}, s.rolesHint)),
        el('fieldset', {class: 'columns'}, el('legend', {}, s.queues),
            check(s.allQueues, all, (on) => {
              all = on;
              boxes.hidden = on;
            }), boxes)),
    body: () => ({...(account ? {} : {name: name.value}), shown: shown.value, roles: [...roles],
      ...(all ? {} : {queues: [...chosen]})}),
  };
}

function edit(shell, account, queues, done) {
  const fields = accountFields(account, queues);
  keys.dialog(account ? s.change(account.name) : s.add, (close) => {
    const error = el('p', {class: 'error', role: 'alert', hidden: true});
    return el('form', {on: {submit: async (event) => {
      event.preventDefault();
      try {
        const answer = await post(account ? `/v1/accounts/${account.account}/change` :
          '/v1/accounts', fields.body());
        close();
        await done();
        if (!account) invited(fields.body().name, answer);
      } catch (problem) {
        error.textContent = problem.message;
        error.hidden = false;
      }
    }}}, fields.node, error, el('div', {class: 'actions'},
        el('button', {class: 'primary'}, account ? s.save : s.invite),
        button(strings.cancel, () => close(), 'quiet')));
  });
}

function row(shell, account, queues, done) {
  const reset = async () => {
    if (!await keys.confirm(s.reset, s.resetWhat(account.name), s.reset, 'danger')) return;
    const answer = await guard(shell, () => post(`/v1/accounts/${account.account}/reset`));
    if (answer) invited(account.name, answer);
    done();
  };
  const end = async () => {
    if (!await keys.confirm(s.end, s.endWhat(account.name), s.end, 'danger')) return;
    await guard(shell, () => post(`/v1/accounts/${account.account}/end`), s.ended);
    done();
  };
  const isOver = account.state === 'ended';
  const cell = (i, ...children) => el('td', {'data-label': s.heads[i]}, children);
  return el('tr', {},
      el('th', {scope: 'row'}, foreign(account.shown), el('div', {class: 'hint'}, account.name)),
      cell(1, account.roles.map((role) => strings.roles[role]).join(', ')),
      cell(2, account.queues === null ? s.allQueues : account.queues.join(', ')),
      cell(3, el('span', {class: 'badges'}, el('span', {class: 'badge'}, s.states[account.state]),
          account.state === 'active' && !account.second_factor &&
            el('span', {class: 'badge bad'}, s.noFactor))),
      cell(4, account.last_login > 0 ? moment(account.last_login) : s.never),
      el('td', {}, !isOver && el('div', {class: 'actions'},
          button(s.edit, () => edit(shell, account, queues, done)),
          button(s.reset, reset), account.account !== shell.me.account && button(s.end, end, 'danger'))));
}

/** A select changes at one key: so it is asked first. */
const sureOf = (holder, held, name) => keys.confirm(s.holderOf(holder),
    [el('p', {}, name ? [s.holderTo, ' ', foreign(name)] : s.holderNone),
      held?.stored && el('p', {class: 'warning'}, s.holderLost)], s.holderDo, 'danger');

function holders(shell, quorums, accounts, done) {
  const name = (number) => accounts.find((account) => account.account === number)?.shown;
  const people = accounts.filter((account) => account.state === 'active' &&
    account.roles.some((role) => ['reviewer', 'lead'].includes(role)));
  return quorums.map((quorum) => el('section', {class: 'card'},
      el('h2', {}, s.quorum(quorum.threshold, quorum.holders)),
      el('p', {class: 'mono hint'}, quorum.quorum),
      el('div', {class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': s.holders},
          el('table', {}, el('caption', {}, s.holdersHint), el('thead', {}, el('tr', {},
              s.holderHeads.map((head) => el('th', {scope: 'col'}, head)))),
          el('tbody', {}, Array.from({length: quorum.holders}, (_, i) => {
            const held = quorum.held.find((one) => one.holder === i + 1);
            const was = held ? String(held.account) : '';
            const choose = select([['', s.nobody], ...people.map((p) => [String(p.account), p.shown])],
                was, async (value) => {
                  if (await sureOf(i + 1, held, name(Number(value)))) {
                    await guard(shell, () => post('/v1/holders', {quorum: quorum.quorum, holder: i + 1,
                      ...(value ? {account: Number(value)} : {})}), s.holderSet);
                    done();
                  } else {
                    choose.value = was;
                  }
                });
            choose.setAttribute('aria-label', s.holderOf(i + 1));
            return el('tr', {}, el('th', {scope: 'row'}, number(i + 1)),
                el('td', {}, choose, held && !people.some((p) => p.account === held.account) &&
                  el('span', {class: 'hint'}, name(held.account) ?? '')),
                el('td', {}, held ? (held.stored ? s.inside : s.outside) : '–'));
          }))))));
}

export async function show(shell) {
  const body = el('div', {});
  async function load() {
    const [{accounts}, {quorums}, {book}] = await Promise.all([
      get('/v1/accounts'), get('/v1/quorums'), shell.book()]);
    replace(body,
        el('div', {class: 'actions'}, button(s.add, () => edit(shell, undefined, book.queues, load), 'primary')),
        el('div', {class: 'table-scroll stacked card', tabindex: 0, role: 'region', 'aria-label': s.title},
            el('table', {}, el('thead', {}, el('tr', {}, s.heads.map((head) =>
              el('th', {scope: 'col'}, head)))),
            el('tbody', {}, accounts.map((account) => row(shell, account, book.queues, load))))),
        holders(shell, quorums, accounts, load));
  }
  await load();
  return {title: s.title, node: el('div', {}, el('h1', {tabindex: '-1'}, s.title), body)};
}
