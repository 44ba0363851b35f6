import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { isBlank, splitStream } from '../../../engine/yaml/split.ts';

// How kubectl cuts a stream: semantics.md 11.3, YAMLReader and YAMLOrJSONDecoder of apimachinery util/yaml.

const rows: { name: string; text: string; documents: string[] }[] = [
  { name: 'a separator belongs to neither side', text: 'a: 1\n---\nb: 2\n', documents: ['a: 1\n', 'b: 2\n'] },
  { name: 'blanks and a comment may follow', text: 'a: 1\n---  # next\nb: 2\n--- \t\nc: 3\n---# d\nd: 4\n', documents: ['a: 1\n', 'b: 2\n', 'c: 3\n', 'd: 4\n'] },
  { name: 'before the first document it is part of it', text: '# x\n---\na: 1\n', documents: ['# x\n---\na: 1\n'] },
  { name: 'at the end it starts nothing', text: 'a: 1\n---\n', documents: ['a: 1\n'] },
  { name: 'a last line without an end', text: 'a: 1\n---', documents: ['a: 1\n'] },
  { name: 'two in a row hold an empty document', text: 'a: 1\n---\n---\nb: 2\n', documents: ['a: 1\n', '', 'b: 2\n'] },
  { name: 'CRLF', text: 'a: 1\r\n---\r\nb: 2\r\n', documents: ['a: 1\r\n', 'b: 2\r\n'] },
  { name: 'a byte order mark', text: '\uFEFF---\na: 1\n---\nb: 2\n', documents: ['\uFEFF---\na: 1\n', 'b: 2\n'] },
  { name: 'with content on its line it is none; the document that holds it is refused', text: 'a: 1\n---x\nb: 2\n--- {c: 1}\n---\nd: 4\n', documents: ['a: 1\n---x\nb: 2\n--- {c: 1}\n', 'd: 4\n'] },
  { name: 'indented it is none', text: 'a: 1\n ---\nb: 2\n', documents: ['a: 1\n ---\nb: 2\n'] },
  { name: 'at column 0 of a block text it cuts, indented it does not', text: 'a: |\n  ---\n---\n  b\n', documents: ['a: |\n  ---\n', '  b\n'] },
  { name: '... does not cut', text: 'a: 1\n...\nb: 2\n', documents: ['a: 1\n...\nb: 2\n'] },
  { name: 'JSON objects one after the other', text: '{"a": "}"}\n{"b": {"c": "\\"{"}}{"d": 1}\n', documents: ['{"a": "}"}\n', '{"b": {"c": "\\"{"}}', '{"d": 1}\n'] },
  { name: 'JSON, then YAML', text: '{"a": 1}\n---\nb: 2\n', documents: ['{"a": 1}\n', 'b: 2\n'] },
  { name: 'an open bracket', text: '{"a": 1\n{"b": 2}\n', documents: ['{"a": 1\n{"b": 2}\n'] },
  { name: 'nothing', text: '', documents: [''] },
  { name: 'comments alone', text: '# a\n', documents: ['# a\n'] },
];

for (const { name, text, documents } of rows) {
  test(`splitStream: ${name}`, () => {
    const found = splitStream(text);
    assert.deepEqual(found.map((document) => document.text), documents);
    assert.deepEqual(found.map((document) => document.index), documents.map((_, index) => index));
    for (const document of found) assert.equal(text.slice(document.start, document.start + document.text.length), document.text, 'start is the place of the text in the file');
  });
}

test('documents lie in order, do not overlap, and leave out nothing but separators', () => {
  const piece = fc.constantFrom('---', '--- ', '---x', '# c', 'a: 1', '  b', '', '{', '}', '"', '{"a": 1}', '...', '\uFEFF', '😀: é');
  const stream = fc.array(fc.tuple(piece, fc.constantFrom('\n', '\r\n', '\n\n', ''))).map((lines) => lines.flat().join(''));
  fc.assert(fc.property(stream, (text) => {
    let at = 0;
    for (const document of splitStream(text)) {
      assert.ok(document.start >= at);
      assert.ok(isBlank(text.slice(at, document.start)), JSON.stringify(text.slice(at, document.start)));
      assert.equal(text.slice(document.start, document.start + document.text.length), document.text);
      at = document.start + document.text.length;
    }
    assert.ok(isBlank(text.slice(at)), JSON.stringify(text.slice(at)));
  }), { numRuns: 2000 });
});

test('isBlank', () => {
  for (const text of ['', ' \t\r\n', '# a\n\n#b', '---\n# c\n--- # d\n', '\uFEFF# e']) assert.equal(isBlank(text), true, JSON.stringify(text));
  for (const text of ['a', ' ---', '---x', '--', '...', '-']) assert.equal(isBlank(text), false, JSON.stringify(text));
});
