import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Evidence } from '../../../engine/trust/layer.ts';
import { kumaLayer } from '../../../engine/trust/kuma.ts';
import { kumaMembership, kumaTls } from '../../../engine/trust/kuma-mesh.ts';
import { demandsIdentity, trustIn } from '../../../engine/trust/trust.ts';
import { graphOf, target, web } from './graph.ts';

/* What Kuma's permissions and modes ask of callers of the Deployment `web` of `shop` (semantics.md 6.7). */
const meshed = web.replace('labels: { app: web }', 'labels: { app: web, kuma.io/sidecar-injection: enabled }');
const service = '---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}}\n';
let serial = 0;
const object = (kind: string, spec: string, { name = `p${++serial}`, namespace = 'kuma-system', mesh = '' } = {}) => `---\napiVersion: kuma.io/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: ${namespace}${mesh && `, labels: {kuma.io/mesh: ${mesh}}`}}\nspec: ${spec}\n`;
const mesh = (mode = '') => object('Mesh', `{mtls: {enabledBackend: ca, backends: [{name: ca, type: builtin${mode && `, mode: ${mode}`}}]}}`, { name: 'default' });
const identity = object('MeshIdentity', '{provider: {type: Bundled}}', { mesh: 'default' });
const permission = (spec: string, place?: { namespace?: string; mesh?: string }) => object('MeshTrafficPermission', `{${spec}}`, place);
const from = (client: string, action = 'Allow') => permission(`from: [{targetRef: {${client}}, default: {action: ${action}}}]`);
const rules = (lists: string) => permission(`rules: [{default: {${lists}}}]`);
const layer = (...documents: string[]) => {
  const graph = graphOf(documents.join(''));
  return kumaLayer(graph, target(graph));
};
const ways = (...documents: string[]) => layer(meshed, service, mesh(), ...documents).admissions.map(({ evidence }) => evidence);
const demanded = (...documents: string[]) => {
  const graph = graphOf(documents.join(''));
  return demandsIdentity(trustIn(graph, target(graph))).demanded;
};

describe('permissions', () => {
  const id = (type: string, value: string) => `spiffeID: {type: ${type}, value: "${value}"}`;
  const rows: [document: string, expected: Evidence[], why: string][] = [
    [from('kind: Mesh'), ['anyIdentity'], 'everyone in the mesh'],
    [from('kind: MeshService, name: front_shop_svc_80'), ['identity'], 'a named service'],
    [from('kind: MeshSubset, tags: {app: front}'), ['identity'], 'a tag in the certificate'],
    [from('kind: MeshSubset, tags: {k8s.kuma.io/namespace: shop}'), ['namespace'], 'a namespace'],
    [from('kind: Mesh', 'AllowWithShadowDeny'), ['anyIdentity'], 'allowed, and written down'],
    [from('kind: Mesh', 'Deny'), [], 'denied'],
    [rules(`allow: [{${id('Exact', 'spiffe://default/ns/shop/sa/front')}}]`), ['identity'], 'a SPIFFE ID'],
    [rules(`allow: [{${id('Prefix', 'spiffe://default/')}}]`), ['anyIdentity'], 'a prefix on the bare trust domain'],
    [rules(`allow: [{${id('Prefix', 'spiffe://default/ns/shop/')}}]`), ['namespace'], 'a prefix on a namespace'],
    [rules(`allow: [{${id('Prefix', 'spiffe://default/ns/shop/sa/front')}}]`), ['identity'], 'a prefix on accounts'],
    [rules(`allowWithShadowDeny: [{${id('Prefix', 'spiffe://default')}}]`), ['anyIdentity'], 'allowed, and written down'],
    [rules(`deny: [{${id('Prefix', 'spiffe://default/')}}]`), [], 'denied'],
    [rules('allow: [{sni: {type: Exact, value: web}}]'), ['anyIdentity'], 'a name that is asked for is no identity'],
    [permission('targetRef: {kind: MeshSubset, tags: {app: web}}, from: [{targetRef: {kind: Mesh}, default: {action: Allow}}]'), ['anyIdentity'], 'for proxies with a tag'],
    [permission('targetRef: {kind: Dataplane, labels: {app: other}}, from: [{targetRef: {kind: Mesh}, default: {action: Allow}}]'), [], 'for others'],
    [permission('targetRef: {kind: MeshService, name: web_shop_svc_80}, from: [{targetRef: {kind: Mesh}, default: {action: Allow}}]'), ['anyIdentity'], 'for a service by its tag'],
    [permission('from: [{targetRef: {kind: Mesh}, default: {action: Allow}}]', { mesh: 'other' }), [], 'of another mesh'],
    [permission('from: [{targetRef: {kind: Mesh}, default: {action: Allow}}]', { namespace: 'bank' }), [], 'of another namespace'],
    [permission('from: [{targetRef: {kind: Mesh}, default: {action: Allow}}]', { namespace: 'shop' }), ['anyIdentity'], 'of its own namespace'],
  ];
  for (const [document, expected, why] of rows) test(`${why}: ${expected.join() || 'nobody'}`, () => assert.deepEqual(ways(document), expected));

  test('a TrafficPermission counts where there is no MeshTrafficPermission', () => {
    const older = (source: string) => object('TrafficPermission', `{sources: [{match: {kuma.io/service: "${source}"}}], destinations: [{match: {kuma.io/service: "*"}}]}`);
    assert.deepEqual(ways(older('*')), ['anyIdentity']);
    assert.deepEqual(ways(older('front_shop_svc_80')), ['identity']);
    assert.deepEqual(ways(older('*'), from('kind: MeshService, name: front')), ['identity']);
  });
});

describe('mutual TLS', () => {
  const tls = (...documents: string[]) => {
    const graph = graphOf([meshed, service, ...documents].join(''));
    return kumaTls(graph, target(graph)).mode;
  };
  const meshTls = (mode: string, target = 'kind: Mesh') => object('MeshTLS', `{targetRef: {${target}}, rules: [{default: {mode: ${mode}}}]}`);
  const rows: [documents: string[], mode: string, why: string][] = [
    [[mesh()], 'strict', 'a backend is enabled (2.x)'],
    [[mesh('PERMISSIVE')], 'permissive', 'its mode says so'],
    [[mesh('PERMISSIVE'), meshTls('Strict')], 'strict', 'MeshTLS goes over the Mesh'],
    [[mesh(), meshTls('Permissive')], 'permissive', 'either way'],
    [[mesh(), meshTls('Permissive', 'kind: Dataplane, labels: {app: other}')], 'strict', 'where it is about these proxies'],
    [[identity], 'strict', 'a MeshIdentity (since 2.12)'],
    [[identity, meshTls('Permissive')], 'permissive', 'with MeshTLS'],
    [[meshTls('Permissive')], 'unknown', 'without an identity of which a file tells'],
    [[object('Mesh', '{}', { name: 'default' })], 'unknown', 'a Mesh that says nothing may have its identity from elsewhere'],
    [[object('Mesh', '{mtls: {backends: [{name: ca, type: builtin}]}}', { name: 'default' })], 'off', 'backends, and none enabled'],
    [[object('Mesh', '{mtls: {enabledBackend: ca}}', { name: 'other' })], 'unknown', 'another mesh'],
  ];
  for (const [documents, mode, why] of rows) test(`${mode}: ${why}`, () => assert.equal(tls(...documents), mode));

  test('strict turns away whoever has no certificate of the mesh; permissive takes plaintext beside all permissions', () => {
    const named = from('kind: MeshService, name: front');
    assert.equal(demanded(meshed, service, mesh()), true);
    assert.equal(demanded(meshed, service, mesh(), named), true);
    assert.equal(demanded(meshed, service, mesh('PERMISSIVE'), named), false);
    assert.equal(demanded(meshed, service, named), 'unknown');
  });
});

describe('membership', () => {
  const namespace = (labels: string) => `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {${labels}}}\n`;
  const member = (pod: string, ...documents: string[]) => {
    const graph = graphOf([web.replace('labels: { app: web }', `labels: { app: web${pod && `, ${pod}`} }`), ...documents].join(''));
    return kumaMembership(graph, target(graph));
  };
  test('the pod decides, else its namespace', () => {
    assert.equal(member('kuma.io/sidecar-injection: enabled'), 'in');
    assert.equal(member('kuma.io/sidecar-injection: disabled', namespace('kuma.io/sidecar-injection: enabled')), 'out');
    assert.equal(member('', namespace('kuma.io/sidecar-injection: enabled')), 'in');
    assert.equal(member('', namespace('a: b')), 'unknown');
  });
  test('a policy for the whole mesh says nothing of a workload that may be outside', () => {
    const { isolates, unsure } = layer(web, service, mesh(), from('kind: Mesh'));
    assert.ok(isolates === false && unsure);
  });
});
