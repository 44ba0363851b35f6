// What is at stake at a workload: a risk class, or callers from outside the cluster.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stakeIn } from '../../../engine/inventory/stakes.ts';
import { graphOfFiles } from '../../support/graph.ts';

const pod = (name: string, kind = 'Deployment') => `apiVersion: apps/v1\nkind: ${kind}\nmetadata: { name: ${name}, namespace: shop }\nspec: { template: { metadata: { labels: { app: ${name} } }, spec: { containers: [{ name: main, image: registry.example/${name} }] } } }\n---\n`;
const exposed = (name: string) => `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: shop }\nspec: { type: LoadBalancer, selector: { app: ${name} } }\n---\n`;
const stakes = (text: string) => {
  const graph = graphOfFiles({ 'a.yaml': text });
  return stakeIn(graph, graph.workloads)?.message;
};

describe('what is at stake', () => {
  test('a risk class, a way in from outside, or nothing', () => {
    assert.equal(stakes(pod('payments')), 'Deployment "payments" is of the risk class payment: it is called "payments"');
    assert.equal(stakes(pod('web') + exposed('web')), 'this makes Deployment "web" reachable from outside the cluster');
    assert.equal(stakes(pod('web')), undefined);
  });

  test('one of several is enough; what runs to its end listens to nobody', () => {
    assert.match(stakes(pod('web') + pod('payments'))!, /payments/);
    assert.equal(stakes(`${pod('web', 'Job').replace('apps/v1', 'batch/v1')}${exposed('web')}`), undefined);
  });
});
