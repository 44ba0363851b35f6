import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClaimRouteFact, GatewayPodsFact, ProxyFilterFact } from '../../../engine/kubernetes/istio-traffic.ts';
import { readResources } from '../../../engine/kubernetes/read.ts';
import type { RouteFact } from '../../../engine/kubernetes/service.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';

const facts = (group: string, kind: string, spec: string) => readResources(parseYaml(`{apiVersion: ${group}/v1, kind: ${kind}, metadata: {name: g, namespace: shop}, spec: ${spec}}`, 'kubernetes').root).flatMap((resource) => resource.facts);
const virtual = (spec: string) => facts('networking.istio.io', 'VirtualService', spec);

describe('VirtualService', () => {
  const backends = (spec: string) => virtual(spec).flatMap((fact) => (fact.fact === 'route' ? (fact as RouteFact).backends.map(({ service, namespace }) => [known(service), known(namespace)]) : []));
  const http = (host: string) => `http: [{route: [{destination: {host: ${host}}}]}]`;
  test('leads from its gateways to the Services that its hosts mean', () => {
    assert.deepEqual(backends(`{gateways: [edge], ${http('web')}}`), [['web', undefined]]);
    assert.deepEqual(backends(`{gateways: [infra/edge], ${http('web.bank.svc.cluster.local')}}`), [['web', 'bank']]);
    assert.deepEqual(backends(`{gateways: [mesh, edge], tcp: [{route: [{destination: {host: db}}]}], tls: [{route: [{destination: {host: vault}}]}]}`), [['vault', undefined], ['db', undefined]]);
  });
  test('a host outside the cluster is no Service', () => assert.deepEqual(backends(`{gateways: [edge], ${http('api.example.com')}}`), [[undefined, undefined]]));
  test('without gateways, or for the mesh alone, it brings nobody in', () => {
    assert.deepEqual(backends(`{${http('web')}}`), []);
    assert.deepEqual(backends(`{gateways: [mesh], ${http('web')}}`), []);
  });
  test('claims that it matches, and the gateways that would have to check them', () => {
    const [fact] = virtual('{gateways: [edge, infra/edge], http: [{match: [{headers: {"@request.auth.claims.groups": {exact: admin}, x-canary: {exact: "1"}}, withoutHeaders: {"@request.auth.claims[tier]": {exact: free}}}]}]}') as [ClaimRouteFact];
    assert.deepEqual(fact.claims.map(({ stable }) => stable.replace(/^.*@/, '@')), ['@request.auth.claims.groups', '@request.auth.claims[tier]']);
    assert.deepEqual(fact.gateways.map(({ name, namespace }) => [known(name), known(namespace)]), [['edge', undefined], ['edge', 'infra']]);
  });
});

test('HTTPRoute: claims as headers', () => {
  const [claims] = facts('gateway.networking.k8s.io', 'HTTPRoute', '{parentRefs: [{name: edge}], rules: [{matches: [{headers: [{name: "@request.auth.claims.groups", value: admin}, {name: x-canary, value: "1"}]}]}]}').filter((fact) => fact.fact === 'claimRoute') as ClaimRouteFact[];
  assert.deepEqual([claims!.claims.length, claims!.gateways.map(({ name }) => known(name))], [1, ['edge']]);
});

test('gateways, by the labels of their pods', () => {
  const labels = (group: string, spec: string) => Object.entries((facts(group, 'Gateway', spec).find(({ fact }) => fact === 'gatewayPods') as GatewayPodsFact).labels.entries).map(([key, value]) => `${key}=${known(value)}`);
  assert.deepEqual(labels('networking.istio.io', '{selector: {istio: ingressgateway}}'), ['istio=ingressgateway']);
  assert.deepEqual(labels('gateway.networking.k8s.io', '{gatewayClassName: istio}'), ['gateway.networking.k8s.io/gateway-name=g']);
});

describe('filters put into proxies by hand', () => {
  const filters = (kind: string, spec: string) => facts(kind === 'WasmPlugin' ? 'extensions.istio.io' : 'networking.istio.io', kind, spec) as ProxyFilterFact[];
  test('one that may check who calls', () => {
    const [fact] = filters('EnvoyFilter', '{workloadSelector: {labels: {app: web}}, configPatches: [{patch: {value: {name: envoy.filters.http.ext_authz}}}]}');
    assert.deepEqual(Object.keys(fact!.target.selector!.matchLabels.entries), ['app']);
    assert.equal(filters('WasmPlugin', '{url: oci://registry.example/login}').length, 1);
  });
  test('one that does not', () => assert.deepEqual(filters('EnvoyFilter', '{configPatches: [{patch: {value: {name: envoy.filters.http.local_ratelimit}}}]}'), []));
});
