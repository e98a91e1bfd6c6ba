// SPDX-License-Identifier: Apache-2.0
// Elements. Text enters the page as text nodes alone, so that nothing that was
// reported is ever read as markup.

const SVG = 'http://www.w3.org/2000/svg';
const FIELDS = new Set(['input', 'textarea', 'select', 'form']);

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'on') {
      for (const [type, run] of Object.entries(value)) {
        node.addEventListener(type, run);
      }
    } else if (name === 'value' || name === 'checked' || name === 'selected') {
      node[name] = value;
    } else {
      node.setAttribute(name, value === true ? '' : String(value));
    }
  }
  append(node, children);
  return node;
}

/** Appends nodes and texts; undefined, null and false are left out. */
export function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/**
 * An HTML element: el('p', {class: 'x', on: {click: run}}, 'text', node).
 * Attributes that are undefined, null or false are not set, true is empty.
 */
export function el(name, properties, ...children) {
  const node = document.createElement(name);
  // Browsers write what is typed to disk, to restore it, where this is not off.
  if (FIELDS.has(name)) node.setAttribute('autocomplete', 'off');
  return fill(node, properties, children);
}

/** The same in SVG. */
export function svg(name, properties, ...children) {
  return fill(document.createElementNS(SVG, name), properties, children);
}

/** Puts these children in place of those that a node has. */
export function replace(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

let last = 0;
/** An id for a label, that nothing else in the page has. */
export function fresh(name) {
  last += 1;
  return `${name}-${last}`;
}

/**
 * A labelled control. control: an input, select or textarea. hint: a sentence
 * below the label.
 */
export function field(label, control, hint) {
  const id = control.id || fresh('field');
  control.id = id;
  if (hint) control.setAttribute('aria-describedby', `${id}-hint`);
  return el('div', {class: 'field'},
      el('label', {for: id}, label),
      hint && el('p', {class: 'hint', id: `${id}-hint`}, hint),
      control);
}

/** A switch with its label to the right. */
export function check(label, checked, change) {
  const input = el('input', {type: 'checkbox', checked,
    on: {change: () => change(input.checked)}});
  return el('label', {class: 'check'}, input, el('span', {}, label));
}

/** A button; kind: 'primary', 'danger', 'quiet' or none. keys: shown on it. */
export function button(label, run, kind, keys) {
  return el('button', {type: 'button', class: kind, on: {click: run},
    'aria-keyshortcuts': keys},
  label, keys && el('kbd', {'aria-hidden': 'true'}, keys));
}

/** A select. choices: [value, label] each. */
export function select(choices, value, change) {
  const node = el('select', {on: {change: () => change?.(node.value)}},
      choices.map(([id, label]) => el('option', {value: id}, label)));
  node.value = value ?? '';
  return node;
}

/** A description list of [term, value] pairs; pairs without a value are left out. */
export function facts(pairs) {
  return el('dl', {class: 'facts'}, pairs
      .filter((pair) => pair && pair[1] !== undefined && pair[1] !== null)
      .map(([term, value]) => el('div', {}, el('dt', {}, term), el('dd', {}, value))));
}

/** A command to be copied. Its words stay whole where there is room: a browser breaks after hyphens. */
export function command(text) {
  return el('pre', {class: 'command', tabindex: 0}, text.split(/(\s+)/).map((word, i) =>
    (i % 2 === 0 && word ? el('span', {}, word) : word)));
}

/**
 * A stranger's text in a line: shown as it is, but contained. Direction
 * overrides do not reach out of it, and it breaks anywhere.
 */
export function foreign(text, name = 'bdi') {
  return el(name, {class: 'foreign', dir: name === 'bdi' ? undefined : 'auto'}, text);
}
