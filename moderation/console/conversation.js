// SPDX-License-Identifier: Apache-2.0
// A conversation as it was: messages in their order, what is proven about each,
// and what is not shown between them.

import {attachmentNode, follow, together, tryAgain} from './attachment.js';
import {el, foreign} from './dom.js';
import {bytes, time} from './format.js';
import {mediaNode} from './media.js';
import {strings} from './strings.js';
import {textNode} from './text.js';

const s = strings.conversation;

// ---- Order -------------------------------------------------------------------------

/** Parts with their files as a list, each of which knows where it stands. */
const placed = (message, look) => message.parts?.map((part, i) => (part.attachment ? {...part,
  files: [{...part.attachment, report: look.report, told: look.attachments, message: message.message, part: i}]} :
  part));

/** Of two looks at a message the one that shows most; its files as both show them. */
function most(one, other) {
  const [best, less] = worth(one) > worth(other) ? [one, other] : [other, one];
  const parts = best.parts?.map((part, i) => (part.files && less.parts?.[i]?.files ?
    {...part, files: together([...part.files, ...less.parts[i].files])} : part));
  return {...best, parts, accused: one.accused || other.accused};
}

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
      const one = {...message, seq: place?.room_seq, seen: place?.seen_seq, report: look.report,
        parts: placed(message, look)};
      found.set(key, old ? most(one, old) : one);
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

// ---- What is proven ----------------------------------------------------------------------

/** Parts that are to be seen: a file's key says nothing, be it there or withheld. */
const visible = (message) => (message.parts ?? []).filter((part, i, all) => !part.attachment_key &&
  !(part.state === 'withheld' && all[i - 1]?.attachment?.key_withheld));

function badges(message) {
  const withheld = visible(message).filter((part) => part.state === 'withheld').length;
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
    out.push(el('span', {class: 'badge warn'}, '◌ ', s.partsWithheld(withheld, visible(message).length)));
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

function mediaOf(part, onReveal) {
  const kind = part.media_type.split('/')[0].toLowerCase();
  return mediaNode({kind, src: part.evidence, atSight: true}, onReveal);
}

/** Where it is kept, as the sender says. */
const elsewhere = (part) => part.state === 'external' && el('p', {}, s.outside, ' ',
    el('span', {class: 'mono'}, foreign(part.url ?? '')), ' ', foreign(part.description ?? ''));

function partNode(part, several, onReveal) {
  const name = part.name && el('span', {}, '“', foreign(part.name), '”');
  const type = part.media_type && el('span', {class: 'mono'}, foreign(part.media_type));
  const head = (several || part.name || part.state !== 'there' || part.text === undefined) &&
    el('p', {class: 'hint badges'}, s.parts[part.state], ' ', name, ' ', type, ' ',
        part.bytes !== undefined && bytes(part.bytes));
  return el('div', {class: several ? 'part' : undefined}, head,
      elsewhere(part),
      part.state === 'more' && el('p', {class: 'hint'}, s.moreParts(part.parts)),
      part.evidence && mediaOf(part, onReveal),
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

function messageNode(messages, index, onReveal, fileNode) {
  const message = messages[index];
  const isShown = message.parts !== undefined;
  const parts = visible(message);
  const oneOf = (part) => (part.files ?
    el('div', {class: parts.length > 1 ? 'part' : undefined}, elsewhere(part),
        part.files.map((file) => fileNode(file, message))) :
    partNode(part, parts.length > 1, onReveal));
  return el('li', {'class': `message${message.accused ? ' accused' : ''}${isShown ? '' : ' not-shown'}`,
    'tabindex': '-1', 'data-index': index},
  el('header', {}, foreign(message.sender), message.accused &&
      el('span', {class: 'badge'}, s.reported),
  el('time', {datetime: new Date(message.sent).toISOString()}, time(message.sent)), badges(message)),
  placeNode(messages, message),
  isShown ? (parts.length > 0 ? parts.map(oneOf) :
    el('p', {class: 'hint'}, s.notReadable)) :
    el('p', {}, wasSent(message) ? s.sentText : '', ' ',
        isWithheld(message) ? s.withheldText : s.unreadableText),
  (message.stray_attachments ?? []).map(({part, why}) => el('p', {class: 'verdict'},
      el('span', {class: 'badge bad'}, '✗ ', strings.attachment.states.refused), ' ', s.stray(part), ' ', foreign(why))));
}

/**
 * looks: answers of POST /v1/reports/N/look. onReveal(kind) is told of each
 * picture that is revealed. fail(error), where files may be fetched again, is told of
 * what fails. Gives {node, notes, move(by), reveal(), hide()}. notes: the reporters';
 * they are gone through and revealed as messages are.
 */
export function conversation(looks, onReveal, fail) {
  const messages = merge(looks);
  const files = [];
  const retry = fail && ((node) => tryAgain(node).then(() => following.again(), fail));
  const fileNode = (file, message) => {
    const node = attachmentNode(file, message.proven, onReveal, retry);
    files.push(node);
    return node;
  };
  const list = el('ol', {class: 'conversation', 'aria-label': s.title});
  let at = -1;
  messages.forEach((message, i) => {
    const missing = gap(messages[i - 1], message);
    if (missing > 0) list.append(el('li', {class: 'gap'}, s.gap(missing)));
    list.append(messageNode(messages, i, onReveal, fileNode));
  });
  const notes = looks.filter((look) => look.note).map((look) => el('div', {class: 'part note', tabindex: '-1'},
      el('h3', {}, s.note), el('p', {class: 'message-text', dir: 'auto'}, look.note)));
  const following = follow(files);
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
