import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { applyEdits, type Fix } from '../../engine/lint/fix.ts';
import { defaultConfiguration } from '../../engine/lint/config.ts';
import { Workspace } from '../../engine/lint/workspace.ts';
import { rules } from '../../rules/index.ts';
// @ts-expect-error -- plain JavaScript, which runs before anything is compiled
import { kubernetesTools } from '../../scripts/setup/places.mjs';
import { nodeHost } from '../../sources/node-host.ts';
import { loadTree } from '../../sources/tree.ts';
import { testCharts, writeChart } from '../support/charts.ts';
import { run, runOk, temporaryFolder, writeFiles } from './support.ts';

/* What a fix writes is what Helm and kustomize then make of it: they take the files as before, and nothing else changes. */

const [{ dir }] = kubernetesTools as [{ dir: string }];
const [helm, kubectl] = [join(dir, 'helm'), join(dir, 'kubectl')];

async function open(folder: string): Promise<Workspace> {
  const { workspaces: [loaded] } = await loadTree(nodeHost, [folder], { configure: () => ({ configuration: defaultConfiguration, problems: [] }), noConfiguration: true, workspace: folder });
  const workspace = new Workspace(rules);
  for (const file of loaded!.files) workspace.set(file);
  for (const supply of loaded!.supplies) workspace.supply(supply);
  return workspace;
}

/** Has something done while the files are as a fix makes them. */
function withFix<T>(folder: string, { edits }: Fix, act: () => T): T {
  const before = new Map([...new Set(edits.map(({ file }) => file))].map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
  for (const [file, text] of before) writeFileSync(join(folder, file), applyEdits(text, edits.filter((edit) => edit.file === file))!);
  try {
    return act();
  } finally {
    for (const [file, text] of before) writeFileSync(join(folder, file), text);
  }
}

describe('Helm renders a chart with each fix, and writes something else than before', () => {
  const scratch = temporaryFolder();
  for (const chart of testCharts()) {
    test(chart.name, async (context) => {
      const folder = writeChart(chart, scratch);
      const rendered = () => run(helm, ['template', 'web', folder], { cwd: scratch });
      const before = rendered();
      const workspace = await open(folder);
      const fixes = workspace.findings().flatMap((finding) => workspace.fixesOf(finding));
      const distinct = new Map(fixes.map((fix) => [JSON.stringify(fix.edits), fix]));
      context.diagnostic(`${distinct.size} fixes`);
      assert.equal(before.code, 0, before.stderr);
      for (const fix of distinct.values()) {
        const after = withFix(folder, fix, rendered);
        assert.equal(after.code, 0, `${fix.title}: ${after.stderr}`);
        assert.notEqual(after.stdout, before.stdout, fix.title);
      }
    });
  }
});

test('an account of its own is bound in every namespace and by every name that overlays give it', async () => {
  const folder = temporaryFolder();
  const binding = (kind: string, metadata: string) => `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: {${metadata}}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}\nsubjects:\n- kind: ServiceAccount\n  name: default\n  namespace: system\n`;
  writeFiles(folder, {
    'manager/kustomization.yaml': 'resources: [manager.yaml, bindings.yaml]\n',
    'manager/manager.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: manager\n  namespace: system\nspec:\n  selector: {matchLabels: {app: manager}}\n  template:\n    metadata: {labels: {app: manager}}\n    spec:\n      containers: [{name: manager, image: manager:1}]\n',
    'manager/bindings.yaml': `${binding('RoleBinding', 'name: leader, namespace: system')}---\n${binding('ClusterRoleBinding', 'name: manager')}`,
    'one/kustomization.yaml': 'resources: [../manager]\nnamespace: one\nnamePrefix: one-\n',
    'two/kustomization.yaml': 'resources: [../manager]\nnamespace: two\nnamePrefix: two-\n',
  });
  const workspace = await open(folder);
  const [finding] = workspace.findings().filter(({ rule }) => rule === 'default-service-account');
  const [fix] = workspace.fixesOf(finding!);
  assert.equal(fix!.choice, false, fix!.title);
  for (const overlay of ['one', 'two']) {
    const output = withFix(folder, fix!, () => runOk(kubectl, ['kustomize', join(folder, overlay)], { cwd: folder }));
    assert.equal(output.match(new RegExp(`- kind: ServiceAccount\\n  name: ${overlay}-manager\\n  namespace: ${overlay}\\n`, 'g'))?.length, 2, output);
    assert.match(output, new RegExp(`serviceAccountName: ${overlay}-manager\\n`));
  }
});
