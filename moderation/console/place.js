// SPDX-License-Identifier: Apache-2.0
// The list that one is working through: so that the next case is one key away,
// and the list stands as it was left.

let list = {address: '#/queue', cases: [], at: 0};

/** Remembers a list: its address, the numbers of its cases, and which one is meant. */
export function keep(address, cases, at) {
  list = {address, cases, at};
}

export const address = () => list.address;

/** Where this case stands in the list: 'n of m', and what is behind and before it. */
export function around(number) {
  const at = list.cases.indexOf(number);
  if (at < 0) return {at: -1, count: list.cases.length};
  list.at = at;
  return {at, count: list.cases.length, next: list.cases[at + 1], last: list.cases[at - 1]};
}

/** Which of these cases is marked when one comes back: the one that was, or what
 * stands in its place now; -1: none. */
export function marked(where, cases) {
  if (where !== list.address || cases.length === 0 || list.cases.length === 0) return -1;
  const at = cases.indexOf(list.cases[list.at]);
  return at >= 0 ? at : Math.min(list.at, cases.length - 1);
}
