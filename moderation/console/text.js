// SPDX-License-Identifier: Apache-2.0
// Text that was reported, of any length: folded at first, and then in pieces that a
// browser lays out when they come into view.

import {button, el, replace} from './dom.js';
import {number} from './format.js';
import {strings} from './strings.js';

const FOLDED = 2000; // characters of a text that are shown at first
const CHUNK = 4096; // characters that a browser lays out at once

/** In pieces that end at line ends where there are some. */
export function chunks(text, size = CHUNK) {
  const out = [];
  let at = 0;
  while (at < text.length) {
    let end = Math.min(at + size, text.length);
    if (end < text.length) {
      const line = text.lastIndexOf('\n', end - 1);
      if (line >= at) end = line + 1;
      // Not between the halves of a character.
      else if (/[\uD800-\uDBFF]/.test(text[end - 1])) end -= 1;
    }
    out.push(text.slice(at, Math.max(end, at + 1)));
    at = Math.max(end, at + 1);
  }
  return out;
}

/** The nodes of a text. */
export function textNode(text) {
  const node = el('div', {class: 'message-text', dir: 'auto'});
  const whole = () => replace(node, chunks(text).map((chunk) => el('span', {dir: 'auto'}, chunk)));
  if (text.length <= FOLDED) {
    node.textContent = text;
    return node;
  }
  const folded = text.slice(0, FOLDED);
  const unfold = button(strings.conversation.unfold(number(text.length)), () => {
    whole();
    unfold.remove();
  }, 'quiet');
  replace(node, el('span', {dir: 'auto'}, folded), '…');
  return [node, unfold];
}
