// SPDX-License-Identifier: Apache-2.0
// The frame around the pages: who is logged in, where one is, what can be done
// from everywhere. Pages are loaded when they are first needed.

import * as api from './api.js';
import {button, el, replace} from './dom.js';
import * as keys from './keys.js';
import {strings} from './strings.js';

const CONTENT = ['reviewer', 'lead'];
const EVERYBODY = ['reviewer', 'lead', 'admin', 'auditor'];
/** Address: [module, roles, key of "g"]. In the order in which they are shown. */
const pages = {
  'queue': [() => import('./queue.js'), CONTENT, 'q'],
  'reviews': [() => import('./queue.js'), CONTENT, 'r'],
  'appeals': [() => import('./queue.js'), CONTENT, 'a'],
  'consent': [() => import('./consent.js'), CONTENT, 'c'],
  'second-looks': [() => import('./second.js'), CONTENT, 'l'],
  'statistics': [() => import('./statistics.js'), EVERYBODY, 's'],
  'people': [() => import('./people.js'), ['admin'], 'p'],
  'book': [() => import('./book.js'), EVERYBODY, 'b'],
  'log': [() => import('./log.js'), EVERYBODY, 'o'],
  'me': [() => import('./me.js'), EVERYBODY, 'm'],
};
const hidden = {'case': [() => import('./case.js'), CONTENT]};

const main = el('main', {id: 'main', tabindex: '-1'});
const news = el('div', {'role': 'status', 'aria-live': 'polite', 'class': 'hidden-visually'});
const toasts = el('section', {'class': 'toasts', 'aria-label': strings.notices});
const banner = el('div', {class: 'banner', role: 'alert', hidden: true});
let shown = null; // the page that is there
let turn = 0; // of the newest navigation
let book = null;

const shell = {
  me: null,
  exposure: null,
  go: (address) => {
    location.hash = address;
  },
  say: (text) => {
    news.textContent = '';
    requestAnimationFrame(() => {
      news.textContent = text;
    });
  },
  toast,
  /** The book in force; asked for once, and again after forget(). */
  book: () => (book ??= api.get('/v1/book').catch((error) => {
    book = null;
    throw error;
  })),
  forgetBook: () => {
    book = null;
  },
  /** Puts what the person chose into force. */
  dress,
  /** Another title, when it is known later. */
  entitle: (title) => {
    document.title = `${title} – ${strings.product}`;
  },
  logout,
};

// ---- Words that come and go -------------------------------------------------

function toast(text, action) {
  const node = el('div', {class: 'toast'}, el('span', {}, text));
  const end = () => node.remove();
  if (action) {
    node.append(button(action.label, () => {
      end();
      action.run();
    }));
  }
  toasts.replaceChildren(node);
  shell.say(text);
  setTimeout(end, action ? 20000 : 6000);
}

function reach(isThere) {
  banner.hidden = isThere;
  if (!isThere) {
    replace(banner, strings.away, button(strings.tryAgain, tryAgain));
    tryAgain.again = setTimeout(tryAgain, 3000);
  } else {
    toast(strings.back);
    shown?.back?.();
  }
}

async function tryAgain() {
  clearTimeout(tryAgain.again);
  try {
    await api.peek('/v1/me');
  } catch (error) {
    if (error.status === 0 || error.status >= 502) {
      tryAgain.again = setTimeout(tryAgain, 3000);
    }
  }
}

// ---- Sessions ----------------------------------------------------------------

let asking = null; // a promise of a new session

/** A new session of the same person, over the page, which stays as it is. */
function sessionAgain() {
  return (asking ??= askForSession().finally(() => {
    asking = null;
  }));
}

async function askForSession() {
  const {loginForm} = await import('./login.js');
  return new Promise((settle) => {
    const node = keys.dialog(strings.login.over, (done) => [
      el('p', {}, strings.login.kept),
      loginForm({name: shell.me?.name, done: (me) => {
        if (shell.me && me.account !== shell.me.account) {
          leave();
          return;
        }
        shell.me = me;
        done();
        settle();
      }}),
    ], undefined, () => true);
    // Nothing of a case stays to be read while nobody is logged in.
    node.classList.add('opaque');
  });
}

function leave() {
  shown = null;
  location.replace('/');
}

async function logout() {
  try {
    // The page goes on as it is until one is out.
    await shown?.save?.();
    await shell.exposure?.flush();
    await api.alone('/v1/logout');
  } catch (error) {
    if (error.status !== 401) {
      toast(strings.notLoggedOut(error.message));
      return;
    }
  }
  leave();
}

/** Ends what is shown when nobody has touched anything for as long as a session lasts. */
function watchIdle() {
  let last = Date.now();
  const touch = () => {
    last = Date.now();
  };
  for (const type of ['keydown', 'pointerdown', 'wheel']) {
    document.addEventListener(type, touch, {passive: true, capture: true});
  }
  // A session that was ended elsewhere is noticed, and what is shown is covered.
  setInterval(() => api.peek('/v1/me').catch(() => {}), 30000);
  setInterval(async () => {
    if (Date.now() - last >= shell.me.session_idle && !document.querySelector('dialog.opaque')) {
      touch();
      await api.alone('/v1/logout').catch(() => {});
      await sessionAgain();
    }
  }, 5000);
}

// ---- The frame -----------------------------------------------------------------

function dress() {
  const p = shell.me.preferences;
  const root = document.documentElement;
  if (p.theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = p.theme;
  root.toggleAttribute('data-quiet', p.quiet);
  root.toggleAttribute('data-blur', p.blur_text);
}

const may = (roles) => roles.some((role) => shell.me.roles.includes(role));

function frame() {
  const mine = Object.entries(pages).filter(([, [, roles]]) => may(roles));
  const links = el('ul', {}, mine.map(([name]) =>
    el('li', {}, el('a', {'href': `#/${name}`, 'data-page': name}, strings.pages[name]))));
  const exposure = el('span', {class: 'exposure'});

  replace(document.body,
      el('a', {class: 'skip', href: '#main', on: {click: (event) => {
        event.preventDefault();
        main.focus();
      }}}, strings.skip),
      el('header', {class: 'top'},
          el('a', {class: 'brand', href: '#/'},
              el('img', {src: '/console/icon.svg', alt: '', width: 24, height: 24}),
              strings.product),
          el('nav', {'aria-label': strings.pages.nav}, links),
          el('div', {class: 'tools'}, exposure,
              button(strings.keys.find, keys.palette, 'quiet', 'Ctrl+K'),
              button(strings.keys.show, keys.help, 'quiet', '?'),
              button(strings.login.out(shell.me.shown), logout, 'quiet'))),
      banner, main, toasts, news);
  if (may(CONTENT)) {
    import('./exposure.js').then(({begin}) => {
      shell.exposure = begin(shell, exposure);
    });
  }
  keys.bindEverywhere([
    ...mine.map(([name, [, , key]]) => ({keys: `g ${key}`, label: strings.pages.to(name),
      run: () => shell.go(`#/${name}`)})),
    {keys: '/', label: strings.keys.search, run: search},
    {keys: '?', label: strings.keys.help, run: keys.help},
    {keys: 'Ctrl+k', label: strings.keys.palette, typing: true, run: keys.palette},
    {label: strings.login.out(shell.me.shown), run: logout},
  ]);
  keys.listen();
}

/** The search field of this page, or that of the queue. */
function search() {
  const input = main.querySelector('input[type="search"]');
  if (input) {
    input.focus();
    input.select();
  } else if (may(CONTENT)) {
    shell.go('#/queue?search=1');
  }
}

// ---- Where one is ----------------------------------------------------------------

function where() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, ...args] = path.split('/');
  return {name, args, query: new URLSearchParams(query ?? '')};
}

function mark(name) {
  for (const link of document.querySelectorAll('[data-page]')) {
    if (link.dataset.page === name) {
      link.setAttribute('aria-current', 'page');
      link.scrollIntoView({block: 'nearest', inline: 'nearest'}); // in a narrow window
    } else {
      link.removeAttribute('aria-current');
    }
  }
}

async function navigate() {
  const at = where();
  const first = Object.entries(pages).find(([, [, roles]]) => may(roles))[0];
  const name = at.name || first;
  const page = pages[name] ?? hidden[name];
  const mine = ++turn;

  const isThere = shown?.name === name && await shown.turn?.(at);
  if (isThere || mine !== turn) return; // or one has gone on meanwhile
  keys.bind([]);
  try {
    if (!page || !may(page[1])) throw new api.Problem(404, 'page', strings.noSuchPage);
    await shown?.leave?.();
    const next = await (await page[0]()).show(shell, {...at, name});
    if (mine !== turn) {
      next.leave?.();
      return;
    }
    shown = {...next, name};
    keys.bind(next.keys ?? []);
    for (const [key, press, release] of next.holds ?? []) keys.hold(key, press, release);
    replace(main, next.node);
    shell.entitle(next.title);
  } catch (error) {
    if (mine !== turn) return;
    shown = null;
    replace(main, el('h1', {tabindex: '-1'}, strings.trouble),
        el('p', {class: 'error', role: 'alert'}, error.message),
        el('div', {class: 'actions'}, button(strings.tryAgain, navigate, 'primary')));
    shell.entitle(strings.trouble);
    if (!(error instanceof api.Problem)) console.error(error);
  }
  mark(name === 'case' ? 'queue' : name);
  window.scrollTo(0, 0);
  const focus = shown?.focus?.() ?? main.querySelector('h1');
  focus?.focus({preventScroll: true});
}

/** The browser asks before it forgets what was not kept yet. */
window.addEventListener('beforeunload', (event) => {
  if (!shown?.hasUnsaved?.()) return;
  event.preventDefault();
  event.returnValue = true; // for browsers that want it so
});

async function begin() {
  replace(document.body, main, toasts, news);
  api.listen(sessionAgain, reach);
  try {
    shell.me = await api.who();
  } catch (error) {
    if (error.status !== 401) {
      replace(main, el('p', {class: 'error', role: 'alert'}, error.message),
          button(strings.tryAgain, begin, 'primary'));
      return;
    }
    const {show} = await import('./login.js');
    shell.me = await show(main, shell);
  }
  dress();
  frame();
  watchIdle();
  window.addEventListener('hashchange', navigate);
  navigate();
}

begin();
