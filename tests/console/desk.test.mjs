// SPDX-License-Identifier: Apache-2.0
// What else people do at the console: first logins, handing over, holds, the book,
// second looks; and what is done to be kind to them.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {after, before} from 'node:test';
import {axe, becomes, counts, login, open, patiently, spotless, startBrowser, startWorld, test, totp, visit} from './lib.mjs';

let world;
let browser;

before(async () => {
  world = await startWorld({retract: '1s', statement_delay: '1s', appeal_window: '600s', stored_shares: 'on'});
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await world?.end();
});

const toast = (page, text) => page.locator('.toast', {hasText: text}).waitFor();

test('somebody is invited, and logs in for the first time', {timeout: 90000}, async () => {
  const ada = await login(browser, world, 'ada');
  await visit(ada, '#/people');
  await ada.getByRole('button', {name: 'Invite somebody'}).click();
  const form = ada.getByRole('dialog');
  await form.getByLabel('Name to log in with').fill('zoe');
  await form.getByLabel('Name that colleagues see').fill('Zoe');
  await form.getByRole('button', {name: 'Invite'}).click();
  const invitation = (await ada.getByRole('dialog', {name: 'Invitation'}).locator('code').innerText()).trim();
  await ada.getByRole('button', {name: 'Close'}).click();
  await ada.getByRole('row', {name: /Zoe/}).getByText('Invited').waitFor();

  const zoe = await open(browser, world);
  await zoe.clock.install();
  await zoe.reload();
  await zoe.getByRole('button', {name: 'First login'}).click();
  await zoe.getByLabel('Invitation').fill(invitation);
  await zoe.getByLabel('New password').fill('password1234');
  await zoe.getByLabel('The same again').fill('password1235');
  await zoe.getByRole('button', {name: 'Next'}).click();
  await zoe.getByText('The two passwords differ').waitFor();
  await zoe.getByLabel('New password').fill('six odd green umbrellas');
  await zoe.getByLabel('The same again').fill('six odd green umbrellas');
  await zoe.getByRole('button', {name: 'Next'}).click();
  const secret = (await zoe.locator('code').innerText()).replaceAll(' ', '');
  assert.deepEqual(await axe(zoe), []);
  await zoe.getByLabel('Code that it shows now').fill('000000');
  await zoe.getByRole('button', {name: 'Confirm'}).click();
  await zoe.getByText('not the code that the device shows').waitFor();
  await zoe.getByLabel('Code that it shows now').fill(totp(secret));
  await zoe.getByRole('button', {name: 'Confirm'}).click();
  await zoe.getByRole('heading', {name: 'Codes on paper'}).waitFor();
  const codes = await zoe.locator('ol li').allInnerTexts();
  assert.equal(codes.length, 10);
  assert.deepEqual(await axe(zoe), []);
  await zoe.getByRole('button', {name: 'I have them: log in'}).click();
  await zoe.getByLabel('Name').fill('zoe');
  await zoe.getByLabel('Password').fill('six odd green umbrellas');
  await zoe.getByLabel('Code').fill(codes[0]);
  await zoe.keyboard.press('Enter');
  await zoe.getByRole('heading', {level: 1, name: 'Queue'}).waitFor();
  // Ended, she is out at once.
  await visit(ada, '#/people');
  await ada.getByRole('row', {name: /Zoe/}).getByRole('button', {name: 'End'}).click();
  await ada.getByRole('dialog').getByRole('button', {name: 'End'}).click();
  await toast(ada, 'Ended');
  await zoe.clock.runFor(31000); // it asks twice a minute whether it still has a session
  await zoe.getByRole('dialog', {name: 'Your session is over'}).waitFor();
  for (const page of [ada, zoe]) {
    spotless(page);
    await page.context().close();
  }
});

test('accounts are changed and reset, and shares change hands', {timeout: 90000}, async () => {
  const holders = async () => (await world.do('sql', {query:
    'SELECT h.holder, a.name FROM holders h JOIN accounts a ON a.number = h.account ORDER BY holder'})).rows;
  /** In the end they are these; a toast may still be that of an earlier change. */
  const held = (wanted) => becomes(`holders are ${wanted}`, async () =>
    JSON.stringify(await holders()) === JSON.stringify(wanted));
  const ada = await login(browser, world, 'ada');
  await world.do('call', {by: 'ada', method: 'POST', path: '/v1/accounts',
    body: {name: 'yan', shown: 'Yan', roles: ['reviewer']}});
  await visit(ada, '#/people');
  const row = ada.getByRole('row', {name: /yan/});
  await row.getByRole('button', {name: 'Change'}).click();
  const form = ada.getByRole('dialog', {name: 'Change yan'});
  await form.getByLabel('Name that colleagues see').fill('Yan of nights');
  await form.getByLabel('Lead').check();
  await form.getByLabel('Admin').check();
  await form.getByRole('button', {name: 'Save'}).click();
  await form.getByRole('alert').waitFor(); // an admin sees no content
  await form.getByLabel('Admin').uncheck();
  await form.getByLabel('All').uncheck();
  await form.getByLabel('Life and limb').check();
  assert.deepEqual(await axe(ada), []);
  await form.getByRole('button', {name: 'Save'}).click();
  await row.getByText('Yan of nights').waitFor();
  assert.match(await row.innerText(), /Reviewer, Lead\s+urgent/);
  await row.getByRole('button', {name: 'Reset login'}).click();
  await ada.keyboard.press('Escape');
  assert.equal(await ada.getByRole('dialog').count(), 0, 'it asks first');
  await row.getByRole('button', {name: 'Reset login'}).click();
  await ada.getByRole('dialog').getByRole('button', {name: 'Reset login'}).click();
  assert.match(await ada.getByRole('dialog', {name: 'Invitation'}).locator('code').innerText(), /^\S{20,}$/);
  await ada.getByRole('button', {name: 'Close'}).click();

  // One key changes the select, and nothing else.
  const before = [[1, 'ann'], [2, 'ben'], [3, 'cat']];
  assert.deepEqual(await holders(), before);
  const first = ada.getByLabel('Holder of share 1');
  await first.focus();
  await ada.keyboard.press('n');
  const sure = ada.getByRole('dialog', {name: 'Holder of share 1'});
  await sure.getByText('nobody holds it').waitFor();
  assert.deepEqual(await axe(ada), []);
  await ada.keyboard.press('Escape');
  assert.deepEqual(await holders(), before);
  assert.equal(await first.locator('option:checked').innerText(), 'Ann', 'as it was');
  await first.selectOption('Lea');
  await sure.getByText('Lea').waitFor();
  await sure.getByRole('button', {name: 'Change the holder'}).click();
  await held([[1, 'lea'], [2, 'ben'], [3, 'cat']]);
  await toast(ada, 'Saved');
  await first.selectOption('Ann');
  await sure.getByRole('button', {name: 'Change the holder'}).click();
  await held(before);
  // A share that is kept here goes: that is said.
  const {rows: [[account]]} = await world.do('sql', {query: 'SELECT number FROM accounts WHERE name = "ann"'});
  await ada.route('**/v1/quorums', async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    body.quorums[0].held.find((one) => one.account === account).stored = true;
    await route.fulfill({response, json: body});
  });
  await visit(ada, '#/people');
  await first.selectOption('Lea');
  await sure.getByText('The copy of the share that is kept here is deleted').waitFor();
  await ada.keyboard.press('Escape');
  spotless(ada);
  await ada.context().close();
});

test('a case is held, handed over, noted, and kept for a court', {timeout: 90000}, async () => {
  const {case: number} = await world.do('report', {messages: [{text: 'hello'}]});
  const ann = await login(browser, world, 'ann');
  await visit(ann, `#/case/${number}`);
  await ann.keyboard.press('c');
  await ann.getByText('You work on it').waitFor();
  await ann.getByRole('button', {name: 'Hold', exact: true}).click();
  await ann.getByRole('dialog').getByLabel('Until').fill(new Date(Date.now() + 2 * 86400000).toISOString().slice(0, 16));
  await ann.getByRole('dialog').getByLabel('Why?').fill('Waiting for the police');
  await ann.getByRole('dialog').getByRole('button', {name: 'Hold'}).click();
  await ann.getByText('You hold it until').waitFor();
  await ann.keyboard.press('w');
  await ann.keyboard.type('Seen before');
  await ann.getByRole('button', {name: 'Add the note'}).click();
  await ann.locator('.timeline', {hasText: 'Seen before'}).waitFor();
  await ann.keyboard.press('Escape');
  await ann.keyboard.press('h');
  await ann.getByRole('dialog').getByLabel('To').selectOption('lea');
  await ann.getByRole('dialog').getByLabel('Why?').fill('My shift ends');
  await ann.getByRole('dialog').getByRole('button', {name: 'Hand over'}).click();
  await ann.getByText(/Lea works on it|works on it; the claim/).waitFor();
  const lea = await login(browser, world, 'lea');
  await visit(lea, `#/case/${number}`);
  await lea.getByText('You work on it').waitFor();
  await lea.getByRole('button', {name: 'Order a legal hold'}).click();
  await lea.getByRole('dialog').getByLabel('Until').fill(new Date(Date.now() + 30 * 86400000).toISOString().slice(0, 10));
  await lea.getByRole('dialog').getByLabel('Why?').fill('Order 12/2026');
  await lea.getByRole('dialog').getByRole('button', {name: 'Order a legal hold'}).click();
  await toast(lea, 'somebody else must confirm');
  await visit(ann, `#/case/${number}`);
  await ann.getByRole('button', {name: 'Confirm it'}).click();
  await ann.locator('.badge', {hasText: 'In force'}).waitFor();
  await ann.locator('.timeline', {hasText: 'Legal hold'}).first().waitFor();
  await lea.getByRole('button', {name: 'Release'}).click();
  await toast(lea, 'back in the queue');
  for (const page of [ann, lea]) {
    spotless(page);
    await page.context().close();
  }
});

test('a lead exports the evidence of a case', {timeout: 90000}, async () => {
  const {case: number} = await world.do('report', {sender: 'mimi://example.com/u/proof', reason: 'fraud',
    messages: [{text: 'pay me first'}]});
  const lea = await login(browser, world, 'lea');
  await visit(lea, `#/case/${number}`);
  await lea.getByText('there is nothing to prove yet').waitFor();
  await world.do('open', {by: 'ann', case: number});
  await visit(lea, '#/queue');
  await visit(lea, `#/case/${number}`);
  await lea.getByRole('button', {name: 'Export the evidence'}).click();
  await lea.getByRole('dialog').getByLabel('Why, and for whom?').fill('Court order 7/2026');
  assert.deepEqual(await axe(lea), [], 'export');
  const [download] = await Promise.all([lea.waitForEvent('download'),
    lea.getByRole('dialog').getByRole('button', {name: 'Export', exact: true}).click()]);
  assert.equal(download.suggestedFilename(), `case-${number}.bundle`);
  const bytes = readFileSync(await download.path());
  assert.equal(bytes.subarray(0, 15).toString(), 'frank bundle 1\n');
  assert.ok(bytes.includes('pay me first'));
  await toast(lea, 'Exported.');
  await lea.locator('.timeline', {hasText: 'Evidence exported'}).waitFor();
  const ann = await login(browser, world, 'ann');
  await visit(ann, `#/case/${number}`);
  assert.equal(await ann.getByRole('button', {name: 'Export the evidence'}).count(), 0);
  for (const page of [ann, lea]) {
    spotless(page);
    await page.context().close();
  }
});

test('decided cases leave one in the same place of the list', {timeout: 90000}, async () => {
  const numbers = [];
  for (let i = 0; i < 3; i++) {
    const {case: number} = await world.do('report', {sender: `mimi://example.com/u/place-${i}`, reason: 'malware',
      messages: [{text: 'hello'}]});
    await world.do('open', {by: 'ann', case: number});
    numbers.push(number);
  }
  const ann = await login(browser, world, 'ann');
  await visit(ann, '#/queue?reason=malware');
  await counts(ann.locator('.row'), 3);
  await ann.keyboard.press('j');
  await ann.keyboard.press('j');
  await ann.keyboard.press('o');
  await ann.getByRole('heading', {level: 1, name: `Case ${numbers[1]}`}).waitFor();
  await ann.getByText('2 of 3 in the list').waitFor();
  await ann.getByLabel('No action').check();
  await ann.getByLabel('Policy', {exact: true}).selectOption('conduct');
  await ann.getByLabel('What the accused is told').selectOption('').catch(() => {});
  await ann.getByLabel('Explanation for the accused').fill('Nothing was found.');
  await ann.keyboard.press('Control+Enter');
  await ann.getByRole('dialog').getByRole('button', {name: 'Decide'}).click();
  await ann.getByRole('heading', {level: 1, name: 'Queue'}).waitFor();
  await counts(ann.locator('.row'), 2);
  assert.equal(await ann.locator('.row[data-at]').getAttribute('data-case'), String(numbers[2]));
  // And straight on to the next.
  await ann.keyboard.press('k');
  await ann.keyboard.press('o');
  await ann.getByRole('heading', {level: 1, name: `Case ${numbers[0]}`}).waitFor();
  await ann.getByLabel('No action').check();
  await ann.getByLabel('Policy', {exact: true}).selectOption('conduct');
  await ann.getByLabel('Explanation for the accused').fill('Nothing was found.');
  await ann.keyboard.press('Escape');
  await ann.keyboard.press('n');
  await ann.getByRole('dialog').getByRole('button', {name: 'Decide, then the next'}).click();
  await ann.getByRole('heading', {level: 1, name: `Case ${numbers[2]}`}).waitFor();
  spotless(ann);
  await ann.context().close();
});

test('a break is proposed, and today is counted', {timeout: 90000}, async () => {
  const {case: number} = await world.do('report', {sender: 'mimi://example.com/u/long', messages: [{text: 'hello'}]});
  await world.do('open', {by: 'ann', case: number});
  const ann = await login(browser, world, 'ann');
  await visit(ann, '#/me');
  await ann.getByLabel('Remind me of a break').fill('2');
  await ann.keyboard.press('Tab');
  await toast(ann, 'Kept');
  await ann.clock.install();
  await ann.reload();
  await ann.locator('main h1').waitFor();
  await visit(ann, `#/case/${number}`);
  await ann.keyboard.press('o');
  await ann.locator('.conversation').waitFor();
  for (let i = 0; i < 8; i++) {
    await ann.mouse.move(200 + i, 300);
    await ann.clock.runFor(20000);
  }
  await ann.getByText('A break is due').waitFor();
  assert.deepEqual(await axe(ann), []);
  await ann.getByText(/Today \d/).waitFor();
  await becomes('what was read is counted', async () => (await world.do('call', {by: 'ann', method: 'POST',
    path: '/v1/exposure', body: {day: Math.floor(Date.now() / 86400000), seconds: 0, images: 0}})).answer.seconds >= 60);
  await ann.getByRole('button', {name: 'I take one'}).click();
  assert.equal(await ann.getByText('A break is due').count(), 0);
  spotless(ann);
  await ann.context().close();
});

test('the book is changed, and what one asked to be spared is passed over', {timeout: 90000}, async () => {
  const lea = await login(browser, world, 'lea');
  await visit(lea, '#/book?part=rules');
  const share = lea.getByRole('spinbutton').first();
  await share.fill('100'); // percent
  await share.press('Tab');
  await lea.getByRole('button', {name: 'Put into force'}).click();
  await lea.getByRole('dialog').getByRole('button', {name: 'Put into force'}).click();
  await lea.getByText(/Version 2/).first().waitFor();
  const {answer: {book}} = await world.do('call', {by: 'lea', method: 'GET', path: '/v1/book'});
  assert.equal(book.second_look_share, 1);
  await visit(lea, '#/me');
  await lea.getByLabel('Extremism').check();
  await toast(lea, 'Kept');
  const {case: hard} = await world.do('report', {sender: 'mimi://example.com/u/hard', reason: 'extremism',
    messages: [{text: 'x'}]});
  const {case: mild} = await world.do('report', {sender: 'mimi://example.com/u/mild', reason: 'impersonation',
    messages: [{text: 'x'}]});
  await visit(lea, '#/queue');
  await lea.locator(`[data-case="${hard}"]`, {hasText: 'You asked to be spared this'}).waitFor();
  const taken = [];
  for (let i = 0; i < 6 && !taken.includes(mild); i++) {
    await visit(lea, '#/queue');
    await lea.getByRole('button', {name: 'Take the next'}).click();
    await lea.getByRole('heading', {level: 1, name: /^Case/}).waitFor();
    taken.push(Number((await lea.locator('main h1').innerText()).replace(/\D/g, '')));
  }
  assert.ok(taken.includes(mild) && !taken.includes(hard), `${taken}`);
  spotless(lea);
  await lea.context().close();
});

test('a second look is blind, and as kind as a first', {timeout: 90000}, async () => {
  const {case: number} = await world.do('report', {sender: 'mimi://example.com/u/second', reason: 'self_harm',
    note: 'A note of the reporter',
    messages: [{text: 'to be seen twice', seq: 1}, {text: 'not to be seen', seq: 2, withheld: true}]});
  await world.do('open', {by: 'ann', case: number});
  const done = await world.do('call', {by: 'ann', method: 'POST', path: `/v1/cases/${number}/decide`,
    body: {policy: 'conduct', outcome: 'warn', explanation: 'A canary explanation.'}});
  assert.equal(done.status, 200);
  const likes = {theme: 'system', quiet: false, blur_text: true, break_minutes: 50};
  // The other cases that were closed here were reported for malware.
  const prefer = (who, avoid) => world.do('call', {by: who, method: 'POST', path: '/v1/preferences',
    body: {...likes, avoid}});
  await prefer('ben', ['malware']);
  await prefer('cat', ['malware', 'self_harm']);
  const ben = await login(browser, world, 'ben');
  const shown = ben.getByRole('button', {name: 'Show the conversation'});
  const nothing = (page) => page.locator('.toast', {hasText: 'Nothing waits'});
  const end = Date.now() + patiently(40000);
  for (;;) {
    await visit(ben, '#/second-looks');
    await ben.keyboard.press('o');
    await shown.or(nothing(ben)).first().waitFor();
    if (await shown.count() > 0) break;
    assert.ok(Date.now() < end, 'a second look comes');
    await ben.waitForTimeout(1000);
  }
  // The reason, and no content yet.
  await ben.getByText('was reported for: Self-harm').waitFor();
  assert.equal(await ben.getByText('to be seen twice').count(), 0);
  assert.deepEqual(await axe(ben), []);
  await ben.keyboard.press('s'); // submits nothing, shows nothing
  assert.equal(await ben.locator('.conversation').count(), 0);
  await ben.keyboard.press('o');
  await ben.locator('.conversation').waitFor();
  assert.match(await ben.locator('.warning').innerText(), /withheld 1 message/);
  for (const text of ['to be seen twice', 'A note of the reporter']) {
    assert.match(await ben.locator('.message-text', {hasText: text})
        .evaluate((node) => getComputedStyle(node).filter), /blur/, text);
  }
  assert.ok(!(await ben.locator('main').innerText()).includes('canary'));
  assert.deepEqual(await axe(ben), []);
  await ben.getByLabel('Restrict').check();
  await ben.getByLabel('Policy').selectOption('conduct');
  await ben.evaluate(() => document.activeElement.blur());
  await ben.keyboard.press('s');
  await ben.getByRole('dialog').getByText('Restrict').waitFor();
  await ben.keyboard.press('Escape');
  const {rows} = await world.do('sql', {query: `SELECT done FROM second_looks WHERE in_case = ${number}`});
  assert.deepEqual(rows, [[null]], 'one key alone submits nothing');
  // Until he has judged, its page says why it is silent.
  await visit(ben, `#/case/${number}`);
  await ben.getByText('You are to judge this case a second time; what was done is hidden until you have.').waitFor();
  assert.ok(!/canary|No notes|What was done/.test(await ben.locator('main').innerText()));
  assert.deepEqual(await axe(ben), []);
  // It is his; but now he asks to be spared it, and so does somebody else.
  await prefer('ben', ['malware', 'self_harm']);
  const cat = await login(browser, world, 'cat');
  for (const page of [ben, cat]) {
    await visit(page, '#/second-looks');
    await page.keyboard.press('o');
    await nothing(page).waitFor();
  }
  await prefer('ben', ['malware']);
  await visit(ben, '#/second-looks');
  await ben.keyboard.press('o');
  await shown.click();
  await ben.getByLabel('Restrict').check();
  await ben.getByLabel('Policy').selectOption('conduct');
  // His time for it ends meanwhile: he is given it again. Where it cannot be, that is said.
  let ended = 0;
  let other = true;
  await ben.route('**/v1/second-looks/*/decide', (route) => {
    ended += 1;
    return ended < 3 ? route.fulfill({status: 404, json: {error: 'not-found', message: 'There is no such thing'}}) :
      route.continue();
  });
  await ben.route('**/v1/second-looks/next', (route) => (other ? route.fulfill({status: 404,
    json: {error: 'not-found', message: 'There is no such thing'}}) : route.continue()));
  await ben.getByRole('button', {name: 'Submit'}).click();
  await ben.getByRole('dialog').getByRole('button', {name: 'Submit'}).click();
  await toast(ben, 'it cannot be given to you again');
  other = false;
  ended = 1;
  await ben.getByRole('button', {name: 'Give me one'}).click();
  await shown.click();
  await ben.getByLabel('Restrict').check();
  await ben.getByLabel('Policy').selectOption('conduct');
  await ben.getByRole('button', {name: 'Submit'}).click();
  await ben.getByRole('dialog').getByRole('button', {name: 'Submit'}).click();
  await toast(ben, 'judgement differs');
  for (const page of [ben, cat]) {
    spotless(page);
    await page.context().close();
  }
});
