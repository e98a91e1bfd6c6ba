// SPDX-License-Identifier: Apache-2.0
// What is one's own: how things are shown, what one is spared, password, shares.

import {get, post} from './api.js';
import {button, check, el, facts, field, foreign, replace, select} from './dom.js';
import * as keys from './keys.js';
import {strings} from './strings.js';

const s = strings.me;

async function guard(shell, run, done) {
  try {
    await run();
    if (done) shell.toast(done);
    return true;
  } catch (error) {
    shell.toast(error.message);
    return false;
  }
}

// ---- How it is shown --------------------------------------------------------------

function preferences(shell) {
  const p = shell.me.preferences;
  const keep = (changes) => {
    Object.assign(p, changes);
    shell.dress();
    guard(shell, () => post('/v1/preferences', p), s.kept);
  };
  const minutes = el('input', {type: 'number', min: 0, max: 480, value: p.break_minutes,
    on: {change: () => keep({break_minutes: Math.min(480, Math.max(0, Number(minutes.value)))})}});
  const avoid = Object.entries(strings.reasons).map(([reason, label]) =>
    check(label, p.avoid.includes(reason), (on) => keep({avoid: on ?
      [...p.avoid, reason] : p.avoid.filter((one) => one !== reason)})));
  return el('section', {class: 'card'}, el('h2', {}, s.shown),
      field(s.theme, select(Object.entries(s.themes), p.theme, (theme) => keep({theme}))),
      check(s.quiet, p.quiet, (quiet) => keep({quiet})),
      check(s.blurText, p.blur_text, (blur) => keep({blur_text: blur})),
      shell.me.roles.some((role) => ['reviewer', 'lead'].includes(role)) && [
        field(s.breakAfter, minutes, s.breakHint),
        el('fieldset', {class: 'columns'}, el('legend', {}, s.avoid),
            el('p', {class: 'hint'}, s.avoidHint), avoid)]);
}

// ---- Password ---------------------------------------------------------------------

function password(shell) {
  const make = (autocomplete, type = 'password') =>
    el('input', {type, required: true, autocomplete});
  const old = make('current-password');
  const chosen = make('new-password');
  const again = make('new-password');
  const code = make('one-time-code', 'text');
  const error = el('p', {class: 'error', role: 'alert', hidden: true});
  const form = el('form', {on: {submit: async (event) => {
    event.preventDefault();
    error.hidden = true;
    try {
      if (chosen.value !== again.value) throw new Error(strings.login.differ);
      await post('/v1/password', {password: old.value, new_password: chosen.value,
        code: code.value.trim()});
      form.reset();
      shell.toast(s.passwordChanged);
    } catch (problem) {
      error.textContent = problem.message;
      error.hidden = false;
    }
  }}}, field(s.oldPassword, old), field(strings.login.newPassword, chosen, strings.login.passwordHint),
  field(strings.login.again, again), field(strings.login.code, code), error,
  el('button', {}, s.changePassword));
  return el('section', {class: 'card'}, el('h2', {}, s.password),
      el('p', {class: 'hint'}, s.passwordHint), form);
}

// ---- Shares ---------------------------------------------------------------------------

async function shares(shell) {
  const {quorums, stored_shares: stored} = await get('/v1/quorums');
  const mine = shell.me.shares;
  const body = el('div', {});

  async function keep() {
    const file = el('input', {type: 'file', required: true, accept: '.share,application/json'});
    const sent = await keys.askText(s.keepShare, s.yourPassword, s.keepShare,
        async (secret) => post('/v1/share', {share: await file.files[0].text(), password: secret}),
        {secret: true, more: [field(s.shareFile, file), el('p', {class: 'hint'}, s.keepHint)]});
    if (!sent) return;
    await guard(shell, async () => {
      shell.me = await get('/v1/me');
      draw();
    }, s.shareKept);
  }

  async function drop(share) {
    if (!await keys.confirm(s.dropShare, s.dropShareWhat, s.dropShare, 'danger')) return;
    await guard(shell, async () => {
      await post('/v1/share/drop', {quorum: share.quorum, holder: share.holder});
      shell.me = await get('/v1/me');
      draw();
    }, s.shareDropped);
  }

  function draw() {
    replace(body, shell.me.shares.map((share) => {
      const quorum = quorums.find((one) => one.quorum === share.quorum);
      return el('div', {class: 'part'},
          el('p', {}, s.holder(share.holder, quorum?.threshold ?? '?', quorum?.holders ?? '?'), ' ',
              el('span', {class: 'mono'}, share.quorum)),
          el('p', {class: 'hint'}, share.stored ? s.isInside : s.isOutside),
          share.stored ? button(s.dropShare, () => drop(share), 'danger') :
            (stored || quorum?.threshold === 1) && button(s.keepShare, keep));
    }));
  }

  draw();
  return mine.length === 0 ? null :
    el('section', {class: 'card'}, el('h2', {}, s.shares), body);
}

export async function show(shell) {
  const me = shell.me;
  return {
    title: s.title,
    node: el('div', {}, el('h1', {tabindex: '-1'}, s.title), el('div', {class: 'columns-wide'},
        el('div', {}, el('section', {class: 'card'}, el('h2', {}, foreign(me.shown)), facts([
          [s.name, me.name],
          [s.roles, me.roles.map((role) => strings.roles[role]).join(', ')],
          [s.queues, me.queues === null ? s.allQueues : me.queues.join(', ')],
          [s.pseudonym, el('span', {class: 'mono'}, me.pseudonym)],
        ]), el('p', {class: 'hint'}, s.pseudonymHint)), preferences(shell)),
        el('div', {}, await shares(shell), password(shell)))),
  };
}
