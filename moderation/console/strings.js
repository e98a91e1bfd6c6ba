// SPDX-License-Identifier: Apache-2.0
// Every text of the console, in one place.

import {number} from './format.js';

const many = (n, one, more) => `${number(n)} ${n === 1 ? one : more}`;

export const strings = {
  cancel: 'Cancel',
  close: 'Close',
  unreachable: 'The service cannot be reached',
  unknownProblem: (status) => `The service answered with status ${status}`,
  /** In place of the service's own words, by the problem's name. */
  problems: {},
  keys: {
    help: 'Keys',
    hint: 'Ctrl+K finds everything by name. No key does what cannot be taken back.',
    palette: 'What would you like to do?',
    find: 'Type part of its name',
  },
};

export {many};
