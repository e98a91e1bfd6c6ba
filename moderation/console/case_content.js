// SPDX-License-Identifier: Apache-2.0
// What is shown of opened reports, whoever looks: what is withheld and not proven
// first, then the conversation and the reporters' notes.

import {button, el} from './dom.js';
import {strings} from './strings.js';

const s = strings.case;

/**
 * looks: answers of POST /v1/reports/N/look; talk: their conversation(). card: what
 * they are put into, on which hangs whether text is blurred. hide(): takes them away
 * again; undefined where that cannot be.
 */
export function shownContent({looks, talk, card, hide}) {
  const withheld = looks.reduce((sum, look) => sum + look.withheld, 0);
  const parts = looks.reduce((sum, look) => sum + look.parts_withheld, 0);
  const isClear = !('blur' in document.documentElement.dataset);
  const clear = el('input', {type: 'checkbox', checked: isClear,
    on: {change: () => card.classList.toggle('clear', clear.checked)}});
  card.classList.toggle('clear', isClear);
  return [
    (withheld > 0 || parts > 0) && el('div', {class: 'warning'}, s.withheld(withheld, parts)),
    looks.some((look) => look.unreadable) && el('div', {class: 'warning'}, s.unreadable),
    looks.some((look) => !look.hub_verdict) && el('div', {class: 'warning'}, s.noVerdict),
    looks.some((look) => look.order_is_forged) && el('div', {class: 'warning'}, s.forged),
    el('p', {class: 'proof'}, s.proof),
    el('div', {class: 'actions'},
        el('label', {class: 'check'}, clear, el('span', {}, s.clearText)),
        el('span', {class: 'hint'}, s.holdHint), hide && button(s.hide, hide, 'quiet')),
    talk.node, talk.notes,
  ];
}
