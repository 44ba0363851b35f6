import assert from 'node:assert/strict';
import test from 'node:test';
import { toData, type Dialect } from '../../../engine/yaml/node.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';

// Every row of semantics.md 11.1, 11.2 and 11.2b, as observed on sigs.k8s.io/yaml v1.6.0 with the decoders of
// apimachinery 0.36.3 (kubernetes) and on kustomize's kyaml 0.18.1 (kustomization).

/** What `a: SOURCE` means, or the problem where it cannot be read. */
function value(source: string, dialect: Dialect): unknown {
  const { root, problem } = parseYaml(`a: ${source}\n`, dialect);
  return problem ? `problem: ${problem.detail}` : (toData(root) as { a: unknown }).a;
}

const same = Symbol('the same in both dialects');

const scalars: [source: string, kubernetes: unknown, kustomization: unknown][] = [
  ...['yes', 'Yes', 'YES', 'on', 'On', 'ON', 'y', 'Y'].map((word): [string, unknown, unknown] => [word, true, word]),
  ...['no', 'No', 'NO', 'off', 'Off', 'OFF', 'n', 'N'].map((word): [string, unknown, unknown] => [word, false, word]),
  ...['true', 'True', 'TRUE'].map((word): [string, unknown, unknown] => [word, true, same]),
  ...['false', 'False', 'FALSE'].map((word): [string, unknown, unknown] => [word, false, same]),
  ...['tRue', 'oN', 'yEs', 'nUll', 'none', '"yes"', "'no'"].map((word): [string, unknown, unknown] => [word, word.replace(/["']/g, ''), same]),
  ['010', 8, same], ['0777', 511, same], ['0o10', 8, same], ['0O17', 15, same], ['0x1F', 31, same], ['0X1f', 31, same], ['0b11', 3, same], ['0B11', 3, same],
  ['08', 8, same], ['1_000', 1000, same], ['+1', 1, same], ['-0', 0, same], ['-12', -12, same], ['00', 0, same], ['-0b11', -3, same],
  ['0o8', '0o8', same], ['0x', '0x', same], ['0b', '0b', same], ['_1', '_1', same], ['+', '+', same], ['1.2.3', '1.2.3', same], ['10m', '10m', same],
  ['12:30:45', '12:30:45', same], ['1:30', '1:30', same],
  ['1e3', 1000, same], ['1.0', 1, same], ['1.', 1, same], ['.5', 0.5, same], ['-.5', -0.5, same], ['+.5', 0.5, same], ['12e03', 12000, same], ['1_0.5', 10.5, same], ['.5_0', 0.5, same], ['1e999', '1e999', same], ['.', '.', same], ['.e5', '.e5', same],
  ['18446744073709551616', 18446744073709551616, same], ['0x1FFFFFFFFFFFFFFFFF', '0x1FFFFFFFFFFFFFFFFF', same],
  ['2001-01-01', '2001-01-01', '2001-01-01T00:00:00Z'],
  ['2001-1-2 3:4:5', '2001-1-2 3:4:5', '2001-01-02T03:04:05Z'],
  ['2001-12-14t21:59:43.10-05:00', '2001-12-14t21:59:43.10-05:00', '2001-12-14T21:59:43.1-05:00'],
  ['2001-02-30', '2001-02-30', same], ['2001-01-01T00:00:00', '2001-01-01T00:00:00', same],
  ['~', null, same], ['null', null, same], ['Null', null, same], ['NULL', null, same], ['', null, same], ['"~"', '~', same],
  ...['.inf', '.Inf', '-.INF', '+.inf', '.nan', '.NaN'].map((word): [string, unknown, unknown] => [word, `problem: \`${word}\` cannot be written as JSON, which Kubernetes stores`, same]),
  ['.nAn', '.nAn', same],
  ['!!binary aGk=', 'hi', same], ['!!binary "@"', 'problem: a !!binary value is not valid base64', same],
  ['!!str 1', '1', same], ['!!str yes', 'yes', same], ['!!int "3"', 3, same], ['!!int x', 'problem: `x` is not what its tag !!int says', same], ['!!float 1', 1, same], ['!!null ""', null, same],
  ['!!bool "yes"', true, 'problem: `yes` is not what its tag !!bool says'], ['!!bool "true"', true, same],
  ['!!timestamp 2001-01-01', '2001-01-01', '2001-01-01T00:00:00Z'],
  ['!local 12', '12', same], ['!local {b: 1}', { b: 1 }, same], ['!!set {b}', { b: null }, same], ['!!omap [b: 1]', [{ b: 1 }], same],
  ['! 12', '12', 12],
  ['=', '=', same], ['<<', '<<', same],
];

for (const [source, kubernetes, kustomization] of scalars) {
  test(`a: ${source}`, () => {
    assert.deepEqual(plain(value(source, 'kubernetes')), kubernetes, 'kubectl, Helm');
    assert.deepEqual(plain(value(source, 'template')), kubernetes, 'templates are read as Helm reads them');
    assert.deepEqual(plain(value(source, 'kustomization')), kustomization === same ? kubernetes : kustomization, 'kustomize');
  });
}

/** toData makes objects without a prototype; the tables above have ordinary ones. */
function plain(data: unknown): unknown {
  return data === undefined ? undefined : JSON.parse(JSON.stringify(data));
}

/** The keys that a document's mapping ends up with, or the problem. */
function keys(text: string, dialect: Dialect): unknown {
  const { root, problem } = parseYaml(text, dialect);
  return problem ? `problem: ${problem.detail}` : Object.keys(toData(root) as object);
}

const keyRows: [source: string, kubernetes: unknown, kustomization: unknown][] = [
  ['yes', ['true'], ['yes']], ['on', ['true'], ['on']], ['off', ['false'], ['off']], ['true', ['true'], same],
  ['"on"', ['on'], same], ['!!str on', ['on'], same],
  ['1', ['1'], same], ['0x10', ['16'], ['0x10']], ['1.5', ['1.5'], same], ['1e3', ['1000'], ['1e3']], ['1000000.5', ['1.0000005e+06'], ['1000000.5']], ['2001-01-01', ['2001-01-01'], same],
  ['null', 'problem: a mapping key must not be null', same], ['~', 'problem: a mapping key must not be null', same], ['"null"', ['null'], same], ['', 'problem: a mapping key must not be null', same],
  ['? [b]\n', 'problem: a mapping key must be a single value, no list and no mapping', same],
];

for (const [source, kubernetes, kustomization] of keyRows) {
  test(`the key ${source.trim()}`, () => {
    assert.deepEqual(keys(`${source}: x\n`, 'kubernetes'), kubernetes);
    assert.deepEqual(keys(`${source}: x\n`, 'kustomization'), kustomization === same ? kubernetes : kustomization);
  });
}

test('field names keep their case', () => {
  assert.deepEqual(keys('AutomountServiceAccountToken: false\n', 'kubernetes'), ['AutomountServiceAccountToken']);
});
