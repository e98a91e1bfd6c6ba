// SPDX-License-Identifier: Apache-2.0
// What waits: the queue, what is in review, appeals. Filters live in the
// address, but for URIs of people and rooms: an address stays in a browser's
// history, and those are not to.

import {get, peek, post} from './api.js';
import {button, el, facts, field, foreign, replace, select} from './dom.js';
import {moment, number, time} from './format.js';
import * as keys from './keys.js';
import * as place from './place.js';
import {strings} from './strings.js';

const s = strings.queue;
const PAGE = 50;
const LOOK_EVERY = 15000;
const FIXED = {reviews: {state: 'in_review'}, appeals: {state: 'appealed'}, queue: {}};
const KEPT = ['queue', 'reason', 'claim', 'state', 'priority', 'reporters', 'messages',
  'first_contact', 'from', 'to'];

let uri = {kind: 'sender', text: ''}; // what is searched for; in memory alone

/** What the API is asked for. */
function filterOf(at) {
  const filter = {...FIXED[at.name]};
  for (const name of KEPT) {
    if (at.query.get(name)) filter[name] = at.query.get(name);
  }
  if (at.name === 'queue' && uri.text) filter[uri.kind] = uri.text;
  return filter;
}

/** A day of an address, as the API takes it: none where it is none, or before 1970. */
export const day = (text) => {
  const time = Date.parse(`${text}T00:00:00`);
  return time >= 0 ? time : undefined;
};
const asked = (filter) => ({...filter, from: day(filter.from), to: day(filter.to)});

// ---- A row -------------------------------------------------------------------

function signs(c, me) {
  const avoided = c.reasons.some((reason) => me.preferences.avoid.includes(reason));
  return el('span', {class: 'badges'},
      c.first_contact && el('span', {class: 'badge plain'}, s.firstContact),
      c.copies > 0 && el('span', {class: 'badge plain'}, s.copies(c.copies)),
      c.withheld && el('span', {class: 'badge warn'}, s.withheld),
      c.state !== 'waiting' && el('span', {class: 'badge'}, strings.states[c.state]),
      avoided && el('span', {class: 'badge plain'}, s.avoided));
}

function who(c, me) {
  if (!c.claimant) return null;
  const name = c.claimant.account === me.account ? s.mine : c.claimant.shown;
  return el('span', {class: 'badge'}, c.held ? s.held(name) : s.workedOn(name));
}

function rowOf(c, shell, titles, selection, open) {
  const box = el('input', {'type': 'checkbox', 'aria-label': s.select(c.case),
    'checked': selection.has(c.case), 'on': {change: () => selection.toggle(c.case, box.checked)}});
  return el('li', {'class': 'row', 'data-case': c.case},
      box,
      el('div', {class: 'what'},
          el('a', {href: `#/case/${c.case}`, on: {click: () => open(c.case)}},
              strings.reasons[c.reason] ?? c.reason),
          ' ', signs(c, shell.me),
          el('div', {class: 'meta'}, el('span', {class: 'who'}, foreign(c.sender))),
          el('div', {class: 'meta'},
              el('span', {}, s.number(c.case)),
              el('span', {}, titles.get(c.queue) ?? c.queue),
              el('span', {}, s.reports(c.reports)),
              el('span', {}, s.messages(c.messages)),
              c.reporters > 0 && el('span', {}, s.reporters(c.reporters)))),
      el('div', {class: 'side'},
          el('div', {}, moment(c.first)),
          el('div', {}, s.priority(c.priority)),
          who(c, shell.me)));
}

// ---- Many at once ---------------------------------------------------------------

function makeSelection(changed) {
  const chosen = new Set();
  return {
    has: (n) => chosen.has(n),
    toggle: (n, on = !chosen.has(n)) => {
      if (on) chosen.add(n);
      else chosen.delete(n);
      changed(chosen.size);
    },
    clear: () => {
      chosen.clear();
      changed(0);
    },
    list: () => [...chosen].sort((a, b) => a - b),
  };
}

function covers(preview) {
  return [
    el('p', {}, preview.more ? s.floodMore(preview.cases) : s.floodCases(preview.cases)),
    facts([
      [s.floodReports, number(preview.reports)],
      [s.floodMessages, number(preview.messages)],
      [s.floodReporters, number(preview.reporters)],
      [s.floodPriority, number(preview.priority)],
      preview.first !== null && [s.floodFrom, time(preview.first)],
      preview.last > 0 && [s.floodTo, time(preview.last)],
    ]),
    el('p', {class: 'hint'}, s.floodWhat),
  ];
}

/** Closes what a filter covers, unopened, after it was shown what that is. */
async function closeMany(shell, filter, done) {
  const preview = await get('/v1/floods/preview', filter);
  if (preview.cases === 0) {
    shell.toast(s.floodNothing);
    return;
  }
  let flood;
  let cases;
  const sent = await keys.askText(s.flood, s.floodWhy, s.floodDo(preview.cases), async (why) => {
    ({flood, cases} = await post('/v1/floods', {filter, digest: preview.digest, why}));
  }, {kind: 'danger', more: covers(preview)});
  if (!sent) return;
  done();
  shell.toast(s.flooded(cases), {label: s.undo, run: async () => {
    await guard(shell, async () => {
      const answer = await post(`/v1/floods/${flood}/undo`);
      shell.toast(s.unflooded(answer.cases));
      done();
    });
  }});
}

/** Runs what may be refused; says so. */
async function guard(shell, run) {
  try {
    await run();
  } catch (error) {
    shell.toast(error.message);
  }
}

// ---- What is asked for -------------------------------------------------------------

function withQuery(at, changes) {
  const query = new URLSearchParams(at.query);
  query.delete('search');
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '' || value === null) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return `#/${at.name}${text ? `?${text}` : ''}`;
}

function count(queue) {
  const {waiting = 0, claimed = 0, consent_asked: asked = 0, open = 0} = queue.now;
  return waiting + claimed + asked + open;
}

/**
 * Filters: {node, set(at)}. go(changes) is told of each that is chosen; of those that
 * are typed when they are submitted: half a date is one as well.
 */
function choosers(name, queues, go) {
  const choice = (id, choices) => select(choices, '', (value) => go({[id]: value}));
  const chosen = {
    queue: choice('queue', [['', s.allQueues], ...queues.map((q) =>
      [q.queue, `${q.title} (${number(count(q))})`])]),
    reason: choice('reason', [['', s.anyReason], ...Object.entries(strings.reasons)]),
    claim: choice('claim', [['', s.anyClaim], ...Object.entries(s.claims)]),
    state: choice('state', [['', s.toDo], ...Object.entries(strings.states)]),
  };
  const amount = () => el('input', {type: 'number', min: 0, max: 999999});
  const date = () => el('input', {type: 'date', min: '1970-01-01'});
  const typed = {reporters: amount(), priority: amount(), messages: amount(), from: date(), to: date()};
  const first = el('input', {type: 'checkbox'});
  const last = {};
  const more = el('details', {}, el('summary', {}, s.moreFilters),
      el('form', {class: 'bar', on: {submit: (event) => {
        event.preventDefault();
        go({...Object.fromEntries(Object.entries(typed).map(([id, input]) => [id, input.value])),
          first_contact: first.checked ? 'true' : ''});
      }}}, Object.entries(typed).map(([id, input]) => field(s.least[id], input)),
      el('label', {class: 'check'}, first, el('span', {}, s.firstContactOnly)),
      el('button', {}, s.filter)));
  return {
    node: [el('div', {class: 'bar'}, field(s.queue, chosen.queue), field(s.reason, chosen.reason),
        field(s.claim, chosen.claim), name === 'queue' && field(s.state, chosen.state)), more],
    // What is typed and not submitted yet stays where the address does not say otherwise.
    set: ({query}) => {
      for (const [id, control] of Object.entries({...chosen, ...typed})) {
        const value = query.get(id) ?? '';
        if (last[id] !== value) control.value = value;
        last[id] = value;
      }
      const isFirst = query.get('first_contact') === 'true';
      if (last.isFirst !== isFirst) first.checked = isFirst;
      last.isFirst = isFirst;
      if (isFirst || Object.keys(typed).some((id) => query.has(id))) more.open = true;
    },
  };
}

function searchBar(at, reload) {
  const kind = select([['sender', s.bySender], ['room', s.byRoom]], uri.kind);
  const input = el('input', {type: 'search', value: uri.text, spellcheck: 'false',
    autocomplete: 'off', maxlength: 1024});
  return el('form', {class: 'bar', role: 'search', on: {submit: (event) => {
    event.preventDefault();
    uri = {kind: kind.value, text: input.value.trim()};
    reload();
  }}},
  field(s.searchFor, kind), el('div', {class: 'field wide'},
      el('label', {}, el('span', {}, s.search), input)),
  el('button', {}, s.searchDo),
  uri.text && button(s.searchEnd, () => {
    uri = {...uri, text: ''};
    reload();
  }, 'quiet'));
}

/** Searches that are kept, by name: {node, set()}. now(): what is filtered by, as they are kept. */
function keptSearches(shell, now, searches, reload) {
  const drop = async (name) => guard(shell, async () => {
    await post('/v1/searches/drop', {name});
    reload();
  });
  const keep = button(s.keepSearch, async () => {
    if (await keys.askText(s.keepSearch, s.searchName, s.keep,
        (name) => post('/v1/searches', {name, query: now()}), {most: 100})) reload();
  }, 'quiet');
  const node = el('div', {class: 'actions'},
      searches.map((search) => el('span', {class: 'badges'},
          el('a', {class: 'button', href: `#/queue?${search.query}`}, search.name),
          button('×', () => drop(search.name), 'quiet')))
          .map((node, i) => {
            node.lastChild.setAttribute('aria-label', s.dropSearch(searches[i].name));
            return node;
          }),
      keep);
  const set = () => {
    keep.hidden = !now();
    node.hidden = searches.length === 0 && !now();
  };
  set();
  return {node, set};
}

// ---- The page --------------------------------------------------------------------------

export async function show(shell, begun) {
  const isQueue = begun.name === 'queue';
  let at = begun;
  const list = el('ul', {class: 'rows', 'aria-label': s.titles[at.name]});
  const rows = el('div', {});
  const news = button('', () => load(), 'news');
  const more = button(s.more, () => load(true), '');
  const bulk = el('div', {class: 'bulk', role: 'region', 'aria-label': s.selected(0), hidden: true});
  const searching = el('div', {});
  const filters = el('div', {});
  const kept = el('div', {});
  let choose = null;
  let searches = null;
  let newest = 0;
  let cases = [];
  let next = null;
  let titles = new Map();
  let mark = -1;
  let timer;
  const tellNews = (n) => {
    // It lies over the page, so that nothing moves when it comes.
    news.classList.toggle('none', n === 0);
    replace(news, s.news(n));
  };
  tellNews(0);

  const selection = makeSelection((size) => {
    bulk.hidden = size === 0;
    bulk.setAttribute('aria-label', s.selected(size));
    replace(bulk, el('strong', {}, s.selected(size)),
        button(s.flood, () => guard(shell, () =>
          closeMany(shell, {cases: selection.list().join(',')}, afresh)), 'danger'),
        button(s.selectNone, () => {
          selection.clear();
          draw();
        }, 'quiet'));
  });

  function afresh() {
    selection.clear();
    return load();
  }

  function point(to, focus = true) {
    const items = [...list.children];
    if (items.length === 0) return;
    mark = Math.max(0, Math.min(to, items.length - 1));
    items.forEach((item, i) => item.toggleAttribute('data-at', i === mark));
    if (focus) {
      const link = items[mark].querySelector('a');
      link.focus({preventScroll: true});
      items[mark].scrollIntoView({block: 'nearest'});
    }
  }

  function draw() {
    replace(list, cases.map((c) => rowOf(c, shell, titles, selection, keepPlace)));
    replace(rows, cases.length > 0 ? list : el('p', {class: 'empty'}, s.empties[at.name]));
    more.hidden = next === null;
    if (mark >= 0) point(mark, false);
  }

  const keepPlace = (number) => place.keep(withQuery(at, {}),
      cases.map((c) => c.case), cases.findIndex((c) => c.case === number));

  async function load(further = false) {
    const mine = ++newest;
    const answer = await get('/v1/cases', {...asked(filterOf(at)), most: PAGE,
      after: further ? next : undefined});
    if (mine !== newest) return;
    cases = further ? [...cases, ...answer.cases] : answer.cases;
    next = answer.next;
    tellNews(0);
    draw();
  }

  async function loadFilters() {
    const [{queues}, answer] = await Promise.all([get('/v1/queues'), isQueue && get('/v1/searches')]);
    titles = new Map(queues.map((q) => [q.queue, q.title]));
    searches = isQueue && keptSearches(shell, () => withQuery(at, {}).split('?')[1] ?? '',
        answer.searches, () => guard(shell, loadFilters));
    choose = choosers(at.name, queues, (changes) => shell.go(withQuery(at, changes)));
    choose.set(at);
    replace(filters, choose.node);
    replace(kept, searches && searches.node);
  }

  const reloadAll = () => guard(shell, async () => {
    await Promise.all([load(), loadFilters()]);
  });

  /** Another search: the bar says so too. */
  const drawSearch = () => replace(searching, isQueue && searchBar(at, () => {
    drawSearch();
    guard(shell, afresh);
  }));

  /** Other filters on the same page, which leaves the focus where it is. */
  async function turn(next) {
    at = next;
    mark = -1;
    selection.clear();
    choose.set(at);
    if (searches) searches.set();
    if (at.query.get('search')) searching.querySelector('input[type="search"]')?.focus();
    try {
      await load();
      shell.say(s.found(cases.length, more.hidden));
      return true;
    } catch {
      return false; // The whole page says what is wrong.
    }
  }

  async function takeNext() {
    await guard(shell, async () => {
      const queue = at.query.get('queue') ?? undefined;
      const {case: number} = await post('/v1/cases/next', {queue});
      keepPlace(number);
      shell.go(`#/case/${number}`);
    });
  }

  /** What came is announced; nothing moves under one's eyes. */
  async function lookForNew() {
    const mine = newest;
    try {
      const answer = await peek('/v1/cases', {...asked(filterOf(at)), most: PAGE});
      if (mine !== newest) return;
      const known = new Set(cases.map((c) => c.case));
      const fresh = answer.cases.filter((c) => !known.has(c.case)).length;
      const isNew = fresh > 0 && news.classList.contains('none');
      tellNews(fresh);
      if (isNew) shell.say(s.news(fresh));
    } catch {
      // The next look will tell.
    }
  }

  const current = () => cases[mark];
  const openMarked = () => {
    if (current()) {
      keepPlace(current().case);
      shell.go(`#/case/${current().case}`);
    }
  };
  const claimMarked = () => (current() ? guard(shell, async () => {
    await post(`/v1/cases/${current().case}/claim`);
    openMarked();
  }) : takeNext());

  drawSearch();
  await Promise.all([load(), loadFilters()]);
  draw();
  timer = setInterval(lookForNew, LOOK_EVERY);
  const marked = place.marked(withQuery(at, {}), cases.map((c) => c.case));
  if (marked >= 0) point(marked, false);
  return {
    title: s.titles[at.name],
    node: el('div', {}, el('h1', {tabindex: '-1'}, s.titles[at.name]),
        s.abouts[at.name] && el('p', {class: 'hint'}, s.abouts[at.name]),
        searching, filters, kept,
        isQueue && el('div', {class: 'actions'},
            button(s.takeNext, takeNext, 'primary', 'c'),
            button(s.floodAll, () => guard(shell, () =>
              closeMany(shell, asked(filterOf(at)), afresh)), 'quiet')),
        news, rows, el('div', {class: 'actions'}, more), bulk,
        isQueue && floodList(shell, afresh)),
    keys: [
      {keys: 'j', label: s.keys.down, run: () => point(mark + 1)},
      {keys: 'k', label: s.keys.up, run: () => point(mark - 1)},
      {keys: 'o', label: s.keys.open, run: openMarked},
      {keys: 'c', label: s.keys.claim, run: claimMarked},
      {keys: 'x', label: s.keys.select, run: () => {
        if (current()) {
          selection.toggle(current().case);
          draw();
          point(mark);
        }
      }},
      {keys: 'r', label: s.keys.reload, run: reloadAll},
    ],
    focus: () => {
      if (at.query.get('search')) return searching.querySelector('input[type="search"]');
      return marked >= 0 ? list.children[marked]?.querySelector('a') : null;
    },
    turn,
    // What one is typing in the filters stays.
    back: () => guard(shell, load),
    leave: () => clearInterval(timer),
  };
}

/** What was closed many at once, and can be undone for a while. */
function floodList(shell, done) {
  const body = el('div', {});
  const undo = (flood) => guard(shell, async () => {
    const answer = await post(`/v1/floods/${flood.flood}/undo`);
    shell.toast(s.unflooded(answer.cases));
    await load();
    done();
  });
  async function load() {
    const {floods} = await get('/v1/floods');
    replace(body, floods.length === 0 ? el('p', {class: 'hint'}, s.noFloods) :
      el('div', {class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': s.floods},
          el('table', {}, el('thead', {}, el('tr', {}, s.floodHeads.map((head) =>
            el('th', {scope: 'col'}, head)))),
          el('tbody', {}, floods.map((flood) => el('tr', {},
              el('td', {}, moment(flood.made)), el('td', {}, foreign(flood.by)),
              el('td', {class: 'n'}, number(flood.cases)), el('td', {}, foreign(flood.why)),
              el('td', {}, flood.undone !== null ? s.undone :
                flood.undo_until > Date.now() ? button(s.undo, () => undo(flood)) : s.final)))))));
  }
  return el('details', {on: {toggle: (event) =>
    event.target.open && guard(shell, load)}}, el('summary', {}, s.floods), body);
}
