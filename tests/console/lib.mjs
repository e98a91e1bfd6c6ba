// SPDX-License-Identifier: Apache-2.0
// What the console's tests share: the world (world.py), a browser, people in it,
// and watchers for what must never happen.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createHmac} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import * as node from 'node:test';
import {fileURLToPath} from 'node:url';
import {createInterface} from 'node:readline';
import {chromium} from 'playwright-core';

const here = fileURLToPath(new URL('.', import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const STEP = 30000;

// How many times as long as usual is waited for what should happen, before it is called missing.
const PATIENCE = Number(process.env.PATIENCE ?? 5);

/** Milliseconds of a machine with nothing else to do, as those of this one. */
export const patiently = (milliseconds) => milliseconds * PATIENCE;

/** node's, with the timeout of a machine with nothing else to do. */
export const test = (name, ...more) => {
  const work = more.pop();
  const [{timeout = 60000, ...options} = {}] = more;
  return node.test(name, {...options, timeout: patiently(timeout)}, work);
};

/** RFC 6238, from the text that a device is given. */
export function totp(secret, time = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replaceAll('=', '')]
      .map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(time / STEP)));
  const mac = createHmac('sha1', key).update(count).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}

/** Hub, service and people; settings as those of tests/service/mod.py's World. */
export async function startWorld(settings = {}) {
  const child = spawn('python3', ['-B', `${here}world.py`, JSON.stringify(settings)],
      {stdio: ['pipe', 'pipe', 'inherit']});
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
  const line = async () => {
    const {value, done} = await lines.next();
    if (done) throw new Error('the world ended');
    return JSON.parse(value);
  };
  const world = await line();
  world.url = `http://localhost:${world.port}`;
  world.do = async (what, order = {}) => {
    child.stdin.write(`${JSON.stringify({...order, do: what})}\n`);
    const answer = await line();
    if (answer.error) throw new Error(`${what}: ${answer.error}`);
    return answer;
  };
  world.end = () => new Promise((settle) => {
    child.on('exit', settle);
    child.stdin.end();
  });
  return world;
}

export const browserArgs = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export function startBrowser() {
  return chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: browserArgs});
}

/**
 * A browser of somebody's own, with a page at the console. page.faults holds what
 * must never happen: errors, violations of the policy, requests elsewhere.
 */
export async function open(browser, world, options = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, locale: 'en-GB',
    ...options});
  context.setDefaultTimeout(patiently(20000));
  const page = await context.newPage();
  // What is still in a test's hands when it ends is nobody's any more.
  const close = context.close.bind(context);
  context.close = async () => {
    await page.unrouteAll({behavior: 'ignoreErrors'});
    await close();
  };
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(`error: ${error.stack ?? error}`));
  page.on('console', (message) => {
    // A refusal of the service, and a lost network, are said by the browser too.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
      page.faults.push(`console: ${message.text()}`);
    }
  });
  page.on('dialog', (dialog) => {
    page.faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${world.url}/`) && !url.startsWith('blob:') && !url.startsWith('data:')) {
      page.faults.push(`request: ${url}`);
    }
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  await page.goto(`${world.url}/`);
  return page;
}

const used = new Map();

/**
 * A code that was not used before: of those on paper while there are some, or of the
 * device. Its clock is a step ahead, which it may be: by the present step's code it
 * may have been connected.
 */
export async function code(name, person, device = false) {
  if (!device && person.codes.length > 0) return person.codes.pop();
  const step = () => Math.floor(Date.now() / STEP) + 1;
  while (step() <= (used.get(name) ?? 0)) await new Promise((settle) => setTimeout(settle, 250));
  const now = step();
  used.set(name, now);
  return totp(person.secret, now * STEP);
}

/** Fills the form of a login, wherever it stands. device: with a code of that, not of paper. */
export async function fillLogin(page, world, name, device) {
  const person = world.people[name];
  const form = page.locator('form:has(input[name="password"])');
  await form.getByLabel('Name').fill(person.name);
  await form.getByLabel('Password').fill(person.password);
  await form.getByLabel('Code').fill(await code(name, person, device));
  await form.getByLabel('Code').press('Enter');
}

/** Somebody at the console, logged in; by the session that he has, where he has one. */
export async function login(browser, world, name, options) {
  world.sessions ??= {};
  const page = await open(browser, world, {storageState: world.sessions[name], ...options});
  const nav = page.getByRole('navigation');
  const form = page.locator('input[name="password"]');
  await nav.or(form).first().waitFor();
  if (await form.count() > 0) {
    await fillLogin(page, world, name);
    await nav.waitFor();
    world.sessions[name] = await page.context().storageState();
  }
  await page.locator('main h1').waitFor();
  return page;
}

/** Waits until there are so many of them. */
export async function counts(locator, wanted) {
  const end = Date.now() + patiently(20000);
  while (await locator.count() !== wanted) {
    assert.ok(Date.now() < end, `${await locator.count()} of ${wanted}`);
    await new Promise((settle) => setTimeout(settle, 50));
  }
}

/** Waits until a question, asked again and again, is answered with yes. */
export async function becomes(what, ask) {
  const end = Date.now() + patiently(20000);
  while (!await ask()) {
    assert.ok(Date.now() < end, what);
    await new Promise((settle) => setTimeout(settle, 50));
  }
}

/** Goes to an address of the console, by way of none, and waits until it is there. */
export async function visit(page, address) {
  const go = (to) => page.evaluate((hash) => {
    location.hash = hash;
  }, to);
  const none = page.locator('main h1', {hasText: 'This page cannot be shown'});
  await go('#/none');
  await none.waitFor();
  await go(address);
  await none.waitFor({state: 'detached'});
  await page.locator('main h1').waitFor();
}

/** What axe-core finds on the page, a line each. */
export async function axe(page) {
  if (!await page.evaluate(() => Boolean(globalThis.axe))) await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const {violations} = await globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']});
    return violations.flatMap((rule) => rule.nodes.map((node) =>
      `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary.replaceAll('\n', ' ')}`));
  });
  return found;
}

/** Nothing must have happened that never may. */
export function spotless(page) {
  assert.deepEqual(page.faults, []);
}
