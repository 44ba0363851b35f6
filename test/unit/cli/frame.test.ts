import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { displayLine, visible } from '../../../cli/display.ts';
import { codeFrame, type Mark } from '../../../cli/frame.ts';
import { rangeIn } from '../../../cli/report.ts';
import { makeStyle } from '../../../cli/style.ts';
import { indexLines } from '../../../engine/yaml/text.ts';

/**
 * Draws a frame of texts in which marks are written as «primary» and ‹related|label›, so that a test shows what is marked.
 */
function draw(texts: Record<string, string>, width = 80): string[] {
  const marks: Mark[] = [];
  const plain = new Map<string, ReturnType<typeof indexLines>>();
  for (const [file, marked] of Object.entries(texts)) {
    const found: { start: number; end: number; label: string; primary: boolean }[] = [];
    let text = '';
    for (const part of marked.split(/(«[^»]*»|‹[^›]*›)/u)) {
      const primary = part.startsWith('«');
      if (!primary && !part.startsWith('‹')) {
        text += part;
        continue;
      }
      const [shown, label = ''] = primary ? [part.slice(1, -1)] : (part.slice(1, -1).split('|') as [string, string?]);
      found.push({ start: text.length, end: text.length + shown.length, label, primary });
      text += shown;
    }
    const lines = indexLines(text);
    plain.set(file, lines);
    for (const { start, end, label, primary } of found) marks.push({ file, range: rangeIn(lines, { start, end }), label, primary });
  }
  return codeFrame(marks, (file) => plain.get(file), { style: makeStyle(false), severity: 'warning', width });
}

describe('a code frame', () => {
  test('puts carets under the span', () => {
    assert.deepEqual(draw({ 'a.yaml': 'kind: «Pod»\n' }), [
      ' --> a.yaml:1:7',
      '  |',
      '1 | kind: Pod',
      '  |       ^^^',
    ]);
  });

  test('shows the file of the primary place first, then the others, gutters aligned', () => {
    assert.deepEqual(draw({ 'other.yaml': `${'\n'.repeat(11)}name: ‹x|bound here›\n`, 'a.yaml': 'name: «x»\n' }), [
      '  --> a.yaml:1:7',
      '   |',
      ' 1 | name: x',
      '   |       ^',
      '   |',
      '  ::: other.yaml:12:7',
      '   |',
      '12 | name: x',
      '   |       - bound here',
    ]);
  });

  test('shows a single line between marked ones, and a gap for more', () => {
    assert.deepEqual(draw({ 'a.yaml': 'a: «1»\nb: 2\nc: ‹3|too›\nd: 4\ne: 5\nf: ‹6|also›\n' }), [
      ' --> a.yaml:1:4',
      '  |',
      '1 | a: 1',
      '  |    ^',
      '2 | b: 2',
      '3 | c: 3',
      '  |    - too',
      '...',
      '6 | f: 6',
      '  |    - also',
    ]);
  });

  test('hangs the labels of several marks of one line from bars', () => {
    assert.deepEqual(draw({ 'a.yaml': '{‹a|first›: «b», ‹c|second›: ‹d|third›}\n' }).slice(2), [
      '1 | {a: b, c: d}',
      '  |  -  ^  -  - third',
      '  |  |     |',
      '  |  |     second',
      '  |  first',
    ]);
  });

  test('counts cells, not characters: tabs, wide characters, emoji, combining marks', () => {
    assert.deepEqual(draw({ 'a.yaml': '\ta: «b»\n' }).slice(2), ['1 |     a: b', '  |        ^']);
    assert.deepEqual(draw({ 'a.yaml': '名前: «b»\n' }).slice(2), ['1 | 名前: b', '  |       ^']);
    assert.deepEqual(draw({ 'a.yaml': '"🔑👩‍🚀": «é»x\n' }).slice(2), ['1 | "🔑👩‍🚀": éx', '  |         ^']);
    assert.deepEqual(draw({ 'a.yaml': 'e\u0301: «b»\n' }).slice(2), ['1 | e\u0301: b', '  |    ^']);
  });

  test('clips a long line around its marks', () => {
    const [line, carets] = draw({ 'a.yaml': `${'x'.repeat(500)}«here»${'y'.repeat(500)}\n` }, 60).slice(2) as [string, string];
    assert.match(line, /^1 \| …x+herey+…$/);
    assert.ok(line.length <= 62);
    assert.equal(line.indexOf('here'), carets.indexOf('^^^^'));
  });

  test('clips a line of ten million characters in no time', () => {
    const started = performance.now();
    draw({ 'a.yaml': `${'🔑'.repeat(5_000_000)}«here»\n` });
    assert.ok(performance.now() - started < 3000);
  });

  test('marks the first line of a span over several lines, the line end of an empty one', () => {
    assert.deepEqual(draw({ 'a.yaml': 'a: «|\n  b\n  c»\n' }).slice(2), ['1 | a: |', '  |    ^']);
    assert.deepEqual(draw({ 'a.yaml': 'a:«»\r\n' }).slice(2), ['1 | a:', '  |   ^']);
  });

  test('keeps what a text could do to a terminal from being done', () => {
    assert.equal(visible('a\u001b[2Jb\u202ec'), 'a\\u{1b}[2Jb\\u{202e}c');
    assert.deepEqual(draw({ 'a.yaml': '"\u001b[31m": «b»\n' }).slice(2), ['1 | "\\u{1b}[31m": b', `  | ${' '.repeat(14)}^`]);
    assert.equal(displayLine('plain').text, 'plain');
  });
});
