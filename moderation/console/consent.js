// SPDX-License-Identifier: Apache-2.0
// Requests for consent: what holders of the quorum's shares are asked, and what
// they answer. Metadata and the asker's reason; no content.

import {get, peek, post, takeBytes} from './api.js';
import {button, command, el, facts, field, foreign, replace} from './dom.js';
import {ago, moment, number} from './format.js';
import * as keys from './keys.js';
import {strings} from './strings.js';

const s = strings.requests;
const hex = (data) => [...new Uint8Array(data)]
    .map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** The quorums of a request whose share is kept by the service. */
const storedHere = (request, me) => request.reports.some((report) => !report.open && !report.mine &&
  me.shares.some((share) => share.quorum === report.quorum && share.stored));
const holds = (request, me) => request.reports.some((report) =>
  me.shares.some((share) => share.quorum === report.quorum));
const isAnswered = (request) => request.reports.every((report) => report.mine || report.open);

// ---- A consent that was made outside -----------------------------------------------

async function saveSealed(request, report) {
  const sealed = await takeBytes(`/v1/requests/${request.request}/reports/${report.report}`);
  const url = URL.createObjectURL(new Blob([sealed], {type: 'application/octet-stream'}));
  const link = el('a', {href: url, download: `report-${report.report}.sealed`});
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function outside(shell, request, report, isOpen, done) {
  const consent = el('input', {type: 'file', required: true});
  const receipt = el('input', {type: 'file', required: true});
  const line = `frank-mod consent --share YOUR.share --receipt receipt --out consent ` +
    `report-${report.report}.sealed`;
  return el('details', {open: isOpen}, el('summary', {}, s.outside(number(report.report))),
      el('ol', {},
          el('li', {}, button(s.saveSealed, () => guard(shell, () => saveSealed(request, report)))),
          el('li', {}, s.outsideRun, command(line)),
          el('li', {}, s.outsideGive, el('form', {on: {submit: (event) => {
            event.preventDefault();
            guard(shell, async () => {
              await post(`/v1/requests/${request.request}/consents`, {report: report.report,
                consent: hex(await consent.files[0].arrayBuffer()),
                receipt: hex(await receipt.files[0].arrayBuffer())});
              consent.value = '';
              done(s.given);
            });
          }}}, field(s.consentFile, consent), field(s.receiptFile, receipt),
          el('button', {class: 'primary'}, s.upload)))),
      el('p', {class: 'hint'}, s.outsideHint));
}

async function guard(shell, run) {
  try {
    await run();
  } catch (error) {
    shell.toast(error.message);
  }
}

// ---- The list ---------------------------------------------------------------------------

function card(shell, request, done) {
  const agree = async () => {
    const sure = await keys.confirm(s.agreeTitle, [el('p', {}, s.agreeWhat(number(request.case))),
      el('p', {class: 'policy-text', dir: 'auto'}, request.why)], s.agree);
    if (sure) {
      await guard(shell, async () => {
        await post(`/v1/requests/${request.request}/agree`);
        done(s.given);
      });
    }
  };
  const refuse = async () => {
    const sent = await keys.askText(s.refuse, s.refuseWhy, s.refuse,
        (why) => post(`/v1/requests/${request.request}/refuse`, {why}), {most: 8192, kind: 'danger'});
    if (sent) await guard(shell, () => done(s.refused));
  };
  const waits = request.reports.filter((report) => !report.open && !report.mine);
  const here = storedHere(request, shell.me);
  const node = el('li', {class: 'card'},
      el('h2', {tabindex: '-1'}, s.title(number(request.case),
          strings.reasons[request.reason] ?? request.reason)),
      el('p', {class: 'badges'},
          el('span', {}, s.asks, ' ', foreign(request.by?.shown ?? '')),
          request.refusals > 0 && el('span', {class: 'badge warn'},
              strings.consent.refusals(request.refusals)),
          isAnswered(request) && el('span', {class: 'badge good'}, s.answered)),
      el('p', {class: 'policy-text', dir: 'auto'}, request.why),
      facts([
        [s.asked, moment(request.asked)],
        [s.until, ago(request.until)],
        [s.priority, number(request.priority)],
        request.reporters > 0 && [s.reporters, number(request.reporters)],
        [s.reports, el('span', {class: 'badges'}, request.reports.map((report) =>
          el('span', {class: 'badge plain'}, strings.consent.reportHas(number(report.report),
              report.open ? strings.consent.isOpen :
                strings.consent.consents(report.consents, report.threshold ?? '?')))))],
      ]),
      !holds(request, shell.me) ? el('p', {class: 'hint'}, s.noShare) :
        waits.length > 0 && el('div', {},
            // Agreeing stands before refusing, wherever the share is.
            !here && waits.map((report, i) => outside(shell, request, report, i === 0, done)),
            el('div', {class: 'actions'}, here && button(s.agree, agree, 'primary'),
                button(s.refuse, refuse, 'danger'),
                request.by?.account === shell.me.account &&
                  el('a', {class: 'button', href: `#/case/${request.case}`}, s.toCase))));
  return {node, agree: here && waits.length > 0 ? agree : null,
    refuse: waits.length > 0 && holds(request, shell.me) ? refuse : null};
}

export async function show(shell) {
  const list = el('ol', {class: 'plain-list', 'aria-label': s.list});
  const none = el('p', {class: 'empty'}, s.none);
  let cards = [];
  let at = -1;
  let timer;
  let known = '';
  const news = button(s.news, () => guard(shell, load), 'news');

  const mark = (to) => {
    if (cards.length === 0) return;
    at = Math.max(0, Math.min(to, cards.length - 1));
    cards.forEach((one, i) => one.node.toggleAttribute('data-at', i === at));
    cards[at].node.querySelector('h2').focus({preventScroll: true});
    cards[at].node.scrollIntoView({block: 'nearest'});
  };

  function draw(requests) {
    known = JSON.stringify(requests);
    cards = requests.map((request) => card(shell, request, done));
    replace(list, cards.map((one) => one.node));
    none.hidden = cards.length > 0;
    news.classList.add('none');
  }

  async function load() {
    draw((await get('/v1/requests')).requests);
  }

  /** One answered: the list stays where it is. */
  async function done(text) {
    const was = at;
    shell.toast(text);
    await load();
    if (was >= 0) mark(was);
  }

  await load();
  const lookForNew = async () => {
    const {requests} = await peek('/v1/requests').catch(() => ({}));
    news.classList.toggle('none', !requests || JSON.stringify(requests.map((r) => r.request)) ===
      JSON.stringify(JSON.parse(known).map((r) => r.request)));
  };
  timer = setInterval(lookForNew, 15000);
  return {
    title: s.heading,
    node: el('div', {}, el('h1', {tabindex: '-1'}, s.heading), el('p', {class: 'hint'}, s.about),
        news, list, none),
    keys: [
      {keys: 'j', label: strings.queue.keys.down, run: () => mark(at + 1)},
      {keys: 'k', label: strings.queue.keys.up, run: () => mark(at - 1)},
      {keys: 'y', label: s.keys.agree, run: () => cards[at]?.agree?.()},
      {keys: 'f', label: s.keys.refuse, run: () => cards[at]?.refuse?.()},
      {keys: 'r', label: strings.queue.keys.reload, run: () => guard(shell, load)},
    ],
    // Files that one has chosen stay.
    back: lookForNew,
    leave: () => clearInterval(timer),
  };
}
