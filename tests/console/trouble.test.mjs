// SPDX-License-Identifier: Apache-2.0
// A session that ends in mid-work, a service that restarts, a network that drops:
// what was typed is kept, and that is said.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {fillLogin, login, spotless, startBrowser, startWorld, visit} from './lib.mjs';

const WORDS = 'You wrote what nobody asked for.';
const cases = []; // open, claimed by ann
let world;
let browser;

before(async () => {
  world = await startWorld({retract: '60s', appeal_window: '600s', session_idle: '20s'});
  browser = await startBrowser();
  for (let i = 0; i < 4; i++) {
    const {case: number} = await world.do('report', {messages: [{text: 'hello'}],
      sender: `mimi://example.com/u/${i}`});
    await world.do('open', {by: 'ann', case: number});
    cases.push(number);
  }
});
after(async () => {
  await browser?.close();
  await world?.end();
});

/** Ann at an open case of hers, with a decision half written. */
async function inMidWork() {
  const number = cases.pop();
  const ann = await login(browser, world, 'ann');
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
  const {ann, number} = await inMidWork();
  await ann.getByText('What you typed is kept (').waitFor();
  await ann.getByRole('dialog', {name: 'Your session is over'}).waitFor({timeout: 60000});
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
  await ann.locator('.toast', {hasText: 'The service answers again'}).waitFor({timeout: 20000});
  await ann.getByText('What you typed is kept (').waitFor({timeout: 20000});
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
  await ann.locator('.toast', {hasText: 'The service answers again'}).waitFor({timeout: 20000});
  await ann.getByText('What you typed is kept (').waitFor({timeout: 20000});
  await isKept(ann);
  assert.equal(await ann.getByLabel('A note for colleagues').inputValue(), 'while it was away');
  await decide(ann);
  await ann.locator('.toast', {hasText: 'Decided'}).waitFor();
  spotless(ann);
  await ann.context().close();
});
