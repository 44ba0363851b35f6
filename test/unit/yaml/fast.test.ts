import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readFast } from '../../../engine/yaml/fast.ts';
import { readWithLibrary } from '../../../engine/yaml/library.ts';
import type { Dialect } from '../../../engine/yaml/node.ts';

/** The fast reader may leave a text to the library; what it takes it reads as the library does. Says whether it took it. */
function check(text: string, dialect: Dialect = 'kubernetes'): boolean {
  const fast = readFast(text, dialect);
  if (fast === undefined) return false;
  const { root, problem } = readWithLibrary(text, dialect);
  assert.equal(problem, undefined, `the library refuses ${JSON.stringify(text)}: ${problem?.detail}`);
  assert.deepEqual(fast, root, JSON.stringify(text));
  return true;
}

describe('the fast reader', () => {
  for (const [name, text] of Object.entries({
    'a mapping': 'a: 1\nb: "x"\nc: \'it\'\'s\'\n',
    'lists at the level of their key and below it': 'a:\n- 1\n- 2\nb:\n  - x\n  - y: 1\n    z: 2\n',
    'lists in lists': '- - a\n  - b\n-\n  - c\n- \n',
    'empty values': 'a:\nb: \nc: # comment\nd: ""\n- e'.replace('\n- e', '\n'),
    'comments between, behind and above': '# top\n---\n# more\na: b # c\n\n  # odd\nd:\n# left\n  e: f\n',
    'flow on one line': 'a: { b: c, "d":1, e: [x, "y", { z: 1 }], }\nf: []\ng: {}\n',
    'literal text': 'a: |\n  one\n    two\n\n  three\n\nb: |-\n  x\nc:\n  - |+\n    y\n\n  - z\n',
    'CRLF': 'a:\r\n  - b: c\r\n    d: "e"\r\n',
    'no line end': 'a: b',
    'plain values over several lines': 'a: b\n  c\n\n\n   d # e\nf:\n- g h\n  - i\n\n- j\n',
    'quoted values over several lines': 'a: "b\n  c \n\n d\\\n  \\  e"\nf: \'g\n\'\'h\'\ni:\n  - "j\n k"\n',
    'values on the line below': 'a:\n  b\n  c\nd:\n  "f"\ng:\n  - \n    h\n  -\n    [i]\nj:\n  {k: l}\nm:\n  |\n   n\n',
    'folded text': 'a: >\n\n  b\n  c\n\n  d\n    e\n\n    f\n  g\nh: >-\n  i\n\nj:\n  - >+\n    k\n\n',
    'text that is empty': 'a: |\nb: >-\n\nc:\n  d: |\n\n  # e\n  f:\n  - |\n  - g\n',
    'text with CRLF': 'a: |\r\n  b\r\n\r\n  c\r\nd: >\r\n  e\r\n  f\r\n',
    'text without a last line end': 'a: |\n  b',
    'flow over several lines': 'a: [ # c\n1, -x,\n\n  {b: c # d\n  , e: "f\n g"},]\nh: {\n}\n',
    'JSON': '{"a": [1, {"b": null}],\n "c": "\\u00e9\\/"\n}\n',
    'colons and hashes inside words': 'a: b:c#d\nurl: http://x/y?z#w\ntime: 12:30:45\n',
    'a byte order mark': '\uFEFFa: b\nc:\n  - d\n',
    'emoji': 'a: "🚀"\n🚀: ü\n',
    'escapes': 'a: "x\\n\\"y\\"\\\\"\n',
  })) test(`takes ${name}`, () => assert.ok(check(text)));

  for (const text of ['a: &x b\n', 'a: *x\n', '<<: {a: 1}\n', 'a: b # c\n  d\n', 'a: "b\n--- c"\n', 'a: >1\n  b\n', 'a: [ 1\n# b\n]\n', '? a\n: b\n', '!!str a: b\n', '%YAML 1.1\n---\na: b\n', 'a:\tb\n', '\ta: b\n', 'a: [\n1', 'a: [b\n c]\n', 'a: "\\/"\n', 'a: b\n c: d\n', '\uFEFFa: \uFEFF\n', 'a: b\r\nc: d\n', 'null: a\n', 'a: .inf\n', 'a: b: c\n', 'a: {b}\n', '...\n', 'a: b\n---\nc: d\n', 'a: b\rc: d\n']) {
    test(`leaves ${JSON.stringify(text)} to the library`, () => assert.equal(readFast(text, 'kubernetes'), undefined));
  }

  test('reads as the library whatever it takes: pieces of YAML put together at random', () => {
    const piece = fc.constantFrom('a', 'b: ', 'key:', ': ', '- ', '-', '\n', '\n  ', '\n    ', '\n', ' ', '  ', '#', ' # c', '"', "'", '"x"', "'y'", '|', '|-\n', '>', '{', '}', '[', ']', ',', ', ', '&a', '*a', '!', '%', '?', '? ', '1', '0x1F', 'yes', 'null', '~', '<<: ', '---\n', '...\n', '\t', '\r\n', '🚀', '\\', '\\n', 'x y', 'x:y', '.5', '-1', '@', '`', '=', 'a: 1\n', '  b: 2\n', '- c\n', '  - d\n', 'e: {f: g}\n', '\uFEFF', 'h: [i, "j"]\n', 'k: |\n  l\n', '>-\n', '|+\n', '\n    m', '"n\n o"', "'p\n\nq'", '\\\n', '[\n', '{r: s,\n', ' t\n');
    let taken = 0;
    fc.assert(fc.property(fc.array(piece, { maxLength: 14 }), fc.constantFrom<Dialect>('kubernetes', 'kustomization'), (pieces, dialect) => { if (check(pieces.join(''), dialect)) taken++; }), { numRuns: 30_000 });
    assert.ok(taken > 300, `only ${taken} texts were taken`);
  });

  test('reads as the library whatever it takes: a manifest with characters changed at random', () => {
    const manifest = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: { app: "x", tier: y }\n  annotations:\n    note: |\n      one\n      two\nspec:\n  containers:\n  - name: c # main\n    image: r/i:1\n    args: ["--a", "b c", d]\n    env:\n      - name: X\n        value: ""\n';
    const character = fc.constantFrom(' ', '\n', ':', '-', '#', '"', "'", '{', '}', '[', ']', ',', '|', '&', '*', '\t', '\r', 'x', '');
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(manifest.length - 1), character, fc.boolean()), { minLength: 1, maxLength: 4 }), (changes) => {
      let text = manifest;
      for (const [at, char, insert] of changes) text = text.slice(0, at) + char + text.slice(insert ? at : at + 1);
      check(text);
    }), { numRuns: 10_000 });
  });
});
