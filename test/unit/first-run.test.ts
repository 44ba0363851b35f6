import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Workspace } from '../../engine/lint/workspace.ts';
import { rules } from '../../rules/index.ts';

/** An old estate: no workload names an account, nothing is bound, no file writes an account out. */
const estate = Array.from({ length: 300 }, (_, i) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: app-${i}, namespace: team-${i % 10}}
spec:
  selector: {matchLabels: {app: app-${i}}}
  template:
    metadata: {labels: {app: app-${i}}}
    spec:
      containers: [{name: main, image: "registry.example/app-${i}:1"}]
`).join('---\n');

test('300 Deployments that all use default: one regular finding each, and no error', () => {
  const workspace = new Workspace(rules.filter(({ family }) => ['accounts', 'tokens', 'access'].includes(family)));
  workspace.set({ path: 'estate.yaml', text: estate, dialect: 'kubernetes', scope: '', role: 'manifest' });
  const regular = workspace.findings().filter(({ persona }) => persona === 'regular');
  assert.deepEqual([...new Set(regular.map(({ rule, severity }) => `${rule} ${severity}`))], ['automounted-token warning']);
  assert.equal(regular.length, 300);
  assert.equal(new Set(regular.map(({ resource }) => resource.name)).size, 300);
});
