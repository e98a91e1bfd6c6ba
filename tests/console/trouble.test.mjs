// SPDX-License-Identifier: Apache-2.0
// A session that ends in mid-work, a service that restarts, a network that drops:
// what was typed is kept, and that is said.

import assert from 'node:assert/strict';
import {after, before} from 'node:test';
import {counts, fillLogin, login, spotless, startBrowser, startWorld, test, visit} from './lib.mjs';

const WORDS = 'You wrote what nobody asked for.';
const cases = []; // open, claimed by ann
const claimed = {}; // not opened, by whom; consent is asked for ben's
let world;
let browser;

before(async () => {
  world = await startWorld({retract: '60s', statement_delay: '60s', appeal_window: '600s', session_idle: '300s'});
  browser = await startBrowser();
  for (let i = 0; i < 8; i++) {
    const {case: number} = await world.do('report', {messages: [{text: 'hello'}],
      sender: `mimi://example.com/u/${i}`});
    await world.do('open', {by: 'ann', case: number});
    cases.push(number);
  }
  for (const by of ['ann', 'ben']) {
    const {case: number} = await world.do('report', {sender: `mimi://example.com/u/for-${by}`, messages: [{text: 'x'}]});
    await world.do('call', {by, method: 'POST', path: `/v1/cases/${number}/claim`});
    claimed[by] = number;
  }
  const {rows: [[report]]} = await world.do('sql', {query: `SELECT number FROM reports WHERE in_case = ${claimed.ben}`});
  await world.do('call', {by: 'ben', method: 'POST', path: `/v1/cases/${claimed.ben}/ask`,
    body: {reports: [report], why: 'to see it'}});
});
after(async () => {
  await browser?.close();
  await world?.end();
});

/** Ann at an open case of hers, with a decision half written; with a clock that can be put forward. */
async function inMidWork(clock = false) {
  const number = cases.pop();
  const ann = await login(browser, world, 'ann');
  if (clock) {
    await ann.clock.install();
    await ann.reload();
    await ann.locator('main h1').waitFor();
  }
  await visit(ann, `#/case/${number}`);
  await ann.getByLabel('Warn').check();
  await ann.getByLabel('Policy', {exact: true}).selectOption('conduct');
  await ann.getByLabel('Explanation for the accused').fill(WORDS);
  return {ann, number};
}

async function isKept(page) {
  assert.equal(await page.getByLabel('Explanation for the accused').inputValue(), WORDS);
  assert.ok(await page.getByLabel('Warn').isChecked());
  assert.equal(await page.getByLabel('Policy', {exact: true}).inputValue(), 'conduct');
}

async function decide(page) {
  await page.getByRole('button', {name: 'Submit', exact: false}).first().click();
  await page.getByRole('dialog').getByRole('button', {name: 'Decide'}).click();
}

test('a session that ends: log in over the page, and it goes on', {timeout: 120000}, async () => {
  const {ann} = await inMidWork();
  await ann.getByText('What you typed is kept (').waitFor();
  await ann.context().clearCookies();
  await ann.getByRole('button', {name: 'Submit', exact: false}).first().click();
  const over = ann.getByRole('dialog', {name: 'Your session is over'});
  await over.waitFor();
  await over.getByText('What you typed is kept.').waitFor();
  assert.equal(await ann.evaluate(() => getComputedStyle(document.querySelector('dialog'), '::backdrop')
      .backgroundColor), 'rgb(244, 245, 248)', 'nothing is seen behind it');
  for (let i = 0; i < 5; i++) await ann.keyboard.press('Escape');
  assert.ok(await over.isVisible(), 'it is not passed by a key');
  await fillLogin(ann, world, 'ann');
  await ann.getByRole('dialog', {name: 'This will happen'}).waitFor();
  await ann.getByRole('dialog').getByRole('button', {name: 'Decide'}).click();
  await ann.locator('.toast', {hasText: 'Decided'}).waitFor();
  spotless(ann);
  await ann.context().close();
});

test('nobody touches it: what is shown is hidden, what was typed is kept', {timeout: 120000}, async () => {
  const {ann, number} = await inMidWork(true);
  await ann.getByText('What you typed is kept (').waitFor();
  await ann.clock.runFor(310000);
  await ann.getByRole('dialog', {name: 'Your session is over'}).waitFor();
  assert.equal((await ann.request.get(`${world.url}/v1/me`)).status(), 401);
  await fillLogin(ann, world, 'ann');
  await ann.getByRole('dialog').waitFor({state: 'detached'});
  await isKept(ann);
  // And on another machine: the draft is the service's.
  const other = await login(browser, world, 'ann');
  await visit(other, `#/case/${number}`);
  await other.getByText('What you began on').waitFor();
  await isKept(other);
  spotless(ann);
  await ann.context().close();
  await other.context().close();
});

test('a network that drops', {timeout: 120000}, async () => {
  const {ann} = await inMidWork();
  await ann.context().setOffline(true);
  await ann.getByLabel('A note for colleagues').fill('to be kept');
  await ann.getByRole('alert').getByText('The service cannot be reached').waitFor();
  await ann.getByText('What you typed is kept on this page alone').waitFor();
  await ann.getByRole('button', {name: 'Submit', exact: false}).first().click();
  await ann.locator('.toast', {hasText: 'cannot be reached'}).waitFor();
  await isKept(ann);
  await ann.context().setOffline(false);
  await ann.locator('.toast', {hasText: 'The service answers again'}).waitFor();
  await ann.getByText('What you typed is kept (').waitFor();
  await isKept(ann);
  assert.equal(await ann.getByLabel('A note for colleagues').inputValue(), 'to be kept');
  await decide(ann);
  await ann.locator('.toast', {hasText: 'Decided'}).waitFor();
  spotless(ann);
  await ann.context().close();
});

test('a service that restarts', {timeout: 120000}, async () => {
  const {ann} = await inMidWork();
  await world.do('stop');
  await ann.getByLabel('A note for colleagues').fill('while it was away');
  await ann.getByRole('alert').getByText('The service cannot be reached').waitFor();
  await isKept(ann);
  await world.do('start');
  await ann.locator('.toast', {hasText: 'The service answers again'}).waitFor();
  await ann.getByText('What you typed is kept (').waitFor();
  await isKept(ann);
  assert.equal(await ann.getByLabel('A note for colleagues').inputValue(), 'while it was away');
  await decide(ann);
  await ann.locator('.toast', {hasText: 'Decided'}).waitFor();
  spotless(ann);
  await ann.context().close();
});

// ---- What is typed elsewhere than in the decision ------------------------------------------

/** Submits a dialog without a network: it stays with what was typed, and says why; and again with one. */
async function throughTheGap(page, action) {
  const dialog = page.getByRole('dialog');
  const text = dialog.locator('textarea');
  await text.fill(WORDS);
  await page.context().setOffline(true);
  await dialog.getByRole('button', {name: action}).click();
  await dialog.getByRole('alert').getByText('The service cannot be reached').waitFor();
  assert.equal(await text.inputValue(), WORDS);
  assert.ok(await text.evaluate((node) => node === document.activeElement), 'one can go on writing');
  await page.context().setOffline(false);
  await dialog.getByRole('button', {name: action}).click();
  await dialog.waitFor({state: 'detached'});
}

const soon = (days, length) => new Date(Date.now() + days * 86400000).toISOString().slice(0, length);

test('a network that drops under a dialog', {timeout: 120000}, async () => {
  const {ann, number} = await inMidWork();
  await ann.getByRole('button', {name: 'Hold', exact: true}).click();
  await ann.getByRole('dialog').getByLabel('Until').fill(soon(2, 16));
  await throughTheGap(ann, 'Hold');
  await ann.getByText('You hold it until').waitFor();
  await ann.getByRole('button', {name: 'Hand over'}).click();
  await ann.getByRole('dialog').getByLabel('To').selectOption('lea');
  await throughTheGap(ann, 'Hand over');
  await ann.getByText(/works on it; the claim/).waitFor();

  const lea = await login(browser, world, 'lea');
  await visit(lea, `#/case/${number}`);
  await lea.getByRole('button', {name: 'Order a legal hold'}).click();
  await lea.getByRole('dialog').getByLabel('Until').fill(soon(30, 10));
  await throughTheGap(lea, 'Order a legal hold');
  await lea.locator('.badge', {hasText: 'Ordered'}).waitFor();
  await lea.getByRole('button', {name: 'End it'}).click();
  await throughTheGap(lea, 'End it');
  await lea.locator('.badge', {hasText: 'Ended'}).waitFor();

  const {case: waits} = await world.do('report', {sender: 'mimi://example.com/u/waits', messages: [{text: 'x'}]});
  await visit(lea, '#/queue');
  await lea.getByLabel(`Select case ${waits}`).check();
  await lea.getByRole('button', {name: 'Close without opening'}).click();
  await throughTheGap(lea, 'Close 1 case');
  await lea.locator('.toast', {hasText: '1 case closed'}).waitFor();

  await visit(ann, '#/consent');
  await ann.keyboard.press('j');
  await ann.keyboard.press('f');
  await throughTheGap(ann, 'Refuse');
  await ann.locator('.toast', {hasText: 'Refused'}).waitFor();
  const {rows} = await world.do('sql', {query: 'SELECT why FROM refusals'});
  assert.deepEqual(rows, [[WORDS]], 'once');
  for (const page of [ann, lea]) {
    spotless(page);
    await page.context().close();
  }
});

test('one writes on while the service comes back', {timeout: 120000}, async () => {
  const {ann, number} = await inMidWork();
  for (const [address, label] of [[number, 'Explanation for the accused'], [number, 'A note for colleagues'],
    [claimed.ann, 'Why should they be opened?']]) {
    await visit(ann, `#/case/${address}`);
    const field = ann.getByLabel(label);
    await field.fill('');
    await field.focus();
    await ann.context().setOffline(true);
    await ann.keyboard.type('before ');
    await ann.getByRole('alert').getByText('The service cannot be reached').waitFor();
    const old = await ann.locator('main h1').elementHandle();
    await ann.context().setOffline(false);
    await ann.locator('.toast', {hasText: 'The service answers again'}).waitFor();
    // Until the page is drawn anew.
    await ann.waitForFunction((node) => !node.isConnected, old);
    // Each of these letters is a command where one does not write.
    await ann.keyboard.type('hct');
    assert.equal(await field.inputValue(), 'before hct', label);
    assert.equal(await ann.getByRole('dialog').count(), 0);
    await ann.getByText('What you typed is kept (').waitFor();
  }
  // What was done elsewhere meanwhile is shown.
  await visit(ann, `#/case/${number}`);
  await ann.context().setOffline(true);
  await ann.getByLabel('A note for colleagues').fill('x');
  await ann.getByRole('alert').getByText('The service cannot be reached').waitFor();
  const released = await ann.request.post(`${world.url}/v1/cases/${number}/release`,
      {data: {}, headers: {'Frank-Request': '1'}});
  assert.equal(released.status(), 200);
  await ann.context().setOffline(false);
  await ann.getByText('Nobody works on it').waitFor();
  await counts(ann.getByLabel('Explanation for the accused'), 0);
  spotless(ann);
  await ann.context().close();
});

test('the browser asks before it forgets what is not kept yet', {timeout: 60000}, async () => {
  const {ann} = await inMidWork();
  await ann.getByText('What you typed is kept (').waitFor();
  await ann.route('**/draft', (route) => route.abort());
  await ann.getByLabel('A note for colleagues').focus();
  await ann.keyboard.type('not kept');
  const asked = ann.waitForEvent('dialog');
  await ann.evaluate(() => {
    setTimeout(() => location.reload());
  });
  assert.equal((await asked).type(), 'beforeunload');
  assert.match(ann.faults.pop(), /^dialog: /); // refused
  assert.equal(await ann.getByLabel('A note for colleagues').inputValue(), 'not kept');
  await ann.getByText('What you typed is kept on this page alone').waitFor();
  await ann.unroute('**/draft');
  await ann.getByText('What you typed is kept (').waitFor();
  await ann.reload(); // which it would not, had one been asked and refused
  await ann.getByText('What you began on').waitFor();
  spotless(ann);
  await ann.context().close();
});
