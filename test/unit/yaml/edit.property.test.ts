import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../../engine/lint/fix.ts';
import { editYaml } from '../../../engine/yaml/edit.ts';
import type { Change } from '../../../engine/yaml/change.ts';
import { toData, type Path } from '../../../engine/yaml/node.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';
import { data, document, type Data } from './arbitrary.ts';

/** Plain data as JSON has it: no prototypes to differ in. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** All paths of a tree. */
function pathsOf(value: Data, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries: [string | number, Data][] = Array.isArray(value) ? value.map((item, index) => [index, item]) : Object.entries(value);
  return [path, ...entries.flatMap(([step, one]) => pathsOf(one, [...path, step]))];
}

const key = fc.constantFrom('new', 'on', 'name', 'a: b');

/** A document and a change of it. */
const edited = fc.tuple(document, fc.nat(), fc.constantFrom('set', 'set', 'create', 'remove', 'append', 'rename'), data, key, fc.nat()).map(([source, which, op, value, name, after]) => {
  const paths = pathsOf(source.data).filter((path) => path.length > 0);
  const path = paths[which % paths.length]!;
  const at = path.reduce<Data | undefined>((one, step) => (one as Record<string, Data>)?.[step as string], source.data);
  const siblings = typeof at === 'object' && at !== null && !Array.isArray(at) ? Object.keys(at) : [];
  const changes: Record<string, Change> = {
    set: { op: 'set', path, value },
    create: { op: 'set', path: [...path, name], value, ...(siblings.length > 0 ? { after: siblings[after % siblings.length] } : {}) },
    remove: { op: 'remove', path },
    append: { op: 'append', path, value },
    rename: { op: 'rename', path, key: name },
  };
  return { ...source, change: changes[op]!, at };
});

/** What the change means, written once more and as simply as can be. */
function expected(root: Data, { path, ...change }: Change): Data {
  const copy = structuredClone(root);
  const parent = path.slice(0, -1).reduce<any>((one, step) => one[step], copy);
  const last = path.at(-1)!;
  if (change.op === 'set') {
    if (parent === null) path.slice(0, -2).reduce<any>((one, step) => one[step], copy)[path.at(-2)!] = { [last]: change.value };
    else parent[last] = change.value;
  } else if (change.op === 'append') parent[last] = [...(parent[last] ?? []), change.value];
  else if (change.op === 'remove') Array.isArray(parent) ? parent.splice(Number(last), 1) : delete parent[last];
  else if (!Array.isArray(parent)) {
    parent[change.key] = parent[last];
    if (change.key !== last) delete parent[last];
  }
  return copy;
}

test('random documents mean what they were made from', () => {
  fc.assert(fc.property(document, (source) => {
    const { root, problem } = parseYaml(source.text, 'kubernetes');
    assert.equal(problem, undefined, problem?.detail);
    assert.deepEqual(plain(toData(root)), source.data);
  }), { numRuns: 1200 });
});

test('random changes: the edited text reads as the changed data, the rest of the text is the same, a second time nothing changes', () => {
  let refused = 0;
  let made = 0;
  fc.assert(fc.property(edited, ({ text, data: before, change, at }) => {
    const result = editYaml(text, parseYaml(text, 'kubernetes').root, change);
    if ('refused' in result) {
      refused++;
      assert.match(result.refused, change.op === 'set' ? /could hold|safely/ : change.op === 'append' ? /no list|safely/ : /already there|safely/, result.refused);
      if (change.op === 'append') assert.ok(!Array.isArray(at) && at !== null || /safely/.test(result.refused));
      return;
    }
    made++;
    const after = applyEdits(text, result.edits);
    assert.ok(after !== undefined, 'edits do not overlap');
    const { root, problem } = parseYaml(after, 'kubernetes');
    assert.equal(problem, undefined, `${problem?.detail}\n${after}`);
    assert.deepEqual(plain(toData(root)), plain(expected(before, change)), after);
    if (!/[^\r]\n/.test(text) && text.includes('\r\n')) assert.doesNotMatch(after, /[^\r]\n/, 'CRLF stays CRLF');
    else if (!text.includes('\r')) assert.doesNotMatch(after, /\r/);
    if (text.includes('\n') && !text.endsWith('\n')) assert.doesNotMatch(after, /\n$/, 'no final line end appears');
    if (change.op === 'set') {
      const again = editYaml(after, root, change);
      assert.deepEqual(again, { edits: [] }, 'a second time it changes nothing');
    }
  }), { numRuns: 3000 });
  assert.ok(refused < made, `${refused} refused, ${made} made`);
});

test('comments outside of what is replaced or removed stay', () => {
  fc.assert(fc.property(document, data, ({ text }, value) => {
    const result = editYaml(text, parseYaml(text, 'kubernetes').root, { op: 'set', path: ['brand new'], value });
    assert.ok('edits' in result, 'a new key at the root can always be written');
    const after = applyEdits(text, result.edits)!;
    const comments = (one: string): number => one.split(/# (?:why|note|A comment above\.)/).length;
    assert.equal(comments(after), comments(text));
    assert.ok(result.edits.every((edit) => edit.span.start === edit.span.end), 'nothing is replaced');
  }), { numRuns: 1000 });
});
