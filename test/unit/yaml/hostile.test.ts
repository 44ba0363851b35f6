import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseYaml } from '../../../engine/yaml/parse.ts';
import { parseUnfinished } from '../../../engine/yaml/unfinished.ts';
import { isBlank, splitStream } from '../../../engine/yaml/split.ts';
import type { Dialect } from '../../../engine/yaml/node.ts';

// Any text gives a tree or a reason, in bounded time: nothing here may throw, hang or overflow the stack.

/** Milliseconds that a call takes. */
function time(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

const deep: [name: string, text: string][] = [
  ['flow lists', '['.repeat(10_000)],
  ['closed flow lists', `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ['flow mappings', '{a: '.repeat(10_000)],
  ['compact lists', `a:\n  ${'- '.repeat(10_000)}b`],
  ['explicit keys', '? '.repeat(10_000)],
  ['block mappings', Array.from({ length: 2_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ['lists on lines of their own', Array.from({ length: 2_000 }, (_, i) => `${' '.repeat(i)}-`).join('\n')],
];

for (const [name, text] of deep) {
  test(`nesting is bounded: ${name}`, () => {
    const { root, problem } = parseYaml(text, 'kubernetes');
    assert.equal(root, undefined);
    assert.equal(problem?.reason, 'depth');
    assert.equal(problem.detail, 'nested more than 200 levels deep');
    assert.ok(problem.span.end > problem.span.start && problem.span.end <= text.length, JSON.stringify(problem.span));
  });
}

test('150 levels are read, in block and flow style', () => {
  assert.equal(parseYaml(`${'['.repeat(150)}1${']'.repeat(150)}`, 'kubernetes').problem, undefined);
  assert.equal(parseYaml(Array.from({ length: 150 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 'kubernetes').problem, undefined);
});

test('an alias bomb is refused for its aliases, at an alias', () => {
  const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x]', ...Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(',')}]`)];
  const text = lines.join('\n');
  let problem = parseYaml('', 'kubernetes').problem;
  assert.ok(time(() => { problem = parseYaml(text, 'kubernetes').problem; }) < 5_000);
  assert.equal(problem?.reason, 'aliases');
  assert.match(text.slice(problem.span.start, problem.span.end), /^\*a\d+$/);
});

test('a bomb of merges is refused too', () => {
  const lines = ['a0: &a0 {k: 1}', ...Array.from({ length: 25 }, (_, i) => `a${i + 1}: &a${i + 1} {<<: [*a${i}, *a${i}], k${i}: 1}`)];
  assert.equal(parseYaml(lines.join('\n'), 'kubernetes').problem?.reason, 'aliases');
});

test('merge conflict markers are named and found', () => {
  const text = 'kind: Role\r\n<<<<<<< HEAD\r\nname: a\r\n=======\r\nname: b\r\n>>>>>>> feature\r\n';
  for (const dialect of ['kubernetes', 'kustomization', 'template'] as const) {
    const { problem } = parseYaml(text, dialect);
    assert.deepEqual(problem, { reason: 'conflict-markers', detail: 'merge conflict markers', span: { start: 12, end: 19 } });
  }
  // A separator may cut the conflict in pieces; each piece is still known for what it is.
  for (const piece of ['a: 1\n=======\nb: 2\n', '||||||| base\n', '>>>>>>> x']) assert.equal(parseYaml(piece, 'kubernetes').problem?.reason, 'conflict-markers');
  for (const fine of ['# =======\na: 1\n', 'a: |\n  =======\n', 'a: <<<<<<< HEAD\n', '======== : 1\n']) assert.equal(parseYaml(fine, 'kubernetes').problem, undefined, fine);
});

test('control characters', () => {
  for (const char of ['\x00', '\x02', '\x18', '\x1f', '\x7f', '\ufffe']) {
    const { problem } = parseYaml(`a: b${char}\n`, 'kubernetes');
    assert.deepEqual(problem?.span, { start: 4, end: 5 });
  }
});

const endless: [name: string, line: (size: number) => string][] = [
  ['text', (size) => 'x'.repeat(size)],
  ['a plain value', (size) => `a: ${'x'.repeat(size)}`],
  ['a quoted value', (size) => `a: "${'x'.repeat(size)}"`],
  ['escaped quotes', (size) => `a: '${"''".repeat(size / 2)}'`],
  ['a comment', (size) => `# ${'x'.repeat(size)}`],
  ['blanks', (size) => `a:${' '.repeat(size)}b`],
  ['backslashes', (size) => `a: ${'\\'.repeat(size)}`],
  ['an open quote', (size) => `a: "${'x'.repeat(size)}`],
];

for (const [name, line] of endless) {
  test(`a line of 4 MB is read or refused without hanging: ${name}`, () => {
    const text = line(4_000_000);
    const spent = time(() => { for (const document of splitStream(text)) if (!isBlank(document.text)) parseYaml(document.text, 'kubernetes'); });
    assert.ok(spent < 5_000, `took ${Math.round(spent)} ms`);
  });
}

test('a line of 30 MB', () => {
  const { root } = parseYaml(`a: ${'x'.repeat(30_000_000)}`, 'kubernetes');
  assert.equal(root?.span.end, 30_000_003);
});

test('what only the library reads is refused above 8 MB', () => {
  const { problem } = parseYaml(`a: &x b\nc: ${'x'.repeat(9_000_000)}\n`, 'kubernetes');
  assert.equal(problem?.reason, 'size');
});

test('a text of which no line is finished is given up, not mended line by line', () => {
  const text = `a:\n${Array.from({ length: 12_000 }, (_, i) => `- k${i}: "x`).join('\n')}\n`;
  assert.ok(time(() => assert.equal(parseUnfinished(text, 'kubernetes').root, undefined)) < 10_000);
});

test('any text gives a tree or a problem', () => {
  const token = fc.constantFrom('a', 'key: ', '- ', '\n', '\n  ', '\r\n', ': ', '"', "'", '[', ']', '{', '}', ', ', '#', ' # c', '|', '>-\n', '&x ', '*x', '!!str ', '!', '? ', '\t', '---', '...', '%YAML 1.2', '<<: ', '\\', '@', '\uFEFF', '😀', '\ud800', '\x00', '{{ .Values.x }}', '{{- if x }}', '{{- end }}', '<<<<<<< ');
  const text = fc.oneof(fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join('')), fc.string({ unit: 'binary', maxLength: 60 }));
  fc.assert(fc.property(text, fc.constantFrom<Dialect>('kubernetes', 'kustomization', 'template', 'values'), (input, dialect) => {
    const { root, problem } = parseYaml(input, dialect);
    if (problem) {
      assert.equal(root, undefined);
      assert.ok(problem.span.start >= 0 && problem.span.start <= problem.span.end && problem.span.end <= input.length, JSON.stringify(problem));
      assert.ok(problem.detail.length > 0 && problem.detail.length < 160);
    }
  }), { numRuns: 5000 });
});
