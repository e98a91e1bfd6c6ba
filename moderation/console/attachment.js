// SPDX-License-Identifier: Apache-2.0
// A file that a message names: what its sender committed to, what of it was disclosed
// and is proven, and what is on its way. Nothing is shown that the service did not
// check, and nothing that is of no kind that a browser shows without running it.

import {peek, post} from './api.js';
import {append, button, el, foreign, replace, svg} from './dom.js';
import {bytes, list, number, sizes} from './format.js';
import {mediaNode} from './media.js';
import {strings} from './strings.js';
import {textNode} from './text.js';

const s = strings.attachment;
const BAR = 1000; // units of the bar's length
const SEEN = 6; // units that a piece has at least
const NAMED = 4; // ranges that are told in words
const EXACT = 1e6; // bytes up to which a range is told to the byte
const FIRST = 2000; // milliseconds until it is asked how far a file is
const SLOWEST = 30000;

const BADGES = {there: ['good', '✓'], partial: ['warn', '◌'], fetching: ['plain', '…'], waiting: ['plain', '…'],
  refused: ['bad', '✗'], withheld: ['warn', '◌'], absent: ['warn', '?'], unproven: ['bad', '✗'],
  lacking: ['warn', '◌']};
const isOnItsWay = ({state}) => state === 'fetching' || state === 'waiting'; // a file, or a run of one
const isShown = (file) => file.state === 'there' || file.state === 'partial';
// Runs that were disclosed and are not here, of a file of which others are.
const lacks = (file) => (file.state === 'partial' ? file.missing ?? [] : []);
const isAwaited = (file) => isOnItsWay(file) || lacks(file).some(isOnItsWay);
const told = (file) => [file.state, file.why, file.disclosed, file.missing];

/**
 * The same file as several reports disclosed it: whole where one has all of it,
 * and otherwise all that say something of their own.
 */
export function together(files) {
  const whole = files.find((file) => file.state === 'there');
  if (whole) return [whole];
  const found = new Map(files.map((file) => [JSON.stringify(told(file)), file]));
  return [...found.values()];
}

/**
 * What is here and what is not, in their order: [{begin, end, isThere}]; what is
 * missing though it was disclosed has its state beside it.
 */
export function pieces(disclosed, size, missing = []) {
  const out = [];
  let at = 0;
  const all = [...disclosed.map(({begin, end}) => ({begin, end, isThere: true})),
    ...missing.filter(({begin, end}) => begin < end)
        .map(({begin, end, state}) => ({begin, end, isThere: false, state}))];
  for (const piece of all.sort((one, other) => one.begin - other.begin)) {
    if (piece.begin > at) out.push({begin: at, end: piece.begin, isThere: false});
    out.push(piece);
    at = piece.end;
  }
  if (at < size) out.push({begin: at, end: size, isThere: false});
  return out;
}

/** A range in words: to the byte, or, of large ones, about. */
export const range = ({begin, end}) => (end <= EXACT ? s.bytesFromTo(number(begin), number(end - 1)) :
  sizes(begin, end));

// ---- What of it is there ------------------------------------------------------------

function bar(all, size) {
  const place = (byte) => BAR * byte / size;
  return svg('svg', {'class': 'pieces', 'viewBox': `0 0 ${BAR} 12`, 'preserveAspectRatio': 'none',
    'aria-hidden': 'true'},
  svg('rect', {'class': 'withheld', 'width': BAR, 'height': 12}),
  all.filter((piece) => piece.isThere).map(({begin, end}) => {
    const width = Math.max(SEEN, place(end - begin));
    return svg('rect', {'class': 'there', 'x': Math.min(place(begin), BAR - width), width, 'height': 12});
  }));
}

function table(all) {
  const cell = (n) => el('td', {class: 'n'}, number(n));
  return el('details', {}, el('summary', {}, s.ranges), el('div', {class: 'table-scroll', tabindex: '0'},
      el('table', {}, el('caption', {class: 'hidden-visually'}, s.ranges),
          el('thead', {}, el('tr', {}, s.columns.map((name, i) =>
            el('th', {scope: 'col', class: i < 3 ? 'n' : undefined}, name)))),
          el('tbody', {}, all.map(({begin, end, isThere, state}) => el('tr', {},
              cell(begin), cell(end - 1), cell(end - begin),
              el('td', {}, isThere ? s.disclosed : state ? s.states[state] : s.isWithheld)))))));
}

/** The parts of a file: drawn, in words, and as a table. */
function shares(file) {
  const missing = lacks(file);
  const all = pieces(file.disclosed, file.size, missing);
  const some = file.disclosed.slice(0, NAMED).map(range);
  const more = file.disclosed.length - some.length;
  const which = list(more > 0 ? [...some, s.moreRanges(more)] : some);
  const left = [...file.disclosed, ...missing].reduce((sum, {begin, end}) => sum - (end - begin), file.size);
  return [bar(all, file.size),
    el('p', {}, missing.length === 0 ? s.parts(which, bytes(file.size), bytes(left)) :
      [s.here(which, bytes(file.size)), left > 0 && [' ', s.restWithheld(bytes(left))]]),
    missing.map((run) => el('p', {class: 'missing'}, s.isMissing(range(run), s.states[run.state]), ' ',
        run.why && foreign(run.why))),
    table(all)];
}

// ---- What is said of it ----------------------------------------------------------------

function verdict(file, isProven) {
  // It is what the message names; but who sent that?
  const state = isShown(file) && !isProven ? 'unproven' : lacks(file).length > 0 ? 'lacking' : file.state;
  const [kind, mark] = BADGES[state];
  return el('p', {class: 'verdict'}, el('span', {class: `badge ${kind}`}, mark, ' ', s.states[state]), ' ',
      s.said[state], state === 'withheld' && file.key_withheld && [' ', s.keyWithheld],
      file.why && !isShown(file) && [' ', foreign(file.why)]);
}

function progress(file) {
  const {have, want} = file;
  if (!(want > 0)) return null;
  return el('div', {class: 'progress'},
      el('progress', {'max': want, 'value': Math.min(have, want), 'aria-label': s.progress}),
      el('span', {class: 'hint'}, s.of(bytes(have), bytes(want))));
}

function content(file, onReveal) {
  const kind = (file.media_type ?? '').split('/')[0].toLowerCase();
  if (!isShown(file)) return null;
  if (file.evidence && ['image', 'audio', 'video'].includes(kind)) {
    return mediaNode({kind, src: file.evidence, size: file.size,
      disclosed: file.state === 'partial' ? file.disclosed : undefined}, onReveal);
  }
  if (file.text !== undefined) return textNode(file.text);
  return el('p', {class: 'hint'}, s.notShown);
}

/**
 * file: the `attachment` of a part, and where it stands: report, message, part; told,
 * where it is told how far it is.
 * isProven: whether the message is. retry(node): where it may be tried again.
 * The node has file and update(file).
 */
export function attachmentNode(file, isProven, onReveal, retry) {
  const node = el('div', {class: 'attachment'});
  const state = el('div', {'role': 'status'});
  const body = el('div', {});
  let drawn;

  node.update = (next) => {
    node.file = {...node.file, missing: undefined, ...next};
    const now = node.file;
    const again = retry && (now.state === 'absent' || lacks(now).some((run) => run.state === 'absent')) &&
      el('div', {class: 'actions'}, button(s.retry, () => retry(node), 'small'));
    const as = JSON.stringify(told(now));
    if (drawn !== as) {
      // What is seen or written in stays where nothing is new.
      drawn = as;
      replace(state, verdict(now, isProven));
      replace(body, isShown(now) && now.state === 'partial' && now.disclosed.length > 0 && shares(now),
          content(now, onReveal), again);
    }
    node.querySelector('.progress')?.remove();
    if (isOnItsWay(now)) append(body, [progress(now)]);
  };
  append(node, [el('p', {class: 'hint file'}, s.kinds[file.kind] ?? s.kinds.frank, ' ',
      file.name ? el('span', {}, '“', foreign(file.name), '”') : s.noName, ' ',
      el('span', {class: 'mono'}, foreign(file.media_type || s.noType)), ' ',
      el('span', {class: 'size'}, file.size === undefined ? s.noSize : bytes(file.size))), state, body]);
  node.update(file);
  return node;
}

// ---- On its way -----------------------------------------------------------------------------

/**
 * Asks how far files are, less and less often, as long as one of these nodes is on
 * the page and it, or a run of it, on its way. Each knows where that is told: file.told.
 */
export function follow(nodes) {
  let wait = FIRST;
  let timer = null;
  const waiting = () => nodes.filter((node) => node.isConnected && node.file.told && isAwaited(node.file));

  async function ask(told) {
    const {attachments} = await peek(told);
    for (const node of waiting()) {
      const {file} = node;
      const found = attachments.find((one) => file.told === told && one.message === file.message &&
        one.part === file.part);
      if (!found) continue;
      const {state, have} = found.attachment;
      if (state !== file.state || have !== file.have) wait = FIRST;
      node.update(found.attachment);
    }
  }

  async function turn() {
    timer = null;
    wait = Math.min(wait * 1.5, SLOWEST);
    try {
      if (!document.hidden) {
        for (const told of new Set(waiting().map((node) => node.file.told))) await ask(told);
      }
    } catch (error) {
      if (error.status >= 400 && error.status < 500 && error.status !== 401) return; // no longer to be seen
    }
    if (waiting().length > 0) start();
  }

  function start() {
    timer ??= setTimeout(turn, wait);
  }
  start();
  return {
    /** One of them begins anew. */
    again: () => {
      wait = FIRST;
      clearTimeout(timer);
      timer = null;
      start();
    },
  };
}

/** Has one that is absent tried again. */
export async function tryAgain(node) {
  const {report, message, part} = node.file;
  await post(`/v1/reports/${report}/attachments/retry`, {message, part});
  node.update({state: 'waiting', why: undefined});
}
