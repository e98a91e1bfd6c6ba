// SPDX-License-Identifier: Apache-2.0
// Texts that are made to do harm, in every field: none runs, none breaks out of
// its place, none is live in a table.

import assert from 'node:assert/strict';
import {after, before} from 'node:test';
import {counts, login, spotless, startBrowser, startWorld, test, visit} from './lib.mjs';

const hit = 'window.__hit=1';
const texts = [
  `<script>${hit}</script>`,
  `<img src=x onerror="${hit}">`,
  `<svg onload="${hit}">`,
  `"><script>${hit}</script>`,
  `'><img src=x onerror=${hit}>`,
  `</textarea><script>${hit}</script>`,
  `</title><script>${hit}</script>`,
  `<iframe srcdoc="<script>parent.__hit=1</script>"></iframe>`,
  `<a href="javascript:${hit}">x</a>`,
  `javascript:${hit}`,
  `<style>*{display:none!important}</style>`,
  `<link rel=stylesheet href=https://example.com/x.css>`,
  `<base href=https://example.com/>`,
  `<meta http-equiv=refresh content="0;url=https://example.com/">`,
  `<form action=https://example.com/><button>x</button></form>`,
  `<math><mi//xlink:href="data:x,<script>${hit}</script>">`,
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}',
  '\u202Eesrever\u202C',
  '\u2066isolate\u2067other',
  '\u202A\u202B\u202D\u202E\u202E\u202E',
  '\u200B\u200C\u200D\uFEFF\u2060\u00AD',
  '\u0000\u0001\u0007\u001B[2J\u001B[31m',
  'a\u0300\u0301\u0302\u0303\u0304\u0305'.repeat(150),
  'مرحبا بالعالم، هذا نص من اليمين إلى اليسار 123 (a).',
  'שלום (עולם) <b>',
  '👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿🇺🇳'.repeat(40),
  '\uD83D broken \uDE00',
  'x'.repeat(100000),
  `${'word '.repeat(20000)}`,
  '\n'.repeat(5000),
  '\t\t\t| a |\r\r\rb',
  '../../../../etc/passwd',
  'CON.txt:stream;%00.png',
  '=1+1',
  '=cmd|\'/c calc\'!A1',
  '@SUM(1+1)*cmd|\'/c calc\'!A1',
  '+1+1-2',
  '-2+3+cmd|\'/c calc\'!A1',
  '"=HYPERLINK(""https://example.com"")"',
];

let world;
let browser;
const cases = [];

const short = (text, most) => Buffer.from(text).subarray(0, most).toString()
    .replaceAll('\uFFFD', '').replaceAll('\0', '') || 'x';
const line = (text, most) => short(text, most)
    .replace(/[\u0000-\u001F\u007F\u202A-\u202E\u2066-\u2069\u2028\u2029]/g, '') || 'x';

before(async () => {
  world = await startWorld({retract: '60s', statement_delay: '60s', appeal_window: '600s'});
  browser = await startBrowser();
  for (const [i, text] of texts.entries()) {
    const {case: number} = await world.do('report', {
      sender: `${short(text, 900)}-${i}`, room: `${short(text, 900)}-room-${i}`, note: short(text, 4000),
      reason: 'threat', messages: [{text},
        {type: short(text, 60).replace(/[^\x20-\x7e]/g, '') || 'x', text},
        {parts: [{name: short(text, 200).replace(/[=;\n]/g, '') || 'x', type: 'text/plain', text},
          {name: 'picture', type: 'image/png', text}]}]});
    cases.push(number);
  }
});
after(async () => {
  await browser?.close();
  await world?.end();
});

/** Where the frame stands: what hostile texts must not move. */
const frame = (page) => page.evaluate(() => {
  const box = (selector) => {
    const {x, y, width, height} = document.querySelector(selector).getBoundingClientRect();
    return [x, y + scrollY, width, height].map(Math.round).join();
  };
  return {top: box('header.top'), nav: box('header.top nav'), wide: document.documentElement.scrollWidth};
});

async function unharmed(page, before, what) {
  assert.equal(await page.evaluate(() => globalThis.__hit), undefined, `${what}: a script ran`);
  const now = await frame(page);
  assert.deepEqual(now, before, `${what}: the layout moved`);
  const out = await page.evaluate(() => [...document.querySelectorAll('main .card, main .row, main .message')]
      .filter((node) => {
        const {left, right} = node.getBoundingClientRect();
        return left < -1 || right > innerWidth + 1;
      }).length);
  assert.equal(out, 0, `${what}: something reaches out of the page`);
  assert.equal(await page.locator('main iframe, main script, main style, main object, main base').count(), 0, what);
  spotless(page);
}

test('40 hostile texts as sender, room, note, name, type and message', {timeout: 400000}, async () => {
  assert.equal(texts.length, 40);
  for (const viewport of [{width: 1280, height: 900}, {width: 360, height: 740}]) {
    const ann = await login(browser, world, 'ann', {viewport});
    await visit(ann, '#/me');
    const before = await frame(ann);
    await visit(ann, '#/queue');
    await counts(ann.locator('.row'), texts.length);
    await unharmed(ann, before, 'queue');
    for (const [i, number] of cases.entries()) {
      const what = JSON.stringify(texts[i].slice(0, 40));
      if (viewport.width > 1000) await world.do('open', {by: 'ann', case: number});
      await visit(ann, `#/case/${number}`);
      await unharmed(ann, before, what);
      await ann.keyboard.press('o');
      await ann.locator('.conversation').waitFor();
      const shown = await ann.locator('.message .message-text').first().textContent();
      if (/^[\x20-\x7e]{1,200}$/.test(texts[i])) assert.equal(shown, texts[i], 'it is shown as it is');
      while (await ann.getByRole('button', {name: /^Show all/}).count() > 0) {
        await ann.getByRole('button', {name: /^Show all/}).first().click();
      }
      await unharmed(ann, before, what);
      assert.ok(!(await ann.title()).includes('mimi'));
    }
    await ann.context().close();
  }
});

test('what people write: reasons, notes, explanations, names, the book', {timeout: 300000}, async () => {
  const number = cases[0];
  const {answer: {version, book}} = await world.do('call', {by: 'lea', method: 'GET', path: '/v1/book'});
  const lines = texts.map((text) => line(text, 120)).filter((text) => /[\p{L}\p{N}\p{S}\p{P}]/u.test(text));
  book.queues[0].title = lines[0];
  lines.slice(0, 30).forEach((text, i) => {
    book.queues.splice(i, 0, {id: `hostile-${i}`, title: text, min_priority: 4000000000 - i});
    book.policies.push({id: `hostile-${i}`, title: text, text: `${text}\n${text}`, severity: 'low'});
    book.templates.push({id: `hostile-${i}`, title: text, language: 'en', outcome: 'warn',
      text: `{a} ${text.replace(/[{}]/g, '')}`, blanks: {a: text}});
  });
  const put = await world.do('call', {by: 'lea', method: 'POST', path: '/v1/book', body: {after: version, book}});
  assert.equal(put.status, 200, JSON.stringify(put.answer));
  let named = 0;
  for (const [i, text] of texts.entries()) {
    const person = await world.do('call', {by: 'ada', method: 'POST', path: '/v1/accounts',
      body: {name: `p${i}`, shown: line(text, 120), roles: ['reviewer']}});
    named += person.status === 200 ? 1 : 0;
    for (const [path, body] of [[`/v1/cases/${number}/notes`, {text: short(text, 4000)}],
      ['/v1/searches', {name: short(text, 100), query: 'reason=spam'}]]) {
      await world.do('call', {by: 'ann', method: 'POST', path, body});
    }
    await world.do('call', {by: 'ann', method: 'POST', path: `/v1/cases/${cases[i]}/hold`,
      body: {until: Date.now() + 3600000, why: short(text, 1000)}});
  }
  assert.ok(named > 25, `${named} names were taken`);
  const extra = await world.do('report', {messages: [{text: 'x'}], sender: 'mimi://example.com/u/extra'});
  await world.do('call', {by: 'ann', method: 'POST', path: `/v1/cases/${extra.case}/claim`});
  const {rows: [[report]]} = await world.do('sql', {query:
    `SELECT number FROM reports WHERE in_case = ${extra.case}`});
  await world.do('call', {by: 'ann', method: 'POST', path: `/v1/cases/${extra.case}/ask`,
    body: {reports: [report], why: texts.map((text) => short(text, 60)).join('\n')
        .replace(/[^\n\t\x20-\uffff]/g, '').slice(0, 3000)}});
  const tens = [0, 10, 20, 30].map((i) => texts.slice(i, i + 10).map((text) => short(text, 300)).join('\n')
      .replace(/[^\n\t\x20-\uffff]/g, ''));
  const ask = async (by, path, body) => {
    const answer = await world.do('call', {by, method: 'POST', path, body});
    return answer.status === 200 ? answer.answer : undefined;
  };
  // Explanations and reviews: each is returned, and decided anew. The service takes <x> for a
  // blank that was left, and no control characters: what it refuses is put in below.
  const judged = await world.do('report', {messages: [{text: 'x'}], sender: 'mimi://example.com/u/judged'});
  await world.do('open', {by: 'cat', case: judged.case});
  const at = `/v1/cases/${judged.case}`;
  let explained = 0;
  for (const text of texts) {
    const proposed = await ask('cat', `${at}/decide`, {policy: 'fraud', outcome: 'suspend',
      explanation: `${short(text, 4000)} .`});
    if (!proposed) continue;
    explained += 1;
    await ask('ben', `${at}/claim`);
    assert.ok(await ask('ben', `${at}/review`, {confirm: false, why: `${short(text, 4000)} .`}), text.slice(0, 40));
    await ask('cat', `${at}/claim`);
  }
  assert.ok(explained >= 29, `${explained} explanations were taken`);
  // Objections, two a decision, and the answers to them.
  const objected = [];
  for (const [accused, reporter] of [tens.slice(0, 2), tens.slice(2)]) {
    const {case: one} = await world.do('report', {messages: [{text: 'x'}],
      sender: `mimi://example.com/u/objected-${objected.length}`});
    await world.do('open', {by: 'cat', case: one});
    assert.ok(await ask('cat', `/v1/cases/${one}/decide`, {policy: 'conduct', outcome: 'warn', explanation: 'No.'}));
    for (const [by, text] of [['accused', accused], ['reporter', reporter]]) {
      await world.do('appeal', {case: one, by, text});
      await ask(by === 'accused' ? 'ann' : 'lea', `/v1/cases/${one}/claim`);
      assert.ok(await ask(by === 'accused' ? 'ann' : 'lea', `/v1/cases/${one}/answer`, {upheld: true, why: text}), by);
    }
    objected.push(one);
  }
  // Legal holds and their ends, refusals, and what is closed unopened.
  // The service takes no control characters in what is written to be read.
  for (const text of texts.filter((one) => !/^[\u0000-\u001F]/.test(one))) {
    const hold = await ask('lea', `/v1/cases/${number}/legal-hold`,
        {until: Date.now() + 86400000, why: short(text, 4000)});
    assert.ok(hold, `a hold: ${text.slice(0, 40)}`);
    assert.ok(await ask('lea', `/v1/legal-holds/${hold.hold}/end`, {why: short(text, 4000)}));
  }
  const {rows: [[request]]} = await world.do('sql', {query:
    `SELECT number FROM requests WHERE in_case = ${extra.case}`});
  assert.ok(await ask('ben', `/v1/requests/${request}/refuse`, {why: short(tens.join('\n'), 8000)}));
  for (const [i, text] of tens.entries()) {
    const {case: one} = await world.do('report', {messages: [{text: 'x'}], sender: `mimi://example.com/u/flood-${i}`});
    const {answer: {digest}} = await world.do('call', {by: 'lea', method: 'GET', path: `/v1/floods/preview?cases=${one}`});
    assert.ok(await ask('lea', '/v1/floods', {filter: {cases: `${one}`}, digest, why: text}), `flood ${i}`);
  }
  for (const [who, addresses] of [['ann', ['#/me', '#/queue', `#/case/${number}`, `#/case/${judged.case}`,
    ...objected.map((one) => `#/case/${one}`), '#/consent', '#/statistics',
    '#/book', '#/book?part=policies', '#/book?part=templates', '#/reviews']],
  ['ada', ['#/me', '#/people', '#/book?part=templates']]]) {
    const page = await login(browser, world, who);
    await visit(page, '#/me');
    const before = await frame(page);
    await page.route(`**/v1/cases/${judged.case}`, async (route) => {
      const response = await route.fetch();
      const one = await response.json();
      one.decisions = texts.map((text, i) => ({...one.decisions[i % one.decisions.length], explanation: text}));
      await route.fulfill({response, json: one});
    });
    for (const address of addresses.slice(1)) {
      await visit(page, address);
      if (address === '#/queue') {
        await page.getByText('Closed many at once').click();
        await counts(page.locator('details tbody tr'), tens.length);
      }
      await unharmed(page, before, address);
      if (address === `#/case/${judged.case}`) {
        const shown = await page.locator('.policy-text').allTextContents();
        for (const text of texts.filter((one) => /^[\x20-\x7e]{1,200}$/.test(one))) {
          assert.ok(shown.includes(text), `${text}: shown as it is`);
        }
        assert.ok((await page.locator('main').textContent()).includes('onerror'), 'what the reviewer said');
      }
    }
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Escape');
    await page.context().close();
  }
});

test('what is kept elsewhere: addresses and descriptions', {timeout: 60000}, async () => {
  const ann = await login(browser, world, 'ann');
  await visit(ann, '#/me');
  const before = await frame(ann);
  // No command makes a content with such parts: they are as the service gives them.
  await ann.route('**/v1/reports/*/look', async (route) => {
    const response = await route.fetch();
    const look = await response.json();
    look.messages[0].parts = texts.map((text) => ({state: 'external', url: text.slice(0, 4000),
      description: text.slice(0, 4000), name: text.slice(0, 300), media_type: text.slice(0, 300), bytes: 7}));
    await route.fulfill({response, json: look});
  });
  await visit(ann, `#/case/${cases[1]}`);
  await ann.keyboard.press('o');
  await ann.locator('.conversation').waitFor();
  assert.equal(await ann.locator('.message').first().locator('.part').count(), texts.length);
  assert.ok((await ann.locator('.message').first().textContent()).includes('javascript:window.__hit=1'));
  assert.equal(await ann.locator('.message a, .message [src]:not(img)').count(), 0, 'nothing leads there');
  await unharmed(ann, before, 'external parts');
  await ann.context().close();
});

test('text from right to left is shown so, and only that', {timeout: 60000}, async () => {
  const ann = await login(browser, world, 'ann');
  const directions = async (number) => {
    await visit(ann, `#/case/${number}`);
    await ann.keyboard.press('o');
    await ann.locator('.conversation').waitFor();
    const of = (selector) => ann.locator(selector).first().evaluate((node) => {
      const style = getComputedStyle(node);
      return [style.direction, style.unicodeBidi];
    });
    return {text: await of('.message-text'), sender: await of('.message header .foreign'), page: await of('main')};
  };
  const left = await directions(cases[texts.indexOf('=1+1')]);
  const rtl = await directions(cases[texts.findIndex((text) => text.startsWith('שלום'))]);
  assert.deepEqual([left.text[0], rtl.text[0]], ['ltr', 'rtl']);
  assert.deepEqual([left.page[0], rtl.page[0]], ['ltr', 'ltr']);
  for (const [, bidi] of [left.text, rtl.text]) assert.equal(bidi, 'plaintext');
  for (const [, bidi] of [left.sender, rtl.sender]) assert.equal(bidi, 'isolate');
  // An override in a name reaches no further: what stands behind it stays behind it.
  await directions(cases[texts.findIndex((text) => text.startsWith('\u202E'))]);
  const header = ann.locator('.message header').first();
  const [name, time] = [await header.locator('.foreign').boundingBox(), await header.locator('time').boundingBox()];
  assert.ok(time.y > name.y || time.x >= name.x + name.width, 'the time stands behind the name');
  spotless(ann);
  await ann.context().close();
});

test('no formula is live in the CSV', async () => {
  const ann = await login(browser, world, 'ann');
  await visit(ann, '#/statistics');
  const [download] = await Promise.all([ann.waitForEvent('download'),
    ann.getByRole('link', {name: 'Download as CSV'}).click()]);
  const {readFile} = await import('node:fs/promises');
  const csv = await readFile(await download.path(), 'utf8');
  const rows = csv.trim().split('\r\n');
  assert.ok(rows.length > 3, csv);
  for (const cell of rows.flatMap((row) => row.split(','))) assert.match(cell, /^[a-z0-9][a-z0-9_.-]*$/);
  await ann.context().close();
});
