// SPDX-License-Identifier: Apache-2.0
// What one has begun to write in a case. It is kept by the service, not by the
// browser, soon after each change; where that fails it stays on the page, which
// says so, and is tried again.

import {alone} from './api.js';
import {time} from './format.js';
import {strings} from './strings.js';

const WAIT = 700;
const AGAIN = 5000;

/** number: of the case. start: what was kept. node: where is said how it stands. */
export function draft(number, start, keptAt, node) {
  const now = structuredClone(start ?? {});
  let timer;
  let saved = JSON.stringify(now);
  let over = false;

  const isEmpty = () => Object.values(now).every((value) => value === undefined || value === '' ||
    (typeof value === 'object' && !value.outcome && !value.policy && !value.explanation));

  async function save() {
    clearTimeout(timer);
    const text = JSON.stringify(now);
    if (over || text === saved) return;
    try {
      await alone(`/v1/cases/${number}/draft`, {draft: isEmpty() ? {} : now});
      saved = text;
      node.textContent = isEmpty() ? '' : strings.draft.kept(time(Date.now()));
    } catch (error) {
      node.textContent = strings.draft.notKept(error.message);
      if (error.status !== 404) timer = setTimeout(save, AGAIN);
    }
  }

  if (keptAt) node.textContent = strings.draft.from(time(keptAt));
  return {
    now,
    set: (name, value) => {
      now[name] = value;
      clearTimeout(timer);
      timer = setTimeout(save, WAIT);
    },
    save,
    /** It went with what was decided. */
    end: () => {
      over = true;
      clearTimeout(timer);
    },
    isSaved: () => over || JSON.stringify(now) === saved || isEmpty(),
  };
}
