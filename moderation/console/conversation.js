// SPDX-License-Identifier: Apache-2.0
// A conversation as it was: messages in their order, what is proven about each,
// and what is not shown between them. Pictures and films are grey, blurred and
// mute until they are revealed, and only for as long as a key or button is held.

import {button, check, el, foreign, replace} from './dom.js';
import {bytes, number, time} from './format.js';
import {strings} from './strings.js';

const s = strings.conversation;
const FOLDED = 2000; // characters of a text that are shown at first
const CHUNK = 4096; // characters that a browser lays out at once

// ---- Order -------------------------------------------------------------------------

/**
 * Messages of several looks as one list: each once (by its tag, place and time),
 * the one that shows most; by number in the room where all have one, else by
 * time.
 */
export function merge(looks) {
  const found = new Map();
  for (const look of looks) {
    const places = new Map(look.order.map((place) => [place.message, place]));
    for (const message of look.messages) {
      const place = places.get(message.message);
      const key = [message.tag, message.sender, message.sent, place?.room_seq].join('\n');
      const old = found.get(key);
      const one = {...message, seq: place?.room_seq, seen: place?.seen_seq, report: look.report};
      if (!old) found.set(key, one);
      else found.set(key, {...(worth(one) > worth(old) ? one : old),
        accused: one.accused || old.accused});
    }
  }
  const list = [...found.values()];
  const bySeq = list.every((message) => message.seq !== undefined);
  return list.sort((a, b) => (bySeq ? a.seq - b.seq : a.sent - b.sent || a.message - b.message));
}

// What is proven before what claims to be the same.
const worth = (message) => (message.proven ? 10000 : 0) + (message.parts ? 1000 : 0) +
  (message.parts ?? []).filter((part) => part.state === 'there').length;

/** How many messages of the room lie between two that follow each other. */
export function gap(before, after) {
  if (before?.seq === undefined || after.seq === undefined) return 0;
  return Math.max(0, after.seq - before.seq - 1);
}

/**
 * Of the others' messages before one, by their numbers: what its author's device had
 * acknowledged when the hub accepted it, and what not yet. Nobody is blamed for the latter.
 */
export function handed(messages, {seq, seen, sender}) {
  const before = messages.filter((one) => one.seq < seq && one.sender !== sender).map((one) => one.seq)
      .sort((a, b) => a - b);
  return {had: before.filter((one) => one <= seen), missing: before.filter((one) => one > seen)};
}

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

// ---- What is proven ----------------------------------------------------------------------

function badges(message) {
  const withheld = (message.parts ?? []).filter((part) => part.state === 'withheld').length;
  const out = [];
  if (isWithheld(message)) {
    out.push(el('span', {class: 'badge warn'}, '◌ ', s.withheld));
  }
  if (message.proven) {
    out.push(el('span', {class: 'badge good'}, '✓ ', s.proven));
  } else if (!wasSent(message)) {
    out.push(el('span', {class: 'badge bad'}, '✗ ', s.notProven(whyNot(message))));
  }
  if (message.verdict === 'malformed') {
    out.push(el('span', {class: 'badge warn'}, s.malformed));
  }
  if (withheld > 0) {
    out.push(el('span', {class: 'badge warn'}, '◌ ', s.partsWithheld(withheld, message.parts.length)));
  }
  return el('span', {class: 'badges'}, out);
}

/** Not shown because the reporter did not choose to: nor can a report be read at times. */
const isWithheld = (message) => message.parts === undefined && message.verdict !== 'unreadable';

/** Withheld, and that it was sent is proven nevertheless. */
const wasSent = (message) => message.verdict === 'withheld' && message.stamp === 'valid';

const whyNot = (message) => s.why[message.verdict] ??
  (message.stamp === 'valid' ? message.why : s.why.verdict);

// ---- What is shown -----------------------------------------------------------------------

function textNode(text) {
  const node = el('div', {class: 'message-text', dir: 'auto'});
  const whole = () => replace(node, chunks(text).map((chunk) => el('span', {dir: 'auto'}, chunk)));
  if (text.length <= FOLDED) {
    node.textContent = text;
    return node;
  }
  const folded = text.slice(0, FOLDED);
  const unfold = button(s.unfold(number(text.length)), () => {
    whole();
    unfold.remove();
  }, 'quiet');
  replace(node, el('span', {dir: 'auto'}, folded), '…');
  return [node, unfold];
}

/** A button that works as long as it is held, by pointer or by key. */
function holdButton(label, press, release) {
  const node = el('button', {type: 'button'}, label);
  const isKey = (event) => event.key === ' ' || event.key === 'Enter';
  node.addEventListener('pointerdown', press);
  for (const type of ['pointerup', 'pointerleave', 'pointercancel', 'blur']) {
    node.addEventListener(type, release);
  }
  node.addEventListener('keydown', (event) => {
    if (isKey(event)) {
      event.preventDefault();
      if (!event.repeat) press();
    }
  });
  node.addEventListener('keyup', (event) => isKey(event) && release());
  node.addEventListener('contextmenu', (event) => event.preventDefault());
  return node;
}

function mediaNode(part, onReveal) {
  const kind = part.media_type.split('/')[0].toLowerCase();
  const media = kind === 'image' ?
    el('img', {src: part.evidence, alt: s.picture, loading: 'lazy', draggable: 'false'}) :
    el(kind, {'src': part.evidence, 'controls': true, 'muted': true, 'preload': 'none',
      'controlslist': 'nodownload', 'disablepictureinpicture': true, 'aria-label': s.media[kind]});
  const node = el('figure', {class: 'media'});
  const lost = el('p', {class: 'hint', hidden: true}, s.mediaLost);
  let shown = false;
  const reveal = () => {
    if (shown) return;
    shown = true;
    node.classList.add('shown');
    onReveal(kind);
  };
  const hide = () => {
    shown = false;
    node.classList.remove('shown');
    media.pause?.();
    media.muted = true; // it was made heard while it was shown
  };
  if (kind !== 'image') {
    media.muted = true;
    // What is heard is revealed as well.
    media.addEventListener('volumechange', () => {
      if (!shown && !media.muted) media.muted = true;
    });
  }
  media.addEventListener('error', () => {
    lost.hidden = false;
  });
  node.append(el('div', {class: 'frame'}, media), lost, el('div', {class: 'actions'},
      holdButton(s.reveal, reveal, hide),
      kind !== 'audio' && check(s.colour, false, (on) => node.classList.toggle('colour', on))));
  node.reveal = reveal;
  node.hide = hide;
  return node;
}

function partNode(part, several, onReveal) {
  const name = part.name && el('span', {}, '“', foreign(part.name), '”');
  const type = part.media_type && el('span', {class: 'mono'}, foreign(part.media_type));
  const head = (several || part.name || part.state !== 'there' || part.text === undefined) &&
    el('p', {class: 'hint badges'}, s.parts[part.state], ' ', name, ' ', type, ' ',
        part.bytes !== undefined && bytes(part.bytes));
  return el('div', {class: several ? 'part' : undefined}, head,
      part.state === 'external' && el('p', {}, s.outside, ' ',
          el('span', {class: 'mono'}, foreign(part.url ?? '')), ' ', foreign(part.description ?? '')),
      part.state === 'more' && el('p', {class: 'hint'}, s.moreParts(part.parts)),
      part.evidence && mediaNode(part, onReveal),
      part.text !== undefined && textNode(part.text),
      part.state === 'there' && part.text === undefined && !part.evidence &&
        el('p', {class: 'hint'}, s.notShown));
}

/** Its number in the room, and what its author's device had of those before it. */
function placeNode(messages, message) {
  if (message.seq === undefined) return false;
  const {had, missing} = handed(messages, message);
  return el('p', {class: 'hint place'}, s.place(message.seq), ' ',
      had.length + missing.length > 0 && s.handed(message.seen, missing));
}

function messageNode(messages, index, onReveal) {
  const message = messages[index];
  const isShown = message.parts !== undefined;
  return el('li', {'class': `message${message.accused ? ' accused' : ''}${isShown ? '' : ' not-shown'}`,
    'tabindex': '-1', 'data-index': index},
  el('header', {}, foreign(message.sender), message.accused &&
      el('span', {class: 'badge'}, s.reported),
  el('time', {datetime: new Date(message.sent).toISOString()}, time(message.sent)), badges(message)),
  placeNode(messages, message),
  isShown ? (message.parts.length > 0 ?
    message.parts.map((part) => partNode(part, message.parts.length > 1, onReveal)) :
    el('p', {class: 'hint'}, s.notReadable)) :
    el('p', {}, wasSent(message) ? s.sentText : '', ' ',
        isWithheld(message) ? s.withheldText : s.unreadableText));
}

/**
 * looks: answers of POST /v1/reports/N/look. onReveal(kind) is told of each
 * picture that is revealed. Gives {node, notes, move(by), reveal(), hide()}. notes:
 * the reporters'; they are gone through and revealed as messages are.
 */
export function conversation(looks, onReveal) {
  const messages = merge(looks);
  const list = el('ol', {class: 'conversation', 'aria-label': s.title});
  let at = -1;
  messages.forEach((message, i) => {
    const missing = gap(messages[i - 1], message);
    if (missing > 0) list.append(el('li', {class: 'gap'}, s.gap(missing)));
    list.append(messageNode(messages, i, onReveal));
  });
  const notes = looks.filter((look) => look.note).map((look) => el('div', {class: 'part note', tabindex: '-1'},
      el('h3', {}, s.note), el('p', {class: 'message-text', dir: 'auto'}, look.note)));
  const items = [...list.querySelectorAll('.message'), ...notes];
  const current = () => items[at] ?? items.find((item) => item.classList.contains('accused'));
  return {
    node: list,
    notes,
    count: messages.length,
    move: (by) => {
      items[at]?.removeAttribute('data-at');
      at = Math.max(0, Math.min(items.length - 1, at + by));
      items[at].setAttribute('data-at', '');
      items[at].focus({preventScroll: true});
      items[at].scrollIntoView({block: 'nearest'});
    },
    reveal: () => {
      current()?.classList.add('revealing');
      current()?.querySelectorAll('.media').forEach((media) => media.reveal());
    },
    hide: () => {
      for (const item of items) {
        item.classList.remove('revealing');
        item.querySelectorAll('.media.shown').forEach((media) => media.hide());
      }
    },
  };
}
