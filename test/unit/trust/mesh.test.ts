import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { meshOf } from '../../../engine/trust/mesh.ts';
import { graphOf, target, web } from './graph.ts';

/* Which mesh the files use at the Deployment `web` of `shop`: the one that it is in, else one that is used beside it. */
const mesh = (...documents: string[]) => {
  const graph = graphOf(documents.join(''));
  return meshOf(graph, target(graph))?.technology;
};
const pod = (labels: string, annotations = '') => web.replace('labels: { app: web }', `labels: { app: web${labels} }${annotations && `, annotations: { ${annotations} }`}`);
const object = (apiVersion: string, kind: string, spec = '{}') => `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: other, namespace: bank}\nspec: ${spec}\n`;

describe('by what puts the pods into it', () => {
  const rows: [technology: string, labels: string, annotations: string][] = [
    ['Istio', ', sidecar.istio.io/inject: "true"', ''],
    ['Linkerd', '', 'linkerd.io/inject: enabled'],
    ['Consul', '', 'consul.hashicorp.com/connect-inject: "true"'],
    ['Kuma', ', kuma.io/sidecar-injection: enabled', ''],
  ];
  for (const [technology, labels, annotations] of rows) test(technology, () => assert.equal(mesh(pod(labels, annotations)), technology));
});

describe('by what else the files hold', () => {
  const rows: [technology: string, document: string][] = [
    ['Istio', object('security.istio.io/v1', 'AuthorizationPolicy')],
    ['Linkerd', object('policy.linkerd.io/v1beta3', 'Server', '{podSelector: {}, port: 80}')],
    ['Consul', object('consul.hashicorp.com/v1alpha1', 'ServiceIntentions', '{destination: {name: a}, sources: []}')],
    ['Kuma', object('kuma.io/v1alpha1', 'MeshTrafficPermission')],
  ];
  for (const [technology, document] of rows) test(technology, () => assert.equal(mesh(web, document), technology));
  test('none', () => assert.equal(mesh(web), undefined));
});

test('the mesh that the pods are in wins over one that is used elsewhere', () => {
  assert.equal(mesh(pod('', 'linkerd.io/inject: enabled'), object('security.istio.io/v1', 'AuthorizationPolicy')), 'Linkerd');
});
