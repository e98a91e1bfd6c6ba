// SPDX-License-Identifier: Apache-2.0
// Files that messages name: what is said of each, and that nothing is shown of what
// was not proven, nor anything loaded before somebody wants it.

import assert from 'node:assert/strict';
import {after, before} from 'node:test';
import {axe, counts, login, spotless, startBrowser, startWorld, test, visit} from './lib.mjs';

let world;
let browser;
let number;

before(async () => {
  world = await startWorld({retract: '60s', statement_delay: '60s', appeal_window: '600s'});
  browser = await startBrowser();
  ({case: number} = await world.do('report', {messages: [{text: 'hello', seq: 1}, {text: 'files', seq: 2}]}));
  await world.do('open', {by: 'ann', case: number});
});
after(async () => {
  await browser?.close();
  await world?.end();
});

const TOLD = '/v1/reports/1/attachments/ticket';

/** A part that names a file, as a look has it. */
const named = (file) => ({state: 'there', media_type: 'application/vnd.frank.attachment', name: 'file',
  attachment: {kind: 'frank', name: 'picture.png', media_type: 'image/png', size: 10e6, state: 'there',
    key_withheld: false, disclosed: [], have: 0, want: 0, ...file}});

/** Ann at a conversation whose second message has these parts; what she loads of them is counted. */
async function atParts(parts, {clock, ...options} = {}, change = () => {}) {
  const ann = await login(browser, world, 'ann', options);
  ann.loaded = [];
  await ann.route('**/v1/evidence/**', (route) => {
    ann.loaded.push(route.request().url());
    route.fulfill({status: 404, json: {}});
  });
  await ann.route('**/v1/reports/*/look', async (route) => {
    const response = await route.fetch();
    const look = await response.json();
    look.messages[1].parts = parts;
    look.attachments = TOLD;
    change(look);
    await route.fulfill({response, json: look});
  });
  if (clock) {
    await ann.clock.install();
    await ann.reload();
    await ann.locator('main h1').waitFor();
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

// ---- What is said of a file ------------------------------------------------------------

const EVIDENCE = '/v1/evidence/1/1/0/x';
/** State and more of it; what its badge is; what is said; how many media there are of it. */
const said = [
  [{state: 'there', evidence: EVIDENCE}, '✓ Proven', 'This very file was sent', 1],
  [{state: 'partial', evidence: EVIDENCE, disclosed: [{begin: 0, end: 65536}]}, '◌ Part withheld',
    'what nobody sent', 1],
  [{state: 'partial', evidence: EVIDENCE, disclosed: [{begin: 0, end: 65536}],
    missing: [{begin: 65536, end: 70000, state: 'refused', why: 'chunk 3 is another'}]}, '◌ Part is not here',
  'Refused: chunk 3 is another', 1],
  [{state: 'fetching', evidence: EVIDENCE, have: 1e6, want: 3e6}, '… Being fetched', '1 MB of 3 MB', 0],
  [{state: 'waiting', evidence: EVIDENCE, have: 0, want: 3e6}, '… Waits to be fetched', 'when it is here', 0],
  [{state: 'refused', evidence: EVIDENCE, why: 'chunk 3 is another'}, '✗ Refused',
    'is not shown: chunk 3 is another', 0],
  [{state: 'withheld', evidence: EVIDENCE, key_withheld: true}, '◌ Withheld by the reporter',
    'Its key was withheld', 0],
  [{state: 'absent', evidence: EVIDENCE, why: 'the store says 404'}, '? Not here', 'the store says 404', 0],
  [{state: 'there', name: 'a.pdf', media_type: 'application/pdf'}, '✓ Proven', 'Not of a kind that is shown here', 0],
  [{state: 'there', name: 'a.svg', media_type: 'image/svg+xml'}, '✓ Proven', 'Not of a kind that is shown here', 0],
  // Not even where an address is given for it.
  [{state: 'there', name: 'a.html', media_type: 'text/html', evidence: EVIDENCE}, '✓ Proven', 'Not of a kind', 0],
  [{state: 'there', name: '', media_type: '', size: 0}, '✓ Proven', 'without a name of no type 0 bytes', 0],
  [{state: 'there', name: 'a.txt', media_type: 'text/plain', text: 'line 1\nline <b>2'}, '✓ Proven', 'line <b>2', 0],
  [{state: 'there', kind: 'mimi', evidence: EVIDENCE}, '✓ Proven', 'File kept elsewhere', 1],
  [{state: 'withheld', kind: 'mimi', size: undefined}, '◌ Withheld by the reporter', 'of unknown size', 0],
];

test('each file says how it stands, and only proven ones can be shown', {timeout: 90000}, async () => {
  const ann = await atParts(said.map(([file]) => named(file)));
  const files = ann.locator('.attachment');
  assert.equal(await files.count(), said.length);
  for (const [i, [file, badge, words, media]] of said.entries()) {
    const node = files.nth(i);
    assert.equal(await node.locator('.verdict .badge').innerText(), badge, JSON.stringify(file));
    const text = (await node.innerText()).replace(/\s+/g, ' ');
    assert.ok(text.includes(words), `${words}: ${text}`);
    assert.equal(await node.locator('.media').count(), media, JSON.stringify(file));
    assert.equal(await node.locator('img, video, audio, iframe, object, embed, a').count(), media, 'and nothing else');
  }
  assert.equal(await ann.getByRole('button', {name: 'Try again'}).count(), 1, 'where it is absent');
  for (const colorScheme of ['light', 'dark']) {
    await ann.emulateMedia({colorScheme});
    assert.deepEqual(await axe(ann), [], colorScheme);
  }
  assert.deepEqual(ann.loaded, [], 'nothing was loaded');
  await end(ann);
});

test('a file of a message that is not proven is not called proven', {timeout: 60000}, async () => {
  const ann = await atParts([named({evidence: EVIDENCE})], {}, (look) => {
    Object.assign(look.messages[1], {proven: false, stamp: 'signed'});
  });
  assert.match(await ann.locator('.attachment .verdict').innerText(),
      /✗ Not proven It is what the message names; but/);
  await end(ann);
});

test('what a report discloses of a part that is not there is refused, and said', {timeout: 60000}, async () => {
  const ann = await atParts([named({})], {}, (look) => {
    look.messages[1].stray_attachments = [{part: 9, why: 'the message has no such part'}];
  });
  await ann.getByText('✗ Refused The report names a file in part 9: the message has no such part').waitFor();
  await end(ann);
});

test('a file\'s key is no part that anybody sees, there or withheld', {timeout: 60000}, async () => {
  const key = {state: 'there', media_type: 'application/vnd.frank.attachment-key', attachment_key: true};
  const there = await atParts([named({}), key]);
  assert.ok(!(await there.locator('.message').nth(1).innerText()).includes('attachment-key'));
  assert.equal(await there.getByText('parts withheld').count(), 0);
  await end(there);
  const withheld = await atParts([named({state: 'withheld', key_withheld: true}), {state: 'withheld'},
    {state: 'withheld'}]);
  await withheld.getByText('1 of 2 parts withheld').waitFor();
  await counts(withheld.getByText('Part withheld by the reporter'), 1);
  await end(withheld);
});

test('what is withheld of a file is drawn, said in words, and a table', {timeout: 60000}, async () => {
  const disclosed = [{begin: 0, end: 65536}, {begin: 1.2e6, end: 1.4e6}];
  const many = Array.from({length: 64}, (_, i) => ({begin: i * 131072, end: i * 131072 + 65536}));
  const ann = await atParts([named({state: 'partial', media_type: 'application/zip', disclosed}),
    named({state: 'partial', media_type: 'application/zip', disclosed: many})]);
  const [first, second] = [ann.locator('.attachment').nth(0), ann.locator('.attachment').nth(1)];
  await first.getByText('Of 10 MB, bytes 0–65,535 and 1.2–1.4 MB are disclosed. The rest, 9.7 MB, was withheld ' +
    'by the reporter.').waitFor();
  assert.deepEqual(await first.locator('.pieces .there').evaluateAll((all) =>
    all.map((node) => [node.getAttribute('x'), node.getAttribute('width')].map(Number))), [[0, 6.5536], [120, 20]]);
  await first.getByText('Which bytes').first().click();
  assert.deepEqual(await first.locator('tbody tr').evaluateAll((rows) => rows.map((row) =>
    [...row.cells].map((cell) => cell.textContent).join(' '))), [
    '0 65,535 65,536 disclosed', '65,536 1,199,999 1,134,464 withheld',
    '1,200,000 1,399,999 200,000 disclosed', '1,400,000 9,999,999 8,600,000 withheld']);
  assert.match(await second.innerText(), /bytes 393,216–458,751,? and 60 more ranges are disclosed/);
  assert.equal(await second.locator('.pieces .there').count(), 64);
  assert.deepEqual(await axe(ann), []);
  await end(ann);
});

test('names and reasons of a stranger stay where they stand', {timeout: 60000}, async () => {
  const names = ['\u202Egnp.exe', 'שלום\u202E תמונה.jpg', `${'Z\u0334\u0353\u0300'.repeat(60)}.png`,
    '<img src=x onerror=alert(1)>.png', 'a'.repeat(1024), '../../etc/passwd\n\u0000', '𓂀'.repeat(200)];
  const ann = await atParts(names.map((name) => named({name, media_type: `${name}/${name}`, state: 'refused',
    why: name})), {viewport: {width: 360, height: 740}});
  await counts(ann.locator('.attachment'), names.length);
  for (const [i, name] of names.entries()) {
    const node = ann.locator('.attachment').nth(i);
    assert.equal(await node.locator('.file bdi').first().evaluate((one) => one.textContent), name);
    // What follows it is read in the direction of the page.
    const [left, right] = await node.locator('.file').evaluate((one) => {
      const [box, size] = [one, one.querySelector('.size')].map((each) => each.getBoundingClientRect());
      return [size.left - box.left, box.right - size.right];
    });
    assert.ok(left >= -1 && right >= -1, `${name}: ${left} ${right}`);
  }
  assert.ok(await ann.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is too wide');
  assert.deepEqual(await axe(ann), []);
  await end(ann);
});

test('the same file of two reports is shown whole, or as each discloses it', {timeout: 60000}, async () => {
  const first = {state: 'partial', media_type: 'a/b', disclosed: [{begin: 0, end: 4096}]};
  const last = {state: 'partial', media_type: 'a/b', disclosed: [{begin: 9e6, end: 10e6}]};
  for (const [one, other, shown] of [[first, last, 2], [first, first, 1], [first, {...first, state: 'there'}, 1]]) {
    const ann = await atParts([named(one)]);
    await ann.unroute('**/v1/reports/*/look');
    const looks = await ann.evaluate(async ([one, other]) => {
      const {conversation} = await import('/console/conversation.js');
      const look = (report, part) => ({report, order: [], messages: [{message: 0, tag: 'x', sender: 'y', sent: 1,
        accused: true, proven: true, verdict: 'matches', stamp: 'valid', parts: [part]}]});
      const {node} = conversation([look(1, one), look(2, other)], () => {});
      return [...node.querySelectorAll('.attachment')].map((each) => each.file.report);
    }, [named(one), named(other)]);
    assert.equal(looks.length, shown, `${looks}`);
    if (other.state === 'there') assert.deepEqual(looks, [2]);
    await end(ann);
  }
});

// ---- On its way --------------------------------------------------------------------------

test('how far a file is, is asked gently, and keeps no session alive', {timeout: 90000}, async () => {
  const parts = [named({state: 'waiting', have: 0, want: 4e6}), named({state: 'there', evidence: EVIDENCE})];
  let state = {state: 'waiting', have: 0, want: 4e6};
  const asked = [];
  const ann = await atParts(parts, {});
  await ann.route(`**${TOLD}`, async (route) => {
    asked.push(route.request().headers()['frank-background']);
    await route.fulfill({json: {attachments: [{message: 1, part: 0, attachment: {...parts[0].attachment, ...state}}]}});
  });
  const badge = ann.locator('.attachment .badge').first();
  await counts(ann.locator('progress'), 1);
  state = {state: 'fetching', have: 1e6, want: 4e6};
  await ann.getByText('Being fetched').waitFor();
  assert.equal(await ann.locator('progress').evaluate((node) => node.position), .25);
  state = {state: 'fetching', have: 3e6, want: 4e6};
  await ann.getByText('3 MB of 4 MB').waitFor();
  // What is marked stays so.
  await ann.getByLabel('In colour').check();
  state = {state: 'there', have: 4e6, want: 4e6, evidence: EVIDENCE};
  await counts(ann.locator('.attachment .media'), 2);
  assert.equal(await badge.innerText(), '✓ Proven');
  assert.equal(await ann.locator('progress').count(), 0);
  assert.ok(await ann.getByLabel('In colour').nth(1).isChecked());
  assert.ok(asked.length >= 3 && asked.every((one) => one === '1'), `${asked}`);
  assert.deepEqual(ann.loaded, []);
  await end(ann);
});

test('a run that is on its way beside proven ones is asked for too', {timeout: 60000}, async () => {
  const run = {begin: 65536, end: 70000};
  const partial = {state: 'partial', evidence: EVIDENCE, disclosed: [{begin: 0, end: 65536}]};
  const parts = [named({...partial, missing: [{...run, state: 'waiting'}]})];
  const ann = await atParts(parts, {});
  await ann.route(`**${TOLD}`, async (route) => {
    await route.fulfill({json: {attachments: [{message: 1, part: 0, attachment: {...parts[0].attachment,
      disclosed: [{begin: 0, end: 70000}], missing: undefined}}]}});
  });
  await ann.getByText('Part is not here').waitFor();
  await ann.locator('.attachment .badge', {hasText: 'Part withheld'}).waitFor();
  assert.equal(await ann.locator('.missing').count(), 0);
  await end(ann);
});

test('nobody asks for what is not on the page', {timeout: 60000}, async () => {
  const ann = await atParts([named({state: 'fetching', have: 0, want: 4e6})], {clock: true});
  const asked = [];
  await ann.route(`**${TOLD}`, async (route) => {
    asked.push(route.request().url());
    await route.fulfill({json: {attachments: []}});
  });
  const first = ann.waitForRequest(`**${TOLD}`);
  await ann.clock.runFor(5000);
  await first;
  await ann.getByRole('button', {name: 'Hide it'}).click();
  const before = asked.length;
  await ann.clock.runFor(120000);
  assert.equal(asked.length, before);
  await end(ann);
});

test('what is absent is tried again, and why it cannot be is said', {timeout: 60000}, async () => {
  const parts = [named({state: 'absent', why: 'the store says 404', want: 4e6})];
  const ann = await atParts(parts);
  const told = [];
  await ann.route('**/v1/reports/*/attachments/retry', async (route) => {
    told.push(route.request().postDataJSON());
    if (told.length === 1) await route.fulfill({status: 409, json: {type: 'x:claimed-by-other', title: 'No'}});
    else await route.fulfill({json: {}});
  });
  await ann.route(`**${TOLD}`, (route) => route.fulfill({json: {attachments: [{message: 1, part: 0,
    attachment: {...parts[0].attachment, state: 'there', why: undefined, evidence: EVIDENCE}}]}}));
  await ann.getByRole('button', {name: 'Try again'}).click();
  await ann.locator('.toast', {hasText: 'Somebody else works on this case'}).waitFor();
  await ann.getByRole('button', {name: 'Try again'}).click();
  await ann.locator('.attachment .media').waitFor();
  assert.deepEqual(told, [{message: 1, part: 0}, {message: 1, part: 0}]);
  assert.ok(!(await ann.locator('.attachment').innerText()).includes('404'));
  await end(ann);
});
