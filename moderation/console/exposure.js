// SPDX-License-Identifier: Apache-2.0
// What one has been exposed to today: time with reported content in view, and
// pictures that were revealed. Only oneself sees it. After a while a break is
// proposed, once, without taking the work away.

import {tellQuietly} from './api.js';
import {button, el, replace} from './dom.js';
import {number, span} from './format.js';
import {strings} from './strings.js';

const TICK = 1000;
const TELL = 30000;
const AWAY = 120000; // without a touch nobody is reading

/** Counts from now on; node shows today's sum. */
export function begin(shell, node) {
  const s = strings.exposure;
  let inView = false;
  let seconds = 0; // not told yet
  let images = 0;
  let today = {seconds: 0, images: 0};
  let sitting = 0; // milliseconds since the last break
  let touched = Date.now();
  let away = 0;

  const day = () => Math.floor((Date.now() - new Date().getTimezoneOffset() * 60000) / 86400000);
  const show = () => replace(node, s.today(span((today.seconds + seconds) * 1000),
      number(today.images + images)));

  async function flush() {
    const told = {day: day(), seconds, images};
    seconds = 0;
    images = 0;
    try {
      today = await tellQuietly('/v1/exposure', told);
    } catch {
      seconds += told.seconds; // with the next
      images += told.images;
    }
    show();
  }

  function propose() {
    const note = el('div', {class: 'banner', role: 'status'},
        el('span', {}, s.breakDue(span(sitting))),
        button(s.breakTaken, () => {
          sitting = 0;
          note.remove();
        }),
        button(s.breakLater, () => {
          sitting -= 10 * 60000;
          note.remove();
        }, 'quiet'));
    note.id = 'break';
    document.querySelector('main').before(note);
  }

  function tick() {
    const reading = inView && !document.hidden && Date.now() - touched < AWAY;
    const after = shell.me.preferences.break_minutes * 60000;
    if (reading) {
      seconds += TICK / 1000;
      sitting += TICK;
      away = 0;
    } else {
      away += TICK;
      if (away >= 5 * 60000) sitting = 0; // that was one
    }
    if (after > 0 && sitting >= after && !document.getElementById('break')) propose();
  }

  for (const type of ['keydown', 'pointerdown', 'pointermove', 'wheel']) {
    document.addEventListener(type, () => {
      touched = Date.now();
    }, {passive: true});
  }
  document.addEventListener('visibilitychange', () => document.hidden && flush());
  setInterval(tick, TICK);
  setInterval(() => (seconds > 0 || images > 0) && flush(), TELL);
  flush();
  return {
    /** Whether reported content stands on the page. */
    view: (is) => {
      inView = is;
    },
    revealed: () => {
      images += 1;
      show();
    },
    flush,
  };
}
