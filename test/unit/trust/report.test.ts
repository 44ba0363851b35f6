// Who is let in to a workload, and on what evidence: the one question behind `kubewho trust` and the inventory.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { displayName } from '../../../engine/identity/objects.ts';
import { accountsNamed } from '../../../engine/trust/principals.ts';
import { trustReport } from '../../../engine/trust/report.ts';
import { graphOf } from './graph.ts';

describe('a name in a policy stands for accounts', () => {
  const rows: [text: string, lone: 'account' | 'namespace', accounts: { namespace: string | undefined; account: string | undefined } | undefined][] = [
    ['cluster.local/ns/shop/sa/web', 'account', { namespace: 'shop', account: 'web' }],
    ['*/ns/shop/sa/web', 'account', { namespace: 'shop', account: 'web' }],
    ['spiffe://td.example/ns/shop/sa/web', 'account', { namespace: 'shop', account: 'web' }],
    ['cluster.local/ns/shop/*', 'account', { namespace: 'shop', account: undefined }],
    ['web.shop.serviceaccount.identity.linkerd.cluster.local', 'account', { namespace: 'shop', account: 'web' }],
    ['shop/web', 'account', { namespace: 'shop', account: 'web' }],
    ['web', 'account', { namespace: 'home', account: 'web' }],
    ['shop', 'namespace', { namespace: 'shop', account: undefined }],
    ['*', 'account', { namespace: 'home', account: undefined }],
    ['cluster.local/ns/shop/sa/web-*', 'account', undefined],
    ['https://issuer.example/subject', 'account', undefined],
    ['issuer.example/subject', 'account', undefined],
    ['', 'account', undefined],
  ];
  for (const [text, lone, accounts] of rows) test(`${text || 'nothing'} (${lone})`, () => assert.deepEqual(accountsNamed(text, 'home', lone), accounts));
});

const pod = (name: string, namespace = 'shop', more = '') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec: { template: { metadata: { labels: { app: ${name} } }, spec: { serviceAccountName: ${name}, containers: [{ name: main, image: registry.example/${name}${more} }] } } }
---
`;
const estate = pod('api') + pod('web') + pod('cart') + pod('job', 'ops', ', args: ["--url=http://api.shop:80"]') + 'apiVersion: v1\nkind: Service\nmetadata: { name: api, namespace: shop }\nspec: { selector: { app: api } }\n---\n';

function report(policies: string) {
  const graph = graphOf(estate + policies);
  const made = trustReport(graph, graph.workloads[0]!);
  return {
    ways: made.ways.map(({ layer, evidence, written, callers, notRead }) => ({ technology: layer.technology, evidence, written, callers: callers.map(({ object }) => displayName(object)), notRead })),
    callers: made.callers.map(({ workload, evidence, shown }) => [displayName(workload.object), evidence, shown.map(({ how }) => how)]),
    demanded: made.identity.demanded,
    looked: made.layers.map(({ technology }) => technology),
  };
}

describe('who is let in', () => {
  test('every layer was looked at, also where nothing is said', () => {
    const { ways, callers, demanded, looked } = report('');
    assert.deepEqual([ways, demanded], [[], false]);
    for (const technology of ['NetworkPolicy', 'Istio', 'Linkerd', 'Consul', 'Kuma']) assert.ok((looked as string[]).includes(technology), technology);
    assert.deepEqual(callers, [['ops/job', undefined, ['names the Service']]]);
  });

  test('by label, by address and by name; the strongest evidence of a caller counts, and a name that nobody answers to is kept', () => {
    const { ways, callers, demanded } = report(`apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: api, namespace: shop }
spec: { podSelector: { matchLabels: { app: api } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }, { ipBlock: { cidr: 10.0.0.0/8 } }] }] }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: api, namespace: shop }
spec: { selector: { matchLabels: { app: api } }, rules: [{ from: [{ source: { principals: ["*/ns/shop/sa/web", "*/ns/shop/sa/gone"] } }, { source: { namespaces: [ops] } }] }] }
`);
    assert.deepEqual(ways, [
      { technology: 'NetworkPolicy', evidence: 'label', written: [], callers: ['shop/web'], notRead: [] },
      { technology: 'NetworkPolicy', evidence: 'address', written: ['10.0.0.0/8'], callers: [], notRead: [] },
      { technology: 'Istio', evidence: 'identity', written: ['*/ns/shop/sa/web', '*/ns/shop/sa/gone'], callers: ['shop/web'], notRead: ['*/ns/shop/sa/gone'] },
      { technology: 'Istio', evidence: 'namespace', written: ['ops'], callers: ['ops/job'], notRead: [] },
    ]);
    assert.deepEqual(callers, [['shop/web', 'identity', ['selected by a policy', 'named by a policy']], ['ops/job', 'namespace', ['names the Service', 'named by a policy']]]);
    assert.equal(demanded, true);
  });

  test('a Linkerd identity and a Cilium endpoint, in the same words', () => {
    const { ways } = report(`apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: api, namespace: shop }
spec: { targetRef: { kind: Namespace, name: shop }, requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: callers }] }
---
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: { name: callers, namespace: shop }
spec: { identities: [web.shop.serviceaccount.identity.linkerd.cluster.local] }
---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: api, namespace: shop }
spec: { podSelector: { matchLabels: { app: api } }, port: 8080 }
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: api, namespace: shop }
spec: { endpointSelector: { matchLabels: { app: api } }, ingress: [{ fromEndpoints: [{ matchLabels: { app: cart } }] }] }
`);
    assert.deepEqual(ways.map(({ technology, evidence, callers }) => [technology, evidence, callers]).sort(), [['Cilium', 'label', ['shop/cart']], ['Linkerd', 'identity', ['shop/web']]]);
  });
});
