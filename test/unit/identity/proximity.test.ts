import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GraphObject } from '../../../engine/identity/objects.ts';
import { graphOfFiles } from '../../support/graph.ts';

const object = (kind: string, name: string) => `apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop}\n`;
const account = (name: string) => object('ServiceAccount', name);

/** Files as `path: names of the ServiceAccounts in it`. */
function estate(files: Record<string, string>) {
  return graphOfFiles(Object.fromEntries(Object.entries(files).map(([path, names]) => [path, names.split(' ').map(account).join('---\n')])));
}

function nearest(files: Record<string, string>, from: string, name: string): string[] {
  const graph = estate(files);
  const named = graph.objects.filter((one: GraphObject) => one.name === name);
  return graph.proximity.nearest(from, named).map((one) => one.document.file);
}

describe('Alternatives', () => {
  test('two files that hold a variant of one object are never applied together', () => {
    const { proximity } = estate({ 'staging.yaml': 'api web', 'production.yaml': 'api' });
    assert.equal(proximity.alternatives('staging.yaml', 'production.yaml'), true);
  });

  test('so are two directories, with everything in them', () => {
    const { proximity } = estate({ 'staging/api.yaml': 'api', 'staging/web.yaml': 'web', 'production/api.yaml': 'api', 'production/db.yaml': 'db' });
    assert.equal(proximity.alternatives('staging/web.yaml', 'production/db.yaml'), true);
    assert.equal(proximity.alternatives('staging/web.yaml', 'staging/api.yaml'), false);
  });

  test('files that share nothing belong together, wherever they lie', () => {
    const { proximity } = estate({ 'apps/api.yaml': 'api', 'rbac/all.yaml': 'web' });
    assert.equal(proximity.alternatives('apps/api.yaml', 'rbac/all.yaml'), false);
  });

  test('the answer is the same from both sides, and a file is no alternative to itself', () => {
    const { proximity } = estate({ 'a/x.yaml': 'api', 'b/x.yaml': 'api' });
    assert.equal(proximity.alternatives('a/x.yaml', 'b/x.yaml'), proximity.alternatives('b/x.yaml', 'a/x.yaml'));
    assert.equal(proximity.alternatives('a/x.yaml', 'a/x.yaml'), false);
  });

  test('a Namespace repeated beside what lives in it makes no variants', () => {
    const graph = graphOfFiles({ 'a/ns.yaml': object('Namespace', 'shop'), 'b/ns.yaml': object('Namespace', 'shop') });
    assert.equal(graph.proximity.alternatives('a/ns.yaml', 'b/ns.yaml'), false);
  });

  test('a directory whose name begins with another\'s is not inside it', () => {
    const { proximity } = estate({ 'app/x.yaml': 'api', 'app-old/x.yaml': 'web', 'app-old/y.yaml': 'api' });
    assert.equal(proximity.alternatives('app/x.yaml', 'app-old/x.yaml'), true);
    assert.equal(proximity.alternatives('app-old/x.yaml', 'app-old/y.yaml'), false);
  });
});

describe('The nearest of several', () => {
  test('is in the same file before the same directory', () => {
    assert.deepEqual(nearest({ 'a/deploy.yaml': 'api', 'a/accounts.yaml': 'other' }, 'a/deploy.yaml', 'api'), ['a/deploy.yaml']);
  });

  test('is in the same directory before one below or above', () => {
    assert.deepEqual(nearest({ 'a/deploy.yaml': 'web', 'a/accounts.yaml': 'api', 'a/b/c.yaml': 'api' }, 'a/deploy.yaml', 'api'), ['a/accounts.yaml']);
    assert.deepEqual(nearest({ 'a/b/deploy.yaml': 'web', 'a/accounts.yaml': 'api', 'accounts.yaml': 'api' }, 'a/b/deploy.yaml', 'api'), ['a/accounts.yaml']);
  });

  test('is never one of an alternative', () => {
    assert.deepEqual(nearest({ 'staging/deploy.yaml': 'web', 'production/deploy.yaml': 'web', 'production/accounts.yaml': 'api' }, 'staging/deploy.yaml', 'api'), []);
  });

  test('are several where none is nearer: variants of which any may be meant', () => {
    assert.deepEqual(nearest({ 'deploy.yaml': 'web', 'staging/a.yaml': 'api', 'production/a.yaml': 'api' }, 'deploy.yaml', 'api'), ['staging/a.yaml', 'production/a.yaml']);
  });
});
