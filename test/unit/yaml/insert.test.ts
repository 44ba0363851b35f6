import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../../engine/lint/fix.ts';
import { editAll } from '../../../engine/yaml/edit-all.ts';
import type { Change } from '../../../engine/yaml/change.ts';
import { insertDocuments, insertObjects } from '../../../engine/yaml/insert.ts';
import { toData, type Path } from '../../../engine/yaml/node.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';
import { isBlank, splitStream } from '../../../engine/yaml/split.ts';
import { document } from './arbitrary.ts';

const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web' } };
const written = 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n';

function insert(text: string, after: number, values: unknown[] = [account], root: Path = []): string {
  return applyEdits(text, insertDocuments(text, splitStream(text), after, values, root))!;
}

const examples: [name: string, before: string, after: number, expected: string][] = [
  ['behind the only document', 'a: 1\n', 0, `a: 1\n---\n${written}`],
  ['between two', 'a: 1\n---\nb: 2\n', 0, `a: 1\n---\n${written}---\nb: 2\n`],
  ['behind the last', 'a: 1\n---\nb: 2\n', 1, `a: 1\n---\nb: 2\n---\n${written}`],
  ['a file that ends with a separator', 'a: 1\n---\n', 0, `a: 1\n---\n${written}---\n`],
  ['a file without final line end', 'a: 1', 0, `a: 1\n---\n${written.trimEnd()}`],
  ['CRLF', 'a: 1\r\n', 0, `a: 1\r\n---\r\n${written.replaceAll('\n', '\r\n')}`],
  ['a document that ends with ...', 'a: 1\n...\n', 0, `a: 1\n...\n---\n${written}`],
  ['with the indentation of its neighbour', 'a:\n    b: 1\n', 0, `a:\n    b: 1\n---\n${written.replace('  name', '    name')}`],
  ['JSON behind JSON', '{\n  "a": 1\n}\n', 0, '{\n  "a": 1\n}\n{\n  "apiVersion": "v1",\n  "kind": "ServiceAccount",\n  "metadata": {\n    "name": "web"\n  }\n}\n'],
];

for (const [name, before, after, expected] of examples) test(`a new document: ${name}`, () => assert.equal(insert(before, after), expected));

test('two new documents', () => {
  assert.equal(insert('a: 1\n', 0, [account, { b: 2 }]), `a: 1\n---\n${written}---\nb: 2\n`);
});

test('in a kind: List a new object is a further item', () => {
  const list = 'a: 1\n---\nkind: List\nitems:\n- kind: Pod\n  name: x\n# the end\n';
  assert.equal(insert(list, 1, [account, { b: 2 }], ['items', 0]), list.replace('  name: x\n', '  name: x\n- apiVersion: v1\n  kind: ServiceAccount\n  metadata:\n    name: web\n- b: 2\n'));
  const json = '{"kind":"List","items":[{"kind":"Pod"}]}';
  assert.equal(insert(json, 0, [account], ['items', 0]), '{"kind":"List","items":[{"kind":"Pod"},{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web"}}]}');
});

test('beside a template nothing is written', () => {
  const text = '{{- if .Values.x }}\na: 1\n{{- end }}\n';
  assert.deepEqual(insertObjects(text, splitStream(text), 0, [account], []), { refused: 'a template decides what stands here' });
  assert.deepEqual(insertDocuments(text, splitStream(text), 0, [account], []), []);
});

test('a stream with a new document holds the documents it held, and the new one', () => {
  fc.assert(fc.property(fc.array(document, { minLength: 1, maxLength: 3 }), fc.nat(), (sources, which) => {
    const eol = sources[0]!.text.includes('\r\n') ? '\r\n' : '\n';
    const text = sources.map((source) => source.text.replace(/^---\r?\n/, '').replace(/\r?\n/g, eol).replace(/(?<!\n)$/, eol)).join(`---${eol}`);
    const documents = splitStream(text);
    fc.pre(documents.length === sources.length);
    const after = which % documents.length;
    const edited = insert(text, after);
    const read = (stream: string): unknown[] => splitStream(stream).filter((one) => !isBlank(one.text)).map((one) => JSON.parse(JSON.stringify(toData(parseYaml(one.text, 'kubernetes').root))));
    const expected: unknown[] = sources.map((source) => source.data);
    expected.splice(after + 1, 0, account);
    assert.deepEqual(read(edited), expected);
    if (eol === '\r\n') assert.doesNotMatch(edited, /[^\r]\n/);
  }), { numRuns: 500 });
});

/** The text after several changes at once. */
function edit(text: string, ...changes: Change[]): string {
  const result = editAll(text, 'kubernetes', changes);
  return 'refused' in result ? `refused: ${result.refused}` : applyEdits(text, result.edits)!;
}

test('several changes at once count their paths in the document as it stands', () => {
  const text = 'kind: ClusterRoleBinding\nmetadata:\n  name: a\nsubjects:\n- name: x\n- name: y\n- name: z\n';
  assert.equal(
    edit(text, { op: 'remove', path: ['subjects', 0] }, { op: 'remove', path: ['subjects', 1] }, { op: 'set', path: ['kind'], value: 'RoleBinding' }, { op: 'set', path: ['metadata', 'namespace'], value: 'b', after: 'name' }, { op: 'set', path: ['subjects', 2, 'kind'], value: 'User' }),
    'kind: RoleBinding\nmetadata:\n  name: a\n  namespace: b\nsubjects:\n- name: z\n  kind: User\n',
  );
  assert.equal(edit(text, ...[0, 1, 2].map((i): Change => ({ op: 'remove', path: ['subjects', i] }))), text.replace(/subjects:[^]*/, 'subjects: []\n'));
  assert.equal(edit('a: [1, 2, 3]\n', { op: 'remove', path: ['a', 1] }, { op: 'remove', path: ['a', 2] }), 'a: [1]\n');
  assert.equal(edit(text, { op: 'set', path: ['metadata', 'labels', 'x'], value: 'y' }, { op: 'set', path: ['metadata', 'labels', 'z'], value: 'y' }), text.replace('name: a\n', 'name: a\n  labels:\n    x: "y"\n    z: "y"\n'));
  assert.equal(edit('a: &x 1\nb: *x\n', { op: 'set', path: ['c'], value: 1 }, { op: 'set', path: ['b'], value: 1 }), 'refused: this value is written elsewhere and used here through an alias or a merge key');
});

test('several changes at once are the changes one after the other, and their edits do not overlap', () => {
  const change = fc.constantFrom<Change>({ op: 'set', path: ['name'], value: { a: [1] } }, { op: 'set', path: ['new', 'x'], value: 'y' }, { op: 'remove', path: ['spec'] }, { op: 'remove', path: ['items', 0] }, { op: 'set', path: ['key'], value: null }, { op: 'rename', path: ['x y'], key: 'renamed' });
  fc.assert(fc.property(document, fc.uniqueArray(change), ({ text }, changes) => {
    const result = editAll(text, 'kubernetes', changes);
    if ('refused' in result) return;
    const after = applyEdits(text, result.edits);
    assert.ok(after !== undefined);
    const { problem } = parseYaml(after, 'kubernetes');
    assert.equal(problem, undefined, after);
    let kept = 0;
    for (const { span } of result.edits) {
      assert.ok(span.start >= kept);
      kept = span.end;
    }
  }), { numRuns: 1000 });
});
