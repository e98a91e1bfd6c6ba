// SPDX-License-Identifier: Apache-2.0
// Asking the quorum to open a case's reports, and how far that is.

import {post} from './api.js';
import {button, el, field, foreign} from './dom.js';
import {ago, number} from './format.js';
import {strings} from './strings.js';

const s = strings.consent;

function requestLine(request) {
  return el('div', {class: 'part'},
      el('p', {}, s.askedBy, ' ', foreign(request.by?.shown ?? ''), ', ', s.until(ago(request.until)),
          request.refusals > 0 && [' ', el('span', {class: 'badge warn'}, s.refusals(request.refusals))]),
      el('p', {class: 'message-text shown', dir: 'auto'}, request.why),
      el('ul', {}, request.reports.map((report) => el('li', {}, s.reportHas(number(report.report),
          report.open ? s.isOpen : s.consents(report.consents, report.threshold ?? '?'))))));
}

function askForm(page, sealed) {
  const {writing, act, path} = page;
  const boxes = sealed.map((report) => el('input', {type: 'checkbox', value: report.report,
    checked: report.copy_of === null}));
  const why = el('textarea', {id: 'ask-why', rows: 2, maxlength: 8192, value: writing.now.ask ?? '',
    on: {input: () => writing.set('ask', why.value)}});
  const send = () => act(async () => {
    const reports = boxes.filter((box) => box.checked).map((box) => Number(box.value));
    await post(`${path}/ask`, {reports, why: why.value});
    writing.set('ask', '');
  }, s.asked);
  return el('div', {}, el('fieldset', {class: 'choices'}, el('legend', {}, s.which),
      sealed.map((report, i) => el('label', {}, boxes[i], s.reportNumber(number(report.report)), ' ',
          strings.reasons[report.reason] ?? report.reason))),
  field(s.why, why, s.whyHint), button(s.ask, send, 'primary'));
}

export function consentCard(page) {
  const {data, isMine, act, shell} = page;
  const sealed = data.report_list.filter((report) => report.opened === null);
  const mayAsk = isMine() && ['claimed', 'open'].includes(data.state) && sealed.length > 0 &&
    data.requests.length === 0;
  if (!mayAsk && data.requests.length === 0) return null;
  return el('section', {class: 'card'}, el('h2', {}, s.title),
      data.requests.map((request) => [requestLine(request),
        el('div', {class: 'actions'},
            el('a', {class: 'button', href: '#/consent'}, s.toList),
            request.by?.account === shell.me.account && button(s.withdraw, () =>
              act(() => post(`/v1/requests/${request.request}/withdraw`), s.withdrawn)))]),
      mayAsk && askForm(page, sealed));
}
