// SPDX-License-Identifier: Apache-2.0
// What is known of a case from metadata alone, what was noted, what was done.

import {file, post} from './api.js';
import {button, check, el, facts, field, foreign} from './dom.js';
import {moment, number, time} from './format.js';
import {strings} from './strings.js';

const s = strings.facts;

// ---- What was reported ----------------------------------------------------------

const reveal = (page, report) => page.actWith([s.reveal, s.revealWhy, s.revealDo], {most: 8192},
    async (why) => {
      const {reporter} = await post(`/v1/reports/${report.report}/reporter`, {why});
      page.reporters ??= new Map();
      page.reporters.set(report.report, reporter);
    });

function reporterCell(page, report) {
  const known = page.reporters?.get(report.report);
  if (known !== undefined) return foreign(known);
  return [s.reporterKinds[report.reporter], ' ', report.named && page.isMine() &&
    button(s.reveal, () => reveal(page, report), 'quiet')];
}

function openedCell(report) {
  if (report.opened === null) return s.sealed;
  if (report.unreadable) return el('span', {class: 'badge bad'}, s.unreadable);
  return [s.disclosed(report.disclosed),
    report.withheld > 0 && [' ', el('span', {class: 'badge warn'}, s.withheld(report.withheld))],
    report.parts_withheld > 0 && [' ', el('span', {class: 'badge warn'}, s.parts(report.parts_withheld))],
    report.not_proven > 0 && [' ', el('span', {class: 'badge bad'}, s.notProven(report.not_proven))]];
}

function reportTable(page) {
  const cell = (i, ...children) => el('td', {'data-label': s.reportHeads[i]}, children);
  return el('div', {class: 'table-scroll stacked', tabindex: 0, role: 'region', 'aria-label': s.reports},
      el('table', {}, el('thead', {}, el('tr', {}, s.reportHeads.map((head) =>
        el('th', {scope: 'col'}, head)))),
      el('tbody', {}, page.data.report_list.map((report) => el('tr', {},
          el('th', {scope: 'row'}, number(report.report),
              report.copy_of !== null && [' ', el('span', {class: 'badge plain'},
                  s.copyOf(report.copy_of))]),
          cell(1, strings.reasons[report.reason] ?? report.reason),
          cell(2, reporterCell(page, report)),
          cell(3, moment(report.received)),
          cell(4, s.messages(report.messages)),
          cell(5, openedCell(report), !report.hub_verdict &&
              [' ', el('span', {class: 'badge bad'}, s.noVerdict)]))))));
}

export function aboutCard(page) {
  const {data} = page;
  return el('section', {class: 'card'},
      el('h2', {}, data.reasons.map((reason) => strings.reasons[reason] ?? reason).join(' · ')),
      facts([
        [s.sender, foreign(data.sender)],
        [s.room, foreign(data.room)],
        [s.queue, page.book.queues.find((queue) => queue.id === data.queue)?.title ?? data.queue],
        [s.first, el('span', {}, time(data.first))],
        data.last !== data.first && [s.last, time(data.last)],
        [s.counts, s.countsOf(data.reports, data.copies)],
        data.reporters > 0 && [s.reporters, number(data.reporters)],
        [s.priority, number(data.priority)],
        [s.contact, data.first_contact ? s.strangers : s.known],
        data.due !== null && data.due !== undefined && [s.due[data.state] ?? s.dueOther, time(data.due)],
      ]),
      el('details', {open: data.report_list.length <= 3}, el('summary', {}, s.reportsOf(data.reports)),
          reportTable(page)));
}

export function historyCard({data}) {
  const h = data.history;
  return el('section', {class: 'card'}, el('h2', {}, s.history), facts([
    [s.others, number(h.other_cases)],
    [s.decided, number(h.decided)],
    [s.actedOn, number(h.acted_on)],
    [s.rooms, number(h.rooms)],
    [s.reporterReports, number(h.reporters_reports)],
    [s.reporterActedOn, number(h.reporters_acted_on)],
  ]), el('p', {class: 'hint'}, h.more ? s.historyMore : s.historyHint));
}

// ---- Notes ----------------------------------------------------------------------------

export function notesCard(page) {
  const {data, writing, act, path} = page;
  const may = page.isMine() && !['purged', 'closed', 'decided', 'waiting'].includes(data.state);
  const input = el('textarea', {id: 'note', rows: 2, maxlength: 8192, value: writing.now.note ?? '',
    on: {input: () => writing.set('note', input.value)}});
  const send = async () => {
    if (!input.value.trim()) return;
    const text = input.value;
    if (await act(async () => {
      await post(`${path}/notes`, {text});
      writing.set('note', '');
    }, s.noted)) document.getElementById('note')?.focus();
  };
  return el('section', {class: 'card'}, el('h2', {}, s.notes),
      el('ul', {class: 'timeline'}, data.notes.map((note) => el('li', {},
          el('div', {class: 'hint'}, note.by ? foreign(note.by.shown) : strings.service, ' ',
              moment(note.time)),
          el('div', {class: 'message-text shown', dir: 'auto'}, note.text)))),
      data.notes.length === 0 && !may && el('p', {class: 'hint'}, s.noNotes),
      may && [field(s.note, input, s.noteHint), button(s.addNote, send)]);
}

// ---- Legal holds ------------------------------------------------------------------------

function askHold(page) {
  const until = el('input', {type: 'date', required: true});
  page.actWith([s.holdAsk, s.holdWhy, s.holdAsk],
      {most: 8192, more: [field(s.holdUntil, until), el('p', {class: 'hint'}, s.holdHint)]},
      (why) => post(`${page.path}/legal-hold`, {until: Date.parse(until.value), why}), s.holdAsked);
}

const endHold = (page, hold) => page.actWith([s.holdEnd, s.holdWhy, s.holdEnd],
    {most: 8192, kind: 'danger'}, (why) => post(`/v1/legal-holds/${hold.hold}/end`, {why}), s.holdEnded);

export function holdCard(page) {
  const {data, shell, act} = page;
  const lead = shell.me.roles.includes('lead');
  if (data.state === 'purged' || (!lead && data.legal_holds.length === 0)) return null;
  return el('section', {class: 'card'}, el('h2', {}, s.legalHold),
      data.legal_holds.map((hold) => el('div', {class: 'part'},
          el('p', {}, el('span', {class: 'badge'}, s.holdStates[hold.state]), ' ',
              s.holdUntilDay(time(hold.until)), ' ', hold.by && foreign(hold.by.shown)),
          el('p', {class: 'message-text shown', dir: 'auto'}, hold.why),
          el('div', {class: 'actions'},
              hold.state === 'asked' && hold.by?.account !== shell.me.account &&
                button(s.holdConfirm, () => act(() =>
                  post(`/v1/legal-holds/${hold.hold}/confirm`), s.holdConfirmed)),
              hold.state !== 'ended' && lead && button(s.holdEnd, () => endHold(page, hold), 'danger')))),
      data.legal_holds.length === 0 && el('p', {class: 'hint'}, s.noHold),
      lead && el('div', {class: 'actions'}, button(s.holdAsk, () => askHold(page))));
}

// ---- Evidence ---------------------------------------------------------------------------

function save({blob, name}) {
  const link = el('a', {href: URL.createObjectURL(blob), download: name});
  link.click();
  // The browser has it by then; what it reads it has opened.
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function askExport(page) {
  const wish = {reporter: false, withheld: false};
  page.actWith([s.exportAsk, s.exportWhy, s.exportDo], {most: 8192, more: [
    check(s.exportReporter, wish.reporter, (on) => {
      wish.reporter = on;
    }),
    check(s.exportWithheld, wish.withheld, (on) => {
      wish.withheld = on;
    }),
    el('p', {class: 'hint'}, s.exportHint)]},
  async (why) => save(await file(`${page.path}/exports`, {...wish, why})), s.exported);
}

export function evidenceCard(page) {
  const {data, shell} = page;
  if (!shell.me.roles.includes('lead') || data.state === 'purged') return null;
  const isOpen = data.report_list.some((report) => report.opened !== null);
  return el('section', {class: 'card'}, el('h2', {}, s.evidence),
      el('p', {class: 'hint'}, isOpen ? s.evidenceHint : s.evidenceNone),
      isOpen && el('div', {class: 'actions'}, button(s.exportAsk, () => askExport(page))));
}

// ---- What was done -------------------------------------------------------------------------

function said(line) {
  const action = line.detail?.action;
  const known = strings.timeline[`${line.type}.${action}`] ?? strings.timeline[line.type];
  const from = line.detail?.from;
  return [known ?? `${line.type}${action ? `: ${action}` : ''}`,
    from && el('span', {class: 'hint'}, ' ', s.step(strings.states[from] ?? from,
        strings.states[line.detail.to] ?? line.detail.to))];
}

export function timelineCard({data}) {
  return el('section', {class: 'card'}, el('details', {open: true},
      el('summary', {}, el('h2', {class: 'inline'}, s.timeline)),
      el('ol', {class: 'timeline'}, data.timeline.map((line) => el('li', {},
          said(line), el('div', {class: 'hint'}, line.by ? foreign(line.by.shown) : strings.service, ' · ',
              moment(line.time), ' · ', el('span', {class: 'mono'}, s.entry(number(line.entry))))))),
      el('p', {class: 'hint'}, s.timelineHint)));
}
