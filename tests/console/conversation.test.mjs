// SPDX-License-Identifier: Apache-2.0
// What a conversation says of itself, message by message, and how it spares whoever
// reads it: grey, blurred, mute, and revealed no longer than a key is held.

import assert from 'node:assert/strict';
import {after, before} from 'node:test';
import {axe, login, spotless, startBrowser, startWorld, test, visit} from './lib.mjs';

let world;
let browser;
let number;

before(async () => {
  world = await startWorld({retract: '60s', statement_delay: '60s', appeal_window: '600s'});
  browser = await startBrowser();
  ({case: number} = await world.do('report', {note: 'A note that is no easier to read',
    messages: [{text: 'hello', seq: 1}, {parts: [
      {name: 'picture', type: 'image/png', picture: true},
      {name: 'film', type: 'video/mp4', base64: 'AAAAHGZ0eXBpc29t'},
      {name: 'sound', type: 'audio/ogg', base64: 'T2dnUwAC'}], seq: 2}, {text: 'x', seq: 3, withheld: true}]}));
  await world.do('open', {by: 'ann', case: number});
});
after(async () => {
  await browser?.close();
  await world?.end();
});

const style = (locator, name) => locator.evaluate((node, what) => getComputedStyle(node)[what], name);

/** Ann at the conversation; looks are given as change(look) makes them. */
async function atConversation(change, options) {
  const ann = await login(browser, world, 'ann', options);
  if (change) {
    await ann.route('**/v1/reports/*/look', async (route) => {
      const response = await route.fetch();
      const look = await response.json();
      change(look);
      await route.fulfill({response, json: look});
    });
  }
  await visit(ann, `#/case/${number}`);
  await ann.keyboard.press('o');
  await ann.locator('.conversation').waitFor();
  return ann;
}

async function end(page) {
  spotless(page);
  await page.context().close();
}

// ---- What is proven ----------------------------------------------------------------------

/** Messages as the service gives them: [verdict, stamp, is it shown, badges, what is said of it]. */
const given = [
  ['matches', 'valid', true, ['✓ Proven']],
  ['malformed', 'valid', true, ['✓ Proven', 'Breaks rules of its format']],
  ['mismatch', 'valid', true, ['✗ Not proven: it is not what was stamped']],
  ['expired', 'expired', true, ['✗ Not proven: the key of its time is gone']],
  ['not_stamped', 'invalid', true, ['✗ Not proven: the hub did not stamp it']],
  ['matches', 'signed', true, ['✗ Not proven: the hub\'s verdict is missing']],
  ['withheld', 'valid', false, ['◌ Withheld by the reporter'], 'That it was sent is proven. What it says was not shown.'],
  ['withheld', 'signed', false, ['◌ Withheld by the reporter', '✗ Not proven: the hub\'s verdict is missing'],
    'What it says was not shown.'],
  ['expired', 'expired', false, ['◌ Withheld by the reporter', '✗ Not proven: the key of its time is gone'],
    'What it says was not shown.'],
  ['not_stamped', 'invalid', false, ['◌ Withheld by the reporter', '✗ Not proven: the hub did not stamp it'],
    'What it says was not shown.'],
  // Nobody withheld it, as far as one knows.
  ['unreadable', 'valid', false, ['✗ Not proven: the report\'s body cannot be read'],
    'Nobody can say what it says, or whether it was to be shown.'],
  ['unreadable', 'signed', false, ['✗ Not proven: the report\'s body cannot be read'],
    'Nobody can say what it says, or whether it was to be shown.'],
];

test('a message is called proven where it is, and nowhere else', {timeout: 60000}, async () => {
  const ann = await atConversation((look) => {
    look.messages = given.map(([verdict, stamp, isShown], i) => ({message: i, tag: `${i}`, accused: false,
      sender: 'mimi://example.com/u/mallory', room: 'mimi://example.com/r/club', sent: 1000 * i, verdict, stamp,
      proven: stamp === 'valid' && ['matches', 'malformed'].includes(verdict), parts_withheld: 0,
      ...(isShown && {parts: [{state: 'there', text: `message ${i}`}]})}));
    look.messages[0].parts.push({state: 'withheld'}, {state: 'withheld'});
    look.order = [];
  });
  const messages = ann.locator('.message');
  assert.equal(await messages.count(), given.length);
  for (const [i, [, , isShown, badges, said]] of given.entries()) {
    const wanted = i === 0 ? [...badges, '◌ 2 of 3 parts withheld'] : badges;
    assert.deepEqual(await messages.nth(i).locator('header .badge').allInnerTexts(), wanted, `${given[i]}`);
    const text = await messages.nth(i).innerText();
    assert.equal(text.includes(`message ${i}`), isShown);
    if (said) assert.equal((await messages.nth(i).locator('> p').innerText()).trim(), said);
    else assert.ok(!text.includes('That it was sent'));
  }
  for (const colorScheme of ['light', 'dark']) {
    await ann.emulateMedia({colorScheme});
    assert.deepEqual(await axe(ann), [], colorScheme);
  }
  await end(ann);
});

test('a report that cannot be read is not called withheld', {timeout: 60000}, async () => {
  const ann = await login(browser, world, 'ann');
  await ann.route(`**/v1/cases/${number}`, async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    Object.assign(body.report_list[0], {unreadable: true, disclosed: 0, withheld: 0, parts_withheld: 0, not_proven: 3});
    await route.fulfill({response, json: body});
  });
  await ann.route('**/v1/reports/*/look', async (route) => {
    const response = await route.fetch();
    const look = await response.json();
    Object.assign(look, {unreadable: true, withheld: 0, parts_withheld: 0, note: '', order: []});
    for (const message of look.messages) {
      Object.assign(message, {verdict: 'unreadable', proven: false, why: 'the report\'s body cannot be read'});
      delete message.parts;
    }
    await route.fulfill({response, json: look});
  });
  await visit(ann, `#/case/${number}`);
  await ann.locator('td .badge.bad', {hasText: 'cannot be read'}).waitFor();
  await ann.keyboard.press('o');
  await ann.locator('.conversation').waitFor();
  assert.match(await ann.locator('.warning').first().innerText(), /nothing of that report is shown or proven/);
  assert.ok(!/withheld/i.test(await ann.locator('.conversation').innerText()));
  assert.equal(await ann.locator('.message .badge.bad').count(), 3);
  await end(ann);
});

test('one look is asked for once, however quickly the key is pressed', {timeout: 60000}, async () => {
  const ann = await login(browser, world, 'ann');
  let looks = 0;
  await ann.route('**/v1/reports/*/look', async (route) => {
    looks += 1;
    await ann.waitForTimeout(300);
    await route.continue();
  });
  await visit(ann, `#/case/${number}`);
  await ann.keyboard.press('o');
  await ann.keyboard.press('o');
  await ann.locator('.conversation').waitFor();
  assert.equal(looks, 1);
  // The box, its words and the hint stand on one line.
  const middles = await ann.locator('.actions:has(> .check) > *').evaluateAll((all) => all.map((node) => {
    const {top, bottom} = (node.querySelector('span') ?? node).getBoundingClientRect();
    return (top + bottom) / 2;
  }));
  assert.ok(Math.abs(middles[0] - middles[1]) < 1, `${middles}`);
  await end(ann);
});

test('where the hub\'s verdict is missing, or the order is forged, that is said first', {timeout: 60000}, async () => {
  const ann = await atConversation((look) => {
    look.hub_verdict = false;
    for (const message of look.messages) Object.assign(message, {stamp: 'signed', proven: false});
  });
  await ann.locator('.warning', {hasText: 'nothing of that report is proven'}).waitFor();
  assert.equal(await ann.locator('.message .badge.good').count(), 0);
  assert.equal(await ann.getByText('That it was sent is proven').count(), 0);
  await end(ann);
  const {case: twice} = await world.do('report', {sender: 'mimi://example.com/u/twice',
    messages: [{text: 'one', seq: 5}, {text: 'other', seq: 5}]});
  await world.do('open', {by: 'ann', case: twice});
  const again = await login(browser, world, 'ann');
  await visit(again, `#/case/${twice}`);
  await again.keyboard.press('o');
  await again.locator('.warning', {hasText: 'no honest hub gives'}).waitFor();
  await end(again);
});

test('each message tells its number, and what its author\'s device had of those before it', {timeout: 60000}, async () => {
  const alice = 'mimi://example.com/u/alice';
  const {case: talk} = await world.do('report', {sender: 'mimi://example.com/u/talker', messages: [
    {text: 'first', sender: alice, seq: 11}, {text: 'an answer', seq: 12},
    {text: 'once more', sender: alice, seq: 13}, {text: 'crossed it', seq: 17, seen: 12},
    {text: 'from a new device', seq: 18, seen: 0}], accused: 1});
  await world.do('open', {by: 'ann', case: talk});
  const ann = await login(browser, world, 'ann');
  await visit(ann, `#/case/${talk}`);
  await ann.keyboard.press('o');
  await ann.locator('.conversation').waitFor();
  const device = 'When the hub accepted it, its author\'s device had acknowledged';
  assert.deepEqual((await ann.locator('.message .place').allInnerTexts()).map((text) => text.trim()), [
    'No. 11 of the room.',
    `No. 12 of the room. ${device} the room up to no. 11: all that is shown here of others before it.`,
    `No. 13 of the room. ${device} the room up to no. 12: all that is shown here of others before it.`,
    `No. 17 of the room. ${device} the room up to no. 12: not yet no. 13.`,
    `No. 18 of the room. ${device} nothing of the room: not yet no. 11, no. 13.`]);
  assert.deepEqual(await ann.locator('.gap').allInnerTexts(),
      ['3 messages are not shown: stamped, perhaps never delivered']);
  await axe(ann);
  await end(ann);
});

// ---- What one is spared ------------------------------------------------------------------------

const HIDDEN = 'grayscale(1) blur(28px) brightness(0.8)';

test('pictures and films are grey and blurred, and sounds mute, but while V is held', {timeout: 60000}, async () => {
  const ann = await atConversation();
  const shown = [ann.locator('.media img'), ann.locator('.media video')];
  const heard = [ann.locator('.media video'), ann.locator('.media audio')];
  const filters = async () => [await style(shown[0], 'filter'), await style(shown[1], 'filter')];
  const muted = async () => [await heard[0].evaluate((node) => node.muted), await heard[1].evaluate((node) => node.muted)];
  const unmute = async () => {
    for (const one of heard) {
      await one.evaluate((node) => {
        node.muted = false;
      });
    }
  };
  const areMuted = () => ann.waitForFunction(() =>
    [...document.querySelectorAll('.media video, .media audio')].every((node) => node.muted));
  assert.deepEqual(await filters(), [HIDDEN, HIDDEN]);
  assert.deepEqual(await muted(), [true, true]);
  await unmute();
  await areMuted(); // nothing is heard while it is hidden
  await ann.keyboard.press('j');
  await ann.keyboard.press('j');
  await ann.keyboard.down('v');
  assert.deepEqual(await filters(), ['grayscale(1)', 'grayscale(1)'], 'grey still');
  await unmute();
  await ann.waitForTimeout(50); // in which the browser tells of it
  assert.deepEqual(await muted(), [false, false], 'as long as it is held');
  await ann.keyboard.up('v');
  assert.deepEqual(await filters(), [HIDDEN, HIDDEN]);
  assert.deepEqual(await muted(), [true, true], 'mute again on release');
  await ann.getByLabel('In colour').first().check();
  assert.deepEqual(await filters(), [HIDDEN, HIDDEN], 'colour reveals nothing');
  await ann.evaluate(() => document.activeElement.blur());
  await ann.keyboard.down('v');
  assert.deepEqual(await filters(), ['none', 'grayscale(1)']);
  // Whatever else is held when it is let go.
  await ann.keyboard.down('Control');
  await ann.keyboard.up('v');
  await ann.keyboard.up('Control');
  assert.deepEqual(await filters(), [HIDDEN, HIDDEN], 'hidden, though Ctrl was held');
  await end(ann);
});

test('a reporter\'s note is blurred as messages are', {timeout: 60000}, async () => {
  const likes = {theme: 'system', quiet: false, blur_text: true, break_minutes: 50, avoid: []};
  const prefer = (body) => world.do('call', {by: 'ann', method: 'POST', path: '/v1/preferences', body});
  await prefer(likes);
  const ann = await atConversation();
  const note = ann.locator('.message-text', {hasText: 'no easier to read'});
  assert.match(await style(note, 'filter'), /blur/);
  for (let i = 0; i < 4; i++) await ann.keyboard.press('j');
  assert.equal(await ann.locator('.note').getAttribute('data-at'), '', 'one goes on to it');
  await ann.keyboard.down('v');
  assert.equal(await style(note, 'filter'), 'none');
  await ann.keyboard.up('v');
  assert.match(await style(note, 'filter'), /blur/);
  await ann.getByLabel('Show text clearly').check();
  assert.equal(await style(note, 'filter'), 'none');
  await prefer({...likes, blur_text: false});
  await end(ann);
});

test('what comes when one has left is not counted as read', {timeout: 60000}, async () => {
  const {case: other} = await world.do('report', {sender: 'mimi://example.com/u/late', messages: [{text: 'late'}]});
  await world.do('open', {by: 'cat', case: other});
  const cat = await login(browser, world, 'cat');
  await cat.clock.install();
  await cat.reload();
  let let_go;
  const held = new Promise((settle) => {
    let_go = settle;
  });
  await cat.route('**/v1/reports/*/look', async (route) => {
    await held;
    await route.continue();
  });
  await visit(cat, `#/case/${other}`);
  await cat.keyboard.press('o');
  await cat.keyboard.press('g');
  await cat.keyboard.press('m');
  await cat.getByRole('heading', {level: 1, name: 'Me'}).waitFor();
  const answered = cat.waitForResponse('**/v1/reports/*/look');
  let_go();
  await (await answered).finished();
  for (let i = 0; i < 4; i++) {
    await cat.mouse.move(200 + i, 300);
    await cat.clock.runFor(20000);
  }
  const {answer} = await world.do('call', {by: 'cat', method: 'POST', path: '/v1/exposure',
    body: {day: Math.floor(Date.now() / 86400000), seconds: 0, images: 0}});
  assert.equal(answer.seconds, 0);
  await end(cat);
});
