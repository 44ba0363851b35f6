import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dataPlane, membership, type DataPlane } from '../../../engine/trust/istio-mesh.ts';
import { istioLayer, mutualTls } from '../../../engine/trust/istio.ts';
import type { Evidence, Extent } from '../../../engine/trust/layer.ts';
import { workloadsBehind } from '../../../engine/trust/tls.ts';
import { demandsIdentity, trustIn } from '../../../engine/trust/trust.ts';
import { graphOf, target, web } from './graph.ts';

/* What Istio's policies ask of callers of the Deployment `web` of `shop` (semantics.md 6.5). */
let serial = 0;
const object = (kind: string, spec: string, { namespace = 'shop', annotations = '' } = {}) =>
  `---\napiVersion: security.istio.io/v1\nkind: ${kind}\nmetadata: {name: p${++serial}, namespace: ${namespace}${annotations && `, annotations: {${annotations}}`}}\nspec: ${spec}\n`;
const policy = (spec: string, place?: { namespace?: string; annotations?: string }) => object('AuthorizationPolicy', spec, place);
const namespace = (labels: string) => `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {${labels}}}\n`;
const layer = (...documents: string[]) => {
  const graph = graphOf(web + documents.join(''));
  return istioLayer(graph, target(graph));
};
const demanded = (...documents: string[]) => {
  const graph = graphOf(web + documents.join(''));
  return demandsIdentity(trustIn(graph, target(graph))).demanded;
};
const ways = (rule: string) => layer(policy(`{rules: [${rule}]}`)).admissions.map(({ evidence, extent }) => `${evidence}/${extent}`);

describe('actions', () => {
  test('no policy: everyone is let in', () => assert.equal(layer().isolates, false));
  test('`spec: {}` is ALLOW without rules: nobody is let in', () => {
    const { isolates, admissions } = layer(policy('{}'));
    assert.ok(isolates === true && admissions.length === 0);
    assert.equal(demanded(policy('{}')), true);
  });
  test('`rules: [{}]` lets everyone in', () => assert.deepEqual(ways('{}'), ['nothing/all']));
  test('ALLOW policies are OR-ed: one without an identity is enough', () => {
    const named = policy('{rules: [{from: [{source: {principals: [a]}}]}]}');
    assert.equal(demanded(named), true);
    assert.equal(demanded(named, policy('{rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]}')), false);
  });
  test('DENY lets nobody in and isolates nothing by itself', () => {
    const { isolates, admissions } = layer(policy('{action: DENY, rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]}'));
    assert.ok(isolates === false && admissions.length === 0);
  });
  test('DENY with `rules: [{}]` turns everyone away; without rules it never matches', () => {
    assert.equal(demanded(policy('{action: DENY, rules: [{}]}')), true);
    assert.equal(demanded(policy('{action: DENY}')), false);
  });
  test('AUDIT never decides', () => assert.equal(layer(policy('{action: AUDIT, rules: [{}]}')).policies.length, 0));
  test('CUSTOM hands the decision to an authorizer, for the traffic it is about', () => {
    assert.equal(demanded(policy('{action: CUSTOM, provider: {name: login}, rules: [{}]}')), true);
    assert.equal(demanded(policy('{action: CUSTOM, provider: {name: login}, rules: [{to: [{operation: {paths: [/admin]}}]}]}')), 'unknown');
  });
  test('dry run is not enforced', () => assert.equal(layer(policy('{}', { annotations: '"istio.io/dry-run": "true"' })).isolates, false));
});

describe('sources and conditions', () => {
  const source = (fields: string) => `{from: [{source: {${fields}}}]}`;
  const rows: [rule: string, evidence: Evidence, why: string][] = [
    [source('principals: ["cluster.local/ns/a/sa/b"]'), 'identity', 'a principal'],
    [source('serviceAccounts: [a/b]'), 'identity', 'an account'],
    [source('requestPrincipals: ["issuer/*"]'), 'identity', 'a token’s principal'],
    [source('principals: ["*"]'), 'anyIdentity', 'presence: any identity'],
    [source('principals: ["*/sa/b"]'), 'identity', 'by suffix'],
    [source('principals: ["cluster.local/ns/a/*"]'), 'namespace', 'every account of a namespace, by prefix'],
    [source('serviceAccounts: [b]'), 'identity', 'an account of the policy’s own namespace'],
    [source('notServiceAccounts: [a/b]'), 'nothing', '`not…` only takes away'],
    [source('notTrustDomains: [partner.example]'), 'nothing', '`not…` only takes away'],
    [source('notRemoteIpBlocks: [10.0.0.0/8]'), 'nothing', '`not…` only takes away'],
    [source('trustDomains: [cluster.local]'), 'anyIdentity', 'any identity of a domain'],
    [source('namespaces: [a]'), 'namespace', 'any account of a namespace'],
    [source('ipBlocks: [10.0.0.0/8]'), 'address', 'the packet’s source'],
    [source('remoteIpBlocks: [10.0.0.1]'), 'address', 'a forwarded address'],
    [source('ipBlocks: [0.0.0.0/0]'), 'nothing', 'every address'],
    [source('ipBlocks: [10.0.0.0/8], principals: [a]'), 'identity', 'fields are AND-ed'],
    [source('ipBlocks: [10.0.0.0/8], namespaces: [a]'), 'namespace', 'fields are AND-ed'],
    [source('notIpBlocks: [10.0.0.0/8]'), 'nothing', '`not…` only takes away'],
    [source('notPrincipals: [a]'), 'nothing', '`not…` only takes away'],
    [source(''), 'unknown', 'an empty source is refused'],
    ['{from: []}', 'nothing', 'no source is any source'],
    ['{when: [{key: source.ip, values: [10.0.0.0/8]}]}', 'address', 'an address as a condition'],
    ['{when: [{key: remote.ip, values: [10.0.0.0/8]}]}', 'address', 'an address as a condition'],
    ['{when: [{key: source.ip, notValues: [10.0.0.0/8]}]}', 'nothing', '`notValues` only takes away'],
    ['{when: [{key: source.principal, values: [a]}]}', 'identity', 'a principal as a condition'],
    ['{when: [{key: source.serviceAccount, values: [a/b]}]}', 'identity', 'an account as a condition'],
    ['{when: [{key: source.trustDomain, values: [cluster.local]}]}', 'anyIdentity', 'a trust domain as a condition'],
    ['{when: [{key: request.auth.principal, values: ["issuer/*"]}]}', 'identity', 'a token’s principal as a condition'],
    ['{to: [{operation: {hosts: [web.example]}}]}', 'nothing', 'an operation alone is anyone’s'],
    ['{when: [{key: source.namespace, values: [a]}]}', 'namespace', 'a namespace as a condition'],
    ['{when: [{key: "request.auth.claims[iss]", values: [a]}]}', 'identity', 'a claim'],
    ['{when: [{key: "request.headers[x-forwarded-for]", values: [10.0.0.1]}]}', 'nothing', 'a header is no identity'],
    ['{when: [{key: "request.headers[x-api-key]", values: [k]}]}', 'unknown', 'a header may be a credential'],
    ['{when: [{key: experimental.envoy.filters.a, values: [b]}]}', 'unknown', 'a filter may be any check'],
    ['{from: [{source: {ipBlocks: [10.0.0.0/8]}}], when: [{key: "request.auth.claims[iss]", values: [a]}]}', 'identity', 'conditions are AND-ed with the source'],
    ['{when: [{key: source.ip, values: [10.0.0.0/8]}, {key: source.principal, values: [a]}]}', 'identity', 'conditions are AND-ed'],
  ];
  for (const [rule, evidence, why] of rows) test(`${rule}: ${evidence} (${why})`, () => assert.deepEqual(layer(policy(`{rules: [${rule}]}`)).admissions.map((way) => way.evidence), [evidence]));
  test('sources of one rule are OR-ed', () => assert.deepEqual(ways('{from: [{source: {principals: [a]}}, {source: {ipBlocks: [10.0.0.0/8]}}]}'), ['identity/all', 'address/all']));
});

describe('how much of the traffic', () => {
  const rows: [rule: string, extent: Extent][] = [
    ['{to: [{operation: {methods: [GET]}}]}', 'some'],
    ['{to: [{operation: {paths: [/healthz, /actuator/health/*]}}]}', 'health'],
    ['{to: [{operation: {paths: [/healthz, /admin]}}]}', 'some'],
    ['{to: [{operation: {paths: [/healthz]}}, {operation: {ports: ["80"]}}]}', 'some'],
    ['{when: [{key: destination.port, values: ["80"]}]}', 'some'],
  ];
  for (const [rule, extent] of rows) test(`${rule}: ${extent}`, () => assert.deepEqual(ways(rule), [`nothing/${extent}`]));
  test('health checks without an identity leave the demand whole', () => {
    const spec = (paths: string) => `{rules: [{from: [{source: {principals: [a]}}]}, {to: [{operation: {paths: [${paths}]}}]}]}`;
    assert.equal(demanded(policy(spec('/healthz'))), true);
    assert.equal(demanded(policy(spec('/public'))), false);
  });
});

describe('DENY as a demand', () => {
  const deny = (rule: string) => policy(`{action: DENY, rules: [${rule}]}`);
  test('of what has no token: a token is demanded', () => assert.equal(demanded(deny('{from: [{source: {notRequestPrincipals: ["*"]}}]}')), true));
  test('of what has no principal: plaintext is turned away too', () => assert.equal(demanded(deny('{from: [{source: {notPrincipals: ["*"]}}]}')), true));
  test('by a condition', () => assert.equal(demanded(deny('{when: [{key: "request.auth.claims[iss]", notValues: [a]}]}')), true));
  test('but for health checks', () => assert.equal(demanded(deny('{from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {notPaths: [/healthz]}}]}')), true));
  test('on some traffic only: cannot be told', () => assert.equal(demanded(deny('{from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {paths: [/admin]}}]}')), 'unknown'));
  test('narrowed by an address: it demands nothing of the others', () => assert.equal(demanded(deny('{from: [{source: {notRequestPrincipals: ["*"], notIpBlocks: [10.0.0.0/8]}}]}')), false));
  test('of a named principal: nobody else has to show one', () => assert.equal(demanded(deny('{from: [{source: {principals: [a]}}]}')), false));
});

describe('scope', () => {
  const applies = (spec: string, place?: { namespace?: string }) => layer(policy(spec, place)).policies.length > 0;
  test('a selector in the namespace', () => {
    assert.ok(applies('{selector: {matchLabels: {app: web}}}'));
    assert.ok(!applies('{selector: {matchLabels: {app: api}}}'));
    assert.ok(!applies('{selector: {matchLabels: {app: web}}}', { namespace: 'bank' }));
  });
  test('no selector: the whole namespace', () => assert.ok(applies('{}')));
  test('the root namespace: the whole mesh, by selector where there is one', () => {
    assert.ok(applies('{}', { namespace: 'istio-system' }));
    assert.ok(applies('{selector: {matchLabels: {app: web}}}', { namespace: 'istio-system' }));
    assert.ok(!applies('{selector: {matchLabels: {app: api}}}', { namespace: 'istio-system' }));
  });
  test('a Service stands for its pods, where it is among the files', () => {
    const service = (app: string) => `---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: ${app}}}\n`;
    const byService = policy('{targetRefs: [{kind: Service, group: "", name: web}], rules: [{from: [{source: {principals: [a]}}]}]}');
    assert.equal(demanded(byService, service('web')), true);
    assert.equal(demanded(byService, service('api')), false);
    assert.equal(demanded(byService), 'unknown');
  });
  test('the pods of a Gateway carry its name', () => {
    const graph = graphOf(web.replace('labels: { app: web }', 'labels: { app: web, gateway.networking.k8s.io/gateway-name: edge }') + policy('{targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: edge}]}') + policy('{targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: other}]}'));
    assert.deepEqual(istioLayer(graph, target(graph)).policies.map(({ resource }) => resource.facts.map((fact) => fact.fact === 'istioAuthorizationPolicy' && fact.target.refs.map(({ name }) => name.state === 'known' && name.value))), [[['edge']]]);
  });
  test('a GatewayClass or a ServiceEntry may stand for anything', () => {
    for (const kind of ['GatewayClass', 'ServiceEntry']) assert.equal(demanded(policy(`{targetRefs: [{kind: ${kind}, name: istio-waypoint}]}`, { namespace: 'istio-system' })), 'unknown');
  });
  test('a Gateway may be a waypoint of any workload', () => assert.equal(demanded(policy('{targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: g}]}')), 'unknown'));
});

describe('mesh membership', () => {
  const rows: [at: 'in' | 'out' | 'unknown', labels: string, pod: string, why: string][] = [
    ['unknown', '', '', 'nothing said'],
    ['in', 'istio-injection: enabled', '', 'the namespace is injected'],
    ['in', 'istio.io/rev: stable', '', 'by revision'],
    ['in', 'istio.io/dataplane-mode: ambient', '', 'ambient'],
    ['out', 'istio-injection: disabled', '', 'the namespace is not'],
    ['out', 'istio-injection: enabled', '"sidecar.istio.io/inject": "false"', 'the pod is not'],
    ['in', '', '"sidecar.istio.io/inject": "true"', 'the pod is'],
    ['out', 'istio-injection: disabled', '"sidecar.istio.io/inject": "true"', 'one that disables wins'],
  ];
  for (const [at, labels, pod, why] of rows) {
    test(`${why}: ${at}`, () => {
      const graph = graphOf(web.replace('labels: { app: web }', `labels: { app: web, ${pod} }`) + namespace(labels));
      assert.equal(membership(graph, target(graph)), at);
    });
  }
  test('the annotation counts as the label does', () => {
    const graph = graphOf(web.replace('labels: { app: web }', 'labels: { app: web }, annotations: {"sidecar.istio.io/inject": "false"}'));
    assert.equal(membership(graph, target(graph)), 'out');
  });
  test('a policy has no effect on what is outside', () => assert.equal(demanded(policy('{rules: [{from: [{source: {principals: [a]}}]}]}'), namespace('istio-injection: disabled')), false));
});

describe('data planes', () => {
  const plane = (labels: string, pod = '', more = '') => {
    const graph = graphOf(web.replace('labels: { app: web }', `labels: { app: web, ${pod} }`).replace('serviceAccountName', `${more} serviceAccountName`) + (labels && namespace(labels)));
    return dataPlane(graph, target(graph));
  };
  const rows: [at: DataPlane, labels: string, pod: string, why: string][] = [
    ['sidecar', 'istio-injection: enabled', '', 'the namespace is injected'],
    ['sidecar', '', 'istio.io/rev: canary', 'the pod names a revision'],
    ['sidecar', 'istio-injection: enabled, istio.io/dataplane-mode: ambient', '', 'a sidecar wins over ambient mode'],
    ['ambient', 'istio.io/dataplane-mode: ambient', '', 'the namespace is in ambient mode'],
    ['ambient', '', 'istio.io/dataplane-mode: ambient', 'the pod is'],
    ['ambient', 'istio.io/dataplane-mode: ambient', '"sidecar.istio.io/inject": "false"', 'refusing a sidecar is not refusing ambient mode'],
    ['out', 'istio.io/dataplane-mode: ambient', 'istio.io/dataplane-mode: none', 'the pod refuses ambient mode'],
    ['sidecar', 'istio-injection: enabled', 'istio.io/dataplane-mode: none', 'refusing ambient mode is not refusing a sidecar'],
    ['unknown', 'team: shop', '', 'a namespace that says nothing may be injected by default'],
  ];
  for (const [at, labels, pod, why] of rows) test(`${why}: ${at}`, () => assert.equal(plane(labels, pod), at));
  test('nothing is injected or redirected on the host’s network: out', () => {
    for (const labels of ['istio-injection: enabled', 'istio.io/dataplane-mode: ambient']) assert.equal(plane(labels, '', 'hostNetwork: true,'), 'out');
  });

  const service = (labels = '') => `---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop, labels: {${labels}}}\nspec: {selector: {app: web}}\n`;
  const ambient = namespace('istio.io/dataplane-mode: ambient');
  const behind = namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: w');
  test('ztunnel drops ALLOW rules with HTTP attributes, with a waypoint too: that ignores policies that name nothing', () => {
    const rule = policy('{rules: [{from: [{source: {remoteIpBlocks: [10.0.0.0/8]}}]}, {from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]}');
    for (const labels of [ambient, behind]) assert.deepEqual(layer(rule, labels).admissions.map(({ evidence }) => evidence), ['address']);
  });
  test('ztunnel sees no token: a DENY rule on tokens demands nothing there', () => {
    assert.equal(demanded(policy('{action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}]}]}'), ambient), false);
    assert.equal(demanded(policy('{action: DENY, rules: [{from: [{source: {notPrincipals: ["*"]}}]}]}'), ambient), true);
  });
  test('ztunnel takes no CUSTOM policy', () => assert.equal(demanded(policy('{action: CUSTOM, provider: {name: login}, rules: [{}]}'), ambient), false));
  test('what names a Service is for its waypoint, where one is used', () => {
    const token = policy('{targetRefs: [{kind: Service, group: "", name: web}], action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}]}]}');
    assert.equal(demanded(token, ambient, service()), false);
    assert.equal(demanded(token, behind, service()), true);
    assert.equal(demanded(token, ambient, service('istio.io/use-waypoint: w')), true);
    assert.equal(demanded(token, ambient, service('istio.io/use-waypoint: none')), false);
  });
  test('what names a Gateway is for the waypoint of that name', () => {
    const named = (name: string) => policy(`{targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: ${name}}], rules: [{from: [{source: {principals: [a]}}]}]}`);
    assert.equal(demanded(named('w'), behind), true);
    assert.equal(demanded(named('v'), behind), false);
    assert.equal(demanded(named('w'), ambient), false);
  });
  test('a sidecar ignores what names something', () => assert.equal(demanded(policy('{targetRefs: [{kind: Service, group: "", name: web}]}'), service(), namespace('istio-injection: enabled')), false));
});

describe('PeerAuthentication', () => {
  const peer = (spec: string, at = 'shop') => object('PeerAuthentication', spec, { namespace: at });
  const mode = (...documents: string[]) => {
    const graph = graphOf(web + documents.join(''));
    return mutualTls(graph, target(graph)).mode;
  };
  const own = '{selector: {matchLabels: {app: web}}, mtls: {mode: ';
  test('no policy: PERMISSIVE', () => assert.equal(mode(), 'PERMISSIVE'));
  test('the mesh, unless the namespace says otherwise, unless the workload does', () => {
    const mesh = peer('{mtls: {mode: STRICT}}', 'istio-system');
    assert.equal(mode(mesh), 'STRICT');
    assert.equal(mode(mesh, peer('{mtls: {mode: PERMISSIVE}}')), 'PERMISSIVE');
    assert.equal(mode(mesh, peer('{mtls: {mode: PERMISSIVE}}'), peer(`${own}DISABLE}}`)), 'DISABLE');
  });
  test('UNSET and absent inherit', () => {
    assert.equal(mode(peer('{mtls: {mode: STRICT}}'), peer(`${own}UNSET}}`)), 'STRICT');
    assert.equal(mode(peer('{mtls: {mode: STRICT}}', 'istio-system'), peer('{}')), 'STRICT');
  });
  test('a selector in the root namespace is ignored', () => assert.equal(mode(peer(`${own}STRICT}}`, 'istio-system')), 'PERMISSIVE'));
  test('another namespace, another workload', () => {
    assert.equal(mode(peer('{mtls: {mode: STRICT}}', 'bank')), 'PERMISSIVE');
    assert.equal(mode(peer('{selector: {matchLabels: {app: api}}, mtls: {mode: STRICT}}')), 'PERMISSIVE');
  });
  test('two that differ: the oldest wins, which the files do not tell', () => assert.equal(mode(peer('{mtls: {mode: STRICT}}'), peer('{mtls: {mode: DISABLE}}')), 'unknown'));
  test('ambient mode knows no DISABLE: callers with an identity and without come in', () => {
    assert.equal(mode(peer('{mtls: {mode: DISABLE}}'), namespace('istio.io/dataplane-mode: ambient')), 'PERMISSIVE');
    assert.equal(mode(peer('{mtls: {mode: STRICT}}'), namespace('istio.io/dataplane-mode: ambient')), 'STRICT');
  });
  test('modes by port are those of the workload’s own policy', () => {
    const ports = '{mtls: {mode: STRICT}, portLevelMtls: {"8080": {mode: DISABLE}}';
    const of = (spec: string) => {
      const graph = graphOf(web + peer(spec));
      return mutualTls(graph, target(graph)).own?.fact.ports.map(({ port, mode: at }) => [port, at.state === 'known' && at.value]);
    };
    assert.deepEqual(of(`${ports}, selector: {matchLabels: {app: web}}}`), [['8080', 'DISABLE']]);
    assert.equal(of(`${ports}}`), undefined);
  });
  test('mutual TLS alone names nobody: identity is not demanded of callers', () => assert.equal(demanded(peer('{mtls: {mode: STRICT}}')), false));
});

test('RequestAuthentication alone demands no token', () => {
  assert.equal(demanded(object('RequestAuthentication', '{jwtRules: [{issuer: a}]}')), false);
});

describe('DestinationRule', () => {
  const service = '---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}}\n';
  const behind = (host: string) => {
    const graph = graphOf(`${web}${service}---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: d, namespace: shop}\nspec: {host: ${host}, trafficPolicy: {tls: {mode: SIMPLE}, portLevelSettings: [{port: {number: 80}, tls: {mode: DISABLE}}]}, subsets: [{name: v1, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}]}\n`);
    const [rule] = graph.all('destinationRule');
    return { names: workloadsBehind(graph, rule!)?.map(({ object: { name } }) => name), modes: rule!.fact.tls.map(({ mode }) => mode.state === 'known' && mode.value) };
  };
  test('the settings of the rule, its ports and its subsets', () => assert.deepEqual(behind('web').modes, ['SIMPLE', 'DISABLE', 'ISTIO_MUTUAL']));
  test('a host is a Service of the rule’s namespace, or one by its full name', () => {
    for (const host of ['web', 'web.shop.svc.cluster.local']) assert.deepEqual(behind(host).names, ['web']);
    assert.deepEqual(behind('web.bank.svc.cluster.local').names, []);
    assert.equal(behind('api.example.com').names, undefined);
  });
});
