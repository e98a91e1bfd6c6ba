// SPDX-License-Identifier: Apache-2.0
// The log: what was signed, and whether it holds.

import {bytes, get} from './api.js';
import {button, command, el, facts, replace} from './dom.js';
import {number, time} from './format.js';
import {checkLog, Fault} from './log_check.js';
import {strings} from './strings.js';

const s = strings.log;
// Faults that say nothing about the log itself.
const UNCLEAR = ['noCheck', 'unread'];

function checker(shell, log) {
  const bar = el('progress', {'max': 1, 'value': 0, 'aria-label': s.progress, 'hidden': true});
  const result = el('div', {role: 'status'});
  const start = button(s.verify, run, 'primary');
  const stop = button(strings.cancel, () => abort?.abort(), 'quiet');
  let abort = null;
  stop.hidden = true;

  async function run() {
    abort = new AbortController();
    start.disabled = true;
    stop.hidden = false;
    bar.hidden = false;
    replace(result);
    try {
      const note = new TextDecoder().decode(await bytes('/log/checkpoint'));
      const found = await checkLog({key: log.key, note, read: (path) => bytes(`/log/${path}`),
        signal: abort.signal, progress: (done, size) => {
          bar.max = size;
          bar.value = done;
        }});
      replace(result, el('p', {}, el('span', {class: 'badge good'}, '✓ ', s.holds), ' ',
          s.holdsFor(number(found.size))), el('p', {class: 'hint'}, s.root, ' ',
          el('span', {class: 'mono'}, found.root)));
    } catch (error) {
      const isFault = error instanceof Fault;
      replace(result, error.name === 'AbortError' ? s.stopped : el('p', {class: 'error'},
          isFault && !UNCLEAR.includes(error.message) ? s.broken : s.trouble, ' ',
          isFault ? s.faults[error.message](...error.details) : error.message));
    }
    start.disabled = false;
    stop.hidden = true;
    bar.hidden = true;
    abort = null;
  }

  return {node: el('div', {}, el('div', {class: 'actions'}, start, stop), bar, result),
    stop: () => abort?.abort()};
}

export async function show(shell) {
  const log = await get('/v1/log');
  const isThere = log.size !== null;
  const check = checker(shell, log);
  return {
    title: s.title,
    node: el('div', {}, el('h1', {tabindex: '-1'}, s.title),
        el('section', {class: 'card'}, el('p', {}, s.about), facts([
          [s.origin, el('span', {class: 'mono'}, log.origin)],
          [s.size, isThere ? number(log.size) : s.notYet],
          isThere && [s.signed, time(log.time)],
        ]), el('h2', {}, s.key), command(log.key)),
        isThere && el('section', {class: 'card'}, el('h2', {}, s.here),
            el('p', {class: 'hint'}, s.hereHint), check.node),
        el('section', {class: 'card'}, el('h2', {}, s.elsewhere),
            el('p', {class: 'hint'}, s.elsewhereHint),
            command(s.command(log.key, location.origin)))),
    leave: check.stop,
  };
}
