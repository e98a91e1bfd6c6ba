// SPDX-License-Identifier: Apache-2.0
// Lists: what they are filtered by, with mouse and keyboard; and that one keeps one's
// place in them while what is in them is decided.

import assert from 'node:assert/strict';
import {after, before} from 'node:test';
import {axe, becomes, counts, login, patiently, spotless, startBrowser, startWorld, test, visit} from './lib.mjs';

let world;
let browser;
const cases = {};

const report = async (name, more) => {
  ({case: cases[name]} = await world.do('report', {sender: `mimi://example.com/u/${name}`,
    messages: [{text: 'hello'}], ...more}));
  return cases[name];
};
const call = (by, path, body) => world.do('call', {by, method: 'POST', path, body});

before(async () => {
  world = await startWorld({retract: '60s', statement_delay: '60s', appeal_window: '600s', stored_shares: 'on'});
  browser = await startBrowser();
  await report('plain', {reason: 'spam'});
  await report('long', {reason: 'fraud', messages: [{text: 'a'}, {text: 'b'}, {text: 'c'}]});
  await report('taken', {reason: 'hate'});
  await call('ann', `/v1/cases/${cases.taken}/claim`);
});
after(async () => {
  await browser?.close();
  await world?.end();
});

async function end(...pages) {
  for (const page of pages) {
    spotless(page);
    await page.context().close();
  }
}

const rows = (page) => page.locator('.row').evaluateAll((all) => all.map((row) => Number(row.dataset.case)));
const focused = (page) => page.evaluate(() =>
  document.activeElement?.labels?.[0]?.textContent ?? document.activeElement?.tagName);
async function rowsAre(page, ...names) {
  const wanted = names.map((name) => cases[name]).sort((a, b) => a - b);
  const last = Date.now() + patiently(20000);
  for (;;) {
    const now = (await rows(page)).sort((a, b) => a - b);
    if (now.join() === wanted.join()) return;
    assert.ok(Date.now() < last, `${now} in place of ${wanted}`);
    await page.waitForTimeout(50);
  }
}

test('each filter of the queue', {timeout: 90000}, async () => {
  const ann = await login(browser, world, 'ann');
  const day = (days) => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10);
  await visit(ann, '#/queue');
  await rowsAre(ann, 'plain', 'long', 'taken');
  for (const [label, choice, found] of [['Reason', 'fraud', ['long']], ['Worked on by', 'mine', ['taken']],
    ['Worked on by', 'unclaimed', ['plain', 'long']], ['State', 'claimed', ['taken']],
    ['Queue', 'safety', []]]) {
    const select = ann.getByRole('combobox', {name: label, exact: true});
    if (label === 'Queue') await select.selectOption({index: 1});
    else await select.selectOption(choice);
    if (found.length > 0) await rowsAre(ann, ...found);
    else await ann.waitForURL(/queue=/);
    await select.selectOption('');
    await rowsAre(ann, 'plain', 'long', 'taken');
  }
  await ann.getByText('More filters').click();
  const form = ann.locator('form', {hasText: 'First contact only'});
  for (const [label, text, asked, found] of [['Messages, at least', '2', 'messages=2', ['long']],
    ['Since', day(2), /from=\d{13}/, []], ['Since', day(-2), /from=\d{13}/, ['plain', 'long', 'taken']],
    ['Before', day(-1), /to=\d{13}/, []], ['Priority, at least', '1000', 'priority=1000', []],
    ['Reporters, at least', '2', 'reporters=2', []], ['First contact only', true, 'first_contact=true', []]]) {
    const what = `${label} ${text}`;
    if (text === true) await form.getByLabel(label).check();
    else await form.getByLabel(label).fill(text);
    assert.doesNotMatch(ann.url(), /\?/, `${what}: nothing before it is submitted`);
    const [request] = await Promise.all([
      ann.waitForRequest((one) => one.url().includes('/v1/cases?') && !one.headers()['frank-background']),
      form.getByRole('button', {name: 'Show these'}).click()]);
    assert.match(request.url(), new RegExp(asked), what);
    await rowsAre(ann, ...found);
    assert.match(ann.url(), /\?/);
    // The address says it all: the same elsewhere, and in the fields.
    await ann.reload();
    await rowsAre(ann, ...found);
    const again = form.getByLabel(label);
    assert.equal(text === true ? await again.isChecked() : await again.inputValue(), text, what);
    if (text === true) await again.uncheck();
    else await again.fill('');
    await form.getByRole('button', {name: 'Show these'}).click();
    await rowsAre(ann, 'plain', 'long', 'taken');
  }
  await end(ann);
});

test('filters are set by keyboard, and the focus stays', {timeout: 60000}, async () => {
  const ann = await login(browser, world, 'ann');
  await visit(ann, '#/queue');
  for (const [label, key, address] of [['Reason', 'ArrowDown', /reason=spam/], ['Worked on by', 'ArrowDown', /claim=/]]) {
    await ann.getByLabel(label, {exact: true}).focus();
    await ann.keyboard.press(key);
    await ann.waitForURL(address);
    await ann.waitForTimeout(300);
    assert.equal(await focused(ann), label);
  }
  await rowsAre(ann, 'plain');
  await visit(ann, '#/queue');
  await ann.getByText('More filters').focus();
  await ann.keyboard.press('Enter');
  await ann.getByLabel('Since').focus();
  // Month and day in either order, and a year of which each digit makes a date.
  await ann.keyboard.type('11112');
  assert.equal(await ann.getByLabel('Since').inputValue(), '0002-11-11');
  await ann.waitForTimeout(300);
  assert.equal(await focused(ann), 'Since', 'half a date leads nowhere');
  await ann.keyboard.type('026');
  assert.equal(await ann.getByLabel('Since').inputValue(), '2026-11-11');
  await ann.getByLabel('Priority, at least').focus();
  await ann.keyboard.press('ArrowUp');
  assert.equal(await focused(ann), 'Priority, at least');
  // What is typed and not submitted outlives another choice.
  await ann.getByLabel('Reason', {exact: true}).focus();
  await ann.keyboard.press('ArrowDown');
  await rowsAre(ann, 'plain');
  assert.equal(await ann.getByLabel('Since').inputValue(), '2026-11-11');
  await ann.getByLabel('Since').focus();
  await ann.keyboard.press('Enter');
  await ann.waitForURL(/from=2026-11-11.*priority=1|priority=1.*from=2026-11-11/);
  await ann.getByLabel('Since').fill('');
  await ann.goBack();
  await ann.waitForURL((url) => !url.hash.includes('priority'));
  await rowsAre(ann, 'plain');
  await becomes('the fields follow the address', async () =>
    await ann.getByLabel('Priority, at least').inputValue() === '');
  // An address with half a date, kept from before.
  await visit(ann, '#/queue?from=0002-11-20');
  await rowsAre(ann, 'plain', 'long', 'taken');
  await end(ann);
});

test('"/" searches from wherever one is', {timeout: 60000}, async () => {
  const ann = await login(browser, world, 'ann');
  for (const address of ['#/log', '#/queue', '#/reviews']) {
    await visit(ann, address);
    await ann.keyboard.press('/');
    await ann.getByRole('heading', {level: 1, name: 'Queue'}).waitFor();
    await ann.waitForFunction(() => document.activeElement.type === 'search');
    await ann.keyboard.press('Escape');
  }
  await end(ann);
});

test('a row says what is known', {timeout: 60000}, async () => {
  const ann = await login(browser, world, 'ann');
  await ann.route('**/v1/cases?*', async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    Object.assign(body.cases.find((one) => one.case === cases.plain), {reporters: 3, priority: 1234, copies: 2,
      first_contact: true, claimant: {account: 99, shown: 'Bo'}, held: false});
    await route.fulfill({response, json: body});
  });
  await visit(ann, '#/queue');
  const text = await ann.locator(`[data-case="${cases.plain}"]`).innerText();
  for (const part of ['3 reporters of this sender', 'Priority 1,234', '2 copies', 'First contact',
    'Worked on by Bo', '1 message', 'Spam']) assert.ok(text.includes(part), `${part}: ${text}`);
  await end(ann);
});

test('numbers and times are as the reader\'s locale writes them', {timeout: 60000}, async () => {
  const seen = {};
  for (const locale of ['de-DE', 'en-US']) {
    const page = await login(browser, world, 'cat', {locale});
    await page.route('**/v1/cases?*', async (route) => {
      const response = await route.fetch();
      const body = await response.json();
      body.cases[0].priority = 1234567;
      await route.fulfill({response, json: body});
    });
    await visit(page, '#/queue');
    seen[locale] = [await page.locator('.row').first().innerText(),
      await page.locator('.row time').first().getAttribute('title')];
    await end(page);
  }
  assert.match(seen['de-DE'][0], /Priority 1\.234\.567/);
  assert.match(seen['de-DE'][0], /vor \d/);
  assert.match(seen['de-DE'][1], /^\d\d\.\d\d\.\d{4}, \d\d:\d\d:\d\d$/);
  assert.match(seen['en-US'][0], /Priority 1,234,567/);
  assert.match(seen['en-US'][0], /\d (sec|min)\. ago/);
  assert.match(seen['en-US'][1], /^[A-Z][a-z]{2} \d+, \d{4}, \d+:\d\d:\d\d\s[AP]M$/);
});

// ---- One's place ------------------------------------------------------------------------------

/** In both themes. */
async function axeFindsNothing(page, what) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme});
    assert.deepEqual(await axe(page), [], `${what}, ${colorScheme}`);
  }
}

test('reviews and appeals leave one in the same place of the list', {timeout: 120000}, async () => {
  const numbers = [];
  for (const name of ['one', 'two', 'three']) {
    const number = await report(name, {reason: 'threat', messages: [{text: 'hello'}, {text: 'x', withheld: true}]});
    numbers.push(number);
    await world.do('open', {by: 'ann', case: number});
    const done = await call('ann', `/v1/cases/${number}/decide`, {policy: 'violence.threat', outcome: 'suspend',
      explanation: 'You threatened somebody.', withheld_seen: true});
    assert.equal(done.status, 200, JSON.stringify(done.answer));
  }
  const walk = async (page, key, heading, decide) => {
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.getByRole('heading', {level: 1, name: heading}).waitFor();
    await counts(page.locator('.row'), 3);
    const before = await rows(page);
    for (const one of ['j', 'j', 'o']) await page.keyboard.press(one);
    await page.getByRole('heading', {level: 1, name: `Case ${before[1]}`}).waitFor();
    await page.getByText('2 of 3 in the list').waitFor();
    await page.keyboard.press('c');
    await page.getByText('You work on it').waitFor();
    await decide();
    await page.getByRole('heading', {level: 1, name: heading}).waitFor();
    await counts(page.locator('.row'), 2);
    assert.equal(Number(await page.locator('.row[data-at]').getAttribute('data-case')), before[2]);
    assert.ok(await page.locator('.row[data-at] a').evaluate((node) => node === document.activeElement));
  };
  const ben = await login(browser, world, 'ben');
  await walk(ben, 'r', 'Reviews', async () => {
    await axeFindsNothing(ben, 'a review');
    await ben.getByRole('radio', {name: 'Return'}).check();
    await ben.getByLabel('Why (needed to return it)').fill('Too much');
    await ben.getByRole('button', {name: 'Submit'}).first().click();
    await ben.getByRole('dialog').getByRole('button', {name: 'Return'}).click();
  });
  for (const number of numbers) {
    // The one that was returned is decided again.
    await call('ann', `/v1/cases/${number}/claim`);
    await call('ann', `/v1/cases/${number}/decide`, {policy: 'conduct', outcome: 'warn',
      explanation: 'Do not do that.', withheld_seen: true});
    await call('ben', `/v1/cases/${number}/claim`);
    await call('ben', `/v1/cases/${number}/review`, {confirm: true});
    await world.do('appeal', {case: number, text: 'It was a quotation'});
  }
  const cat = await login(browser, world, 'cat');
  await walk(cat, 'a', 'Appeals', async () => {
    await cat.getByLabel('Overturn').check();
    await axeFindsNothing(cat, 'an appeal');
    await cat.getByLabel('Uphold').check();
    await cat.getByLabel('Why', {exact: true}).fill('It stands');
    await cat.getByRole('button', {name: 'Submit'}).first().click();
    await cat.getByRole('dialog').getByRole('button', {name: 'Uphold'}).click();
  });
  await end(ben, cat);
});

// ---- What is on its way ------------------------------------------------------------------------

test('a dialog stays while what is in it is sent', {timeout: 60000}, async () => {
  const number = await report('sent');
  await call('ann', `/v1/cases/${number}/claim`);
  const ann = await login(browser, world, 'ann');
  let go;
  const isHeld = new Promise((settle) => {
    go = settle;
  });
  await ann.route('**/hand-over', async (route) => {
    await isHeld;
    await route.continue();
  });
  await visit(ann, `#/case/${number}`);
  await ann.keyboard.press('h');
  const dialog = ann.getByRole('dialog', {name: 'Hand over'});
  await dialog.getByLabel('To').selectOption('lea');
  await dialog.getByLabel('Why?').fill('My shift ends');
  const sent = ann.waitForRequest('**/hand-over');
  await dialog.getByRole('button', {name: 'Hand over'}).click();
  await sent;
  for (let i = 0; i < 3; i++) await ann.keyboard.press('Escape');
  assert.ok(await dialog.isVisible(), 'it is done all the same');
  assert.ok(await dialog.getByRole('button', {name: 'Cancel'}).isDisabled());
  go();
  await dialog.waitFor({state: 'detached'});
  await ann.locator('.toast', {hasText: 'Handed over'}).waitFor();
  await end(ann);
});

test('a page that one left in vain does not come back', {timeout: 60000}, async () => {
  const ann = await login(browser, world, 'ann');
  await visit(ann, '#/queue');
  let go;
  const isHeld = new Promise((settle) => {
    go = settle;
  });
  await ann.route('**/v1/cases?*reason=spam*', async (route) => {
    await isHeld;
    await route.abort();
  });
  const asked = ann.waitForRequest('**/v1/cases?*reason=spam*');
  await ann.evaluate(() => {
    location.hash = '#/queue?reason=spam';
  });
  await asked;
  await ann.evaluate(() => {
    location.hash = '#/second-looks';
  });
  await ann.getByRole('heading', {level: 1, name: 'Second looks'}).waitFor();
  const failed = ann.waitForEvent('requestfailed');
  go();
  await failed;
  await ann.waitForTimeout(200); // in which the page would be replaced
  await ann.keyboard.press('Shift+?');
  await ann.getByRole('dialog').getByText('Give me one; show the conversation').waitFor();
  await ann.keyboard.press('Escape');
  await end(ann);
});

// ---- What an appeal leads to -------------------------------------------------------------------

test('on appeal each sees what stands, what was objected, and what came back', {timeout: 120000}, async () => {
  const number = await report('objected', {reason: 'threat'});
  const card = (page) => page.getByRole('region', {name: 'What was decided'});
  const has = async (page, ...texts) => {
    for (const text of texts) await card(page).getByText(text).first().waitFor();
  };
  const propose = async (page) => {
    await page.keyboard.press('c');
    await page.getByText('You work on it').waitFor();
    await page.getByLabel('Overturn').check();
    await page.getByLabel('Suspend').check();
    await page.getByLabel('Policy', {exact: true}).selectOption('violence.threat');
    await page.getByLabel('Explanation for the accused').fill('You threatened somebody.');
    await page.getByLabel('Why', {exact: true}).fill('It was worse');
    await page.getByRole('button', {name: 'Submit'}).first().click();
    await page.getByRole('dialog').getByText('until then the first one stands').waitFor();
    await page.getByRole('dialog').getByRole('button', {name: 'Overturn'}).click();
  };
  await world.do('open', {by: 'ann', case: number});
  await call('ann', `/v1/cases/${number}/decide`, {policy: 'conduct', outcome: 'warn', explanation: 'Do not do that.'});
  await world.do('appeal', {case: number, by: 'reporter', text: 'That is too mild'});
  const cat = await login(browser, world, 'cat');
  await visit(cat, `#/case/${number}`);
  await propose(cat);
  await cat.locator('.toast', {hasText: 'It waits for another moderator now'}).waitFor();
  const ben = await login(browser, world, 'ben');
  await visit(ben, `#/case/${number}`);
  await ben.keyboard.press('c');
  await ben.getByText('You work on it').waitFor();
  await has(ben, 'Do not do that.', 'In force', 'That is too mild', 'It was worse');
  assert.equal(await card(ben).getByText('You threatened somebody.').count(), 0, 'that is under review');
  await ben.getByRole('radio', {name: 'Return'}).check();
  await ben.getByLabel('Why (needed to return it)').fill('Nobody was threatened');
  await ben.getByRole('button', {name: 'Submit'}).first().click();
  await ben.getByRole('dialog').getByRole('button', {name: 'Return'}).click();
  await ben.locator('.toast', {hasText: 'Reviewed'}).waitFor();
  const lea = await login(browser, world, 'lea');
  await visit(lea, `#/case/${number}`);
  await lea.keyboard.press('c');
  await lea.getByRole('region', {name: 'Decide', exact: true}).waitFor();
  await has(lea, 'Do not do that.', 'You threatened somebody.', 'Nobody was threatened', 'That is too mild');
  await axeFindsNothing(lea, 'decided again');
  await end(cat, ben, lea);
});

// ---- In a narrow window ------------------------------------------------------------------------

test('reports and commands are whole at 360 pixels', {timeout: 60000}, async () => {
  const number = await report('narrow');
  await call('ben', `/v1/cases/${number}/claim`);
  const {rows: [[one]]} = await world.do('sql', {query: `SELECT number FROM reports WHERE in_case = ${number}`});
  const asked = await call('ben', `/v1/cases/${number}/ask`, {reports: [one], why: 'narrow'});
  const ann = await login(browser, world, 'ann', {viewport: {width: 360, height: 800}});
  await visit(ann, `#/case/${number}`);
  const table = ann.getByRole('region', {name: 'Reports'});
  await table.getByText('1 message').waitFor();
  assert.ok(await table.evaluate((node) => node.scrollWidth <= node.clientWidth), 'no column is cut');
  await visit(ann, '#/consent');
  const words = ann.locator('.command').first().locator('span');
  await words.first().waitFor();
  for (const word of await words.all()) {
    const lines = await word.evaluate((node) => node.getBoundingClientRect().height /
      parseFloat(getComputedStyle(node).lineHeight));
    const text = await word.innerText();
    assert.ok(lines < 1.5 || text.length > 30, text);
  }
  assert.match(await ann.locator('.command').first().innerText(), /^frank-mod consent --share YOUR\.share --receipt/);
  // Where nothing is new, no place is kept for saying so.
  assert.equal(await ann.locator('.news').evaluate((node) => node.getClientRects().length), 0);
  await ann.setViewportSize({width: 1024, height: 768});
  await visit(ann, '#/log');
  assert.equal(await ann.locator('.facts .mono').evaluate((node) => node.getClientRects().length), 1, 'one line');
  assert.ok(await ann.getByRole('heading', {name: 'Its public key'}).evaluate((node) =>
    node.getBoundingClientRect().top - node.previousElementSibling.getBoundingClientRect().bottom) > 10);
  await call('ben', `/v1/requests/${asked.answer.request}/withdraw`);
  await end(ann);
});

test('requests are answered one after the other: agreed to, refused', {timeout: 90000}, async () => {
  for (const name of ['ask-a', 'ask-b', 'ask-c']) {
    const number = await report(name);
    await call('ben', `/v1/cases/${number}/claim`);
    const {rows: [[one]]} = await world.do('sql', {query: `SELECT number FROM reports WHERE in_case = ${number}`});
    await call('ben', `/v1/cases/${number}/ask`, {reports: [one], why: `Why: ${name}`});
  }
  const ann = await login(browser, world, 'ann');
  await visit(ann, '#/consent');
  const titles = ann.locator('.plain-list h2');
  await counts(titles, 3);
  await axeFindsNothing(ann, 'requests');
  const before = await titles.allInnerTexts();
  const card = await ann.locator('.plain-list > li').first().innerText();
  assert.match(card, /Report \d+: 0 of 2 consents/);
  assert.doesNotMatch(card, /Different reporters/, 'none is known of anonymous ones');
  // With a share that is outside one can agree without looking for it.
  assert.ok(await ann.getByRole('button', {name: 'Give my consent'}).first().isVisible());
  await ann.keyboard.press('j');
  await ann.keyboard.press('j');
  await ann.keyboard.press('f');
  const dialog = ann.getByRole('dialog', {name: 'Refuse'});
  await dialog.waitFor();
  await ann.keyboard.press('Escape');
  assert.equal((await world.do('sql', {query: 'SELECT count(*) FROM refusals'})).rows[0][0], 0, 'not on one key');
  await ann.keyboard.press('f');
  await dialog.waitFor();
  await ann.keyboard.type('The reason says too little');
  const old = await titles.first().elementHandle();
  await ann.keyboard.press('Control+Enter');
  await ann.locator('.toast', {hasText: 'Refused'}).waitFor();
  await ann.waitForFunction((node) => !node.isConnected, old); // the list is drawn anew
  const {rows: refused} = await world.do('sql', {query: 'SELECT why FROM refusals'});
  assert.deepEqual(refused, [['The reason says too little']]);
  const left = await titles.allInnerTexts();
  const now = await ann.locator('.plain-list > [data-at] h2').innerText();
  assert.ok(now === before[1] || now === before[2], `${now} of ${left}`);
  assert.ok(await ann.locator('.plain-list > [data-at] h2').evaluate((node) => node === document.activeElement));
  await end(ann);
});
