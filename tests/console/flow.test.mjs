// SPDX-License-Identifier: Apache-2.0
// The life of a case as people live it at the console: once by mouse, once by
// keyboard alone.

import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before} from 'node:test';
import {promisify} from 'node:util';
import {code, fillLogin, open, patiently, spotless, startBrowser, startWorld, test} from './lib.mjs';

const run = promisify(execFile);
const B = process.env.B ?? 'build';
let world;
let browser;
let folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'frank-console-'));
  world = await startWorld({stored_shares: 'on', retract: '1s', statement_delay: '1s',
    appeal_window: '25s'});
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await world?.end();
  rmSync(folder, {recursive: true, force: true});
});

const conversation = (sender) => ({sender, room: `${sender}/room`, reason: 'threat', note: 'Please help',
  messages: [{text: 'hello', seq: 4}, {text: 'I will find you', seq: 5},
    {parts: [{name: 'text', text: 'look'}, {name: 'picture', type: 'image/png', picture: true}],
      seq: 9}, {text: 'secret words', seq: 10, withheld: true}], accused: 1});

const title = (page) => page.locator('main h1');
const toast = (page, text) => page.locator('.toast', {hasText: text}).waitFor();
const state = (page, text) => page.locator('.case-head .badge', {hasText: text}).waitFor();

/** What must be seen of an opened conversation, whoever looks. */
async function checkConversation(page) {
  await page.locator('.conversation').waitFor();
  const messages = page.locator('.message');
  assert.equal(await messages.count(), 4);
  assert.equal(await page.locator('.message .badge.good', {hasText: 'Proven'}).count(), 3);
  assert.equal(await page.locator('.message .badge.warn', {hasText: 'Withheld by the reporter'}).count(), 1);
  assert.match(await page.locator('.gap').innerText(), /3 messages are not shown/);
  assert.match(await page.locator('.warning').first().innerText(), /withheld 1 message/);
  assert.match(await page.locator('.proof').innerText(), /does not say who held the device/);
  const order = await messages.allInnerTexts();
  assert.match(order[0], /hello/);
  assert.match(order[1], /Reported[\s\S]*I will find you/);
  assert.ok(!(await page.locator('main').innerText()).includes('secret words'));
}

async function looksBlurred(page) {
  return page.locator('.media img').evaluate((img) => getComputedStyle(img).filter.includes('blur(28px)'));
}

// ---- By mouse ------------------------------------------------------------------------

async function keepShare(page, name) {
  await page.getByRole('link', {name: 'Me', exact: true}).click();
  await page.getByRole('button', {name: 'Keep it here'}).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('The share\'s file').setInputFiles(world.shares[name]);
  await dialog.getByLabel('Your password').fill(world.people[name].password);
  await dialog.getByRole('button', {name: 'Keep it here'}).click();
  await page.getByText('Kept here, under your password').waitFor();
}

/** A holder whose share is outside: the sealed report is saved, the consent made
 * with the command, and both files given back. */
async function consentOutside(page, name) {
  await page.getByRole('link', {name: 'Consent', exact: true}).click();
  await page.getByText('consent with a share that is kept outside').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'),
    page.getByRole('button', {name: 'Save the sealed report'}).click()]);
  const sealed = join(folder, 'sealed');
  await download.saveAs(sealed);
  await run(`${B}/frank-mod`, ['consent', '--share', world.shares[name], '--receipt',
    join(folder, 'receipt'), '--out', join(folder, 'consent'), sealed]);
  await page.getByLabel('Consent', {exact: true}).setInputFiles(join(folder, 'consent'));
  await page.getByLabel('Receipt').setInputFiles(join(folder, 'receipt'));
  await page.getByRole('button', {name: 'Give my consent'}).click();
  await toast(page, 'Your consent is given');
}

const closed = {}; // cases, by how they were lived

/** Somebody in a browser of his own, with a code of his device. */
async function loginByDevice(name) {
  const page = await open(browser, world);
  await fillLogin(page, world, name, true);
  await page.getByRole('navigation').waitFor();
  return page;
}

test('by mouse, from the login on', {timeout: 240000}, async () => {
  const {case: number} = await world.do('report', conversation('mimi://example.com/u/mouse'));
  const ann = await open(browser, world);
  await ann.getByLabel('Name').fill('ann');
  await ann.getByLabel('Password').fill('not her password');
  await ann.getByLabel('Code').fill('000000');
  await ann.getByRole('button', {name: 'Log in', exact: true}).click();
  await ann.getByText('Name, password or code is wrong').waitFor();
  await fillLogin(ann, world, 'ann', true);
  await keepShare(ann, 'ann');
  const ben = await loginByDevice('ben');

  // Claim and ask: reason and metadata, no content yet.
  await ann.getByRole('link', {name: 'Queue', exact: true}).click();
  await ann.locator(`[data-case="${number}"] a`).click();
  await title(ann).getByText(`Case ${number}`).waitFor();
  await ann.getByRole('heading', {name: 'Threat'}).waitFor();
  assert.equal(await ann.getByText('I will find you').count(), 0);
  await ann.getByRole('button', {name: 'Claim'}).click();
  await toast(ann, 'You work on this case now');
  await ann.getByLabel('Why should they be opened?').fill('A threat; is it serious?');
  await ann.getByRole('button', {name: 'Ask for consent'}).click();
  await state(ann, 'Consent asked');

  // Consent: one share here, one outside.
  await ann.getByRole('link', {name: 'To the requests'}).click();
  await ann.getByRole('button', {name: 'Agree'}).click();
  await ann.getByRole('dialog').getByText('A threat; is it serious?').waitFor();
  await ann.getByRole('dialog').getByRole('button', {name: 'Agree'}).click();
  await toast(ann, 'Your consent is given');
  assert.equal(await ben.getByText('I will find you').count(), 0);
  await consentOutside(ben, 'ben');

  // Open and reveal.
  await ann.goto(`${world.url}/#/case/${number}`);
  await ann.getByRole('button', {name: 'Show the conversation'}).click();
  await checkConversation(ann);
  assert.ok(await looksBlurred(ann), 'a picture is blurred');
  const hold = ann.getByRole('button', {name: 'Reveal while held'});
  await hold.scrollIntoViewIfNeeded();
  const box = await hold.boundingBox();
  await ann.mouse.move(box.x + 5, box.y + 5);
  await ann.mouse.down();
  assert.ok(!await looksBlurred(ann), 'as long as it is held it is not');
  await ann.mouse.up();
  assert.ok(await looksBlurred(ann), 'and then it is again');
  await ann.getByText(/1 revealed/).waitFor();

  // Decide; grave, with something withheld.
  await ann.getByLabel('Escalate').check();
  await ann.getByLabel('Policy', {exact: true}).selectOption('violence.threat');
  await ann.locator('.policy-text', {hasText: 'Do not threaten to hurt or kill someone'}).waitFor();
  await ann.getByText('takes effect only when another moderator has agreed').waitFor();
  await ann.getByLabel('Explanation for the accused').fill('You threatened somebody.');
  await ann.getByRole('button', {name: 'Submit', exact: false}).first().click();
  await ann.getByRole('dialog').getByRole('button', {name: 'Decide'}).click();
  await toast(ann, /withheld/i);
  await ann.getByLabel('I have considered that something is withheld').check();
  await ann.getByRole('button', {name: 'Submit', exact: false}).first().click();
  await ann.getByRole('dialog').getByText('You threatened somebody.').waitFor();
  await ann.getByRole('dialog').getByRole('button', {name: 'Decide'}).click();
  await toast(ann, 'It waits for another moderator');
  await title(ann).getByText('Queue').waitFor();

  // Not by herself: by ben.
  await ann.getByRole('link', {name: 'Reviews'}).click();
  await ann.locator(`[data-case="${number}"] a`).click();
  await ann.getByRole('button', {name: 'Claim'}).click();
  await toast(ann, 'Nobody reviews a decision of his own');
  await ben.getByRole('link', {name: 'Reviews'}).click();
  await ben.locator(`[data-case="${number}"] a`).click();
  await ben.getByRole('button', {name: 'Claim'}).click();
  await ben.getByRole('button', {name: 'Show the conversation'}).click();
  await checkConversation(ben);
  await ben.getByLabel('Confirm').check();
  await ben.getByRole('button', {name: 'Submit', exact: false}).first().click();
  await ben.getByRole('dialog').getByRole('button', {name: 'Confirm'}).click();
  await toast(ben, 'Reviewed');

  // An appeal, to a third.
  await world.do('appeal', {case: number, text: 'It was a quotation'});
  await ben.getByRole('link', {name: 'Appeals'}).click();
  await ben.locator(`[data-case="${number}"] a`).click();
  await ben.getByRole('button', {name: 'Claim'}).click();
  await toast(ben, 'An appeal goes to somebody who had no part');
  const cat = await loginByDevice('cat');
  await cat.getByRole('link', {name: 'Appeals'}).click();
  await cat.locator(`[data-case="${number}"] a`).click();
  await cat.getByRole('button', {name: 'Claim'}).click();
  await cat.getByText('It was a quotation').waitFor();
  await cat.getByRole('button', {name: 'Show the conversation'}).click();
  await checkConversation(cat);
  await cat.getByLabel('Uphold').check();
  await cat.getByLabel('Why', {exact: true}).fill('The words before it say otherwise');
  await cat.getByRole('button', {name: 'Submit', exact: false}).first().click();
  await cat.getByRole('dialog').getByRole('button', {name: 'Uphold'}).click();
  await toast(cat, 'Answered');
  await title(cat).getByText('Appeals').waitFor();

  // The history, by the log's indexes.
  await cat.goto(`${world.url}/#/case/${number}`);
  await state(cat, 'Closed');
  const done = await cat.locator('.timeline li').allInnerTexts();
  const kinds = ['A report came in', 'Claimed', 'Consent asked', 'Consent given', 'Report opened', 'Looked at',
    'Grave decision proposed', 'Review: confirmed', 'The accused appealed', 'Appeal: upheld'];
  for (const kind of kinds) assert.ok(done.some((line) => line.includes(kind)), `${kind}: ${done}`);
  const rows = (await world.do('sql', {query: `SELECT entry FROM timeline WHERE in_case = ${number}`})).rows;
  for (const [entry] of rows) assert.ok(done.some((line) => line.includes(`log entry ${entry}`)));
  closed.mouse = number;
  for (const page of [ann, ben, cat]) {
    spotless(page);
    await page.context().close();
  }
});

// ---- By keyboard alone ------------------------------------------------------------------

/** Presses Tab until something with this name has the focus. */
async function tabTo(page, name, most = 120) {
  for (let i = 0; i < most; i++) {
    const found = await page.evaluate(() => {
      const node = document.activeElement;
      return node?.getAttribute('aria-label') ?? node?.labels?.[0]?.textContent ?? node?.textContent ?? '';
    });
    if (typeof name === 'string' ? found.trim() === name : name.test(found)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no Tab leads to ${name}`);
}

const type = (page, text) => page.keyboard.type(text);

async function keys(page, list) {
  for (const key of list.split(' ')) await page.keyboard.press(key);
}

async function loginByKeys(page, name, device) {
  await page.getByLabel('Name').waitFor();
  const person = world.people[name];
  await tabTo(page, 'Name');
  await type(page, person.name);
  await keys(page, 'Tab');
  await type(page, person.password);
  await keys(page, 'Tab');
  await type(page, await code(name, person, device));
  await keys(page, 'Enter');
  await page.getByRole('navigation').waitFor();
  await title(page).waitFor();
}

/** From the page with a list: to the one case in it. */
async function openFirst(page, list, key) {
  await keys(page, `g ${key}`);
  await title(page).getByText(list, {exact: true}).waitFor();
  await keys(page, 'j o');
  await title(page).getByText('Case').waitFor();
}

test('by keyboard alone', {timeout: 240000}, async () => {
  const {case: number} = await world.do('report', conversation('mimi://example.com/u/keys'));
  const ann = await open(browser, world);
  const ben = await open(browser, world);
  await loginByKeys(ann, 'ann', true);
  await loginByKeys(ben, 'ben');

  // Ben keeps his share here as well: files are chosen in the system's own dialog.
  await keys(ben, 'g m');
  await title(ben).getByText('Me', {exact: true}).waitFor();
  await tabTo(ben, 'Keep it here');
  await keys(ben, 'Enter');
  await ben.getByLabel('The share\'s file').setInputFiles(world.shares.ben);
  await tabTo(ben, 'Your password');
  await type(ben, world.people.ben.password);
  await keys(ben, 'Enter');
  await ben.getByText('Kept here, under your password').waitFor();

  // Claim from the queue, ask.
  await keys(ann, 'g q');
  await title(ann).getByText('Queue').waitFor();
  await ann.locator(`[data-case="${number}"]`).waitFor();
  await keys(ann, 'j c');
  await title(ann).getByText(`Case ${number}`).waitFor();
  await state(ann, 'Claimed');
  await keys(ann, 't');
  await type(ann, 'Is it serious?');
  await tabTo(ann, 'Ask for consent');
  await keys(ann, 'Enter');
  await state(ann, 'Consent asked');
  for (const page of [ann, ben]) {
    await keys(page, 'g c');
    await title(page).getByText('Requests for consent').waitFor();
    await keys(page, 'j y');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, 'Agree');
    await keys(page, 'Enter');
    await toast(page, 'Your consent is given');
  }

  // Look, move, reveal while V is held.
  await keys(ann, 'g q');
  await title(ann).getByText('Queue').waitFor();
  await keys(ann, 'j o');
  await state(ann, 'Open');
  await keys(ann, 'o');
  await ann.locator('.conversation').waitFor();
  await checkConversation(ann);
  await keys(ann, 'j j j');
  assert.ok(await looksBlurred(ann));
  await ann.keyboard.down('v');
  assert.ok(!await looksBlurred(ann), 'revealed while held');
  await ann.keyboard.up('v');
  assert.ok(await looksBlurred(ann), 'hidden again on release');

  // Acknowledge is a choice, escalate another; neither does anything by itself.
  await keys(ann, 'a');
  assert.ok(await ann.getByLabel('No action').isChecked());
  await tabTo(ann, 'Policy');
  await type(ann, 'violence');
  await keys(ann, 'Escape');
  await keys(ann, 'e');
  assert.ok(await ann.getByLabel('Escalate').isChecked());
  await tabTo(ann, 'I have considered that something is withheld');
  await keys(ann, 'Space');
  await tabTo(ann, /^What the accused is told/);
  await tabTo(ann, 'Explanation for the accused');
  await type(ann, 'You threatened somebody.');
  await keys(ann, 'Escape');
  await keys(ann, 's');
  await ann.getByRole('dialog').waitFor();
  await keys(ann, 'Escape');
  assert.equal(await ann.getByRole('dialog').count(), 0);
  await state(ann, 'Open');
  await keys(ann, 'n');
  await ann.getByRole('dialog').waitFor();
  await tabTo(ann, 'Decide, then the next');
  await keys(ann, 'Enter');
  await toast(ann, 'It waits for another moderator');

  // Review by ben.
  await openFirst(ben, 'Reviews', 'r');
  await keys(ben, 'c');
  await state(ben, 'In review');
  await ben.getByText('You work on it').waitFor();
  await keys(ben, 'o');
  await checkConversation(ben);
  await keys(ben, 'd');
  await keys(ben, 'Space');
  await keys(ben, 'Escape');
  await keys(ben, 's');
  await ben.getByRole('dialog').waitFor();
  await tabTo(ben, 'Confirm');
  await keys(ben, 'Enter');
  await toast(ben, 'Reviewed');

  // Appeal, to cat; found in the palette by its name.
  await world.do('appeal', {case: number, text: 'Not me'});
  const cat = await open(browser, world);
  await loginByKeys(cat, 'cat');
  await keys(cat, 'Control+k');
  await type(cat, 'appeals');
  await keys(cat, 'Enter');
  await title(cat).getByText('Appeals').waitFor();
  await keys(cat, 'j o');
  await title(cat).getByText('Case').waitFor();
  await keys(cat, 'c');
  await cat.getByText('You work on it').waitFor();
  await keys(cat, 'd');
  await keys(cat, 'Space');
  await tabTo(cat, 'Why');
  await type(cat, 'It is his device and his words');
  await keys(cat, 'Control+Enter');
  await cat.getByRole('dialog').waitFor();
  await tabTo(cat, 'Uphold');
  await keys(cat, 'Enter');
  await toast(cat, 'Answered');
  await title(cat).getByText('Appeals').waitFor();

  // Help, and out.
  await keys(cat, 'Shift+?');
  await cat.getByRole('dialog', {name: 'Keys on this page'}).waitFor();
  await keys(cat, 'Escape');
  await keys(cat, 'Control+k');
  await type(cat, 'log out');
  await keys(cat, 'Enter');
  await cat.getByRole('heading', {name: 'Log in'}).waitFor();
  closed.keys = number;
  for (const page of [ann, ben, cat]) {
    spotless(page);
    await page.context().close();
  }
});

test('both are purged in time, as is seen by mouse and by keyboard', {timeout: 150000}, async () => {
  const cat = await open(browser, world);
  await fillLogin(cat, world, 'cat');
  await title(cat).waitFor();
  await cat.getByLabel('State').selectOption('purged');
  const ann = await open(browser, world);
  await loginByKeys(ann, 'ann');
  await tabTo(ann, /^StateTo be done|^State$/);
  await type(ann, 'Purged');
  await keys(ann, 'Escape');
  const isThere = (page, number) => page.locator(`[data-case="${number}"]`);
  const end = Date.now() + patiently(90000);
  for (const [page, number, again] of [[cat, closed.mouse, () => cat.getByRole('link', {name: 'Reviews'}).click()
      .then(() => cat.getByText('take effect when you agree').waitFor())
      .then(() => cat.getByRole('link', {name: 'Queue', exact: true}).click())
      .then(() => cat.getByLabel('State').selectOption('purged'))],
  [ann, closed.keys, () => keys(ann, 'r')]]) {
    while (await isThere(page, number).count() === 0) {
      assert.ok(Date.now() < end, 'it is purged in time');
      await new Promise((settle) => setTimeout(settle, 1000));
      await again();
      await page.waitForTimeout(200);
    }
  }
  await isThere(cat, closed.mouse).getByRole('link').click();
  const rows = await ann.locator('.row').evaluateAll((all) => all.map((row) => Number(row.dataset.case)));
  for (let i = 0; i <= rows.indexOf(closed.keys); i++) await keys(ann, 'j');
  await keys(ann, 'o');
  for (const [page, number] of [[cat, closed.mouse], [ann, closed.keys]]) {
    await title(page).getByText(`Case ${number}`).waitFor();
    await state(page, 'Purged');
    await page.getByText('Purged: nothing of it is left').waitFor();
    assert.ok(!(await page.locator('main').innerText()).includes('mimi://'), 'nor who it was');
    spotless(page);
    await page.context().close();
  }
});
