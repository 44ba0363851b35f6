import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyJsonPatch } from '../../../engine/kustomize/json-patch.ts';
import { isSelected } from '../../../engine/kustomize/select.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';

const tree = (text: string) => parseYaml(text, 'kubernetes').root!;
const object = tree('apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, labels: {app: web}}\n');

test('a JSON patch that copies a mapping into itself over and over is given up', { timeout: 20_000 }, () => {
  const patch = (times: number): string => Array.from({ length: times }, (_, i) => `- {op: copy, from: /metadata/labels, path: /metadata/labels/k${i}}\n`).join('');
  assert.ok('root' in applyJsonPatch(object, tree(patch(5))));
  assert.deepEqual(applyJsonPatch(object, tree(patch(40))), { failed: [] });
});

test('the pattern of a target comes to an end, however it is nested; one that is none selects nobody knows what', { timeout: 20_000 }, () => {
  const of = (name: string) => ({ root: object, ids: [{ name, namespace: '' }] });
  assert.equal(isSelected(of(`${'a'.repeat(250)}!`), { name: '(a+)+$' }), false);
  assert.equal(isSelected(of('aaa'), { name: '(a+)+$', kind: 'Service.*', version: 'v[0-9]' }), true);
  assert.equal(isSelected(of('aaa'), { kind: 'Service' }), false);
  assert.equal(isSelected(of('aaa'), { name: '(?=a)' }), undefined);
});
