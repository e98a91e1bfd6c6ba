// SPDX-License-Identifier: Apache-2.0
// The book of policies without its page: differences, moving, bringing together,
// blanks, text.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {load} from './modules.mjs';

const edit = await load('book_changes.js');
const check = await load('book_check.js');

const standardText = readFileSync(new URL('../../moderation/policy/standard.json', import.meta.url),
    'utf8');
const standard = () => JSON.parse(standardText);
const short = (list) => list.map(({kind, id, what}) => `${what} ${kind} ${id}`);
const ids = (list) => list.map((item) => item.id);

/** A small book: queues a b c, policies p (p.a, p.b) q, a template t. */
const small = () => ({
  version: 1,
  queues: [{id: 'a', title: 'A', reasons: ['spam']}, {id: 'b', title: 'B', source: 'mimi'},
    {id: 'c', title: 'C'}],
  policies: [
    {id: 'p', title: 'P', text: 'p', severity: 'high', children: [
      {id: 'p.a', title: 'PA', text: 'pa', severity: 'low'},
      {id: 'p.b', title: 'PB', text: 'pb', severity: 'low'}]},
    {id: 'q', title: 'Q', text: 'q', severity: 'grave'}],
  grave: ['suspend', 'escalate'],
  templates: [{id: 't', title: 'T', outcome: 'warn', language: 'en', text: 'Rule: {rule}.',
    blanks: {rule: 'which'}}],
  second_look_share: 0.05,
});

/** small() after run(book). */
function changed(run) {
  const book = small();
  run(book);
  return book;
}

test('entries and build are the two ways of the same', () => {
  for (const book of [small(), standard()]) {
    for (const kind of Object.keys(edit.PARTS)) {
      assert.deepEqual(edit.build(edit.entries(book, kind)), book[edit.PARTS[kind]]);
    }
  }
});

test('build loses nothing of what hangs nowhere', () => {
  const entry = (id, above) => ({id, above, own: {id}});
  const tree = edit.build([entry('x', 'y'), entry('y', 'x'), entry('z', 'gone'), entry('w', 'z')]);
  assert.deepEqual(tree, [{id: 'x'}, {id: 'y'}, {id: 'z', children: [{id: 'w'}]}]);
});

test('a book does not differ from itself, however it is written', () => {
  const other = small();
  other.queues[0] = {reasons: ['spam'], title: 'A', id: 'a'};
  other.grave.reverse();
  other.policies[1].children = [];
  assert.deepEqual(edit.changes(small(), other), []);
  assert.deepEqual(edit.changes(standard(), standard()), []);
});

test('changes: added, changed, moved, removed, rules', () => {
  const now = changed((book) => {
    book.queues[1].title = 'Bee';
    edit.add(book, 'queue', {id: 'n', title: 'N', min_priority: 2});
    edit.move(book, 'queue', 'n', 'up');
    edit.add(book, 'policy', {id: 'p.c', title: 'PC', text: 'x', severity: 'low'}, 'p');
    edit.remove(book, 'template', 't');
    book.grave = ['suspend'];
    book.second_look_share = 0.1;
  });
  const list = edit.changes(small(), now);
  assert.deepEqual(short(list), ['added queue n', 'changed queue b', 'added policy p.c',
    'removed template t', 'changed rule grave', 'changed rule second_look_share']);
  assert.deepEqual(list[1].members, ['title']);
  assert.deepEqual(ids(now.queues), ['a', 'n', 'b', 'c'], 'the last queue stays last');
});

test('changes: one that moved is one change, not all that it passed', () => {
  const book = standard();
  const last = book.queues.length - 2;
  for (let i = 0; i < last; i++) edit.move(book, 'queue', standard().queues[last].id, 'up');
  assert.deepEqual(short(edit.changes(standard(), book)),
      [`moved queue ${standard().queues[last].id}`]);
});

test('moving: each way and back', () => {
  const go = (...ways) => changed((book) => {
    for (const [id, way] of ways) assert.ok(edit.move(book, 'policy', id, way), `${id} ${way}`);
  });
  assert.deepEqual(ids(go(['q', 'up']).policies), ['q', 'p']);
  assert.deepEqual(ids(go(['q', 'inward']).policies[0].children), ['p.a', 'p.b', 'q']);
  assert.deepEqual(go(['q', 'inward'], ['q', 'outward']), small());
  assert.deepEqual(ids(go(['p.a', 'outward']).policies), ['p', 'p.a', 'q']);
  assert.equal(go(['p.a', 'outward'], ['p.b', 'outward']).policies[0].children, undefined);
  assert.deepEqual(short(edit.changes(small(), go(['p.b', 'outward']))), ['moved policy p.b']);
  assert.equal(edit.changes(small(), go(['p.b', 'up'])).length, 1);
});

test('moving: what is not possible', () => {
  const ways = (kind, id, book = small()) => Object.entries(edit.ways(book, kind, id))
      .filter(([, can]) => can).map(([way]) => way).join(' ');
  assert.equal(ways('queue', 'a'), 'down');
  assert.equal(ways('queue', 'b'), 'up', 'not behind the last');
  assert.equal(ways('queue', 'c'), '', 'the last stays');
  assert.equal(ways('policy', 'p'), 'down');
  assert.equal(ways('policy', 'p.b'), 'up inward outward');
  assert.equal(ways('template', 't'), '');
  const book = small();
  assert.equal(edit.move(book, 'queue', 'c', 'up'), false);
  assert.deepEqual(book, small());
  const deep = small();
  let above = 'p';
  for (let i = 2; i <= edit.LEVELS; i++) {
    const id = `deep${i}`;
    edit.add(deep, 'policy', {id, title: id, text: id, severity: 'low'}, above);
    above = id;
  }
  assert.deepEqual(check.faults(deep), []);
  assert.equal(edit.ways(deep, 'policy', 'deep8').inward, false);
  assert.equal(edit.ways(deep, 'policy', 'deep2').inward, false, 'with what is below it');
  edit.add(deep, 'policy', {id: 'deep9', title: 'x', text: 'x', severity: 'low'}, 'deep8');
  assert.deepEqual(short(check.faults(deep)), ['tooDeep policy deep9']);
});

test('taking back: each change alone', () => {
  const now = changed((book) => {
    book.queues[0].title = 'Aa';
    edit.move(book, 'queue', 'b', 'up');
    edit.add(book, 'queue', {id: 'n', title: 'N', min_priority: 2});
    edit.move(book, 'policy', 'p.b', 'outward');
    edit.add(book, 'policy', {id: 'n', title: 'N', text: 'n', severity: 'low'});
    edit.move(book, 'policy', 'q', 'down');
    edit.move(book, 'policy', 'q', 'inward');
    edit.remove(book, 'template', 't');
    book.second_look_share = 1;
  });
  const list = edit.changes(small(), now);
  for (const change of list) {
    const without = edit.takeBack(small(), now, change);
    const rest = short(edit.changes(small(), without));
    assert.ok(!rest.includes(short([change])[0]), short([change])[0]);
    assert.ok(rest.length < list.length);
  }
  let book = now;
  for (const change of list) book = edit.takeBack(small(), book, change);
  assert.deepEqual(edit.changes(small(), book), []);
  assert.deepEqual(book, small());
});

test('merge: what two people did both stays', () => {
  const mine = changed((book) => {
    book.queues[0].title = 'Mine';
    edit.move(book, 'queue', 'b', 'up');
    edit.add(book, 'policy', {id: 'm', title: 'M', text: 'm', severity: 'low'}, 'q');
    book.second_look_share = 0.2;
  });
  const theirs = changed((book) => {
    book.queues[1].title = 'Theirs';
    edit.add(book, 'queue', {id: 'n', title: 'N', min_priority: 2});
    edit.add(book, 'policy', {id: 'o', title: 'O', text: 'o', severity: 'low'}, 'p');
    edit.remove(book, 'template', 't');
    book.grave = [];
  });
  const {book, conflicts} = edit.merge(small(), mine, theirs);
  assert.deepEqual(conflicts, []);
  assert.deepEqual(book.queues.map((queue) => queue.title), ['Theirs', 'N', 'Mine', 'C']);
  assert.deepEqual(ids(book.policies[0].children), ['p.a', 'p.b', 'o']);
  assert.deepEqual(ids(book.policies[1].children), ['m']);
  assert.deepEqual([book.templates, book.grave, book.second_look_share], [[], [], 0.2]);
  assert.deepEqual(short(edit.changes(theirs, book)).sort(),
      short(edit.changes(small(), mine)).sort(), 'mine are changes of theirs now');
});

test('merge: both changed the same', () => {
  const mine = changed((book) => {
    book.policies[1].text = 'mine';
    edit.remove(book, 'template', 't');
    edit.move(book, 'policy', 'p.b', 'outward');
    book.second_look_share = 0.2;
  });
  const theirs = changed((book) => {
    book.policies[1].text = 'theirs';
    book.templates[0].title = 'Theirs';
    edit.move(book, 'policy', 'p.b', 'up');
    book.second_look_share = 0.3;
  });
  const {book, conflicts} = edit.merge(small(), mine, theirs);
  assert.deepEqual(conflicts.map((one) => one.key),
      ['policy:q', 'template:t', 'rule:second_look_share']);
  assert.deepEqual(edit.changes(mine, book).filter(({kind}) => kind !== 'policy'), []);
  assert.equal(book.policies.find(({id}) => id === 'q').text, 'mine');
  const other = edit.merge(small(), mine, theirs,
      new Set(['policy:q', 'template:t', 'rule:second_look_share'])).book;
  assert.equal(other.policies.find(({id}) => id === 'q').text, 'theirs');
  assert.equal(other.templates[0].title, 'Theirs');
  assert.equal(other.second_look_share, 0.3);
  const same = edit.merge(small(), mine, mine);
  assert.deepEqual(same.conflicts, []);
  assert.deepEqual(same.book, mine);
});

test('merge: removed by one, changed below or in it by the other', () => {
  const mine = changed((book) => edit.remove(book, 'policy', 'p'));
  const theirs = changed((book) => {
    book.policies[0].children[0].text = 'theirs';
  });
  const {book, conflicts} = edit.merge(small(), mine, theirs);
  assert.deepEqual(conflicts.map((one) => one.key), ['policy:p.a']);
  assert.deepEqual(ids(book.policies), ['q']);
  assert.deepEqual(ids(edit.merge(small(), mine, theirs, new Set(['policy:p.a'])).book.policies),
      ['p.a', 'q'], 'it stays although what it was below of is gone');
});

test('merge takes one thing back and leaves what came after', () => {
  const before = small();
  const after = changed((book) => edit.remove(book, 'queue', 'a'));
  const now = structuredClone(after);
  now.queues[0].title = 'Later';
  const {book} = edit.merge(after, before, now);
  assert.deepEqual(book.queues.map((queue) => queue.title), ['A', 'Later', 'C']);
});

test('merge of many random edits keeps each id once', () => {
  let seed = 7;
  const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  const scramble = (name) => {
    const book = standard();
    for (let i = 0; i < 40; i++) {
      const kind = ['queue', 'policy', 'template'][random(3)];
      const list = edit.entries(book, kind);
      const {id} = list[random(list.length)];
      const act = random(8);
      if (act < 5) edit.move(book, kind, id, ['up', 'down', 'inward', 'outward'][random(4)]);
      else if (act === 5) edit.find(book, kind, id).item.title += name;
      else if (act === 6) {
        edit.add(book, kind, {id: `${name}${i}`, title: 'n', text: 't', severity: 'low'});
      } else if (list.length > 3 && id !== 'general') edit.remove(book, kind, id);
    }
    return book;
  };
  for (let i = 0; i < 60; i++) {
    const [mine, theirs] = [scramble('x'), scramble('y')];
    const {book} = edit.merge(standard(), mine, theirs);
    assert.equal(check.misshape(book), undefined);
    assert.equal(book.queues.at(-1).id, 'general');
    for (const other of [mine, theirs]) {
      let back = structuredClone(other);
      for (const change of edit.changes(standard(), back)) {
        back = edit.takeBack(standard(), back, change);
      }
      assert.deepEqual(edit.changes(standard(), back).filter(({what}) => what !== 'moved'), []);
    }
  }
});

test('blanks are found as the service finds them', () => {
  assert.deepEqual(check.blanksOf('a {b} {c_d} {b}'), ['b', 'c_d']);
  assert.deepEqual(check.blanksOf('{{b}} {B} {b1} {} {{{a}}}'), ['a']);
  assert.deepEqual(check.pieces('{{x}} {a}!'), [{text: '{x} '}, {blank: 'a'}, {text: '!'}]);
  assert.deepEqual(check.pieces('{a b}'), [{brace: '{'}, {text: 'a b'}, {brace: '}'}]);
  assert.deepEqual(check.pieces(''), []);
  assert.deepEqual(check.blanksOf(`{${'a'.repeat(33)}}`), []);
});

test('blanks follow the text, and what was explained comes back', () => {
  const template = {text: '{a} {b}'};
  const told = {a: 'first', b: 'second'};
  check.fitBlanks(template, told);
  assert.deepEqual(template.blanks, {a: 'first', b: 'second'});
  template.text = '{a} {c}';
  check.fitBlanks(template, told);
  assert.deepEqual(template.blanks, {a: 'first', c: ''});
  template.text = 'none';
  check.fitBlanks(template, told);
  assert.equal('blanks' in template, false);
  template.text = '{b}';
  check.fitBlanks(template, told);
  assert.deepEqual(template.blanks, {b: 'second'});
});

test('faults: what would be refused', () => {
  assert.deepEqual(check.faults(standard()), []);
  const of = (run) => short(check.faults(changed(run)));
  assert.deepEqual(of((book) => delete book.queues[0].reasons), ['noConditions queue a']);
  assert.deepEqual(of((book) => (book.queues[2].source = 'mimi')), ['lastWithConditions queue c']);
  assert.deepEqual(of((book) => (book.queues[1].min_priority = 0)), ['badNumber queue b']);
  assert.deepEqual(of((book) => (book.queues[1].title = ' ')), ['noTitle queue b']);
  assert.deepEqual(of((book) => (book.policies[0].children[0].text = '')), ['noText policy p.a']);
  assert.deepEqual(of((book) => (book.policies[1].title = 'ü'.repeat(129))),
      ['longTitle policy q']);
  assert.deepEqual(of((book) => (book.templates[0].text += '}')), ['brace template t']);
  assert.deepEqual(of((book) => (book.templates[0].blanks.rule = '')), ['blankUntold template t']);
  assert.deepEqual(of((book) => (book.templates[0].language = 'e n')), ['language template t']);
  assert.deepEqual(of((book) => (book.templates[0].policy = 'x')), ['policyGone template t']);
  assert.deepEqual(of((book) => (book.second_look_share = -1)), ['share rule second_look_share']);
});

test('a place in the words of the service is found', () => {
  const at = (words) => check.placed(small(), words);
  assert.deepEqual(at('queues[1].title: is missing'), {kind: 'queue', id: 'b'});
  assert.deepEqual(at('policies[0].children[1].id: "x" is there twice'),
      {kind: 'policy', id: 'p.b'});
  assert.deepEqual(at('templates[0].text: x'), {kind: 'template', id: 't'});
  assert.deepEqual(at('second_look_share: x'), {kind: 'rule', id: 'second_look_share'});
  assert.equal(at('policies[9].id: x'), undefined);
  assert.equal(at('policies[1].children[0].id: x'), undefined);
  assert.equal(at('The queue "a" is gone: cases may stand in it'), undefined);
  assert.equal(at(undefined), undefined);
});

test('text: the first mistake has a place', () => {
  const fault = (text) => {
    const {fault} = check.readText(text);
    return fault && [fault.what, fault.line, fault.column];
  };
  assert.deepEqual(fault('{\n  "a": 1,\n}'), ['syntax', 3, 1]);
  assert.deepEqual(fault('{"a": 01}'), ['syntax', 1, 7]);
  assert.deepEqual(fault('{"a" 1}'), ['syntax', 1, 6]);
  assert.deepEqual(fault('{"a": tru}'), ['syntax', 1, 7]);
  assert.deepEqual(fault('{"a": "x'), ['syntax', 1, 7]);
  assert.deepEqual(fault('{"a": [1, 2'), ['end', 1, 12]);
  assert.deepEqual(fault(''), ['end', 1, 1]);
  assert.deepEqual(fault('{} x'), ['syntax', 1, 4]);
  assert.deepEqual(fault('{} {}'), ['more', 1, 4]);
  assert.deepEqual(fault('{"a": 1, "a": 2}'), ['twice', 1, 10]);
  assert.deepEqual(fault('[{"a": 1}, {"a": 2}]'), ['shape', undefined, undefined]);
  assert.deepEqual(fault('{"a": "tab\there"}'), ['syntax', 1, 7]);
});

test('text: whether it is JSON is told as JSON.parse tells it', () => {
  const samples = ['{}', '[]', 'null', '1', '-0.5e+3', '"x"', '[1,[2,{"a":[]}]]',
    ' {"a":{"b":null}} ',
    '"\\u00e9\\n"', '[1,]', '{,}', '[,1]', '{"a"}', '{"a":}', '{1:2}', '1 2', '-', '.5', '1.',
    '+1', 'nul',
    '"\\x"', '"\\u12"', '\u00a0{}', '[1}', '{"a":1]', '}', ']', ':', ',', '[[',
    '{"a":{"a":1}}', 'NaN',
    '1e', '00', '"\u2028"', '\uFEFF{}', 'truefalse', '[true false]', '1true', standardText];
  for (const text of samples) {
    let good = true;
    try {
      JSON.parse(text);
    } catch {
      good = false;
    }
    assert.equal(check.mistake(text) === undefined, good, text);
  }
});

test('text: what is JSON and no book', () => {
  const fault = (run) => {
    const book = standard();
    run(book);
    const {what, place} = check.readText(JSON.stringify(book)).fault ?? {};
    return what && `${place} ${what}`;
  };
  assert.equal(fault(() => {}), undefined);
  assert.equal(fault((book) => delete book.queues), 'queues missing');
  assert.equal(fault((book) => (book.queues = [])), 'queues noQueues');
  assert.equal(fault((book) => (book.queues[3].resons = [])), 'queues[3].resons unknown');
  assert.equal(fault((book) => (book.queues[0].reasons = 'spam')), 'queues[0].reasons shape');
  assert.equal(fault((book) => (book.policies[1].children[0].id = 'fraud')) !== undefined, true);
  assert.equal(fault((book) => (book.policies[1].id = book.policies[0].id)),
      'policies[1].id twice');
  assert.equal(fault((book) => delete book.templates[2].text), 'templates[2].text missing');
  assert.equal(fault((book) => (book.templates[2] = null)), 'templates[2] shape');
  assert.equal(fault((book) => (book.templates[1].blanks.help = 1)), 'templates[1].blanks shape');
  assert.equal(fault((book) => (book.version = 2)), 'version shape');
  assert.equal(fault((book) => (book.more = 2)), 'more unknown');
  assert.equal(check.readText('3').fault.what, 'shape');
  assert.deepEqual(check.readText(standardText).book, standard());
});
