// SPDX-License-Identifier: Apache-2.0
// What is decided, by the book: a policy, an outcome, and what the accused is
// told. The form says what will happen before it does.

import {button, check, el, field, foreign, fresh, replace, select} from './dom.js';
import {strings} from './strings.js';

const s = strings.decide;
export const outcomes = ['no_action', 'warn', 'restrict', 'suspend', 'escalate'];

/** The tree as a list, with each one's depth and what it is below of. */
export function flatten(policies, depth = 0, above = [], retired = false) {
  return policies.flatMap((policy) => {
    const one = {...policy, depth, path: [...above, policy.id],
      retired: retired || policy.retired === true};
    return [one, ...flatten(policy.children ?? [], depth + 1, one.path, one.retired)];
  });
}

export const isGrave = (book, policy, outcome) => book.grave.includes(outcome) ||
  (policy?.severity === 'grave' && outcome !== 'no_action');

/** Templates that are offered for a policy and an outcome. */
export const fitting = (book, policy, outcome) => book.templates.filter((t) =>
  t.outcome === outcome && (t.policy === undefined || policy.path.includes(t.policy)));

/** A template's text with what is filled in so far; blanks that are left stay. */
export function fill(text, values) {
  return text.replace(/\{\{|\}\}|\{([a-z_]+)\}/g, (all, name) =>
    (name === undefined ? all[0] : values[name] || all));
}

const OWN = '';

/**
 * The form of a decision. book: in force. wish: what was begun (a draft).
 * withheld: something is, in what was opened. changed(wish) is told of each
 * change. Gives {node, wish(), body(), choose(outcome), focus()}.
 */
export function decisionForm({book, wish = {}, withheld, changed}) {
  const policies = flatten(book.policies).filter((policy) => !policy.retired);
  const now = {outcome: '', policy: '', template: OWN, values: {}, explanation: '',
    withheld_seen: false, ...wish};
  const group = fresh('outcome');
  const radios = outcomes.map((outcome) => el('input', {type: 'radio', name: group,
    value: outcome, checked: now.outcome === outcome, on: {change: () => {
      now.outcome = outcome;
      update();
    }}}));
  const policyText = el('div', {class: 'policy-text', dir: 'auto', hidden: true});
  const policyField = select([['', s.choosePolicy], ...policies.map((policy) => [policy.id,
    `${'  '.repeat(policy.depth)}${policy.title} (${strings.severities[policy.severity]})`])],
  now.policy, (value) => {
    now.policy = value;
    update();
  });
  const explaining = el('div', {});
  const warning = el('div', {});
  const effect = el('p', {class: 'hint'});
  const policy = () => policies.find((one) => one.id === now.policy);

  function tell() {
    changed?.({...now});
    tellEffect();
  }

  function tellEffect() {
    const grave = now.outcome && policy() && isGrave(book, policy(), now.outcome);
    effect.textContent = !now.outcome || !policy() ? s.incomplete :
      grave ? s.effectGrave : s.effects[now.outcome];
  }

  function blanks(template, preview) {
    return Object.entries(template.blanks ?? {}).map(([name, title]) => {
      const input = el('input', {value: now.values[name] ?? '', maxlength: 1024, on: {input: () => {
        now.values[name] = input.value;
        preview.textContent = fill(template.text, now.values);
        tell();
      }}});
      return field(title, input);
    });
  }

  function explain() {
    const offered = now.outcome && policy() ? fitting(book, policy(), now.outcome) : [];
    if (now.template !== OWN && !offered.some((t) => t.id === now.template)) now.template = OWN;
    const template = offered.find((t) => t.id === now.template);
    const preview = el('div', {class: 'policy-text', dir: 'auto'},
        template && fill(template.text, now.values));
    const own = el('textarea', {rows: 6, maxlength: 16384, value: now.explanation, on: {input: () => {
      now.explanation = own.value;
      tell();
    }}});
    replace(explaining,
        offered.length > 0 && field(s.template, select([[OWN, s.ownWords],
          ...offered.map((t) => [t.id, `${t.title} (${t.language})`])], now.template, (value) => {
          now.template = value;
          update();
        })),
        template ? [blanks(template, preview), el('p', {class: 'hint'}, s.whatHeReads), preview] :
          field(s.explanation, own, s.explanationHint));
  }

  function update() {
    const one = policy();
    policyText.hidden = !one;
    policyText.textContent = one?.text ?? '';
    const needsSeen = withheld && one && now.outcome && isGrave(book, one, now.outcome);
    replace(warning, needsSeen && el('div', {class: 'warning'}, s.withheldWarning,
        check(s.withheldSeen, now.withheld_seen, (on) => {
          now.withheld_seen = on;
          tell();
        })));
    explain();
    tell();
  }

  const node = el('div', {},
      el('fieldset', {class: 'choices'}, el('legend', {}, s.outcome),
          outcomes.map((outcome, i) => el('label', {}, radios[i], strings.outcomes[outcome]))),
      field(s.policy, policyField), policyText, warning, explaining, effect);
  explain();
  update();
  return {
    node,
    wish: () => ({...now}),
    isEmpty: () => !now.outcome && !now.policy && !now.explanation,
    /** As the API takes it. */
    body: () => ({policy: now.policy, outcome: now.outcome,
      ...(now.template === OWN ? {explanation: now.explanation} :
        {template: now.template, values: filled(book, now)}),
      ...(now.withheld_seen ? {withheld_seen: true} : {})}),
    /** What is still missing, in words; undefined: nothing. */
    missing: () => (!now.outcome ? s.needsOutcome : !policy() ? s.needsPolicy :
      now.template === OWN && !now.explanation.trim() ? s.needsExplanation : undefined),
    choose: (outcome) => {
      now.outcome = outcome;
      radios[outcomes.indexOf(outcome)].checked = true;
      update();
      (policy() ? radios[outcomes.indexOf(outcome)] : policyField).focus();
    },
    focus: () => (now.outcome ? policyField : radios[0]).focus(),
  };
}

/** Values of the blanks that the template has. */
function filled(book, now) {
  const template = book.templates.find((t) => t.id === now.template);
  return Object.fromEntries(Object.keys(template.blanks ?? {})
      .map((name) => [name, now.values[name] ?? '']));
}

/** What will happen, from the service's own preview. */
export function consequences(preview, outcome) {
  return [
    el('p', {}, preview.grave ? s.confirmGrave : s.effects[outcome]),
    el('p', {class: 'hint'}, s.whatHeReads),
    el('div', {class: 'policy-text', dir: 'auto'}, foreign(preview.explanation, 'span')),
  ];
}

/** A box with a reason to be given and a button. */
export function reasonForm(label, action, send, kind, value, changed) {
  const input = el('textarea', {rows: 3, maxlength: 8192, value: value ?? '',
    on: {input: () => changed?.(input.value)}});
  return el('div', {}, field(label, input),
      el('div', {class: 'actions'}, button(action, () => send(input.value), kind)));
}
