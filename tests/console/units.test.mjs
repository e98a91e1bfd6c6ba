// SPDX-License-Identifier: Apache-2.0
// What can be tried without a page.

import assert from 'node:assert/strict';
import {createHash, generateKeyPairSync, sign} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {load, sources} from './modules.mjs';

const {merge, gap, handed} = await load('conversation.js');
const {chunks} = await load('text.js');
const {pieces, range, together} = await load('attachment.js');
const {spots} = await load('film.js');
const {clock} = await load('format.js');
const {flatten, fill, fitting, isGrave} = await load('decide.js');
const {checkLog, Fault, rootFromTiles} = await load('log_check.js');
const {day} = await load('queue.js');
const {strings} = await load('strings.js');

// ---- A conversation --------------------------------------------------------------------

const message = (i, tag, sent, more) => ({message: i, tag, sender: 'a', sent, ...more});

test('messages of several reports are one conversation, each once', () => {
  const one = {report: 1, messages: [message(0, 'x', 5, {parts: []}), message(1, 'y', 6, {verdict: 'withheld'})],
    order: [{message: 0, room_seq: 4}, {message: 1, room_seq: 9}]};
  const two = {report: 2, messages: [message(0, 'y', 6, {parts: [{state: 'there'}], accused: true}),
    message(1, 'z', 7, {parts: []})], order: [{message: 0, room_seq: 9}, {message: 1, room_seq: 10}]};
  const merged = merge([two, one]);
  assert.deepEqual(merged.map((m) => m.tag), ['x', 'y', 'z']);
  assert.ok(merged[1].parts, 'the one that shows more');
  assert.ok(merged[1].accused);
  assert.deepEqual(merged.map((m, i) => gap(merged[i - 1], m)), [0, 4, 0]);
});

test('what is proven goes before what claims to be the same and shows more', () => {
  const shown = {parts: [{state: 'there'}, {state: 'there'}], proven: false};
  const merged = merge([{report: 1, order: [], messages: [message(0, 'x', 5, shown)]},
    {report: 2, order: [], messages: [message(0, 'x', 5, {parts: [{state: 'there'}], proven: true})]}]);
  assert.deepEqual(merged.map((one) => [one.report, one.proven]), [[2, true]]);
});

test('without places it is by time, and no gap is made up', () => {
  const merged = merge([{report: 1, order: [], messages: [message(0, 'b', 9), message(1, 'a', 3)]}]);
  assert.deepEqual(merged.map((m) => m.tag), ['a', 'b']);
  assert.equal(gap(merged[0], merged[1]), 0);
});

test('what a device had acknowledged is said of the others\' messages before one', () => {
  const by = (sender, i, seq, seen) => [message(i, `${seq}`, seq, {sender}), {message: i, room_seq: seq, seen_seq: seen}];
  const all = [by('a', 0, 4, 3), by('b', 1, 5, 4), by('a', 2, 6, 4), by('b', 3, 9, 5), by('c', 4, 12, 0)];
  const merged = merge([{report: 1, messages: all.map(([one]) => one), order: all.map(([, place]) => place)}]);
  assert.deepEqual(merged.map((one) => handed(merged, one)), [{had: [], missing: []},
    {had: [4], missing: []}, {had: [], missing: [5]}, {had: [4], missing: [6]},
    {had: [], missing: [4, 5, 6, 9]}]);
  const {place, handed: say, gap: between} = strings.conversation;
  assert.equal(place(1234), 'No. 1,234 of the room.');
  assert.match(say(5, [6]), /device had acknowledged the room up to no\. 5: not yet no\. 6\.$/);
  assert.match(say(9, []), /up to no\. 9: all that is shown here of others before it\.$/);
  assert.match(say(0, [1, 2, 3, 4, 5, 6, 7]), /had acknowledged nothing of the room: not yet no\. 1, .*no\. 5 and 2 more\.$/);
  assert.match(between(3), /stamped, perhaps never delivered/);
});

test('without places nothing is said of who had been handed what', () => {
  const merged = merge([{report: 1, order: [], messages: [message(0, 'b', 9), message(1, 'a', 3, {sender: 'x'})]}]);
  assert.deepEqual(merged.map((one) => handed(merged, one)), Array(2).fill({had: [], missing: []}));
});

test('the same words twice are two messages', () => {
  assert.equal(merge([{report: 1, order: [], messages: [message(0, 'a', 3), message(1, 'a', 4)]}]).length, 2);
});

test('a long text is cut at lines and never within a character', () => {
  const text = `${'x'.repeat(50)}\n`.repeat(300) + '😀'.repeat(5000);
  const pieces = chunks(text, 1001);
  assert.equal(pieces.join(''), text);
  assert.ok(pieces.every((piece) => !/[\uD800-\uDBFF]$|^[\uDC00-\uDFFF]/.test(piece)));
  assert.ok(pieces.every((piece) => piece.length <= 1001));
  assert.deepEqual(chunks(''), []);
});

// ---- Deciding -------------------------------------------------------------------------------

const book = () => ({
  queues: [{id: 'a', title: 'A', reasons: ['spam']}, {id: 'b', title: 'B'}],
  policies: [{id: 'p', title: 'P', text: 'x', severity: 'low', children: [
    {id: 'p.q', title: 'Q', text: 'y', severity: 'grave'}]}, {id: 'r', title: 'R', text: 'z', severity: 'low',
    retired: true, children: [{id: 'r.s', title: 'S', text: 's', severity: 'low'}]}],
  templates: [{id: 't', title: 'T', outcome: 'warn', policy: 'p', language: 'en', text: 'Hi {a} {{b}}',
    blanks: {a: 'who'}}, {id: 'u', title: 'U', outcome: 'suspend', language: 'en', text: 'Bye'}],
  grave: ['suspend'], second_look_share: 0.05,
});

test('what is disclosed of a file and what is not are all of it', () => {
  const parts = (...all) => pieces(all.map(([begin, end]) => ({begin, end})), 10)
      .map(({begin, end, isThere}) => `${begin}-${end}${isThere ? '' : '!'}`).join(' ');
  assert.equal(parts([0, 10]), '0-10');
  assert.equal(parts(), '0-10!');
  assert.equal(parts([0, 4], [6, 8]), '0-4 4-6! 6-8 8-10!');
  assert.equal(parts([4, 10]), '0-4! 4-10');
  assert.deepEqual(pieces([], 0), []);
  const missing = [{begin: 2, end: 4, state: 'refused', why: 'w'}, {begin: 0, end: 0, state: 'absent'}];
  assert.deepEqual(pieces([{begin: 6, end: 8}], 10, missing), [
    {begin: 0, end: 2, isThere: false}, {begin: 2, end: 4, isThere: false, state: 'refused'},
    {begin: 4, end: 6, isThere: false}, {begin: 6, end: 8, isThere: true}, {begin: 8, end: 10, isThere: false}]);
  assert.equal(range({begin: 0, end: 65536}), 'bytes 0–65,535');
  assert.equal(range({begin: 7, end: 8}), 'byte 7');
  assert.match(range({begin: 1.2e6, end: 1.4e6}), /^1\.2–1\.4\sMB$/);
});

test('key frames are of places that are disclosed, evenly', () => {
  const at = (all, size, count) => spots(all.map(([begin, end]) => ({begin, end})), size, count);
  assert.deepEqual(at([[0, 100]], 100, 4), [.125, .375, .625, .875]);
  assert.deepEqual(at([[0, 10], [90, 100]], 100, 4), [.025, .075, .925, .975]);
  assert.deepEqual(at([], 100, 4), []);
  assert.equal(spots([{begin: 0, end: 1}], 1).length, 8);
});

test('a file is whole where one report shows all of it, and else as each does', () => {
  const of = (begin, state = 'partial') => ({state, disclosed: [{begin, end: begin + 1}], report: begin});
  assert.deepEqual(together([of(1), of(2, 'there'), of(3)]), [of(2, 'there')]);
  assert.deepEqual(together([of(1), of(2)]), [of(1), of(2)]);
  assert.equal(together([of(1), {...of(1), report: 9}]).length, 1);
});

test('a place in a film is told as clocks do', () => {
  assert.deepEqual([0, 5.97, 59.99, 62, 3602].map(clock), ['0:00.0', '0:05.9', '0:59.9', '1:02', '1:00:02']);
});

test('policies know what is above them, and what is retired with it', () => {
  const list = flatten(book().policies);
  assert.deepEqual(list.map((p) => [p.id, p.depth, p.retired]),
      [['p', 0, false], ['p.q', 1, false], ['r', 0, true], ['r.s', 1, true]]);
  assert.deepEqual(fitting(book(), list[1], 'warn').map((t) => t.id), ['t']);
  assert.deepEqual(fitting(book(), list[2], 'warn'), []);
  assert.deepEqual(fitting(book(), list[2], 'suspend').map((t) => t.id), ['u']);
});

test('grave is as the service says', () => {
  const [p, q] = flatten(book().policies);
  assert.deepEqual([isGrave(book(), p, 'warn'), isGrave(book(), q, 'warn'), isGrave(book(), q, 'no_action'),
    isGrave(book(), p, 'suspend')], [false, true, false, true]);
});

test('blanks are filled, braces are braces', () => {
  assert.equal(fill('Hi {a} {{b}} {c}', {a: '{c}', c: ''}), 'Hi {c} {b} {c}');
});

// ---- Filters ----------------------------------------------------------------------------------

test('a day that is being typed is none', () => {
  assert.equal(day('1970-01-02') > 0, true);
  for (const text of ['0002-11-20', '', undefined, null, 'x', '2026-13-01']) assert.equal(day(text), undefined, text);
});

// ---- The log --------------------------------------------------------------------------------

const sha = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();

/** A log of `size` entries: key, note and tiles, made without the code that is tried. */
function makeLog(size, origin = 'example.com/log') {
  const leaves = Array.from({length: size}, (_, i) => sha(Buffer.from([0]), Buffer.from(`entry ${i}`)));
  const tiles = new Map();
  const node = (l, r) => sha(Buffer.from([1]), l, r);
  const root = (list) => {
    if (list.length === 0) return sha(Buffer.alloc(0));
    if (list.length === 1) return list[0];
    const k = 2 ** (Math.ceil(Math.log2(list.length)) - 1);
    return node(root(list.slice(0, k)), root(list.slice(k)));
  };
  let level = leaves;
  for (let n = 0; level.length > 0; n++) {
    const up = [];
    for (let i = 0; i < level.length; i += 256) {
      const part = level.slice(i, i + 256);
      const index = i / 256;
      const name = index < 1000 ? String(index).padStart(3, '0') :
        `x${String(Math.floor(index / 1000)).padStart(3, '0')}/${String(index % 1000).padStart(3, '0')}`;
      tiles.set(`tile/${n}/${name}${part.length < 256 ? `.p/${part.length}` : ''}`, Buffer.concat(part));
      if (part.length === 256) up.push(root(part));
    }
    level = up;
  }
  const {publicKey, privateKey} = generateKeyPairSync('ed25519');
  const bytes = Buffer.concat([Buffer.from([1]), publicKey.export({format: 'der', type: 'spki'}).subarray(-32)]);
  const id = sha(Buffer.from(`${origin}\n`), bytes).subarray(0, 4);
  const body = `${origin}\n${size}\n${root(leaves).toString('base64')}\n`;
  const signature = Buffer.concat([id, sign(null, Buffer.from(body), privateKey)]).toString('base64');
  return {tiles, key: `${origin}+${id.toString('hex')}+${bytes.toString('base64')}`,
    note: `${body}\n\u2014 ${origin} ${signature}\n`,
    read: async (path) => {
      if (!tiles.has(path)) throw new Error('not there');
      return new Uint8Array(tiles.get(path));
    }};
}

test('logs of many sizes hold', async () => {
  for (const size of [0, 1, 2, 3, 255, 256, 257, 511, 512, 1000, 65536, 65536 + 256 + 3]) {
    const log = makeLog(size);
    assert.equal((await checkLog(log)).size, size, `${size}`);
  }
});

test('what is wrong with a log is found', async () => {
  const size = 1000;
  const good = makeLog(size);
  const refuses = async (change, what) => {
    const log = {...good, tiles: new Map(good.tiles)};
    log.read = async (path) => {
      if (!log.tiles.has(path)) throw new Error('not there');
      return new Uint8Array(log.tiles.get(path));
    };
    change(log);
    await assert.rejects(checkLog(log), Fault, what);
  };
  const flip = (path, at) => (log) => {
    const bytes = Buffer.from(log.tiles.get(path));
    bytes[at] ^= 1;
    log.tiles.set(path, bytes);
  };
  for (const path of ['tile/0/000', 'tile/0/002', 'tile/0/003.p/232', 'tile/1/000.p/3']) {
    assert.ok(good.tiles.has(path), path);
    await refuses(flip(path, 0), path);
    await refuses(flip(path, good.tiles.get(path).length - 1), path);
    await refuses((log) => log.tiles.delete(path), `${path} missing`);
    await refuses((log) => log.tiles.set(path, log.tiles.get(path).subarray(1)), `${path} cut`);
  }
  await refuses((log) => {
    log.key = makeLog(1).key;
  }, 'another key');
  await refuses((log) => {
    log.note = makeLog(size).note;
  }, 'another signature');
  await refuses((log) => {
    log.note = log.note.replace(`\n${size}\n`, `\n${size - 1}\n`);
  }, 'another size');
  await refuses((log) => {
    log.note = log.note.split('\n\n')[0];
  }, 'no signature');
  await refuses((log) => {
    log.key = log.key.replace(/\+[0-9a-f]/, '+z');
  }, 'no key');
});

test('and in the tiles of tiles', async () => {
  const log = makeLog(65536 + 300);
  for (const path of ['tile/1/000', 'tile/1/001.p/1', 'tile/2/000.p/1']) {
    const read = async (asked) => {
      const bytes = await log.read(asked);
      if (asked === path) bytes[31] ^= 128;
      return bytes;
    };
    await assert.rejects(checkLog({...log, read}), Fault, path);
  }
});

test('it can be stopped', async () => {
  const log = makeLog(2000);
  const abort = new AbortController();
  await assert.rejects(rootFromTiles(log.read, 2000, () => abort.abort(), abort.signal), {name: 'AbortError'});
});

// ---- Texts ---------------------------------------------------------------------------------

test('every text that the modules name is there', () => {
  const missing = [];
  for (const file of readdirSync(sources).filter((name) => name.endsWith('.js') && name !== 'strings.js')) {
    const source = readFileSync(join(sources, file), 'utf8');
    const group = /const s = strings\.(\w+);/.exec(source)?.[1];
    const has = (path) => path.split('.').reduce((object, name) => object?.[name], strings) !== undefined;
    for (const [, path] of source.matchAll(/\bstrings\.(?!js\b)([a-zA-Z_]+(?:\.[a-zA-Z_]+)*)/g)) {
      const bare = path.replace(/\.(split|length)$/, '');
      if (!has(bare)) missing.push(`${file}: ${bare}`);
    }
    for (const [, path] of group ? source.matchAll(/(?<![\w.])s\.([a-zA-Z_]+(?:\.[a-zA-Z_]+)*)/g) : []) {
      const bare = path.replace(/\.(map|length)$/, '');
      if (!has(`${group}.${bare}`)) missing.push(`${file}: ${group}.${bare}`);
    }
  }
  assert.deepEqual(missing, []);
});

test('what is wrong with a log has words, and no module has its own', () => {
  const source = readFileSync(join(sources, 'log_check.js'), 'utf8');
  const names = [...source.matchAll(/new Fault\(([^)]*)/g)].map((found) => found[1]);
  assert.ok(names.length > 10);
  for (const name of names) assert.match(name, /^'\w+'/, 'a name, no text');
  const bare = names.map((name) => /\w+/.exec(name)[0]);
  assert.deepEqual([...new Set(bare)].sort(), Object.keys(strings.log.faults).sort());
  for (const words of Object.values(strings.log.faults)) assert.match(words('tile/0/000', 1, 2), /^\S+ .*\.|: 1$/);
  for (const file of readdirSync(sources).filter((name) => name.endsWith('.js') && name !== 'strings.js')) {
    const found = [...readFileSync(join(sources, file), 'utf8')
        .matchAll(/new (?:Error|Fault|Problem)\((?:\d+, '\w+', )?['"`][^'"`]* [^'"`]*['"`]/g)];
    assert.deepEqual(found.map((one) => one[0]), [], file);
  }
  // Where no script runs there is no strings.js: that alone says it itself.
  const page = readFileSync(join(sources, 'index.html'), 'utf8');
  const texts = [...page.matchAll(/>([^<\n]*[a-z][^<\n]*)</g)].map((one) => one[1]);
  assert.deepEqual(texts, ['Frank', 'Frank\'s console needs JavaScript.']);
});

test('states, outcomes, severities and reasons all have words', () => {
  const reasons = [...readFileSync(new URL('../../docs/REASONS.md', import.meta.url), 'utf8')
      .matchAll(/^\| *\d+ \| `(\w+)` \| [A-Z]/gm)].map((found) => found[1]);
  assert.equal(reasons.length, 17);
  assert.deepEqual(reasons.filter((reason) => !strings.reasons[reason]), []);
  const states = [...readFileSync(new URL('../../moderation/cases/states.c', import.meta.url), 'utf8')
      .matchAll(/\[CASE_[A-Z_]+\] = "(\w+)"|^    "(\w+)",/gm)].map((found) => found[1] ?? found[2]);
  assert.deepEqual(Object.keys(strings.states).filter((state) => states.length > 0 && !states.includes(state) &&
    !readFileSync(new URL('../../moderation/cases/states.c', import.meta.url), 'utf8').includes(`"${state}"`)), []);
});
