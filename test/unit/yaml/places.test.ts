import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Cursor, type Place } from '../../../engine/yaml/cursor.ts';
import type { Dialect } from '../../../engine/yaml/node.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';
import { splitStream } from '../../../engine/yaml/split.ts';
import { indexLines, positionAt, shift } from '../../../engine/yaml/text.ts';

// What a finding underlines, in lines and columns of the file (from 0, columns in UTF-16 units, as LSP counts).

/** `line:column text` of the place that a path leads to in one document of a stream. */
function place(stream: string, document: number, dialect: Dialect, ...path: (string | number)[]): string {
  const { start, text } = splitStream(stream)[document]!;
  const { root, problem } = parseYaml(text, dialect);
  assert.equal(problem, undefined, problem?.detail);
  let cursor = Cursor.root(root);
  for (const step of path) cursor = typeof step === 'number' ? cursor.items()[step]! : cursor.get(step);
  return written(stream, cursor.place(), start);
}

function written(stream: string, { span }: Place, start: number): string {
  const inFile = shift(span, start);
  const { line, character } = positionAt(indexLines(stream), inFile.start);
  return `${line}:${character} ${stream.slice(inFile.start, inFile.end)}`;
}

const pod = ['kind: Pod', 'metadata:', '  name: web', 'spec:', '  containers:', '  - name: a', "    image: 'x'"];

for (const [name, eol] of [['LF', '\n'], ['CRLF', '\r\n']] as const) {
  for (const [mark, bom] of [['', ''], [' with a byte order mark', '\uFEFF']] as const) {
    test(`${name}${mark}: scalars, keys of collections, absent values`, () => {
      const stream = `${bom}# 😀${eol}---${eol}${pod.join(eol)}${eol}--- # next${eol}${pod.join(eol)}${eol}`;
      for (const [document, above] of [[0, 2], [1, 10]] as const) {
        assert.equal(place(stream, document, 'kubernetes', 'metadata', 'name'), `${above + 2}:8 web`);
        assert.equal(place(stream, document, 'kubernetes', 'spec', 'containers', 0, 'image'), `${above + 6}:11 'x'`);
        assert.equal(place(stream, document, 'kubernetes', 'spec'), `${above + 3}:0 spec`, 'a mapping is underlined at its key');
        assert.equal(place(stream, document, 'kubernetes', 'spec', 'containers', 0), `${above + 5}:4 name`, 'an item at its first key');
        assert.equal(place(stream, document, 'kubernetes', 'spec', 'serviceAccountName'), `${above + 3}:0 spec`, 'an absent value at the key above it');
      }
    });
  }
}

test('the first line behind a byte order mark: a column in the file counts the mark', () => {
  assert.equal(place('\uFEFFkind: Pod\n', 0, 'kubernetes', 'kind'), '0:7 Pod');
});

test('emoji take two UTF-16 units', () => {
  assert.equal(place('a: {😀: "é😀", b: c}\n', 0, 'kubernetes', 'a', 'b'), '0:18 c');
  assert.equal(place('a: {😀: "é😀", b: c}\n', 0, 'kubernetes', 'a', '😀'), '0:8 "é😀"');
});

test('tabs take one', () => {
  assert.equal(place('a:\t\tb\t# c\nd: [\n\t1,\t2]\n', 0, 'kubernetes', 'a'), '0:4 b');
  assert.equal(place('a:\t\tb\t# c\nd: [\n\t1,\t2]\n', 0, 'kubernetes', 'd', 1), '2:4 2');
});

test('aliased and merged values are shown where they are used', () => {
  const stream = 'a: &x {name: a}\nb: *x\nc:\n  <<: *x\n';
  assert.equal(place(stream, 0, 'kubernetes', 'b', 'name'), '1:3 *x');
  assert.equal(place(stream, 0, 'kubernetes', 'c', 'name'), '3:6 *x');
  assert.equal(place(stream, 0, 'kubernetes', 'a', 'name'), '0:13 a');
});

test('flow style, over several lines', () => {
  const stream = '{\n  "kind": "List",\n  "items": [\n    {"kind": "Pod", "spec": {"a": [1,\n 2]}}\n  ]\n}\n';
  assert.equal(place(stream, 0, 'kubernetes', 'items', 0, 'kind'), '3:13 "Pod"');
  assert.equal(place(stream, 0, 'kubernetes', 'items', 0, 'spec', 'a', 1), '4:1 2');
  assert.equal(place(stream, 0, 'kubernetes', 'items', 0, 'spec'), '3:20 "spec"');
});

test('texts and empty values', () => {
  const stream = 'a: |\n  b\n\nc:  # d\ne: >-\n  f\n  g\nh:\n-\n- i\n';
  assert.equal(place(stream, 0, 'kubernetes', 'a'), '0:3 |\n  b');
  assert.equal(place(stream, 0, 'kubernetes', 'c'), '3:2 ');
  assert.equal(place(stream, 0, 'kubernetes', 'e'), '4:3 >-\n  f\n  g');
  assert.equal(place(stream, 0, 'kubernetes', 'h', 0), '8:1 ');
});

test('templates: a hole is shown as its action, what stands around it where it stands', () => {
  const stream = '{{- /* 😀 */}}\r\nkind: Pod\r\nmetadata:\r\n  name: {{ include "x" . }} # c\r\n  {{- if .Values.y }}\r\n  labels: {a: "{{ .Values.z }}"}\r\n  {{- end }}\r\nspec: {}\r\n';
  assert.equal(place(stream, 0, 'template', 'kind'), '1:6 Pod');
  assert.equal(place(stream, 0, 'template', 'metadata', 'name'), '3:8 {{ include "x" . }}');
  assert.equal(place(stream, 0, 'template', 'spec'), '7:0 spec');
});

test('whatever the line ends and comments, a value is found where it was written', () => {
  const filler = fc.constantFrom('', '# 😀', '  # é', '   ');
  fc.assert(fc.property(fc.array(filler), fc.constantFrom('\n', '\r\n'), fc.boolean(), fc.constantFrom<Dialect>('kubernetes', 'kustomization', 'template'), (lines, eol, bom, dialect) => {
    const head = [...(bom ? [`\uFEFF${lines[0] ?? ''}`] : lines.slice(0, 1)), ...lines.slice(1)];
    const stream = [...head, 'a:', ...lines, '  b: "here"', ''].join(eol);
    assert.equal(place(stream, 0, dialect, 'a', 'b'), `${head.length + 1 + lines.length}:5 "here"`);
  }), { numRuns: 500 });
});
