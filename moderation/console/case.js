// SPDX-License-Identifier: Apache-2.0
// A case: reason and metadata before content, consent, the conversation, what
// is decided, what was done.

import {alone, get, post} from './api.js';
import {caseActions, claimLine} from './case_claim.js';
import {consentCard} from './case_consent.js';
import {decidingCard} from './case_decide.js';
import {shownContent} from './case_content.js';
import {aboutCard, evidenceCard, historyCard, holdCard, notesCard, timelineCard} from './case_facts.js';
import {conversation} from './conversation.js';
import {button, el, replace} from './dom.js';
import {draft} from './drafts.js';
import * as keys from './keys.js';
import * as place from './place.js';
import {strings} from './strings.js';

const s = strings.case;
const TOUCHES = ['keydown', 'pointerdown', 'pointermove', 'wheel'];

/** Reports whose content may be asked for: open ones, a copy only with others. */
const toShow = (data) => {
  const open = data.report_list.filter((report) => report.opened !== null);
  const first = open.filter((report) => report.copy_of === null ||
    !open.some((other) => other.report === report.copy_of));
  return first.map((report) => report.report);
};

export async function show(shell, at) {
  const number = Number(at.args[0]);
  const path = `/v1/cases/${number}`;
  let [data, {book}] = await Promise.all([get(path), shell.book()]);
  let looks = null;
  let talk = null;
  let isAsking = false; // for content: each time is an entry of the log
  let watch;
  let isLeft = false; // by whoever looked: what is asked for still comes too late

  const head = el('div', {class: 'case-head'});
  const top = el('div', {});
  const left = el('div', {});
  const side = el('div', {});
  const kept = el('p', {class: 'saved', role: 'status'});
  const writing = draft(number, data.draft, data.draft_kept, kept);
  const content = el('section', {class: 'card', 'aria-labelledby': 'content-title'});
  let deciding = null;

  const isMine = () => data.claimant?.account === shell.me.account;

  /** Runs what the service may refuse: then the case may stand otherwise than is shown. */
  async function tried(run) {
    try {
      return await run();
    } catch (error) {
      if (error.status === 409 || error.status === 404) await reload().catch(() => {});
      throw error;
    }
  }

  /** Runs it and shows how the case stands then. */
  async function act(run, done) {
    try {
      const answer = await tried(run);
      await reload();
      if (done) shell.toast(done);
      return answer ?? true;
    } catch (error) {
      shell.toast(error.message);
      return undefined;
    }
  }

  /** The same of what needs a text: keys.askText(ask[0], ask[1], ...). */
  async function actWith(ask, options, run, done) {
    if (await keys.askText(...ask, (text) => tried(() => run(text)), options)) {
      await act(() => {}, done);
    }
  }

  async function reload() {
    await writing.save();
    data = await get(path);
    draw();
  }

  const page = {shell, path, number, book, act, actWith, writing, reload,
    get data() {
      return data;
    }, isMine, finish};

  // ---- Content ---------------------------------------------------------------

  async function showContent() {
    const wanted = toShow(data);
    if (isAsking) return;
    isAsking = true;
    try {
      const answers = [];
      for (const report of wanted) {
        answers.push(await post(`/v1/reports/${report}/look`));
        if (isLeft) return;
      }
      looks = answers;
      talk = conversation(looks, () => shell.exposure?.revealed(),
          (error) => shell.toast(error.message));
      shell.exposure?.view(true);
    } catch (error) {
      shell.toast(error.message);
      return;
    } finally {
      isAsking = false;
    }
    drawContent();
    content.querySelector('h2').focus();
    data = await get(path);
    drawFacts(true);
  }

  function hideContent() {
    looks = null;
    talk = null;
    shell.exposure?.view(false);
    drawContent();
  }

  function whyNotShown() {
    if (data.state === 'purged') return s.purged;
    if (toShow(data).length === 0) return s.notOpened;
    if (!isMine()) return s.notYours;
    return null;
  }

  function drawContent() {
    const why = whyNotShown();
    replace(content, el('h2', {id: 'content-title', tabindex: '-1'}, s.content),
        talk ? shownContent({looks, talk, card: content, hide: hideContent}) : why ? el('p', {class: 'hint'}, why) :
          [el('p', {}, s.before(data.reasons.map((r) => strings.reasons[r] ?? r).join(', '))),
            button(s.show, showContent, 'primary', 'o')]);
  }

  // ---- The claim goes on while one reads ---------------------------------------

  let touched = true;
  let extended = Date.now();
  const touch = () => {
    touched = true;
  };
  for (const type of TOUCHES) document.addEventListener(type, touch, {passive: true});

  async function goOn() {
    if (!touched || !isMine() || data.held || Date.now() - extended < shell.me.claim / 5) return;
    touched = false;
    extended = Date.now();
    try {
      const {claimed_until: until} = await alone(`${path}/extend`);
      data = {...data, claimed_until: until};
    } catch (error) {
      // It ended, or somebody was given it: say how it stands now.
      if (error.status === 409) await reload().catch(() => {});
    }
  }

  // ---- The rest -----------------------------------------------------------------

  function drawHead() {
    const where = place.around(number);
    const move = (to, label, key) => to !== undefined &&
      button(label, () => shell.go(`#/case/${to}`), 'quiet', key);
    replace(head, el('h1', {tabindex: '-1'}, s.title(number)),
        el('span', {class: 'badges'}, el('span', {class: 'badge'}, strings.states[data.state]),
            data.withheld && el('span', {class: 'badge warn'}, s.withheldBadge)),
        el('span', {class: 'hint'}, where.at >= 0 && s.place(where.at + 1, where.count)),
        el('span', {class: 'actions'}, el('a', {class: 'button', href: place.address()}, s.list),
            move(where.last, s.last, '['), move(where.next, s.next, ']')));
  }

  /** keep: where one is writing in them, they stay as they are. */
  function drawFacts(keep = false) {
    const renew = (node, make) => {
      if (!keep || !node.contains(document.activeElement)) replace(node, make());
    };
    drawHead();
    renew(top, () => [claimLine(page), caseActions(page), data.blind && el('p', {class: 'warning'}, s.blind)]);
    renew(facts, () => [aboutCard(page), consentCard(page)]);
    // Cards of what was done would say that nothing was.
    renew(below, () => [historyCard(page), !data.blind && [notesCard(page), holdCard(page),
      evidenceCard(page), timelineCard(page)]]);
  }

  const facts = el('div', {});
  const below = el('div', {});
  const decision = el('div', {});

  function draw() {
    if (!isMine() && talk) hideContent();
    drawFacts();
    drawContent();
    deciding = decidingCard(page);
    replace(decision, deciding?.node);
  }

  /** The service answers again. Where the case stands as it did, nobody's writing is disturbed. */
  async function back() {
    const before = [data.state, isMine()].join();
    await writing.save();
    data = await get(path);
    if ([data.state, isMine()].join() === before) drawFacts(true);
    else draw();
  }

  /** After a decision: the next case, or back to the list. */
  async function finish(next, done) {
    writing.end();
    shell.exposure?.view(false);
    const where = place.around(number);
    shell.toast(done);
    if (next && where.next !== undefined) {
      shell.go(`#/case/${where.next}`);
    } else {
      shell.go(place.address());
    }
  }

  replace(left, facts, content);
  replace(side, decision, kept, below);
  draw();
  watch = setInterval(() => {
    top.querySelector('.claim')?.replaceWith(claimLine(page));
    goOn();
  }, 15000);

  const go = (to) => to !== undefined && shell.go(`#/case/${to}`);
  const list = [
    {keys: 'j', label: s.keys.down, run: () => talk?.move(1)},
    {keys: 'k', label: s.keys.up, run: () => talk?.move(-1)},
    {keys: 'o', label: s.keys.open, run: () => (talk || whyNotShown() ? undefined : showContent())},
    {keys: 'c', label: s.keys.claim, run: () => page.claim?.()},
    {keys: 't', label: s.keys.ask, run: () => side.ownerDocument.getElementById('ask-why')?.focus()},
    {keys: 'd', label: s.keys.decide, run: () => deciding?.focus()},
    {keys: 'a', label: s.keys.acknowledge, run: () => deciding?.choose?.('no_action')},
    {keys: 'e', label: s.keys.escalate, run: () => deciding?.choose?.('escalate')},
    {keys: 's', label: s.keys.submit, run: () => deciding?.submit?.(false)},
    {keys: 'n', label: s.keys.submitNext, run: () => (deciding?.submit ?
      deciding.submit(true) : go(place.around(number).next))},
    {keys: 'Ctrl+Enter', label: s.keys.submit, typing: true, run: () => deciding?.submit?.(false)},
    {keys: 'h', label: s.keys.handOver, run: () => page.handOver?.()},
    {keys: 'w', label: s.keys.note, run: () => document.getElementById('note')?.focus()},
    {keys: ']', label: s.keys.next, run: () => go(place.around(number).next)},
    {keys: '[', label: s.keys.last, run: () => go(place.around(number).last)},
    {keys: 'u', label: s.keys.list, run: () => shell.go(place.address())},
    {keys: 'v', label: s.keys.reveal, run: () => {}},
  ];
  return {
    title: s.title(number),
    node: el('div', {}, head, top, el('div', {class: 'case'}, left, side)),
    keys: list,
    holds: [['v', () => talk?.reveal(), () => talk?.hide()]],
    back: () => back().catch(() => {}),
    focus: () => head.querySelector('h1'),
    save: writing.save,
    hasUnsaved: () => !writing.isSaved(),
    leave: async () => {
      isLeft = true;
      clearInterval(watch);
      for (const type of TOUCHES) document.removeEventListener(type, touch);
      shell.exposure?.view(false);
      await writing.save();
    },
  };
}

