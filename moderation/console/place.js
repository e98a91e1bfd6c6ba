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

/** The case that is marked when one comes back. */
export const marked = (where) => (where === list.address ? list.cases[list.at] : undefined);
