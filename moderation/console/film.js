// SPDX-License-Identifier: Apache-2.0
// Key frames of a film, made here from the bytes that the service checked: a film
// that nobody sees is sought from place to place, and what it shows is drawn. And
// what a film is played with: a browser's own controls are blurred where it is.

import {button, check, el, fresh, replace, select} from './dom.js';
import {clock, number} from './format.js';
import {strings} from './strings.js';

const s = strings.media;
const STILLS = 8;
const WIDTH = 240; // of a still, in its own pixels
const PATIENCE = 20000; // milliseconds for a place: of what is withheld there is no end
const SPEEDS = [.25, .5, 1, 1.5, 2];

// ---- Key frames -----------------------------------------------------------------------

/**
 * Places of a file as fractions of it, evenly over what of it is there.
 * disclosed: [{begin, end}], as the service gives them.
 */
export function spots(disclosed, size, count = STILLS) {
  const all = disclosed.reduce((sum, {begin, end}) => sum + end - begin, 0);
  return Array.from({length: all > 0 ? count : 0}, (_, i) => {
    let at = all * (i + .5) / count;
    const span = disclosed.find(({begin, end}) => {
      if (at < end - begin) return true;
      at -= end - begin;
      return false;
    });
    return (span.begin + at) / size;
  });
}

/** Whether it tells of this, and not that it failed, nor nothing at all. */
function tells(film, type) {
  return new Promise((settle) => {
    const listening = new AbortController();
    const end = (is) => {
      listening.abort();
      clearTimeout(timer);
      settle(is);
    };
    const timer = setTimeout(() => end(false), PATIENCE);
    film.addEventListener(type, () => end(true), {once: true, signal: listening.signal});
    film.addEventListener('error', () => end(false), {once: true, signal: listening.signal});
  });
}

async function begin(film, src) {
  const known = tells(film, 'loadedmetadata');
  film.src = src;
  film.load();
  return await known && film.videoWidth > 0;
}

function draw(film) {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = Math.max(1, Math.min(4 * WIDTH, Math.round(WIDTH * film.videoHeight / film.videoWidth)));
  canvas.getContext('2d').drawImage(film, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// One film at a time: each holds a connection of the few that a browser has.
let last = Promise.resolve();

/**
 * Gives each still as it is made: give(canvas, seconds). Gives how many there were,
 * as a promise; fewer than there should be where a place cannot be decoded.
 */
export function makeStills(src, places, give) {
  last = last.then(() => seek(src, places, give)).catch(() => 0);
  return last;
}

async function seek(src, places, give) {
  const film = document.createElement('video');
  let made = 0;
  film.muted = true;
  film.preload = 'metadata'; // and then what is sought
  let isThere = await begin(film, src);
  const length = film.duration;
  // Of a film that does not say how long it is, its beginning.
  const times = Number.isFinite(length) ? places.map((place) => place * length) : [0];
  for (const time of times) {
    if (!isThere) isThere = await begin(film, src); // it failed at the last place
    if (!isThere) break;
    const is = tells(film, 'seeked');
    film.currentTime = time;
    isThere = await is;
    if (isThere && film.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      give(draw(film), time);
      made += 1;
    }
  }
  film.removeAttribute('src');
  film.load(); // lets go of it
  return made;
}

// ---- To play it -----------------------------------------------------------------------

/** Begins to play; why it does not is told by its own event. */
export const play = (film) => film.play().catch(() => {});

/** To play and stop a film, go to a place in it, and choose its speed. hear(on): whether it is to be heard. */
export function controls(film, hear) {
  const id = fresh('speed');
  const go = button(s.go, () => (film.paused ? play(film) : film.pause()), 'small');
  const told = el('span', {class: 'hint'});
  const place = el('input', {'type': 'range', 'min': 0, 'max': 0, 'step': .1, 'aria-label': s.place});
  const speed = select(SPEEDS.map((value) => [String(value), s.times(number(value))]), '1', (value) => {
    film.playbackRate = Number(value);
  });
  speed.id = id;
  const show = () => {
    const length = Number.isFinite(film.duration) ? film.duration : 0;
    replace(go, film.paused ? s.go : s.pause);
    replace(told, s.at(clock(film.currentTime), clock(length)));
    place.max = length;
    place.value = film.currentTime;
    place.setAttribute('aria-valuetext', told.textContent);
  };
  for (const type of ['play', 'pause', 'timeupdate', 'durationchange', 'seeked', 'ended']) {
    film.addEventListener(type, show);
  }
  place.addEventListener('input', () => {
    film.currentTime = Number(place.value);
  });
  show();
  return el('div', {class: 'controls'}, go, place, told,
      el('span', {class: 'speed'}, el('label', {for: id}, s.speed), speed), check(s.sound, false, hear));
}
