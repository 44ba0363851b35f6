import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConsulIntentionsFact, ConsulMutualTlsFact } from '../../../engine/kubernetes/consul.ts';
import type { KumaMeshFact, KumaPermissionFact } from '../../../engine/kubernetes/kuma.ts';
import type { LinkerdAuthorizationFact, LinkerdRouteFact, LinkerdServerAuthorizationFact, LinkerdServerFact } from '../../../engine/kubernetes/linkerd.ts';
import type { Fact, FactKind } from '../../../engine/kubernetes/read.ts';
import { readResources } from '../../../engine/kubernetes/read.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';

/* What is read of the policies of Linkerd, Consul and Kuma: every field as it is written, no meaning yet. */
function read<K extends FactKind>(kind: K, yaml: string): Extract<Fact, { fact: K }> {
  const facts = readResources(parseYaml(yaml, 'kubernetes').root).flatMap((resource) => resource.facts);
  return facts.find(({ fact }) => fact === kind) as Extract<Fact, { fact: K }>;
}

describe('Linkerd', () => {
  const linkerd = (kind: string, spec: string) => `{apiVersion: policy.linkerd.io/v1beta3, kind: ${kind}, metadata: {name: a, namespace: shop}, spec: ${spec}}`;
  const server = (spec: string): LinkerdServerFact => read('linkerdServer', linkerd('Server', spec));
  const portOf = (spec: string) => {
    const { port } = server(spec);
    return port.state === 'known' ? port.value : undefined;
  };
  const authorization = (spec: string): LinkerdAuthorizationFact => read('linkerdAuthorization', linkerd('AuthorizationPolicy', spec));
  const old = (client: string): LinkerdServerAuthorizationFact => read('linkerdServerAuthorization', linkerd('ServerAuthorization', `{server: {name: web}, client: ${client}}`));

  test('a Server: pods, a port by number or name, its access policy', () => {
    assert.equal(portOf('{podSelector: {}, port: 8080}'), 8080);
    assert.equal(portOf('{podSelector: {}, port: http}'), 'http');
    assert.equal(known(server('{podSelector: {}, port: 1, accessPolicy: audit}').accessPolicy), 'audit');
    assert.equal(server('{externalWorkloadSelector: {matchLabels: {a: b}}, port: 1}').podSelector, undefined);
  });
  test('an AuthorizationPolicy: what it is about and all that it asks for', () => {
    const fact = authorization('{targetRef: {group: policy.linkerd.io, kind: Server, name: web}, requiredAuthenticationRefs: [{kind: ServiceAccount, name: a}, {group: policy.linkerd.io, kind: NetworkAuthentication, name: b, namespace: c}]}');
    assert.equal(known(fact.target.name), 'web');
    assert.deepEqual(fact.required.map(({ kind, namespace }) => [known(kind), known(namespace)]), [['ServiceAccount', undefined], ['NetworkAuthentication', 'c']]);
  });
  test('a ServerAuthorization: with TLS, without, and from where', () => {
    assert.equal(old('{unauthenticated: true}').meshTls, undefined);
    assert.deepEqual(old('{meshTLS: {serviceAccounts: [{name: a}]}, networks: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}').networks.map(({ cidr, except }) => [known(cidr), except.map(known)]), [['10.0.0.0/8', ['10.1.0.0/16']]]);
    assert.deepEqual(old('{meshTLS: {identities: ["*"]}}').meshTls?.identities.map(known), ['*']);
  });
  test('a route is one of Linkerd’s policies where a Server is its parent, in either API group', () => {
    const spec = (parent: string) => `{parentRefs: [${parent}], rules: [{matches: [{path: {value: /healthz}}]}, {}]}`;
    const parent = '{group: policy.linkerd.io, kind: Server, name: web}';
    const route: LinkerdRouteFact = read('linkerdRoute', linkerd('HTTPRoute', spec(parent)));
    assert.deepEqual([route.servers.map(known), route.paths.map((path) => path && known(path))], [['web'], ['/healthz', undefined]]);
    const gateway = (kind: string, parentRef: string) => read('linkerdRoute', `{apiVersion: gateway.networking.k8s.io/v1, kind: ${kind}, metadata: {name: a}, spec: ${spec(parentRef)}}`);
    assert.ok(gateway('GRPCRoute', parent));
    assert.equal(gateway('HTTPRoute', '{name: public}'), undefined);
  });
});

describe('Consul', () => {
  const consul = (kind: string, name: string, spec: string) => `{apiVersion: consul.hashicorp.com/v1alpha1, kind: ${kind}, metadata: {name: ${name}}, spec: ${spec}}`;
  test('intentions: a destination, sources in order, permissions in order', () => {
    const fact: ConsulIntentionsFact = read('consulIntentions', consul('ServiceIntentions', 'web', '{destination: {name: web}, sources: [{name: a, action: allow}, {name: "*", permissions: [{action: deny, http: {pathPrefix: /admin}}, {action: allow}]}]}'));
    assert.equal(known(fact.destination.name), 'web');
    assert.deepEqual(fact.sources.map(({ name, action, permissions }) => [known(name), known(action), permissions.map((one) => [known(one.action), one.http])]), [['a', 'allow', []], ['*', undefined, [['deny', true], ['allow', false]]]]);
  });
  test('mutual TLS of all services, or of one by its name', () => {
    const all: ConsulMutualTlsFact = read('consulMutualTls', consul('ProxyDefaults', 'global', '{mutualTLSMode: permissive}'));
    assert.deepEqual([all.service, known(all.mode)], [undefined, 'permissive']);
    assert.equal(known(read('consulMutualTls', consul('ServiceDefaults', 'web', '{protocol: http}')).service!), 'web');
    assert.equal(known(read('consulMesh', consul('Mesh', 'mesh', '{allowEnablingPermissiveMutualTLS: true}')).allowsPermissive), true);
  });
});

describe('Kuma', () => {
  const kuma = (kind: string, spec: string, metadata = '{name: a, namespace: kuma-system, labels: {kuma.io/mesh: blue}}') => `{apiVersion: kuma.io/v1alpha1, kind: ${kind}, metadata: ${metadata}, spec: ${spec}}`;
  test('a MeshTrafficPermission by tags of callers (2.x) and by SPIFFE ID', () => {
    const from: KumaPermissionFact = read('kumaPermission', kuma('MeshTrafficPermission', '{targetRef: {kind: MeshSubset, tags: {app: web}}, from: [{targetRef: {kind: MeshService, name: client}, default: {action: Allow}}]}'));
    assert.equal(known(from.mesh), 'blue');
    assert.deepEqual(from.from.map(({ client, action }) => [client.kind, known(client.name), known(action)]), [['MeshService', 'client', 'Allow']]);
    const rules: KumaPermissionFact = read('kumaPermission', kuma('MeshTrafficPermission', '{rules: [{default: {allow: [{spiffeID: {type: Prefix, value: "spiffe://a/"}}], deny: [{spiffeID: {type: Exact, value: "spiffe://a/b"}}]}}]}'));
    assert.equal(rules.target.kind, 'Mesh');
    assert.deepEqual(rules.matches.map(({ list, spiffeId }) => [list, known(spiffeId!.type)]), [['allow', 'Prefix'], ['deny', 'Exact']]);
  });
  test('a Mesh: the mode of the backend that is enabled', () => {
    const mesh = (spec: string): KumaMeshFact => read('kumaMesh', kuma('Mesh', spec, '{name: default}'));
    assert.equal(known(mesh('{mtls: {enabledBackend: b, backends: [{name: a}, {name: b, mode: PERMISSIVE}]}}').mode), 'PERMISSIVE');
    assert.equal(mesh('{}').enabledBackend.state, 'absent');
  });
  test('the older TrafficPermission and MeshTLS', () => {
    assert.equal(known(read('kumaTrafficPermission', kuma('TrafficPermission', '{sources: [{match: {kuma.io/service: "*"}}], destinations: [{match: {kuma.io/service: web}}]}')).sources[0]!.tags.entries['kuma.io/service']!), '*');
    assert.deepEqual(read('kumaTls', kuma('MeshTLS', '{rules: [{default: {mode: Permissive}}]}')).modes.map(known), ['Permissive']);
  });
});
