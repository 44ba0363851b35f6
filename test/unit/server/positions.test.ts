import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { applyChanges } from '../../../server/documents.ts';
import { chooseEncoding, documentText, Positions, withoutMark } from '../../../server/positions.ts';

const encodings = ['utf-8', 'utf-16', 'utf-32'] as const;
/** Whole characters only: a position inside a surrogate pair is nowhere. */
const texts = fc.array(fc.constantFrom('a', ' ', 'é', 'ж', '中', '🔑', '\n', '\r\n', '\r', '\t', '{{', '# ')).map((parts) => parts.join(''));

const pick = (from: readonly number[], at: number): number => from[at % from.length]!;

/** The offsets between characters; between the two of a CRLF no position stands. */
function boundariesOf(text: string): number[] {
  const offsets = [0];
  for (const character of text) offsets.push(offsets.at(-1)! + character.length);
  return offsets.filter((offset) => !(text[offset - 1] === '\r' && text[offset] === '\n'));
}

describe('positions', () => {
  for (const encoding of encodings) {
    test(`${encoding}: an offset comes back from its position`, () => {
      fc.assert(fc.property(texts, fc.boolean(), fc.nat(), (body, marked, at) => {
        const text = documentText(marked ? `\uFEFF${body}` : body);
        const offset = pick(boundariesOf(body), at);
        const positions = new Positions(encoding);
        assert.equal(positions.offset(text, positions.position(text, offset)), offset);
      }));
    });

    test(`${encoding}: incremental edits leave what a client has`, () => {
      fc.assert(fc.property(texts, texts, fc.nat(), fc.nat(), (before, inserted, a, b) => {
        const positions = new Positions(encoding);
        const [start, end] = [pick(boundariesOf(before), a), pick(boundariesOf(before), b)].sort((x, y) => x - y) as [number, number];
        const range = positions.range(documentText(before), { start, end });
        const document = applyChanges(TextDocument.create('file:///x', 'yaml', 1, before), [{ range, text: inserted }], 2, positions);
        assert.equal(document.getText(), before.slice(0, start) + inserted + before.slice(end));
        assert.equal(document.version, 2);
      }));
    });
  }

  test('utf-16: as vscode-languageserver-textdocument counts', () => {
    fc.assert(fc.property(texts, fc.nat(), (text, at) => {
      const offset = at % (text.length + 1);
      if (text[offset - 1] === '\r' && text[offset] === '\n') return;
      assert.deepEqual(new Positions('utf-16').position(documentText(text), offset), TextDocument.create('file:///x', 'yaml', 1, text).positionAt(offset));
    }));
  });

  test('beyond a line is its end, beyond the text its end, before it its start', () => {
    for (const encoding of encodings) {
      const positions = new Positions(encoding);
      const text = documentText('ab🔑\r\ncd');
      assert.equal(positions.offset(text, { line: 0, character: 99 }), 4);
      assert.equal(positions.offset(text, { line: 1, character: 99 }), 8);
      assert.equal(positions.offset(text, { line: 9, character: 0 }), 8);
      assert.equal(positions.offset(text, { line: -1, character: 0 }), 0);
      assert.equal(positions.offset(text, { line: 0, character: -1 }), 0);
    }
  });

  test('a byte order mark is the client\'s, not the engine\'s', () => {
    const text = '\uFEFFkind: Pod';
    assert.equal(withoutMark(text).indexOf('kind'), 0);
    assert.deepEqual(new Positions('utf-16').range(documentText(text), { start: 0, end: 4 }), { start: { line: 0, character: 1 }, end: { line: 0, character: 5 } });
    assert.deepEqual(new Positions('utf-8').range(documentText(text), { start: 0, end: 4 }), { start: { line: 0, character: 3 }, end: { line: 0, character: 7 } });
  });

  test('the first encoding that is known is spoken', () => {
    assert.equal(chooseEncoding(undefined), 'utf-16');
    assert.equal(chooseEncoding(['utf-32', 'utf-16']), 'utf-32');
    assert.equal(chooseEncoding(['utf-7', 'utf-8']), 'utf-8');
    assert.equal(chooseEncoding([]), 'utf-16');
  });
});
