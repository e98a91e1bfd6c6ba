// SPDX-License-Identifier: Apache-2.0
// The console in headless Chromium: its first view on a slow line, the next case
// with 200,000 cases, and a long conversation that is scrolled; beside an empty
// page in the same run.

import {fillLogin, login, open, startBrowser, startWorld, visit} from '../tests/console/lib.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const CASES = Number(process.env.CASES ?? 200000);
const TURN = 4000; // pixels that are scrolled at once
const SLOW = {offline: false, latency: 150, downloadThroughput: 200000, uploadThroughput: 200000};

function row(name, values, unit, goal) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (process.env.JSON) {
    console.log(JSON.stringify({name, median: middle, lowest: sorted[0], highest: sorted.at(-1), unit, goal}));
  } else {
    console.log(`${name.padEnd(52)} ${middle.toFixed(1).padStart(9)}   (${sorted[0].toFixed(1)} to ` +
      `${sorted.at(-1).toFixed(1)}) ${unit.padEnd(4)} goal ${goal}`);
  }
}

/** A page on a slow line, until what a selector names is there and painted; by
 * the page's own clock, which begins with the navigation. */
async function firstView(browser, world, state, selector) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, storageState: state});
  const page = await context.newPage();
  const line = await context.newCDPSession(page);
  let bytes = 0;
  await line.send('Network.enable');
  await line.send('Network.emulateNetworkConditions', SLOW);
  line.on('Network.loadingFinished', (event) => {
    bytes += event.encodedDataLength;
  });
  await page.addInitScript((wanted) => {
    const look = () => {
      if (document.querySelector(wanted)) {
        setTimeout(() => {
          window.__ready = performance.now();
        });
      } else {
        requestAnimationFrame(look);
      }
    };
    requestAnimationFrame(look);
  }, selector);
  await page.goto(`${world.url}/`, {waitUntil: 'commit'});
  await page.waitForFunction(() => window.__ready);
  const took = await page.evaluate(() => window.__ready);
  await page.waitForTimeout(1500);
  await context.close();
  return {took, bytes: bytes / 1024};
}

async function frames(page, work) {
  await page.evaluate(() => {
    window.__frames = [];
    let last = performance.now();
    const next = (now) => {
      window.__frames.push(now - last);
      last = now;
      window.__handle = requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await work();
  return page.evaluate(() => {
    cancelAnimationFrame(window.__handle);
    return window.__frames.slice(1);
  });
}

const world = await startWorld({retract: '60s', statement_delay: '60s', appeal_window: '600s'});
const browser = await startBrowser();
console.log(`\nThe console, ${ROUNDS} rounds: median (lowest to highest)`);

// ---- First view ----------------------------------------------------------------------

const out = [];
const into = [];
const ann = await login(browser, world, 'ann');
const state = await ann.context().storageState();
for (let i = 0; i < ROUNDS; i++) {
  out.push(await firstView(browser, world, undefined, 'input[name="name"]:focus'));
  into.push(await firstView(browser, world, state, '.empty'));
}
row('login page, 1.6 Mbit/s and 150 ms', out.map((one) => one.took), 'ms', '<= 1000');
row('login page, transferred', out.map((one) => one.bytes), 'KiB', '<= 100');
row('queue, with a session, 1.6 Mbit/s and 150 ms', into.map((one) => one.took), 'ms', '<= 1000');
row('queue, with a session, transferred', into.map((one) => one.bytes), 'KiB', '<= 100');

// ---- A long conversation -----------------------------------------------------------------

const words = 'A line of a conversation that goes on and on, as some do. ';
const long = words.repeat(Math.ceil(102400 / words.length)).slice(0, 102400).replace(/(.{80})/g, '$1\n')
    .slice(0, 102400);
const {case: number} = await world.do('report', {messages: Array.from({length: 64}, (_, i) =>
  ({text: `${i} ${long}`.slice(0, 102400), seq: i + 1}))});
await world.do('open', {by: 'ann', case: number});
await visit(ann, `#/case/${number}`);
const folded = [];
const unfolded = [];
const shown = performance.now();
await ann.keyboard.press('o');
await ann.locator('.conversation').waitFor();
const opened = performance.now() - shown;

/** From the beginning to the end, a turn of the wheel at a time. */
async function scroll(page) {
  await page.evaluate(() => scrollTo(0, 0));
  await page.mouse.move(400, 500);
  const isDone = () => page.evaluate(() => scrollY + innerHeight >= document.documentElement.scrollHeight - 1);
  while (!await isDone()) {
    await page.mouse.wheel(0, TURN);
    await page.waitForTimeout(16);
  }
}
const empty = await browser.newPage();
await empty.setContent(`<body style="height:550000px">${'x'}</body>`);
const nothing = [];
for (let i = 0; i < ROUNDS; i++) {
  nothing.push(Math.max(...await frames(empty, () => scroll(empty))));
  folded.push(Math.max(...await frames(ann, () => scroll(ann))));
}
await ann.evaluate(() => {
  for (const node of document.querySelectorAll('.message button')) {
    if (/^Show all/.test(node.textContent)) node.click();
  }
});
for (let i = 0; i < ROUNDS; i++) unfolded.push(Math.max(...await frames(ann, () => scroll(ann))));
row('64 messages of 100 KiB: from the key to shown', [opened], 'ms', '-');
row('an empty page, longest frame while scrolling', nothing, 'ms', '-');
row('64 messages of 100 KiB, longest frame', folded, 'ms', '<= 50');
row('the same with all of it unfolded, longest frame', unfolded, 'ms', '<= 50');

// ---- The next case --------------------------------------------------------------------------

await world.do('fill', {reports: CASES, cases: CASES});
const next = [];
await ann.goto(`${world.url}/`);
if (await ann.locator('input[name="password"]').count() > 0) await fillLogin(ann, world, 'ann');
await visit(ann, '#/queue');
await ann.keyboard.press('j');
await ann.keyboard.press('o');
await ann.getByRole('heading', {level: 1, name: /^Case/}).waitFor();
for (let i = 0; i < 40; i++) {
  next.push(await ann.evaluate(() => new Promise((settle) => {
    const before = document.querySelector('main h1').textContent;
    const begun = performance.now();
    new MutationObserver((_, observer) => {
      const now = document.querySelector('main h1')?.textContent;
      if (now && now !== before) {
        observer.disconnect();
        // Painted, not only put together.
        requestAnimationFrame(() => setTimeout(() => settle(performance.now() - begun)));
      }
    }).observe(document.querySelector('main'), {childList: true, subtree: true});
    document.dispatchEvent(new KeyboardEvent('keydown', {key: ']', bubbles: true}));
  })));
}
next.sort((a, b) => a - b);
row(`next case of ${CASES}, median`, [next[20]], 'ms', '<= 100');
row(`next case of ${CASES}, slowest of 40`, [next[39]], 'ms', '<= 100');
await browser.close();
await world.end();
