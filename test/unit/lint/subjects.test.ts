// Whom a finding is about: what phases and exceptions go by, whatever technology the finding stands in.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { displayName } from '../../../engine/identity/objects.ts';
import { subjectsOf } from '../../../engine/lint/subjects.ts';
import type { Signal } from '../../../engine/lint/rule.ts';
import { graphOfFiles } from '../../support/graph.ts';

const pod = (namespace: string, name: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec: { template: { metadata: { labels: { app: ${name} } }, spec: { serviceAccountName: ${name}, containers: [{ name: main, image: registry.example/${name} }] } } }
---
`;
const workloads = pod('shop', 'web') + pod('shop', 'cart') + pod('bank', 'ledger');
const documents = {
  networkPolicy: 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: it, namespace: shop }\nspec: { podSelector: { matchLabels: { app: web } } }\n',
  meshWide: 'apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: it, namespace: istio-system }\nspec: {}\n',
  account: 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: ledger, namespace: bank }\n',
  service: 'apiVersion: v1\nkind: Service\nmetadata: { name: it, namespace: bank }\nspec: { selector: { app: ledger } }\n',
  route: 'apiVersion: v1\nkind: Service\nmetadata: { name: cart, namespace: shop }\nspec: { selector: { app: cart }, ports: [{ port: 80 }] }\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: it, namespace: shop }\nspec: { rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: cart, port: { number: 80 } } } }] } }] }\n',
  nobody: 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: it, namespace: shop }\nspec: { podSelector: { matchLabels: { app: gone } } }\n',
};

/** The subjects of a signal on the last object of a file. */
function about(text: string, more: (objects: readonly Signal['at']['object'][]) => Partial<Signal> = () => ({})): string[] {
  const graph = graphOfFiles({ 'a.yaml': workloads + text });
  const object = graph.objects.at(-1)!;
  const signal: Signal = { messageId: 'any', at: { object, place: object.resource.header.at }, ...more(graph.objects) };
  return subjectsOf(graph, signal).map(({ namespace, workload }) => (workload ? displayName(workload.object) : `namespace ${namespace}`));
}

describe('a finding is about', () => {
  test('the workload that it stands in', () => assert.deepEqual(about(pod('bank', 'api')), ['bank/api']));
  test('what a policy selects', () => assert.deepEqual(about(documents.networkPolicy), ['shop/web']));
  test('everything that a policy of the whole mesh is about, in whatever namespace', () => assert.deepEqual(about(documents.meshWide), ['shop/web', 'shop/cart', 'bank/ledger']));
  test('the users of an account', () => assert.deepEqual(about(documents.account), ['bank/ledger']));
  test('what a Service or a route leads to', () => {
    assert.deepEqual(about(documents.service), ['bank/ledger']);
    assert.deepEqual(about(documents.route), ['shop/cart']);
  });
  test('its namespace, where no workload is among the files', () => assert.deepEqual(about(documents.nobody), ['namespace shop']));
  test('whom its rule names before all others', () => assert.deepEqual(about(documents.networkPolicy, (objects) => ({ about: [objects[2]!] })), ['bank/ledger']));
  test('the workloads among its related places, where there is nothing better', () => assert.deepEqual(about(documents.nobody, (objects) => ({ related: [{ at: { object: objects[1]!, place: objects[1]!.resource.header.at }, message: '' }] })), ['shop/cart']));
});
