// SPDX-License-Identifier: Apache-2.0
// Logging in, and the first login with an invitation.

import {alone} from './api.js';
import {button, el, field, replace} from './dom.js';
import {strings} from './strings.js';

const s = strings.login;

function input(properties) {
  return el('input', {required: true, autocapitalize: 'none', spellcheck: 'false', ...properties});
}

/** A form that calls send(), and says what went wrong above its button. */
function form(fields, action, send) {
  const error = el('p', {class: 'error', role: 'alert', hidden: true});
  const submit = el('button', {class: 'primary'}, action);
  return el('form', {on: {submit: async (event) => {
    event.preventDefault();
    submit.disabled = true;
    error.hidden = true;
    try {
      await send();
    } catch (problem) {
      error.textContent = problem.message;
      error.hidden = false;
    }
    submit.disabled = false;
  }}}, fields, error, el('div', {class: 'actions'}, submit));
}

/** name: who is to log in again. done(me). */
export function loginForm({name, done}) {
  const who = input({name: 'name', autocomplete: 'username', value: name ?? ''});
  const password = input({name: 'password', type: 'password', autocomplete: 'current-password'});
  const code = input({name: 'code', autocomplete: 'one-time-code', inputmode: 'text'});
  const node = form([field(s.name, who), field(s.password, password), field(s.code, code, s.codeHint)],
      s.in, async () => {
        const said = {name: who.value.trim(), password: password.value, code: code.value.trim()};
        code.value = '';
        const {me} = await alone('/v1/login', said);
        password.value = '';
        done(me);
      });
  queueMicrotask(() => (name ? password : who).focus());
  return node;
}

// ---- The first login ----------------------------------------------------------

function codes(list, done) {
  return [
    el('h1', {tabindex: '-1'}, s.paper),
    el('p', {}, s.paperWhy),
    el('ol', {class: 'mono'}, list.map((code) => el('li', {}, code))),
    el('div', {class: 'actions'}, button(s.paperDone, done, 'primary')),
  ];
}

function factor(main, invitation, answer, done) {
  const code = input({name: 'code', autocomplete: 'one-time-code', inputmode: 'numeric'});
  replace(main, el('div', {class: 'card narrow'},
      el('h1', {tabindex: '-1'}, s.factor),
      el('p', {}, s.factorHow),
      el('p', {}, s.factorKey, ' ', el('code', {class: 'mono'},
          answer.secret.replace(/(.{4})/g, '$1 ').trim())),
      el('p', {}, el('a', {href: answer.uri}, s.factorOpen)),
      form([field(s.firstCode, code)], s.confirm, async () => {
        const {recovery_codes: list} = await alone('/v1/enrol/confirm',
            {invitation, code: code.value.trim()});
        replace(main, el('div', {class: 'card narrow'}, codes(list, done)));
      })));
  code.focus();
}

function enrol(main, done) {
  const invitation = input({name: 'invitation', autocomplete: 'off'});
  const password = input({name: 'password', type: 'password', autocomplete: 'new-password',
    minlength: 12});
  const again = input({name: 'again', type: 'password', autocomplete: 'new-password'});
  replace(main, el('div', {class: 'card narrow'},
      el('h1', {tabindex: '-1'}, s.first),
      el('p', {}, s.firstHow),
      form([field(s.invitation, invitation), field(s.newPassword, password, s.passwordHint),
        field(s.again, again)], s.next, async () => {
        if (password.value !== again.value) throw new Error(s.differ);
        const token = invitation.value.trim();
        factor(main, token, await alone('/v1/enrol', {invitation: token, password: password.value}),
            done);
      }),
      el('div', {class: 'actions'}, button(s.haveAccount, done, 'quiet'))));
  invitation.focus();
}

/** The page that is shown without a session: a promise of who logged in. */
export function show(main, shell) {
  return new Promise((settle) => {
    const page = () => {
      replace(main, el('div', {class: 'card narrow'},
          el('h1', {}, s.title), el('p', {class: 'hint'}, s.about),
          loginForm({done: settle}),
          el('div', {class: 'actions'},
              button(s.first, () => enrol(main, page), 'quiet'))));
      shell.entitle(s.title);
    };
    page();
  });
}
