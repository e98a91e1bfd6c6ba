// SPDX-License-Identifier: Apache-2.0
// Every page: what axe-core finds, names and order of focus, zoom, and that
// nothing leaves the origin or stays in the browser.

import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before} from 'node:test';
import {promisify} from 'node:util';
import {chromium} from 'playwright-core';
import {axe, browserArgs, counts, fillLogin, login, open, patiently, spotless,
  startBrowser, startWorld, test, visit} from './lib.mjs';

const run = promisify(execFile);
let world;
let browser;
let number;
const canary = `canary-${Date.now()}`;

before(async () => {
  world = await startWorld({retract: '60s', statement_delay: '60s', appeal_window: '600s', public_checkpoint: '10s'});
  browser = await startBrowser();
  ({case: number} = await world.do('report', {reason: 'threat', note: `note ${canary}`,
    sender: `mimi://example.com/u/${canary}`, room: `mimi://example.com/r/${canary}`,
    messages: [{text: `hello ${canary}`, seq: 3}, {parts: [{name: 'text', text: 'look'},
      {name: 'picture', type: 'image/png', picture: true}, {name: 'more', text: 'x'}], seq: 7,
    withhold_parts: [2]}, {text: 'withheld', seq: 8, withheld: true}, {parts: [
      {file: 'picture.jpg', name: `${canary}.jpg`, disclose: true},
      {file: 'short.webm', name: `${canary}.webm`, disclose: true}], seq: 9}]}));
  await world.do('reports', {count: 20});
  await world.do('open', {by: 'ann', case: number});
});
after(async () => {
  await browser?.close();
  await world?.end();
});

const ofReviewer = ['#/queue', '#/reviews', '#/appeals', '#/consent', '#/second-looks', '#/statistics',
  '#/book', '#/book?part=policies', '#/book?part=templates', '#/book?part=rules', '#/book?part=text',
  '#/log', '#/me'];

async function showCase(page) {
  await visit(page, `#/case/${number}`);
  await page.keyboard.press('o');
  await page.locator('.conversation').waitFor();
}

for (const colorScheme of ['light', 'dark']) {
  test(`axe-core finds nothing, ${colorScheme}`, {timeout: 180000}, async () => {
    const out = await open(browser, world, {colorScheme});
    await out.locator('main h1').waitFor();
    assert.deepEqual(await axe(out), [], 'login');
    await out.getByRole('button', {name: 'First login'}).click();
    assert.deepEqual(await axe(out), [], 'first login');
    const ann = await login(browser, world, 'ann', {colorScheme});
    for (const address of ofReviewer) {
      await visit(ann, address);
      assert.deepEqual(await axe(ann), [], address);
    }
    await showCase(ann);
    assert.deepEqual(await axe(ann), [], 'case');
    await ann.keyboard.press('Shift+?');
    assert.deepEqual(await axe(ann), [], 'help');
    await ann.keyboard.press('Escape');
    await ann.keyboard.press('Control+k');
    assert.deepEqual(await axe(ann), [], 'palette');
    await ann.keyboard.press('Escape');
    await ann.getByLabel('Warn').check();
    await ann.getByLabel('Policy', {exact: true}).selectOption('violence');
    await ann.getByLabel('Explanation for the accused').fill('You broke a rule.');
    await ann.evaluate(() => document.activeElement.blur());
    await ann.keyboard.press('s');
    await ann.getByRole('dialog').waitFor();
    assert.deepEqual(await axe(ann), [], 'confirm');
    await ann.keyboard.press('Escape');
    for (const [who, addresses] of [['ada', ['#/people', '#/book']], ['lea', ['#/book', '#/queue']],
      ['aud', ['#/log', '#/statistics']]]) {
      const page = await login(browser, world, who, {colorScheme});
      for (const address of addresses) {
        await visit(page, address);
        assert.deepEqual(await axe(page), [], `${who} ${address}`);
        if (who === 'lea' && address === '#/book') {
          await page.getByRole('button', {name: /^Change/}).first().click();
          assert.deepEqual(await axe(page), [], 'a form of the book');
        }
      }
      if (who === 'ada') {
        await visit(page, '#/people');
        await page.getByRole('button', {name: 'Invite somebody'}).click();
        assert.deepEqual(await axe(page), [], 'invite');
        await page.keyboard.press('Escape');
      }
      spotless(page);
      await page.context().close();
    }
    spotless(ann);
    await ann.context().close();
    await out.context().close();
  });
}

test('quiet and blurred, too', {timeout: 60000}, async () => {
  const ann = await login(browser, world, 'ann');
  await visit(ann, '#/me');
  await ann.getByLabel('Quiet: no colour that shouts').check();
  await ann.getByLabel('Blur text until I ask for it').check();
  await showCase(ann);
  const filter = () => ann.locator('.message-text').first().evaluate((node) => getComputedStyle(node).filter);
  assert.match(await filter(), /blur/);
  await ann.keyboard.press('j');
  await ann.keyboard.down('v');
  assert.equal(await filter(), 'none', 'as long as V is held');
  await ann.keyboard.up('v');
  assert.match(await filter(), /blur/);
  await ann.getByLabel('Show text clearly').check();
  assert.equal(await filter(), 'none');
  for (const address of ['#/queue', '#/statistics']) {
    await visit(ann, address);
    assert.deepEqual(await axe(ann), [], address);
  }
  await visit(ann, '#/me');
  await ann.getByLabel('Quiet: no colour that shouts').uncheck();
  await ann.getByLabel('Blur text until I ask for it').uncheck();
  spotless(ann);
  await ann.context().close();
});

test('focus goes through a case in the order in which it is read, and each has a name',
    {timeout: 60000}, async () => {
  const ann = await login(browser, world, 'ann');
  await showCase(ann);
  await ann.evaluate(() => document.querySelector('.skip').focus());
  const seen = [];
  for (let i = 0; i < 90; i++) {
    const at = await ann.evaluate(() => {
      const node = document.activeElement;
      if (!node || node === document.body) return null;
      const box = node.getBoundingClientRect();
      const name = node.getAttribute('aria-label') ?? node.labels?.[0]?.textContent ?? node.textContent;
      const style = getComputedStyle(node);
      return {tag: node.tagName, name: name.trim(), isSeen: box.width > 0 && box.height > 0,
        outline: style.outlineStyle};
    });
    if (!at || (seen.length > 3 && at.name === seen[0].name)) break;
    seen.push(at);
    await ann.keyboard.press('Tab');
  }
  const names = seen.map((one) => one.name);
  for (const one of seen) {
    assert.ok(one.name.length > 0, `${one.tag} has a name`);
    assert.ok(one.isSeen, `${one.name} can be seen`);
    assert.notEqual(one.outline, 'none', `${one.name} shows that it has the focus`);
  }
  const place = (name) => {
    const at = names.findIndex((one) => one.startsWith(name));
    assert.ok(at >= 0, `${name} is reached: ${names}`);
    return at;
  };
  const order = ['To the content', 'Frank', 'Queue', 'Find an action', 'Log out', 'To the list', 'Hand over',
    'Release', 'Reports', 'Show text clearly', 'Reveal while held', 'Warn', 'Policy', 'Explanation',
    'Submit', 'A note for colleagues', 'What was done'].map(place);
  assert.deepEqual(order, [...order].sort((a, b) => a - b), names.join(' | '));
  // A page that is opened begins at its heading.
  await ann.keyboard.press('g');
  await ann.keyboard.press('m');
  await ann.getByRole('heading', {name: 'Me', exact: true}).waitFor();
  assert.equal(await ann.evaluate(() => document.activeElement.tagName), 'H1');
  // A dialog keeps the focus and gives it back.
  await ann.keyboard.press('Tab');
  const before = await ann.evaluate(() => document.activeElement.textContent);
  await ann.keyboard.press('Control+k');
  await ann.keyboard.press('Escape');
  assert.equal(await ann.evaluate(() => document.activeElement.textContent), before);
  spotless(ann);
  await ann.context().close();
});

test('zoomed to 200 % and 400 %, and on a phone, nothing is lost', {timeout: 120000}, async () => {
  // What zoom does to a page is a smaller viewport with as many more pixels.
  for (const [width, height, scale] of [[640, 450, 2], [360, 640, 3], [320, 512, 4]]) {
    const ann = await login(browser, world, 'ann', {viewport: {width, height}, deviceScaleFactor: scale});
    for (const address of [...ofReviewer, 'case']) {
      if (address === 'case') await showCase(ann);
      else await visit(ann, address);
      const wide = await ann.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${address} is ${wide} px too wide at ${width}`);
      const cut = await ann.evaluate(() => [...document.querySelectorAll('main *, header *')].filter((node) => {
        const style = getComputedStyle(node);
        return style.overflow === 'hidden' && node.scrollWidth > node.clientWidth + 1 &&
          style.textOverflow !== 'ellipsis' && !node.closest('.media') && node.textContent.trim() !== '';
      }).map((node) => node.className));
      assert.deepEqual(cut, [], `${address} at ${width}`);
    }
    spotless(ann);
    await ann.context().close();
  }
});

test('on a phone there is room for the page, and nothing is cut', {timeout: 60000}, async () => {
  const phone = {viewport: {width: 360, height: 740}};
  const inView = (locator, within) => locator.evaluate((node, selector) => {
    const box = node.getBoundingClientRect();
    const room = document.querySelector(selector).getBoundingClientRect();
    return box.left >= room.left - 1 && box.right <= room.right + 1;
  }, within);
  for (const [who, addresses] of [['ann', ofReviewer], ['ada', ['#/people', '#/book', '#/log', '#/me']]]) {
    const page = await login(browser, world, who, phone);
    for (const address of addresses) {
      await visit(page, address);
      const height = await page.locator('header.top').evaluate((node) => node.offsetHeight);
      assert.ok(height <= 130, `the frame takes ${height} px of ${who}'s ${address}`);
      assert.ok(await inView(page.locator('[aria-current="page"]').first(), 'header nav'), `${address} is seen to be there`);
      assert.equal(await page.locator('pre.command').evaluateAll((nodes) =>
        nodes.filter((node) => node.scrollWidth > node.clientWidth).length), 0, `${address}: commands are whole`);
    }
    if (who === 'ada') {
      await visit(page, '#/people');
      assert.deepEqual(await axe(page), []);
      const row = page.getByRole('row', {name: /ben/});
      for (const part of [row.getByText('Active'), ...await row.getByRole('button').all()]) {
        assert.ok(await inView(part, 'main'), 'each state and button is seen');
      }
      assert.ok(await row.evaluate((node) => node.offsetHeight) <= 260, 'no row is tall and empty');
    }
    spotless(page);
    await page.context().close();
  }
});

test('where logging out fails, the work goes on', {timeout: 60000}, async () => {
  const ann = await login(browser, world, 'ann');
  await ann.clock.install();
  await ann.reload();
  await ann.locator('main h1').waitFor();
  await showCase(ann);
  await ann.route('**/v1/logout', (route) => route.fulfill({status: 500, json: {title: 'No', type: 'x:y'}}));
  const seconds = async () => (await world.do('call', {by: 'ann', method: 'POST', path: '/v1/exposure',
    body: {day: Math.floor(Date.now() / 86400000), seconds: 0, images: 0}})).answer.seconds;
  await ann.getByRole('button', {name: /^Log out/}).click();
  await ann.locator('.toast', {hasText: 'You are still logged in'}).waitFor();
  const before = await seconds();
  const goesOn = ann.waitForRequest('**/extend');
  for (let i = 0; i < 8; i++) {
    await ann.mouse.move(200 + i, 300);
    await ann.clock.runFor(20000);
  }
  await goesOn;
  const end = Date.now() + patiently(20000);
  while (await seconds() < before + 60) {
    assert.ok(Date.now() < end, 'reading is counted');
    await new Promise((settle) => setTimeout(settle, 100));
  }
  assert.ok(await ann.locator('.conversation').isVisible());
  spotless(ann);
  await ann.context().close();
});

test('reduced motion is honoured', async () => {
  const ann = await login(browser, world, 'ann', {reducedMotion: 'reduce'});
  await visit(ann, '#/me');
  await ann.getByLabel('Colours').selectOption('dark');
  assert.equal(await ann.locator('.toast').evaluate((node) => getComputedStyle(node).animationName), 'none');
  assert.equal(await ann.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await ann.getByLabel('Colours').selectOption('system');
  await ann.context().close();
});

test('filters live in the address, and people and rooms do not', {timeout: 60000}, async () => {
  const ann = await login(browser, world, 'ann');
  await visit(ann, '#/queue');
  await ann.getByLabel('Reason').selectOption('threat');
  await ann.waitForURL(/reason=threat/);
  await counts(ann.locator('.row'), 1);
  await ann.getByRole('button', {name: 'Keep these filters'}).click();
  await ann.getByLabel('A name for them').fill('Threats');
  await ann.getByRole('dialog').getByRole('button', {name: 'Keep'}).click();
  await ann.getByRole('link', {name: 'Threats'}).waitFor();
  const again = await login(browser, world, 'ann');
  await again.goto(`${world.url}/#/queue?reason=threat`);
  await again.locator('.row').first().waitFor();
  await again.getByRole('link', {name: 'Threats'}).waitFor();
  await visit(again, '#/queue');
  await again.getByLabel('Its whole URI').fill(`mimi://example.com/u/${canary}`);
  await again.keyboard.press('Enter');
  await again.getByRole('button', {name: 'End the search'}).waitFor();
  await counts(again.locator('.row'), 1);
  assert.ok(!again.url().includes(canary));
  spotless(ann);
  spotless(again);
  await ann.context().close();
  await again.context().close();
});

test('what comes is announced, and nothing moves', {timeout: 90000}, async () => {
  const ann = await login(browser, world, 'ann');
  await ann.clock.install();
  await ann.reload();
  await ann.locator('main h1').waitFor();
  await visit(ann, '#/queue');
  await ann.keyboard.press('j');
  await ann.keyboard.press('j');
  const before = await ann.locator('.row').evaluateAll((rows) => rows.map((row) => row.dataset.case));
  const place = await ann.locator('.row[data-at]').boundingBox();
  await world.do('report', {reason: 'threat', sender: 'mimi://example.com/u/later', messages: [{text: 'x'}]});
  await ann.clock.runFor(20000); // it looks four times a minute
  await ann.getByRole('button', {name: /1 case has come/}).waitFor();
  assert.deepEqual(await ann.locator('.row').evaluateAll((rows) => rows.map((row) => row.dataset.case)), before);
  const after = await ann.locator('.row[data-at]').boundingBox();
  assert.ok(Math.abs(after.y - place.y) <= 1, `it moved from ${place.y} to ${after.y}`);
  await ann.getByRole('button', {name: /1 case has come/}).click();
  await ann.locator('.row', {hasText: 'mimi://example.com/u/later'}).waitFor();
  spotless(ann);
  await ann.context().close();
});

test('many at once: a preview, and an undo', {timeout: 60000}, async () => {
  const lea = await login(browser, world, 'lea');
  await visit(lea, '#/queue?reason=spam');
  await lea.locator('.row').first().waitFor();
  await lea.locator('.row input').nth(0).check();
  await lea.locator('.row input').nth(1).check();
  await lea.getByRole('button', {name: 'Close without opening'}).click();
  await lea.getByRole('dialog').getByText('2 cases are covered').waitFor();
  await lea.getByLabel('Why are these closed unopened?').fill('The same text');
  await lea.getByRole('dialog').getByRole('button', {name: 'Close 2 cases'}).click();
  await lea.locator('.toast', {hasText: '2 cases closed'}).waitFor();
  const rows = await world.do('sql', {query: 'SELECT count(*) FROM cases WHERE flood IS NOT NULL'});
  assert.deepEqual(rows.rows, [[2]]);
  await lea.locator('.toast').getByRole('button', {name: 'Undo'}).click();
  await lea.locator('.toast', {hasText: '2 cases wait again'}).waitFor();
  spotless(lea);
  await lea.context().close();
});

test('the log is checked here, and what is wrong with it is said', {timeout: 90000}, async () => {
  const aud = await login(browser, world, 'aud');
  const verify = async (said) => {
    await visit(aud, '#/log');
    await aud.getByRole('button', {name: 'Verify here'}).click();
    await aud.getByText(said).waitFor();
    return aud.locator('main').innerText();
  };
  const end = Date.now() + patiently(40000);
  while ((await world.do('call', {by: 'aud', method: 'GET', path: '/v1/log'})).answer.size === null) {
    assert.ok(Date.now() < end, 'there is a checkpoint');
    await aud.waitForTimeout(500);
  }
  assert.match(await verify('The log holds'), /hashes of all [\d,]+ entries make the root[\s\S]*[0-9a-f]{64}/);
  const tiles = '**/log/tile/0/**';
  await aud.route(tiles, async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[0] ^= 1;
    await route.fulfill({response, body});
  });
  assert.match(await verify('The log does not hold.'), /do not make the root that was signed|differs from the tiles below it/);
  await aud.unroute(tiles);
  await aud.route('**/log/checkpoint', async (route) => {
    const response = await route.fetch();
    await route.fulfill({response, body: (await response.text()).replace(/\n\d+\n/, '\n7\n')});
  });
  assert.match(await verify('The log does not hold.'), /signature does not hold/);
  assert.deepEqual(await axe(aud), []);
  await aud.unroute('**/log/checkpoint');
  await aud.route(tiles, (route) => route.fulfill({status: 503, body: ''}));
  // That says nothing about the log.
  assert.match(await verify('It could not be checked.'), /tile\/0\/.* cannot be read/);
  spotless(aud);
  await aud.context().close();
});

test('each chart of the statistics is in words and in a table too', {timeout: 60000}, async () => {
  const aud = await login(browser, world, 'aud');
  await visit(aud, '#/statistics?from=2026-01-01');
  const card = aud.locator('.card', {has: aud.getByRole('heading', {name: 'What came in'})});
  const {answer} = await world.do('call', {by: 'aud', method: 'GET',
    path: `/v1/statistics?from=0&to=${Math.floor(Date.now() / 86400000) + 1}`});
  const count = (measure) => answer.lines.filter((line) => line.measure === measure)
      .reduce((sum, line) => sum + line.count, 0);
  assert.ok(count('cases') > 0);
  const chart = card.getByRole('img', {name: 'What came in'});
  assert.ok(await chart.locator('rect').count() > 0, 'it is drawn');
  assert.match(await chart.locator('desc').textContent(), new RegExp(`${count('cases')} new case`));
  assert.deepEqual(await card.locator('.legend strong').allInnerTexts(),
      ['cases', 'follow_ups', 'copies'].map((one) => String(count(one))));
  // By keyboard: what each step says.
  await card.getByRole('slider').focus();
  await aud.keyboard.press('End');
  await card.locator('.tip').getByText('New case').waitFor();
  assert.match(await card.locator('.tip').innerText(), new RegExp(`New case\\s*${count('cases')}`));
  assert.equal(await card.getByRole('table').count(), 0);
  await card.getByText('The same as a table').click();
  const heads = await card.getByRole('columnheader').allInnerTexts();
  assert.deepEqual(heads.slice(1), ['New case', 'More on a case', 'Copy of a report']);
  const last = await card.getByRole('row').last().getByRole('cell').allInnerTexts();
  assert.deepEqual(last, ['cases', 'follow_ups', 'copies'].map((one) => String(count(one))));
  for (const fold of await aud.getByText('The same as a table').all()) {
    await fold.evaluate((node) => {
      node.parentElement.open = true;
    });
  }
  assert.deepEqual(await axe(aud), []);
  spotless(aud);
  await aud.context().close();
});

// ---- What stays in the browser -----------------------------------------------------------

/** Every byte that a browser has on disk. */
function* filesOf(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const is = statSync(path, {throwIfNoEntry: false});
    if (is?.isDirectory()) yield* filesOf(path);
    else if (is?.isFile()) yield path;
  }
}

test('nothing of a case is in the browser after logout', {timeout: 120000}, async () => {
  const profile = mkdtempSync(join(tmpdir(), 'frank-profile-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: browserArgs});
  const page = context.pages()[0] ?? await context.newPage();
  const elsewhere = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${world.url}/`)) elsewhere.push(request.url());
  });
  await page.goto(`${world.url}/`);
  await fillLogin(page, world, 'ann');
  await page.getByRole('navigation').waitFor();
  await showCase(page);
  assert.ok((await page.locator('main').innerText()).includes(canary), 'it was there');
  assert.ok(!(await page.title()).includes(canary));
  await page.locator('.media img').first().scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelector('.media img').naturalWidth > 0);
  await counts(page.locator('.attachment .badge', {hasText: 'Proven'}), 2);
  for (let i = 0; i < 4; i++) await page.keyboard.press('j');
  await page.keyboard.down('v');
  await page.waitForFunction(() => document.querySelector('.attachment img').naturalWidth > 0);
  await page.getByText('8 key frames').waitFor();
  await page.keyboard.up('v');
  await page.getByRole('button', {name: 'Play it'}).click();
  await page.waitForFunction(() => document.querySelector('.attachment video').currentTime > .1);
  await page.getByLabel('A note for colleagues').fill(`draft ${canary}`);
  await page.getByText('What you typed is kept (').waitFor();
  await visit(page, '#/queue');
  await page.getByLabel('Its whole URI').fill(`mimi://example.com/u/${canary}`);
  await page.keyboard.press('Enter');
  await page.getByRole('button', {name: 'End the search'}).waitFor();
  await page.waitForTimeout(4000); // a browser writes its own state every few seconds
  await page.getByRole('button', {name: /^Log out/}).click();
  await page.getByRole('heading', {name: 'Log in'}).waitFor();
  const stored = await page.evaluate(async () => ({
    local: Object.keys(localStorage).length, session: Object.keys(sessionStorage).length,
    caches: (await caches.keys()).length, bases: (await indexedDB.databases()).length,
    cookies: document.cookie, text: document.documentElement.textContent}));
  assert.deepEqual({...stored, text: ''}, {local: 0, session: 0, caches: 0, bases: 0, cookies: '', text: ''});
  assert.ok(!stored.text.includes(canary));
  assert.deepEqual(await context.cookies(), [], 'the cookie is gone');
  // Going back shows nothing either.
  await page.goBack();
  await page.getByRole('heading', {name: 'Log in'}).waitFor();
  assert.ok(!(await page.content()).includes(canary));
  await context.close();
  const holdingBytes = (wanted) => [...filesOf(profile)].filter((path) => readFileSync(path).includes(wanted));
  const holding = (text) => [...filesOf(profile)].filter((path) => {
    const bytes = readFileSync(path);
    return bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le'));
  });
  assert.ok(holding(`localhost:${world.port}`).length > 0, 'that it was here is found');
  assert.deepEqual(holding(canary), [], 'no file of the browser holds it');
  for (const name of ['picture.jpg', 'short.webm']) {
    const bytes = readFileSync(join(world.files, name));
    for (const at of [.1, .5, .9]) {
      const begin = Math.floor(bytes.length * at);
      assert.deepEqual(holdingBytes(bytes.subarray(begin, begin + 32)), [], `nor ${name}`);
    }
  }
  assert.deepEqual(elsewhere, [], 'nobody else was asked');
  // Its history knows pages, and of cases their numbers alone.
  const {stdout} = await run('python3', ['-c', 'import json, sqlite3, sys; print(json.dumps(sqlite3.connect(' +
    'sys.argv[1]).execute("SELECT url, title FROM urls").fetchall()))', join(profile, 'Default', 'History')]);
  const visited = JSON.parse(stdout);
  assert.ok(visited.some(([, title]) => title === `Case ${number} – Frank`), stdout);
  for (const [url, title] of visited) {
    assert.match(url.slice(world.url.length), /^\/(#\/(case\/\d+|[a-z-]*)(\?[a-z_]+=[a-z0-9_-]+)?)?$/);
    assert.match(title, /^(Case \d+ – |[A-Z][a-z ]+ – |)Frank$/);
  }
  rmSync(profile, {recursive: true, force: true});
});
