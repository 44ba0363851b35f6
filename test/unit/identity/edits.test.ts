import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Workspace } from '../../../engine/lint/workspace.ts';
import { rules } from '../../../rules/index.ts';

const deployment = (name: string, namespace: string, account: string) => `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}${namespace && `, namespace: ${namespace}`}}\nspec: {template: {spec: {serviceAccountName: ${account}, containers: [{name: main, image: "registry.example/${name}:1"}]}}}\n`;
const account = (name: string, namespace: string, automount = '') => `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: ${name}${namespace && `, namespace: ${namespace}`}}\n${automount}`;
const binding = (subject: string, namespace: string) => `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: grant, namespace: ${namespace}}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}\nsubjects: [{kind: ServiceAccount, name: ${subject}}]\n`;

/** What a workspace that saw an edit says, beside one that only ever saw the outcome. */
function afterEdit(files: Record<string, string>, path: string, text: string): [string[], string[]] {
  const set = (workspace: Workspace, file: string, content: string) => workspace.set({ path: file, text: content, dialect: 'kubernetes', scope: '', role: 'manifest' });
  const say = (workspace: Workspace) => workspace.findings().map((finding) => `${finding.file} ${finding.rule} ${finding.message} ${finding.related.length}`);
  const edited = new Workspace(rules);
  for (const [file, content] of Object.entries(files)) set(edited, file, content);
  edited.findings();
  set(edited, path, text);
  const fresh = new Workspace(rules);
  for (const [file, content] of Object.entries({ ...files, [path]: text })) set(fresh, file, content);
  return [say(edited), say(fresh)];
}

describe('An edit changes what depends on it', () => {
  test('a binding that comes to name an account whose namespace is not told', () => {
    const files = { 'app.yaml': `${deployment('web', '', 'api')}---\n${account('api', '')}`, 'rbac.yaml': binding('other', 'shop') };
    const [edited, fresh] = afterEdit(files, 'rbac.yaml', binding('api', 'shop'));
    assert.deepEqual(edited, fresh);
  });

  test('an account that may be meant comes to opt out', () => {
    const files = { 'app.yaml': deployment('web', '', 'default'), 'account.yaml': account('default', 'shop') };
    const [edited, fresh] = afterEdit(files, 'account.yaml', account('default', 'shop', 'automountServiceAccountToken: false\n'));
    assert.deepEqual(edited, fresh);
  });

  test('an account without a namespace that may be meant comes to opt out', () => {
    const files = { 'app.yaml': deployment('web', 'shop', 'default'), 'account.yaml': account('default', '') };
    const [edited, fresh] = afterEdit(files, 'account.yaml', account('default', '', 'automountServiceAccountToken: false\n'));
    assert.deepEqual(edited, fresh);
  });

  test('a workload that comes to share an account', () => {
    const files = { 'app.yaml': deployment('web', 'shop', 'api'), 'other.yaml': deployment('worker', 'shop', 'own') };
    const [edited, fresh] = afterEdit(files, 'other.yaml', deployment('worker', 'shop', 'api'));
    assert.deepEqual(edited, fresh);
    assert.equal(edited.filter((line) => line.includes('shared-service-account')).length, 2);
  });
});
