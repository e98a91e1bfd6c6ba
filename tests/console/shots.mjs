// SPDX-License-Identifier: Apache-2.0
// A picture of every page, in both themes and three widths, to be looked at:
// node shots.mjs FOLDER

import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {counts, login, open, patiently, startBrowser, startWorld, visit} from './lib.mjs';

const folder = process.argv[2] ?? 'build/screenshots';
mkdirSync(folder, {recursive: true});
const world = await startWorld({retract: '1s', statement_delay: '1s', appeal_window: '600s',
  stored_shares: 'on', public_checkpoint: '10s'});
const browser = await startBrowser();

// ---- Something to see ------------------------------------------------------------------

const {answer: {version, book}} = await world.do('call', {by: 'lea', method: 'GET', path: '/v1/book'});
await world.do('call', {by: 'lea', method: 'POST', path: '/v1/book',
  body: {after: version, book: {...book, second_look_share: 1}}});

const people = ['ivy', 'noor', 'sam', 'kim', 'lou'];
const reasons = ['harassment', 'fraud', 'spam', 'threat', 'hate', 'impersonation'];
for (let i = 0; i < 14; i++) {
  await world.do('report', {reason: reasons[i % reasons.length], sender: `mimi://example.com/u/${people[i % 5]}${i}`,
    room: `mimi://example.com/r/${i}`, messages: [{text: 'hello'}]});
}
const story = {reason: 'threat', sender: 'mimi://example.com/u/mallory', room: 'mimi://example.com/r/allotments',
  note: 'It began after I asked for the key to the shed. I would rather not show what I wrote about my sister.',
  accused: 3, messages: [
    {sender: 'mimi://example.com/u/alice', text: 'Could you bring back the shed key, please?', seq: 41},
    {text: 'Get your own.', seq: 42},
    {sender: 'mimi://example.com/u/alice', text: 'private', seq: 43, withheld: true},
    {text: 'Ask again and I will come to your door.', seq: 47},
    {parts: [{name: 'text', text: 'I know which one it is.'}, {name: 'picture', type: 'image/png', picture: true},
      {name: 'place', text: 'x'}], seq: 48, withhold_parts: [2]},
    {sender: 'mimi://example.com/u/alice', text: 'اتركني وشأني', seq: 49}]};
const {case: number} = await world.do('report', story);
const {case: files} = await world.do('report', {reason: 'threat', sender: 'mimi://example.com/u/mallory',
  room: 'mimi://example.com/r/shed', messages: [{parts: [{name: 'text', text: 'Look what I have.'},
    {file: 'picture.jpg', disclose: true}], seq: 11}, {parts: [{file: 'short.webm', name: 'shed.webm',
    disclose: [[0, 65536]]}], seq: 12, withhold_parts: [1]}, {parts: [{file: 'sound.ogg'}], seq: 13,
    withhold_parts: [1]}]});
const {case: asked} = await world.do('report', {reason: 'hate', sender: 'mimi://example.com/u/pat',
  messages: [{text: 'hello'}]});
await world.do('call', {by: 'ben', method: 'POST', path: `/v1/cases/${asked}/claim`});
const {rows: [[sealed]]} = await world.do('sql', {query: `SELECT number FROM reports WHERE in_case = ${asked}`});
await world.do('call', {by: 'ben', method: 'POST', path: `/v1/cases/${asked}/ask`,
  body: {reports: [sealed], why: 'Third report about this account in a week; one of them showed slurs.'}});
const decided = {}; // cases, by their outcome
for (const [outcome, policy] of [['warn', 'conduct'], ['suspend', 'fraud'], ['no_action', 'conduct'],
  ['escalate', 'violence.threat']]) {
  const {case: other} = await world.do('report', {reason: 'fraud', sender: `mimi://example.com/u/z${outcome}`,
    messages: [{text: 'hello'}]});
  decided[outcome] = other;
  await world.do('open', {by: 'cat', case: other});
  await world.do('call', {by: 'cat', method: 'POST', path: `/v1/cases/${other}/decide`,
    body: {outcome, policy, explanation: 'You broke a rule.'}});
  if (outcome === 'warn') await world.do('appeal', {case: other, text: 'It was a joke'});
}
await world.do('open', {by: 'ann', case: number});
await world.do('open', {by: 'ann', case: files});
const draft = {decision: {outcome: 'restrict', policy: 'violence.threat', template: '', values: {},
  explanation: 'You threatened somebody. For two weeks you can only write to people who have you in their contacts.',
  withheld_seen: false}, note: 'The picture is of a front door.'};
await world.do('call', {by: 'ann', method: 'POST', path: `/v1/cases/${number}/draft`, body: {draft}});
for (const outcome of ['warn', 'suspend']) {
  await world.do('call', {by: 'ben', method: 'POST', path: `/v1/cases/${decided[outcome]}/claim`});
}
const last = Date.now() + patiently(40000);
while ((await world.do('call', {by: 'aud', method: 'GET', path: '/v1/log'})).answer.size === null) {
  if (Date.now() > last) throw new Error('there is no checkpoint');
  await new Promise((settle) => setTimeout(settle, 500));
}

// ---- Pictures ---------------------------------------------------------------------------

for (const colorScheme of ['light', 'dark']) {
  for (const [width, height] of [[360, 740], [1024, 768], [1600, 1000]]) {
    const shot = async (page, name) => {
      await page.evaluate(() => document.querySelectorAll('.toast').forEach((node) => node.remove()));
      await page.waitForTimeout(150);
      await page.screenshot({path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true});
    };
    const size = {viewport: {width, height}, colorScheme};
    const out = await open(browser, world, size);
    await out.locator('main h1').waitFor();
    await shot(out, 'login');
    await out.getByRole('button', {name: 'First login'}).click();
    await shot(out, 'first-login');
    const ann = await login(browser, world, 'ann', size);
    for (const name of ['queue', 'reviews', 'appeals', 'consent', 'second-looks', 'statistics', 'log', 'me']) {
      await visit(ann, `#/${name}`);
      if (name === 'log') {
        await ann.getByRole('button', {name: 'Verify here'}).click();
        await ann.getByText('The log holds').waitFor();
      }
      await shot(ann, name);
    }
    await visit(ann, '#/queue?messages=1');
    await shot(ann, 'queue-filters');
    await visit(ann, `#/case/${number}`);
    await shot(ann, 'case-before');
    await ann.keyboard.press('o');
    await ann.locator('.conversation').waitFor();
    await ann.locator('.media img').scrollIntoViewIfNeeded();
    await shot(ann, 'case');
    await ann.keyboard.press('Control+k');
    await shot(ann, 'palette');
    await ann.keyboard.press('Escape');
    await visit(ann, `#/case/${files}`);
    await ann.keyboard.press('o');
    await counts(ann.locator('.attachment .badge', {hasText: /Proven|Part withheld|Withheld by/}), 3);
    for (let i = 0; i < 2; i++) {
      await ann.keyboard.press('j');
      await ann.keyboard.down('v');
      await ann.waitForFunction(() => document.querySelector('.attachment img').naturalWidth > 0);
      await ann.keyboard.up('v');
    }
    await ann.getByText(/key frames,|of the rest/).waitFor();
    await shot(ann, 'file');
    const ben = await login(browser, world, 'ben', size);
    await visit(ben, `#/case/${decided.suspend}`);
    await ben.getByLabel('Return', {exact: true}).check();
    await shot(ben, 'review');
    await visit(ben, `#/case/${decided.warn}`);
    await ben.getByLabel('Overturn').check();
    await shot(ben, 'appeal');
    await visit(ben, '#/second-looks');
    await ben.keyboard.press('o');
    await ben.getByRole('button', {name: 'Show the conversation'}).waitFor();
    await shot(ben, 'second-look-before');
    await ben.keyboard.press('o');
    await ben.locator('.conversation').waitFor();
    await shot(ben, 'second-look');
    const lea = await login(browser, world, 'lea', size);
    for (const part of ['queues', 'policies', 'templates', 'rules', 'text']) {
      await visit(lea, `#/book?part=${part}`);
      await shot(lea, `book-${part}`);
    }
    const ada = await login(browser, world, 'ada', size);
    await visit(ada, '#/people');
    await shot(ada, 'people');
    for (const page of [out, ann, ben, lea, ada]) await page.context().close();
  }
}
await browser.close();
await world.end();
