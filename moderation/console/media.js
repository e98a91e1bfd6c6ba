// SPDX-License-Identifier: Apache-2.0
// Pictures, sounds and films that were reported: grey, blurred and mute until they
// are revealed, and only for as long as a key or button is held. Of a film there are
// key frames first; to play it is a step of its own.

import {append, button, check, el, replace} from './dom.js';
import {controls, makeStills, play, spots} from './film.js';
import {clock, number} from './format.js';
import {strings} from './strings.js';

const s = strings.media;
const QUIET = .25; // of its loudness, at first

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

/** A player, mute but while isShown(). */
function player(kind, isShown, fail) {
  const node = el(kind, {'controls': kind === 'audio', 'muted': true, 'preload': 'none',
    'playsinline': kind === 'video', 'controlslist': 'nodownload noremoteplayback', 'disablepictureinpicture': true,
    'disableremoteplayback': true, 'aria-label': s.names[kind]});
  node.muted = true;
  node.volume = QUIET;
  // What is heard is revealed as well.
  node.addEventListener('volumechange', () => {
    if (!isShown() && !node.muted) node.muted = true;
  });
  node.addEventListener('error', fail);
  return node;
}

// ---- Kinds ---------------------------------------------------------------------------
// Each gives {views, buttons, reveal(), hide()}; reveal and hide where there is
// something to do beyond what a class does.

function picture(media, isShown, fail) {
  const waiting = el('p', {class: 'hint unloaded', hidden: media.atSight}, s.unloaded);
  const view = el('img', {alt: s.names.image, loading: 'lazy', draggable: 'false', hidden: !media.atSight,
    src: media.atSight ? media.src : undefined, on: {error: fail}});
  return {
    views: el('div', {class: 'frame'}, view, waiting),
    reveal: () => {
      if (view.hasAttribute('src')) return;
      waiting.hidden = true;
      view.hidden = false;
      view.loading = 'eager';
      view.src = media.src;
    },
  };
}

function sound(media, isShown, fail) {
  const view = player('audio', isShown, fail);
  view.src = media.src;
  return {
    views: el('div', {class: 'frame'}, view),
    listen: () => {
      view.muted = false;
      play(view);
    },
    hide: () => {
      view.pause();
      view.muted = true;
    },
  };
}

/** Stills, and below them, when it is asked for, the film. */
function film(media, isShown, fail) {
  const view = player('video', isShown, fail);
  const screen = el('div', {hidden: true}, el('div', {class: 'frame'}, view), controls(view, (on) => {
    isHeard = on;
    view.muted = !(isHeard && isShown());
  }));
  const strip = el('ol', {'class': 'strip', 'aria-label': s.strip});
  const said = el('p', {class: 'hint', role: 'status'}, s.noStills);
  let begun = false;
  let goesOn = false; // it played when it was hidden
  let isHeard = false; // when it is shown

  async function look() {
    if (begun) return;
    begun = true;
    stills.disabled = true;
    said.textContent = s.making;
    const places = spots(media.disclosed ?? [{begin: 0, end: 1}], media.disclosed ? media.size : 1);
    const made = await makeStills(media.src, places, (canvas, seconds) => {
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', s.still(clock(seconds)));
      append(strip, [el('li', {}, el('div', {class: 'frame'}, canvas), el('span', {class: 'hint'}, clock(seconds)))]);
    });
    said.textContent = s.made(number(made), made === places.length);
    stills.remove();
    toPlay.hidden = made === 0;
  }
  const stills = button(s.stills, look);
  const toPlay = button(s.play, () => {
    view.src = media.src;
    screen.hidden = false;
    toPlay.remove();
    screen.querySelector('button').focus();
    play(view);
  });
  toPlay.hidden = true;
  return {
    views: [strip, said, screen],
    buttons: [stills, toPlay],
    reveal: () => {
      look();
      if (isHeard) view.muted = false;
      if (goesOn) play(view);
    },
    hide: () => {
      goesOn = !view.paused;
      view.pause();
      view.muted = true; // it was made heard while it was shown
    },
  };
}

/**
 * media: {kind: 'image', 'audio' or 'video'; src; atSight: a picture that may be
 * loaded, blurred, when it comes near; disclosed, size: of a file of which a part
 * is there alone}. onReveal(kind) is told of each time. The node has reveal() and
 * hide().
 */
export function mediaNode(media, onReveal) {
  const node = el('figure', {class: `media ${media.kind}`});
  const lost = el('p', {class: 'hint', role: 'status', hidden: true});
  let shown = false;
  const made = {image: picture, audio: sound, video: film}[media.kind](media, () => shown, () => {
    replace(lost, media.disclosed ? s.ends : s.lost);
    lost.hidden = false;
  });
  node.reveal = () => {
    if (shown) return;
    shown = true;
    node.classList.add('shown');
    made.reveal?.();
    onReveal(media.kind);
  };
  node.hide = () => {
    if (!shown) return;
    shown = false;
    node.classList.remove('shown');
    made.hide?.();
  };
  const listen = () => {
    node.reveal();
    made.listen();
  };
  return append(node, [made.views, lost, el('div', {class: 'actions'},
      made.listen ? holdButton(s.listen, listen, node.hide) : holdButton(s.reveal, node.reveal, node.hide),
      made.buttons,
      media.kind !== 'audio' && check(s.colour, false, (on) => node.classList.toggle('colour', on)))]);
}
