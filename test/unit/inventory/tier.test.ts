import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tierOf } from '../../../engine/inventory/tier.ts';
import { rules } from '../../../rules/index.ts';
import { plannedWorkspace } from '../../corpus/projects.ts';

const job = (namespace = '') => `apiVersion: batch/v1\nkind: Job\nmetadata: { name: migrate${namespace} }\nspec: { template: { metadata: { labels: { app: shop } }, spec: { containers: [{ name: c, image: i }] } } }\n`;
const service = (namespace = '') => `apiVersion: v1\nkind: Service\nmetadata: { name: shop${namespace} }\nspec: { type: LoadBalancer, selector: { app: shop } }\n`;

function tierIn(texts: Readonly<Record<string, string>>): string {
  const workspace = plannedWorkspace(new Map(Object.entries(texts)), rules.slice(0, 0));
  const graph = workspace.graphOf(Object.keys(texts)[0]!)!;
  return tierOf(graph.workloads[0]!, graph).tier;
}

describe('a workload is exposed by a Service that selects it', () => {
  test('in a namespace that both tell, wherever they stand', () => {
    assert.equal(tierIn({ 'one/job.yaml': job(', namespace: a'), 'other/service.yaml': service(', namespace: a') }), 'exposed');
    assert.equal(tierIn({ 'one/job.yaml': job(', namespace: a'), 'other/service.yaml': service(', namespace: b') }), 'internal');
  });

  test('where none is told: beside, above or below it, not in another directory, which may be of another namespace', () => {
    assert.equal(tierIn({ 'one/job.yaml': job(), 'one/service.yaml': service() }), 'exposed');
    assert.equal(tierIn({ 'one/two/job.yaml': job(), 'one/service.yaml': service() }), 'exposed');
    assert.equal(tierIn({ 'one/job.yaml': job(), 'other/service.yaml': service() }), 'internal');
  });

  test('of one build or one chart all the same', () => {
    const build = { 'kustomization.yaml': 'resources: [one/job.yaml, other/service.yaml]\n' };
    assert.equal(tierIn({ 'one/job.yaml': job(), 'other/service.yaml': service(), ...build }), 'exposed');
    assert.equal(tierIn({ 'templates/one/job.yaml': job(), 'templates/other/service.yaml': service(), 'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n' }), 'exposed');
  });
});
