// SPDX-License-Identifier: Apache-2.0
// Real pictures, a film and sounds (media.py), sealed and reported as a messenger
// does it, opened by the quorum and seen in a real browser: grey, blurred, mute, and
// of what was withheld nothing.

import assert from 'node:assert/strict';
import {after, before} from 'node:test';
import {axe, counts, login, spotless, startBrowser, startWorld, test, visit} from './lib.mjs';

let world;
let browser;
let files; // a case with them
let report;

const HIDDEN = 'grayscale(1) blur(28px) brightness(0.8)';
const LONG = 15.93; // seconds of media.py's film

before(async () => {
  world = await startWorld({retract: '60s', statement_delay: '60s', appeal_window: '600s'});
  browser = await startBrowser();
  ({case: files} = await world.do('report', {sender: 'mimi://example.com/u/files', messages: [
    {parts: [{name: 'text', text: 'look'}, {file: 'picture.png', disclose: true},
      {file: 'picture.webp', disclose: true}, {file: 'picture.jpg', disclose: [[0, 8192]]}], seq: 1, withhold_parts: [6]},
    {parts: [{file: 'long.webm', disclose: true, chunk: '64KiB'}], seq: 2},
    {parts: [{file: 'short.webm', disclose: [[0, 65536]]}], seq: 3, withhold_parts: [1]},
    {parts: [{file: 'sound.ogg', disclose: true}, {file: 'sound.wav'}], seq: 4, withhold_parts: [3]},
    {parts: [{file: 'notes.txt', type: 'text/plain', text: 'a note\n<b>of two lines</b>', disclose: true},
      {file: 'page.html', type: 'text/html', text: '<script>alert(1)</script>', disclose: true},
      {file: 'paper.pdf', type: 'application/pdf', text: '%PDF-1.7', disclose: true}], seq: 5}]}));
  ({reports: [report]} = await world.do('open', {by: 'ann', case: files}));
});
after(async () => {
  await browser?.close();
  await world?.end();
});

async function end(page) {
  spotless(page);
  await page.context().close();
}

/** Ann at them, when all are there; page.sent: what she was given of them, [status, range]. */
async function atFiles(options) {
  const ann = await login(browser, world, 'ann', options);
  ann.sent = [];
  ann.on('response', (response) => response.url().includes('/v1/evidence/') && ann.sent.push([response.status(),
    response.request().headers().range, response.headers()['content-range']]));
  await visit(ann, `#/case/${files}`);
  await ann.keyboard.press('o');
  await ann.locator('.conversation').waitFor();
  // What the report holds is checked when it is opened, which the page follows.
  await counts(ann.locator('.attachment .badge', {hasText: /Proven|Part withheld|Withheld by/}), 10);
  return ann;
}

const style = (locator, name) => locator.evaluate((node, what) => getComputedStyle(node)[what], name);

/** Of what is seen: how far it is from grey, and its sharpest edge, of 255. */
async function seenOf(page, locator) {
  const png = (await locator.screenshot()).toString('base64');
  const context = await browser.newContext();
  const looking = await context.newPage();
  const found = await looking.evaluate(async (base64) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    // Not its frame's corners.
    const [w, h] = [Math.floor(bitmap.width * .8), Math.floor(bitmap.height * .8)];
    const {data} = context.getImageData(Math.floor(bitmap.width * .1), Math.floor(bitmap.height * .1), w, h);
    let [colour, edge] = [0, 0];
    for (let i = 0; i < data.length; i += 4) {
      const pixel = data.subarray(i, i + 3);
      colour = Math.max(colour, Math.max(...pixel) - Math.min(...pixel));
      if (i / 4 % w > 0) edge = Math.max(edge, Math.abs(data[i] - data[i - 4]));
    }
    return {colour, edge};
  }, png);
  await context.close();
  return found;
}

/** How many were revealed today, as the page's head counts them. */
const revealed = async (page) => Number(/(\d+) revealed/.exec(await page.locator('.exposure').innerText())[1]);

/** To the n-th message, and V held. */
async function holdAt(page, n) {
  for (let i = 0; i < 10; i++) await page.keyboard.press('k');
  for (let i = 0; i < n; i++) await page.keyboard.press('j');
  await page.keyboard.down('v');
}

/** The film's key frames are made. */
const haveStills = (locator) => locator.locator('[role="status"]', {hasText: 'key frames'})
    .filter({hasText: /evenly|of the rest/}).waitFor();

test('pictures are loaded when they are revealed, and grey and blurred but then', {timeout: 120000}, async () => {
  const ann = await atFiles();
  const pictures = ann.locator('.message').nth(0).locator('.media img');
  assert.equal(await pictures.count(), 3);
  assert.deepEqual(ann.sent, [], 'nothing was loaded');
  const before = await revealed(ann);
  await holdAt(ann, 0);
  await ann.waitForFunction(() =>
    [...document.querySelectorAll('.media img')].every((node) => node.naturalWidth === 320));
  assert.deepEqual(await pictures.evaluateAll((all) => all.map((node) => [node.complete, node.naturalHeight])),
      [[true, 180], [true, 180], [true, 180]]);
  assert.equal(await revealed(ann), before + 3, 'and is counted');
  const shown = await seenOf(ann, pictures.nth(0));
  assert.ok(shown.colour <= 6 && shown.edge > 60, `grey and sharp: ${JSON.stringify(shown)}`);
  await ann.keyboard.up('v');
  assert.equal(await style(pictures.nth(0), 'filter'), HIDDEN);
  for (let i = 0; i < 3; i++) {
    const hidden = await seenOf(ann, pictures.nth(i));
    assert.ok(hidden.colour <= 6 && hidden.edge < 8, `grey and blurred: ${i} ${JSON.stringify(hidden)}`);
  }
  await ann.getByLabel('In colour').first().check();
  await ann.evaluate(() => document.activeElement.blur());
  assert.ok((await seenOf(ann, pictures.nth(0))).colour <= 6, 'colour reveals nothing');
  await ann.keyboard.down('v');
  assert.ok((await seenOf(ann, pictures.nth(0))).colour > 100, 'and is seen when it is revealed');
  await ann.keyboard.up('v');
  // The one of which a part is there shows that.
  const part = ann.locator('.attachment').nth(2);
  assert.match(await part.textContent(), /Of 14 kB, bytes 0–8,191 are disclosed\. The rest, 5\.8 kB, was withheld/);
  await end(ann);
});

test('a film has key frames first, and is played by a second step', {timeout: 180000}, async () => {
  const ann = await atFiles();
  const node = ann.locator('.attachment').nth(3);
  const film = node.locator('video');
  assert.equal(await film.isVisible(), false);
  assert.equal(await node.getByRole('button', {name: 'Play'}).filter({visible: true}).count(), 0);
  await node.getByRole('button', {name: 'Make key frames'}).press('Enter');
  await haveStills(node);
  const stills = node.locator('canvas');
  assert.equal(await stills.count(), 8);
  const middles = await stills.evaluateAll((all) => all.map((one) =>
    [...one.getContext('2d').getImageData(0, 0, one.width, one.height).data]
        .reduce((sum, value, i) => (i % 4 === 2 ? sum + value : sum), 0) / one.width / one.height));
  assert.equal(new Set(middles.map(Math.round)).size, 8, `they differ: ${middles}`);
  assert.match(await style(stills.first(), 'filter'), /^grayscale\(1\) blur\(12px\)/);
  const hidden = await seenOf(ann, stills.first());
  assert.ok(hidden.colour <= 6 && hidden.edge < 24, `grey and blurred: ${JSON.stringify(hidden)}`);
  assert.ok(ann.sent.length > 0);
  for (const [status, asked, given] of ann.sent) {
    assert.ok(status === 206 && /^bytes=\d+-/.test(asked) && /^bytes \d+-\d+\/\d+$/.test(given), `${asked} ${given}`);
  }
  const middle = await ann.evaluate(async (number) => {
    const look = await (await fetch(`/v1/reports/${number}/look`, {method: 'POST', body: '{}',
      headers: {'Content-Type': 'application/json', 'Frank-Request': '1'}})).json();
    const answer = await fetch(look.messages[1].parts[0].attachment.evidence,
        {headers: {Range: 'bytes=3000000-3000099'}});
    return [answer.status, answer.headers.get('Content-Range'), (await answer.arrayBuffer()).byteLength];
  }, report);
  assert.deepEqual([middle[0], middle[2]], [206, 100], 'a place in its middle, and no more');
  assert.match(middle[1], /^bytes 3000000-3000099\/\d+$/);
  assert.equal(await film.evaluate((one) => one.hasAttribute('src')), false, 'nor is it loaded to be played');

  await node.getByRole('button', {name: 'Play it'}).press('Enter');
  await ann.waitForFunction(() => document.querySelectorAll('video')[0].currentTime > .2);
  const state = await film.evaluate((one) => [one.duration, one.videoWidth, one.videoHeight, one.muted, one.paused]);
  assert.ok(Math.abs(state[0] - LONG) < .1, `${state}`);
  assert.deepEqual(state.slice(1), [320, 180, true, false]);
  assert.equal(await style(film, 'filter'), HIDDEN, 'it plays blurred');
  // Where the focus is now, a key stops it and goes on.
  assert.equal(await ann.evaluate(() => document.activeElement.textContent), 'Pause');
  await ann.keyboard.press('Space');
  assert.ok(await film.evaluate((one) => one.paused));
  await node.getByLabel('Place in the film').focus();
  await ann.keyboard.press('Home');
  await ann.waitForFunction(() => document.querySelectorAll('video')[0].currentTime === 0);
  await node.getByLabel('Speed').selectOption('2');
  assert.equal(await film.evaluate((one) => one.playbackRate), 2);
  await node.getByLabel('Heard while revealed').check();
  assert.ok(await film.evaluate((one) => one.muted), 'nothing is heard yet');
  await node.getByRole('button', {name: 'Play', exact: true}).press('Enter');
  await holdAt(ann, 1);
  assert.equal(await style(film, 'filter'), 'grayscale(1)');
  assert.deepEqual(await film.evaluate((one) => [one.muted, one.paused]), [false, false]);
  await ann.keyboard.up('v');
  assert.equal(await style(film, 'filter'), HIDDEN);
  assert.deepEqual(await film.evaluate((one) => [one.muted, one.paused]), [true, true]);
  await ann.keyboard.down('v');
  await ann.waitForFunction(() => !document.querySelectorAll('video')[0].paused);
  await ann.keyboard.up('v');
  for (const colorScheme of ['light', 'dark']) {
    await ann.emulateMedia({colorScheme});
    assert.deepEqual(await axe(ann), [], colorScheme);
  }
  await end(ann);
});

test('of a film that is there in part its beginning is shown, and what is missing is said',
    {timeout: 120000}, async () => {
  const ann = await atFiles();
  const node = ann.locator('.attachment').nth(4);
  const text = await node.textContent();
  assert.match(text, /bytes 0–65,535 are disclosed\. The rest, [\d.]+ kB, was withheld by the reporter/);
  assert.match(text, /what nobody sent/);
  await node.getByRole('button', {name: 'Make key frames'}).click();
  await haveStills(node);
  const times = await node.locator('.strip .hint').allInnerTexts();
  assert.ok(times.length > 0 && times.every((time) => /^0:0[0-2]\.\d$/.test(time)), `of 6 seconds: ${times}`);
  await node.getByRole('button', {name: 'Play it'}).click();
  await ann.waitForFunction(() => document.querySelectorAll('video')[1].currentTime > .5);
  assert.equal(await node.locator('video').evaluate((one) => one.videoWidth), 320);
  await end(ann);
});

test('a sound is heard, quietly, while its button is held', {timeout: 120000}, async () => {
  const ann = await atFiles();
  const [node, other] = [ann.locator('.attachment').nth(5), ann.locator('.attachment').nth(6)];
  const sound = node.locator('audio');
  assert.deepEqual(ann.sent, []);
  const before = await revealed(ann);
  const button = node.getByRole('button', {name: 'Listen while held'});
  await button.focus();
  await ann.keyboard.down('Space');
  await ann.waitForFunction(() => document.querySelector('audio').currentTime > .1);
  const state = () => sound.evaluate((one) => [one.muted, one.paused, one.volume]);
  assert.deepEqual(await state(), [false, false, .25]);
  assert.ok(Math.abs(await sound.evaluate((one) => one.duration) - 3) < .1);
  await ann.keyboard.up('Space');
  assert.deepEqual(await state(), [true, true, .25]);
  assert.equal(await revealed(ann), before + 1);
  assert.match(await other.textContent(),
      /◌ Withheld by the reporter Nothing of this file was shown\. Its key was withheld/);
  assert.equal(await other.locator('audio').count(), 0);
  await end(ann);
});

test('texts are shown as texts, and what could run is not', {timeout: 120000}, async () => {
  const ann = await atFiles();
  const of = (n) => ann.locator('.attachment').nth(n);
  assert.ok((await of(7).textContent()).endsWith('a note\n<b>of two lines</b>'));
  assert.ok((await of(8).textContent()).includes('<script>alert(1)</script>'), 'as a text');
  assert.match(await of(9).textContent(), /“paper\.pdf” application\/pdf.*Not of a kind that is shown here/);
  assert.equal(await ann.locator('.conversation').locator('script, iframe, embed, object, a').count(), 0);
  await end(ann);
});

test('what the store gives otherwise than it was sent is never shown', {timeout: 120000}, async () => {
  const {case: kept} = await world.do('report', {sender: 'mimi://example.com/u/kept', messages: [{parts: [
    {file: 'picture.png', disclose: true, store: 'wrong'}, {file: 'picture.webp', disclose: true, store: 'there'},
    {file: 'picture.jpg', disclose: true, store: 'nowhere'}], seq: 1}]});
  await world.do('open', {by: 'ann', case: kept});
  const ann = await login(browser, world, 'ann');
  const asked = [];
  ann.on('request', (request) => request.url().includes('/v1/evidence/') && asked.push(request.url()));
  await visit(ann, `#/case/${kept}`);
  await ann.keyboard.press('o');
  const of = (n) => ann.locator('.attachment').nth(n);
  const says = (n, text) => of(n).locator('.badge', {hasText: text}).waitFor();
  await Promise.all([says(0, 'Refused'), says(1, 'Proven'), says(2, 'Not here')]);
  assert.deepEqual(await ann.locator('.attachment').evaluateAll((all) =>
    all.map((node) => node.querySelectorAll('img').length)), [0, 1, 0]);
  await ann.keyboard.down('v');
  await ann.waitForFunction(() => document.querySelector('.media img').naturalWidth === 320);
  await ann.keyboard.up('v');
  assert.equal(asked.length, 1, `only of what is proven: ${asked}`);
  // The store has it later, and somebody asks again.
  await world.do('put', {name: 'picture.jpg'});
  await of(2).getByRole('button', {name: 'Try again'}).click();
  await says(2, 'Proven');
  assert.equal(await of(2).locator('img').count(), 1);
  assert.match(await of(0).locator('.verdict').textContent(), /is not shown: \S/);
  await end(ann);
});
