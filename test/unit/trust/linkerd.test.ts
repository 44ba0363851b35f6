import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Evidence } from '../../../engine/trust/layer.ts';
import { linkerdMembership } from '../../../engine/trust/linkerd-mesh.ts';
import { linkerdLayer } from '../../../engine/trust/linkerd.ts';
import { demandsIdentity, trustIn } from '../../../engine/trust/trust.ts';
import { graphOfFiles } from '../../support/graph.ts';
import { graphOf, target, web } from './graph.ts';

/* What Linkerd's policies ask of callers of the Deployment `web` of `shop`, which listens on 8080 (semantics.md 6.6). */
const http = web.replace('image: web }', 'image: web, ports: [{ name: http, containerPort: 8080 }] }');
const twoPorts = web.replace('image: web }', 'image: web, ports: [{ name: http, containerPort: 8080 }, { name: metrics, containerPort: 9090 }] }');
let serial = 0;
const object = (kind: string, spec: string, name = `p${++serial}`) => `---\napiVersion: policy.linkerd.io/v1beta3\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop, labels: {of: web}}\nspec: ${spec}\n`;
const server = (fields = '') => object('Server', `{podSelector: {matchLabels: {app: web}}, port: http${fields}}`, 'web');
const allow = (refs: string, ref = 'group: policy.linkerd.io, kind: Server, name: web') => object('AuthorizationPolicy', `{targetRef: {${ref}}, requiredAuthenticationRefs: [${refs}]}`);
const ref = (kind: string, name: string) => `{group: policy.linkerd.io, kind: ${kind}, name: ${name}}`;
const meshTls = (spec: string) => object('MeshTLSAuthentication', `{${spec}}`, 'clients');
const networks = (...cidrs: string[]) => object('NetworkAuthentication', `{networks: [${cidrs.map((cidr) => `{cidr: "${cidr}"}`).join()}]}`, 'network');
const old = (client: string, which = '{name: web}') => object('ServerAuthorization', `{server: ${which}, client: {${client}}}`);
const account = '{kind: ServiceAccount, name: front}';
const namespace = (annotations: string) => `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, annotations: {${annotations}}}\n`;
const inbound = (policy: string) => namespace(`config.linkerd.io/default-inbound-policy: ${policy}`);

const layer = (...documents: string[]) => {
  const graph = graphOf(documents.join(''));
  return linkerdLayer(graph, target(graph));
};
const ways = (...documents: string[]) => layer(http, ...documents).admissions.map(({ evidence, extent }) => `${evidence}/${extent}`);
const demanded = (...documents: string[]) => {
  const graph = graphOf(documents.join(''));
  return demandsIdentity(trustIn(graph, target(graph))).demanded;
};

describe('a Server', () => {
  test('closes its port: nobody is let in that nothing authorizes', () => {
    const { isolates, admissions } = layer(http, server());
    assert.ok(isolates === true && admissions.length === 0);
  });
  test('is about the pods of its selector, and with none about all', () => {
    assert.equal(layer(http, object('Server', '{podSelector: {matchLabels: {app: other}}, port: http}')).isolates, false);
    assert.equal(layer(http, object('Server', '{podSelector: {}, port: 8080}')).isolates, true);
  });
  test('is not about pods where it selects external workloads', () => assert.equal(layer(http, object('Server', '{externalWorkloadSelector: {}, port: 8080}')).isolates, false));
  test('takes no port where its name is no port’s', () => assert.equal(layer(http, object('Server', '{podSelector: {}, port: grpc}')).isolates, false));
  test('closes the application where the manifest has the proxy already', () => {
    const injected = http.replace('}] } } }', '}, { name: linkerd-proxy, image: proxy, ports: [{ name: linkerd-admin, containerPort: 4191 }] }] } } }');
    assert.equal(demanded(injected, server(), allow(account)), true);
  });
  test('on the proxy’s own admin port says nothing of the application', () => {
    const admin = object('Server', '{podSelector: {}, port: linkerd-admin}', 'admin') + allow('', 'group: policy.linkerd.io, kind: Server, name: admin');
    assert.deepEqual(ways(admin), ['nothing/health']);
    assert.equal(demanded(http, server(), allow(account), admin), true);
  });
  const policies: [policy: string, ways: string[]][] = [
    ['deny', []], ['all-unauthenticated', ['nothing/all']], ['audit', ['nothing/all']], ['cluster-unauthenticated', ['address/all']],
    ['all-authenticated', ['anyIdentity/all']], ['cluster-authenticated', ['anyIdentity/all']], ['sometimes', []],
  ];
  for (const [policy, expected] of policies) test(`accessPolicy: ${policy}`, () => assert.deepEqual(ways(server(`, accessPolicy: ${policy}`)), expected));
});

describe('the default policy, where there is no Server', () => {
  const rows: [policy: string, demanded: boolean | 'unknown', why: string][] = [
    ['deny', true, 'nobody is let in'],
    ['all-authenticated', true, 'any identity'],
    ['cluster-authenticated', true, 'any identity of the cluster'],
    ['cluster-unauthenticated', false, 'the address decides: location by name'],
    ['all-unauthenticated', false, 'everyone'],
    ['audit', false, 'everyone, and it is written down'],
  ];
  for (const [policy, answer, why] of rows) test(`${policy}: ${why}`, () => assert.equal(demanded(http, inbound(policy)), answer));
  test('cluster-unauthenticated asks for an address', () => assert.deepEqual(ways(inbound('cluster-unauthenticated')), ['address/all']));
  test('the pod’s annotation wins over its namespace’s', () => {
    assert.equal(demanded(http.replace('labels: { app: web }', 'labels: { app: web }, annotations: { config.linkerd.io/default-inbound-policy: all-unauthenticated }'), inbound('deny')), false);
  });
  test('said nowhere, it lets everyone in, and that is sure', () => {
    assert.equal(layer(http).unsure, false);
    assert.equal(demanded(http), false);
  });
  test('a template’s is not known', () => {
    const graph = graphOfFiles({ 'templates/web.yaml': http + inbound('"{{ .Values.inboundPolicy }}"') });
    assert.equal(linkerdLayer(graph, target(graph)).unsure, true);
    assert.equal(demandsIdentity(trustIn(graph, target(graph))).demanded, 'unknown');
  });
  test('decides for the ports that no Server takes', () => {
    assert.equal(demanded(twoPorts, server(), allow(account), inbound('deny')), true);
    assert.equal(demanded(twoPorts, server(), allow(account)), 'unknown', 'one port asks, the other does not');
    assert.equal(demanded(twoPorts, server(), allow('')), false, 'neither does');
  });
  test('does not reach ports that go past the proxy; ports that require an identity are closed', () => {
    const annotated = (annotation: string) => http.replace('labels: { app: web }', `labels: { app: web }, annotations: { ${annotation} }`);
    assert.equal(demanded(annotated('config.linkerd.io/skip-inbound-ports: "25,8000-8100"'), inbound('deny')), false);
    assert.equal(demanded(annotated('config.linkerd.io/proxy-require-identity-inbound-ports: "8080"')), true);
  });
});

describe('AuthorizationPolicy', () => {
  const rows: [documents: string[], expected: string[], why: string][] = [
    [[allow(account)], ['identity/all'], 'a ServiceAccount directly'],
    [[allow('')], ['nothing/all'], 'no authentication required: everyone'],
    [[allow(ref('MeshTLSAuthentication', 'clients')), meshTls('identities: ["*"]')], ['anyIdentity/all'], '`*` is every meshed client'],
    [[allow(ref('MeshTLSAuthentication', 'clients')), meshTls('identities: ["*.shop.serviceaccount.identity.linkerd.cluster.local"]')], ['namespace/all'], 'every account of a namespace'],
    [[allow(ref('MeshTLSAuthentication', 'clients')), meshTls('identityRefs: [{kind: Namespace, name: shop}]')], ['namespace/all'], 'the same by reference'],
    [[allow(ref('MeshTLSAuthentication', 'clients')), meshTls('identities: ["*.identity.linkerd.cluster.local"]')], ['anyIdentity/all'], 'every identity of a trust domain'],
    [[allow(ref('MeshTLSAuthentication', 'clients')), meshTls('identities: [front.shop.serviceaccount.identity.linkerd.cluster.local]')], ['identity/all'], 'a named identity'],
    [[allow(ref('MeshTLSAuthentication', 'clients')), meshTls('identityRefs: [{kind: ServiceAccount, name: front}]')], ['identity/all'], 'a named account'],
    [[allow(ref('MeshTLSAuthentication', 'clients')), meshTls('identities: [a.b.serviceaccount.identity.linkerd.cluster.local, "*"]')], ['anyIdentity/all'], 'identities are OR-ed: the weakest counts'],
    [[allow(ref('MeshTLSAuthentication', 'clients'))], ['identity/all'], 'one in no file read proves an identity'],
    [[allow(ref('MeshTLSAuthentication', 'clients')), meshTls('identities: []')], [], 'one without members leaves its policies without effect'],
    [[allow(ref('NetworkAuthentication', 'network')), networks('10.0.0.0/8')], ['address/all'], 'networks alone'],
    [[allow(ref('NetworkAuthentication', 'network')), networks('0.0.0.0/0', '::/0')], ['nothing/all'], 'all networks'],
    [[allow(ref('NetworkAuthentication', 'network')), networks('192.0.2.7')], ['address/all'], 'a lone address'],
    [[allow(ref('NetworkAuthentication', 'network'))], ['unknown/all'], 'networks in no file read'],
    [[allow(`${ref('NetworkAuthentication', 'network')}, ${account}`), networks('10.0.0.0/8')], ['identity/all'], 'both: the network contains'],
    [[allow(`${account}, {kind: ServiceAccount, name: back}`)], [], 'two of a sort are refused'],
    [[allow('{kind: User, name: a}')], [], 'a kind that there is not'],
    [[allow(account, 'kind: Namespace, name: shop')], ['identity/all'], 'for every Server of the namespace'],
    [[allow(account, 'group: policy.linkerd.io, kind: Server, name: other')], [], 'for another Server'],
    [[allow(account, 'kind: Server, name: web')], [], 'for a Server of no group, which there is not'],
  ];
  for (const [documents, expected, why] of rows) test(`${why}: ${expected.join() || 'nobody'}`, () => assert.deepEqual(ways(server(), ...documents), expected));

  test('several are OR-ed', () => {
    assert.equal(demanded(http, server(), allow(account)), true);
    assert.equal(demanded(http, server(), allow(account), allow(ref('NetworkAuthentication', 'network')), networks('10.0.0.0/8')), false);
  });
  test('without a Server decides nothing', () => assert.equal(layer(http, allow(account, 'kind: Namespace, name: shop')).isolates, false));
  test('for a route is about part of the traffic; for a health check’s route about that', () => {
    const route = (path: string) => object('HTTPRoute', `{parentRefs: [${ref('Server', 'web')}], rules: [{matches: [{path: {value: ${path}}}]}]}`, 'route');
    const probe = allow('', 'group: policy.linkerd.io, kind: HTTPRoute, name: route');
    assert.deepEqual(ways(server(), route('/orders'), probe), ['nothing/some']);
    assert.deepEqual(ways(server(), route('/ready'), probe), ['nothing/health']);
    assert.equal(demanded(http, server(), route('/ready'), probe, allow(account)), true);
    assert.deepEqual(ways(server(), probe), [], 'a route in no file read');
  });
});

describe('ServerAuthorization', () => {
  const rows: [client: string, expected: Evidence | undefined, why: string][] = [
    ['unauthenticated: true, networks: [{cidr: 0.0.0.0/0}, {cidr: "::/0"}]', 'nothing', 'everyone'],
    ['unauthenticated: true', 'address', 'the networks of the cluster, which the installation says'],
    ['unauthenticated: true, networks: [{cidr: 10.0.0.0/8}]', 'address', 'networks alone'],
    ['meshTLS: {unauthenticatedTLS: true}, networks: [{cidr: 0.0.0.0/0}]', 'nothing', 'TLS without an identity'],
    ['meshTLS: {identities: ["*"]}', 'anyIdentity', 'every meshed client'],
    ['meshTLS: {identities: ["*.emojivoto.serviceaccount.identity.linkerd.cluster.local"]}', 'namespace', 'every account of a namespace'],
    ['meshTLS: {serviceAccounts: [{namespace: linkerd-viz, name: prometheus}]}', 'identity', 'a named account'],
    ['meshTLS: {serviceAccounts: [{name: a}]}, networks: [{cidr: 10.0.0.0/8}]', 'identity', 'both: the network contains'],
    ['meshTLS: {}', undefined, 'TLS of nobody is refused'],
    ['networks: [{cidr: 10.0.0.0/8}]', undefined, 'networks without a client are refused'],
  ];
  for (const [client, expected, why] of rows) test(`${client}: ${expected ?? 'nobody'} (${why})`, () => assert.deepEqual(ways(server(), old(client)), expected ? [`${expected}/all`] : []));
  test('names a Server, or selects Servers by their labels', () => {
    const client = 'meshTLS: {identities: ["*"]}';
    assert.deepEqual(ways(server(), old(client, '{selector: {matchLabels: {of: web}}}')), ['anyIdentity/all']);
    assert.deepEqual(ways(server(), old(client, '{selector: {matchLabels: {of: api}}}')), []);
    assert.deepEqual(ways(server(), old(client, '{name: api}')), []);
  });
});

describe('membership', () => {
  const member = (pod: string, ...documents: string[]) => {
    const graph = graphOf([web.replace('labels: { app: web }', `labels: { app: web }${pod && `, annotations: { ${pod} }`}`), ...documents].join(''));
    return linkerdMembership(graph, target(graph));
  };
  const enabled = namespace('linkerd.io/inject: enabled');
  const disabled = namespace('linkerd.io/inject: disabled');
  test('the pod decides, else its namespace', () => {
    assert.equal(member('linkerd.io/inject: enabled', disabled), 'in');
    assert.equal(member('linkerd.io/inject: ingress'), 'in');
    assert.equal(member('linkerd.io/inject: disabled', enabled), 'out');
    assert.equal(member('', enabled), 'in');
    assert.equal(member('', disabled), 'out');
  });
  test('a value that there is not injects nothing', () => assert.equal(member('linkerd.io/inject: "true"', enabled), 'out'));
  test('where nothing says so, it is not known', () => {
    assert.equal(member(''), 'unknown');
    assert.equal(member('', namespace('')), 'unknown');
  });
  test('outside the mesh a Server decides nothing', () => {
    assert.equal(layer(http.replace('labels: { app: web }', 'labels: { app: web }, annotations: { linkerd.io/inject: disabled }'), server()).isolates, false);
    assert.equal(layer(http.replace('spec: { serviceAccountName', 'spec: { hostNetwork: true, serviceAccountName'), server()).isolates, false);
  });
});
