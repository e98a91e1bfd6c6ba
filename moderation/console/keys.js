// SPDX-License-Identifier: Apache-2.0
// The keyboard: what each key does on this page, the help that lists it, and a
// palette in which everything can be found by its name.
//
// A binding: {keys: 'j' | 'g q' | 'Ctrl+k', label: text, run, typing: true where
// it also counts while one types}. Without keys it stands in the palette alone.

import {button, el, replace} from './dom.js';
import {strings} from './strings.js';

const everywhere = [];
let here = [];
let pending = '';
let timer;
const held = new Map(); // key: {press, release}

/** Bindings of every page. */
export function bindEverywhere(bindings) {
  everywhere.push(...bindings);
}

/** Bindings of the page that is shown, in place of those of the last one. */
export function bind(bindings) {
  here = bindings;
  pending = '';
  held.clear();
}

/** press() as long as this key is held down, release() when it no longer is. */
export function hold(key, press, release) {
  held.set(key, {press, release, down: false});
}

const all = () => [...here, ...everywhere];

function isTyping(target) {
  return target.isContentEditable || target.tagName === 'TEXTAREA' ||
    (target.tagName === 'INPUT' &&
     !['checkbox', 'radio', 'range', 'button', 'submit'].includes(target.type)) ||
    target.tagName === 'SELECT';
}

function name(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl');
  if (event.altKey) parts.push('Alt');
  parts.push(event.key.length === 1 ? event.key.toLowerCase() : event.key);
  return parts.join('+');
}

function find(pressed, typing) {
  return all().find((b) => b.keys === pressed && (!typing || b.typing));
}

function press(event) {
  if (event.isComposing || event.defaultPrevented) return;
  const typing = isTyping(event.target);
  const inDialog = document.querySelector('dialog[open]') !== null;
  const key = name(event);
  const holder = held.get(key);

  if (holder && !typing && !inDialog) {
    event.preventDefault();
    if (!holder.down) {
      holder.down = true;
      holder.press();
    }
    return;
  }
  if (typing && key === 'Escape' && !inDialog) {
    event.target.blur(); // back to where keys are commands
    return;
  }
  const binding = find(pending ? `${pending} ${key}` : key, typing);
  clearTimeout(timer);
  pending = '';
  if (binding && (!inDialog || binding.typing)) {
    event.preventDefault();
    binding.run(event);
  } else if (!typing && !inDialog && all().some((b) => b.keys?.startsWith(`${key} `))) {
    pending = key;
    timer = setTimeout(() => {
      pending = '';
    }, 1500);
  }
}

function letGo(all) {
  for (const holder of all) {
    if (holder.down) {
      holder.down = false;
      holder.release();
    }
  }
}

/** Begins to listen. */
export function listen() {
  document.addEventListener('keydown', press);
  document.addEventListener('keyup', (event) => {
    // Whatever else is held by now.
    const holder = held.get(event.key.toLowerCase());
    if (holder) letGo([holder]);
  });
  // What is held is let go when the window is left.
  window.addEventListener('blur', () => letGo(held.values()));
  document.addEventListener('visibilitychange', () => letGo(held.values()));
}

const keyNames = (keys) => keys.split(' ').map((key) => el('kbd', {}, key));

/** A dialog in the middle of the page; done(value) closes it; and one's wish, while not stays(). */
export function dialog(title, build, closed, stays = () => false) {
  const node = el('dialog', {'aria-label': title});
  const done = (value) => {
    if (!node.isConnected) return; // closed meanwhile
    node.remove();
    node.close();
    before?.isConnected && before.focus();
    closed?.(value);
  };
  const before = document.activeElement;
  node.addEventListener('cancel', (event) => {
    event.preventDefault();
    if (!stays()) done(undefined);
  });
  // A browser closes a dialog in spite of that when it is asked twice.
  node.addEventListener('keydown', (event) => {
    if (stays() && event.key === 'Escape') event.preventDefault();
  });
  node.addEventListener('close', () => {
    if (stays() && node.isConnected) node.showModal();
  });
  replace(node, el('h2', {}, title), build(done));
  document.body.append(node);
  node.showModal();
  return node;
}

/** Asks; true when it was confirmed. what: nodes that say what will happen. */
export function confirm(title, what, action, kind = 'primary') {
  return new Promise((settle) => {
    dialog(title, (done) => [
      el('div', {}, what),
      el('div', {class: 'actions'},
          button(action, () => done(true), kind),
          button(strings.cancel, () => done(false), 'quiet')),
    ], (value) => settle(value === true));
  });
}

/**
 * Asks for a text and gives it to send(), which may fail: then what was typed
 * stays where it is, and why is said above the button. True when it was sent. While
 * it is being sent, the dialog stays: it would be done all the same.
 */
export function askText(title, label, action, send, options = {}) {
  let isSending = false;
  return new Promise((settle) => {
    dialog(title, (done) => {
      const error = el('p', {class: 'error', role: 'alert', hidden: true});
      const submit = el('button', {class: options.kind ?? 'primary'}, action);
      const cancel = button(strings.cancel, () => done(false), 'quiet');
      const input = el(options.secret ? 'input' : 'textarea',
          {'required': true, 'rows': 3, 'maxlength': options.most ?? 2000, 'aria-label': label,
            'type': options.secret ? 'password' : undefined, 'autocomplete': 'off'});
      const sending = (on) => {
        // A disabled button loses the focus to the page, and then Escape is not the dialog's.
        input.focus();
        isSending = submit.disabled = cancel.disabled = input.readOnly = on;
      };
      const form = el('form', {on: {submit: async (event) => {
        event.preventDefault();
        if (isSending) return;
        sending(true);
        error.hidden = true;
        try {
          await send(input.value);
          isSending = false;
          done(true);
        } catch (problem) {
          error.textContent = problem.message;
          error.hidden = false;
          sending(false);
        }
      }}},
      el('label', {}, el('span', {}, label), input), options.more, error,
      el('div', {class: 'actions'}, submit, cancel));
      input.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      });
      return form;
    }, (value) => settle(value === true), () => isSending);
  });
}

/** All keys of this page. */
export function help() {
  dialog(strings.keys.help, (done) => [
    el('table', {class: 'keys'}, el('tbody', {},
        all().filter((b) => b.keys).map((b) =>
          el('tr', {}, el('th', {scope: 'row'}, keyNames(b.keys)), el('td', {}, b.label))))),
    el('p', {class: 'hint'}, strings.keys.hint),
    el('div', {class: 'actions'}, button(strings.close, () => done(), 'primary')),
  ]);
}

/** Everything that can be done here, found by typing a part of its name. */
export function palette() {
  if (document.querySelector('dialog[open]')) return;
  const things = all().filter((b) => b.label && b.run !== palette);
  const list = el('ul', {role: 'listbox', id: 'palette-list', 'aria-label': strings.keys.palette});
  let found = [];
  let at = 0;
  const input = el('input', {'type': 'text', 'role': 'combobox', 'aria-expanded': 'true',
    'aria-controls': 'palette-list', 'aria-label': strings.keys.find, 'autocomplete': 'off',
    'placeholder': strings.keys.find});
  dialog(strings.keys.palette, (done) => {
    const mark = () => {
      [...list.children].forEach((row, i) => row.setAttribute('aria-selected', String(i === at)));
      list.children[at]?.scrollIntoView({block: 'nearest'});
      input.setAttribute('aria-activedescendant', found.length ? `palette-${at}` : '');
    };
    const run = (binding) => {
      done();
      binding?.run();
    };
    const look = () => {
      const words = input.value.toLowerCase().split(/\s+/);
      found = things.filter((b) => words.every((w) => b.label.toLowerCase().includes(w)));
      at = 0;
      replace(list, found.map((b, i) => el('li', {role: 'option', id: `palette-${i}`,
        on: {click: () => run(b)}}, el('span', {}, b.label), b.keys && keyNames(b.keys))));
      mark();
    };
    input.addEventListener('input', look);
    input.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        at = (at + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % (found.length || 1);
        mark();
      } else if (event.key === 'Enter') {
        event.preventDefault();
        run(found[at]);
      }
    });
    queueMicrotask(look);
    return [input, list];
  }).classList.add('palette');
  input.focus();
}
