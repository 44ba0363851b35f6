import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { edgesIn, edgesOf } from '../../../engine/trust/edge.ts';
import { exposureOf } from '../../../engine/trust/exposure.ts';
import { targetOf } from '../../../engine/trust/target.ts';
import { graphOfFiles } from '../../support/graph.ts';

/* Routes and the objects that guard them, line by line of semantics.md 6.8 and 6.9. */

/** The edges of the first object, with what else stands beside it: networks of the lists, and the login, for each way in. */
function asked(...documents: readonly string[]): [number, boolean | 'unknown'][] {
  const graph = graphOfFiles({ 'case.yaml': documents.join('\n---\n') });
  return edgesIn(graph, graph.objects[0]!).map(({ lists, login }) => [lists.flatMap(({ networks }) => networks).length, login]);
}
const object = (apiVersion: string, kind: string, name: string, rest: string) => `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: ${name}, namespace: shop}, ${rest}}`;

describe('Traefik (traefik v3 pkg/config/dynamic)', () => {
  const route = (...names: string[]) => object('traefik.io/v1alpha1', 'IngressRoute', 'web', `spec: {routes: [{match: Host, middlewares: [${names.map((name) => `{name: ${name}}`)}], services: [{name: web}]}]}`);
  const middleware = (name: string, spec: string) => object('traefik.io/v1alpha1', 'Middleware', name, `spec: ${spec}`);
  const list = middleware('list', '{ipAllowList: {sourceRange: [10.0.0.0/8]}}');
  test('ipAllowList, and ipWhiteList as it was called, are lists', () => {
    assert.deepEqual(asked(route('list'), list), [[1, false]]);
    assert.deepEqual(asked(route('list'), middleware('list', '{ipWhiteList: {sourceRange: [10.0.0.0/8, 192.0.2.7]}}')), [[2, false]]);
  });
  for (const kind of ['basicAuth: {secret: users}', 'digestAuth: {secret: users}', 'forwardAuth: {address: http://auth}']) {
    test(`${kind.split(':')[0]} is a login; all middlewares of a route are AND-ed`, () => assert.deepEqual(asked(route('list', 'login'), list, middleware('login', `{${kind}}`)), [[1, true]]));
  }
  test('a chain is what it holds', () => assert.deepEqual(asked(route('both'), middleware('both', '{chain: {middlewares: [{name: list}, {name: login}]}}'), list, middleware('login', '{basicAuth: {secret: users}}')), [[1, true]]));
  test('a chain that leads back to itself ends', () => assert.deepEqual(asked(route('both'), middleware('both', '{chain: {middlewares: [{name: list}, {name: both}]}}'), list), [[1, false]]));
  test('a plugin may be a login', () => assert.deepEqual(asked(route('list', 'plugin'), list, middleware('plugin', '{plugin: {oidc: {}}}')), [[1, 'unknown']]));
  test('headers and limits are none', () => assert.deepEqual(asked(route('list', 'headers'), list, middleware('headers', '{headers: {frameDeny: true}}')), [[1, false]]));
  test('a middleware in no file read is not guessed', () => assert.deepEqual(asked(route('list', 'elsewhere'), list), [[1, 'unknown']]));
  test('TLSOption: only RequireAndVerifyClientCert turns away who has no certificate', () => {
    const secured = object('traefik.io/v1alpha1', 'IngressRoute', 'web', 'spec: {tls: {options: {name: mutual}}, routes: [{match: Host, services: [{name: web}]}]}');
    for (const [type, login] of [['RequireAndVerifyClientCert', true], ['VerifyClientCertIfGiven', false], ['RequestClientCert', false], ['RequireAnyClientCert', false]] as const) {
      assert.deepEqual(asked(secured, object('traefik.io/v1alpha1', 'TLSOption', 'mutual', `spec: {clientAuth: {secretNames: [ca], clientAuthType: ${type}}}`)), [[0, login]], type);
    }
  });
  test('an Ingress names middlewares as namespace-name@kubernetescrd', () => {
    const ingress = (value: string) => `{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web, namespace: shop, annotations: {traefik.ingress.kubernetes.io/router.middlewares: "${value}"}}, spec: {}}`;
    assert.deepEqual(asked(ingress('shop-list@kubernetescrd'), list), [[1, false]]);
    assert.deepEqual(asked(ingress('shop-list@kubernetescrd,auth@file'), list), [[1, 'unknown']]);
  });
});

describe('Kong (kong/plugins)', () => {
  const ingress = (plugins: string) => `{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web, namespace: shop, annotations: {konghq.com/plugins: "${plugins}"}}, spec: {defaultBackend: {service: {name: web}}}}`;
  const plugin = (name: string, rest: string, kind = 'KongPlugin') => object('configuration.konghq.com/v1', kind, name, rest);
  const list = plugin('list', 'plugin: ip-restriction, config: {allow: [10.0.0.0/8]}');
  test('ip-restriction is a list, also by its old word', () => {
    assert.deepEqual(asked(ingress('list'), list), [[1, false]]);
    assert.deepEqual(asked(ingress('list'), plugin('list', 'plugin: ip-restriction, config: {whitelist: [10.0.0.0/8]}')), [[1, false]]);
  });
  test('deny subtracts', () => assert.deepEqual(asked(ingress('list'), plugin('list', 'plugin: ip-restriction, config: {deny: [10.0.0.0/8]}')), [[0, false]]));
  for (const name of ['key-auth', 'jwt', 'oauth2', 'openid-connect', 'basic-auth', 'hmac-auth', 'ldap-auth', 'mtls-auth', 'header-cert-auth']) {
    test(`${name} is a login`, () => assert.deepEqual(asked(ingress('list, login'), list, plugin('login', `plugin: ${name}`)), [[1, true]]));
  }
  test('disabled: true is off, a list as well as a login', () => {
    assert.deepEqual(asked(ingress('list, login'), list, plugin('login', 'plugin: jwt, disabled: true')), [[1, false]]);
    assert.deepEqual(asked(ingress('list'), plugin('list', 'plugin: ip-restriction, disabled: true, config: {allow: [10.0.0.0/8]}')), [[0, false]]);
  });
  test('with anonymous, who fails to log in goes on: another plugin may turn them away', () => assert.deepEqual(asked(ingress('list, login'), list, plugin('login', 'plugin: key-auth, config: {anonymous: guest}')), [[1, 'unknown']]));
  test('opa and plugins of one’s own may be logins', () => assert.deepEqual(asked(ingress('list, own'), list, plugin('own', 'plugin: our-plugin')), [[1, 'unknown']]));
  test('rate limits are none', () => assert.deepEqual(asked(ingress('list, limit'), list, plugin('limit', 'plugin: rate-limiting')), [[1, false]]));
  test('a KongClusterPlugin labelled global is asked for everywhere; a KongPlugin is not', () => {
    const global = (kind: string) => `{apiVersion: configuration.konghq.com/v1, kind: ${kind}, metadata: {name: login, labels: {global: "true"}}, plugin: jwt}`;
    assert.deepEqual(asked(ingress('list'), list, global('KongClusterPlugin')), [[1, true]]);
    assert.deepEqual(asked(ingress('list'), list, global('KongPlugin')), [[1, false]]);
  });
  test('plugins of the Service behind count', () => {
    const service = '{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, annotations: {konghq.com/plugins: login}}, spec: {selector: {app: web}}}';
    assert.deepEqual(asked(ingress('list'), list, service, plugin('login', 'plugin: jwt')), [[1, true]]);
  });
});

describe('Contour (projectcontour apis/projectcontour/v1/httpproxy.go)', () => {
  const proxy = (spec: string, name = 'web') => object('projectcontour.io/v1', 'HTTPProxy', name, `spec: ${spec}`);
  const allow = 'ipAllowPolicy: [{source: Peer, cidr: 10.0.0.0/8}]';
  const route = 'services: [{name: web}]';
  test('a list of the virtual host is that of its routes', () => assert.deepEqual(asked(proxy(`{virtualhost: {fqdn: a, ${allow}}, routes: [{${route}}]}`)), [[1, false]]));
  test('a route’s list takes its place, and so does a route’s deny list', () => {
    assert.deepEqual(asked(proxy(`{virtualhost: {fqdn: a, ${allow}}, routes: [{ipAllowPolicy: [{cidr: 10.1.0.0/16}, {cidr: 10.2.0.0/16}], ${route}}, {ipDenyPolicy: [{cidr: 10.1.0.0/16}], ${route}}]}`)), [[2, false], [0, false]]);
  });
  test('clientValidation asks for certificates, unless they are optional or not verified', () => {
    for (const [rest, login] of [['', true], [', optionalClientCertificate: true', false], [', skipClientCertValidation: true', false]] as const) {
      assert.deepEqual(asked(proxy(`{virtualhost: {fqdn: a, tls: {secretName: t, clientValidation: {caSecret: ca${rest}}}}, routes: [{${route}}]}`)), [[0, login]]);
    }
  });
  test('authorization is a login, which a route may switch off', () => assert.deepEqual(asked(proxy(`{virtualhost: {fqdn: a, authorization: {extensionRef: {name: auth}}}, routes: [{${route}}, {authPolicy: {disabled: true}, ${route}}]}`)), [[0, true], [0, false]]));
  test('tokens are asked for by default providers and where a route requires one, unless it switches them off', () => {
    const providers = (flag: string) => `jwtProviders: [{name: p${flag}}]`;
    assert.deepEqual(asked(proxy(`{virtualhost: {fqdn: a, ${providers(', default: true')}}, routes: [{${route}}, {jwtVerificationPolicy: {disabled: true}, ${route}}]}`)), [[0, true], [0, false]]);
    assert.deepEqual(asked(proxy(`{virtualhost: {fqdn: a, ${providers('')}}, routes: [{${route}}, {jwtVerificationPolicy: {require: p}, ${route}}]}`)), [[0, false], [0, true]]);
  });
  test('one that is included stands under what includes it; without that nothing is told', () => {
    const child = proxy(`{routes: [{${allow}, ${route}}]}`);
    assert.deepEqual(asked(child), [[1, 'unknown']]);
    assert.deepEqual(asked(child, proxy('{virtualhost: {fqdn: a}, includes: [{name: web}]}', 'root')), [[1, false]]);
    assert.deepEqual(asked(child, proxy('{virtualhost: {fqdn: a, tls: {clientValidation: {caSecret: ca}}}, includes: [{name: web}]}', 'root')), [[1, true]]);
  });
});

describe('F5 (nginx/kubernetes-ingress pkg/apis/configuration/v1/types.go)', () => {
  const server = (policies: string, more = '') => object('k8s.nginx.org/v1', 'VirtualServer', 'web', `spec: {host: a, policies: [${policies}], upstreams: [{name: u, service: web}], routes: [{path: /, action: {pass: u}${more}}]}`);
  const policy = (name: string, spec: string) => object('k8s.nginx.org/v1', 'Policy', name, `spec: ${spec}`);
  const list = policy('list', '{accessControl: {allow: [10.0.0.0/8]}}');
  test('accessControl.allow is a list, deny is none', () => {
    assert.deepEqual(asked(server('{name: list}'), list), [[1, false]]);
    assert.deepEqual(asked(server('{name: list}'), policy('list', '{accessControl: {deny: [10.0.0.0/8]}}')), [[0, false]]);
  });
  for (const block of ['jwt: {secret: k}', 'oidc: {clientID: c}', 'basicAuth: {secret: u}', 'apiKey: {clientSecret: k}', 'externalAuth: {url: a}', 'ingressMTLS: {clientCertSecret: ca}']) {
    test(`${block.split(':')[0]} is a login`, () => assert.deepEqual(asked(server('{name: list}, {name: login}'), list, policy('login', `{${block}}`)), [[1, true]]));
  }
  for (const value of ['optional', 'optional_no_ca', '"off"']) test(`verifyClient: ${value} does not enforce`, () => assert.deepEqual(asked(server('{name: list}, {name: login}'), list, policy('login', `{ingressMTLS: {clientCertSecret: ca, verifyClient: ${value}}}`)), [[1, false]]));
  test('a login of the server stays beside a list of a route', () => assert.deepEqual(asked(server('{name: login}', ', policies: [{name: list}]'), list, policy('login', '{jwt: {secret: k}}')), [[1, true]]));
  test('a subroute stands under the VirtualServer that leads to it', () => {
    const sub = object('k8s.nginx.org/v1', 'VirtualServerRoute', 'sub', 'spec: {host: a, upstreams: [{name: u, service: web}], subroutes: [{path: /x, policies: [{name: list}], action: {pass: u}}]}');
    const above = object('k8s.nginx.org/v1', 'VirtualServer', 'web', 'spec: {host: a, policies: [{name: login}], routes: [{path: /x, route: shop/sub}]}');
    assert.deepEqual(asked(sub, above, list, policy('login', '{jwt: {secret: k}}')), [[1, true]]);
    assert.deepEqual(asked(sub, list), [[1, 'unknown']]);
  });
});

describe('APISIX (api/v2/apisixroute_types.go)', () => {
  const route = (rest: string) => object('apisix.apache.org/v2', 'ApisixRoute', 'web', `spec: {http: [{name: r, backends: [{serviceName: web}]${rest}}]}`);
  const list = '{name: ip-restriction, config: {whitelist: [10.0.0.0/8]}}';
  test('ip-restriction is a list; enable defaults to true, false is off', () => {
    assert.deepEqual(asked(route(`, plugins: [${list}]`)), [[1, false]]);
    assert.deepEqual(asked(route(', plugins: [{name: ip-restriction, enable: false, config: {whitelist: [10.0.0.0/8]}}]')), [[0, false]]);
  });
  test('authentication is a login only with enable: true', () => {
    assert.deepEqual(asked(route(', authentication: {enable: true, type: keyAuth}')), [[0, true]]);
    assert.deepEqual(asked(route(', authentication: {type: keyAuth}')), [[0, false]]);
  });
  test('plugins are logins, and so are those of a plugin configuration and of a global rule', () => {
    assert.deepEqual(asked(route(`, plugins: [${list}, {name: jwt-auth}]`)), [[1, true]]);
    assert.deepEqual(asked(route(`, plugins: [${list}], plugin_config_name: c`), object('apisix.apache.org/v2', 'ApisixPluginConfig', 'c', 'spec: {plugins: [{name: openid-connect}]}')), [[1, true]]);
    assert.deepEqual(asked(route(`, plugins: [${list}]`), object('apisix.apache.org/v2', 'ApisixGlobalRule', 'g', 'spec: {plugins: [{name: key-auth}]}')), [[1, true]]);
  });
  test('openid-connect with unauth_action: pass lets everyone on', () => assert.deepEqual(asked(route(', plugins: [{name: openid-connect, config: {unauth_action: pass}}]')), [[0, false]]));
});

describe('Envoy Gateway (api/v1alpha1)', () => {
  const route = object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', 'spec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: web}]}]}');
  const policy = (spec: string, kind = 'HTTPRoute', name = 'web', policyName = 'p') => object('gateway.envoyproxy.io/v1alpha1', 'SecurityPolicy', policyName, `spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: ${kind}, name: ${name}}], ${spec}}`);
  const rule = (principal: string) => `authorization: {rules: [{action: Allow, principal: {${principal}}}]}`;
  const cidrs = 'clientCIDRs: [10.0.0.0/8]';
  test('clientCIDRs alone are a list', () => assert.deepEqual(asked(route, policy(rule(cidrs))), [[1, false]]));
  test('with a token in the same rule they are containment', () => assert.deepEqual(asked(route, policy(rule(`${cidrs}, jwt: {provider: p}`))), [[0, false]]));
  test('with defaultAction: Allow they decide nothing', () => assert.deepEqual(asked(route, policy(`authorization: {defaultAction: Allow, rules: [{action: Allow, principal: {${cidrs}}}]}`)), [[0, false]]));
  for (const block of ['jwt: {providers: []}', 'oidc: {clientID: c}', 'basicAuth: {users: {name: u}}', 'apiKeyAuth: {credentialRefs: []}', 'extAuth: {http: {}}']) {
    test(`${block.split(':')[0]} is a login`, () => assert.deepEqual(asked(route, policy(`${block}, ${rule(cidrs)}`)), [[1, true]]));
  }
  test('jwt.optional and jwt.failOpen let requests without a token on', () => {
    for (const flag of ['optional', 'failOpen']) assert.deepEqual(asked(route, policy(`jwt: {${flag}: true}, ${rule(cidrs)}`)), [[1, false]]);
  });
  test('the policy of the Gateway counts; that of the route takes its place, unless it is merged', () => {
    const above = policy('oidc: {clientID: c}', 'Gateway', 'edge', 'gateway');
    assert.deepEqual(asked(route, above), [[0, true]]);
    assert.deepEqual(asked(route, above, policy(rule(cidrs))), [[1, false]]);
    assert.deepEqual(asked(route, above, policy(`mergeType: StrategicMerge, ${rule(cidrs)}`)), [[1, true]]);
  });
  test('client certificates of the Gateway are a login, unless they are optional', () => {
    const clients = (more: string) => object('gateway.envoyproxy.io/v1alpha1', 'ClientTrafficPolicy', 'c', `spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}], tls: {clientValidation: {caCertificateRefs: [{name: ca}]${more}}}}`);
    assert.deepEqual(asked(route, policy(rule(cidrs)), clients('')), [[1, true]]);
    assert.deepEqual(asked(route, policy(rule(cidrs)), clients(', optional: true')), [[1, false]]);
  });
  test('a policy that selects routes by labels is not guessed', () => assert.deepEqual(asked(route, policy(rule(cidrs)), object('gateway.envoyproxy.io/v1alpha1', 'SecurityPolicy', 'all', 'spec: {targetSelectors: [{group: gateway.networking.k8s.io, kind: HTTPRoute, matchLabels: {login: "yes"}}], oidc: {clientID: c}}')), [[1, 'unknown']]));
});

describe('Gateway API (apis/v1/gateway_types.go, FrontendTLSValidation)', () => {
  const route = object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', 'spec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: web}]}]}');
  const gateway = (tls: string) => object('gateway.networking.k8s.io/v1', 'Gateway', 'edge', `spec: {tls: {frontend: ${tls}}, listeners: [{name: a, port: 443, protocol: HTTPS}]}`);
  const validation = '{validation: {caCertificateRefs: [{name: ca}]}}';
  const lines: [string, string, boolean | 'unknown'][] = [
    ['a default validation is a login for every port', `{default: ${validation}}`, true],
    ['AllowInsecureFallback accepts a missing certificate', '{default: {validation: {mode: AllowInsecureFallback, caCertificateRefs: [{name: ca}]}}}', false],
    ['a port without it is an exception: which port a route is on is not followed', `{default: ${validation}, perPort: [{port: 8443, tls: {}}]}`, 'unknown'],
    ['validation of one port only', `{default: {}, perPort: [{port: 8443, tls: ${validation}}]}`, 'unknown'],
  ];
  for (const [why, tls, login] of lines) test(why, () => assert.deepEqual(asked(route, gateway(tls)), [[0, login]]));
});

describe('GKE (ingress-gce pkg/apis/backendconfig/v1/types.go)', () => {
  const ingress = object('networking.k8s.io/v1', 'Ingress', 'web', 'spec: {defaultBackend: {service: {name: web}}}');
  const service = (key: string, value: string) => `{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, annotations: {${key}: '${value}'}}, spec: {selector: {app: web}}}`;
  const config = (spec: string) => object('cloud.google.com/v1', 'BackendConfig', 'c', `spec: ${spec}`);
  test('Identity-Aware Proxy is a login where it is enabled', () => {
    for (const key of ['cloud.google.com/backend-config', 'beta.cloud.google.com/backend-config']) assert.deepEqual(asked(ingress, service(key, '{"default": "c"}'), config('{iap: {enabled: true}}')), [[0, true]]);
    assert.deepEqual(asked(ingress, service('cloud.google.com/backend-config', '{"ports": {"80": "c"}}'), config('{iap: {enabled: false}}')), [[0, false]]);
  });
  test('the policy of a Service behind a Gateway counts likewise', () => {
    const route = object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', 'spec: {rules: [{backendRefs: [{name: web}]}]}');
    assert.deepEqual(asked(route, object('networking.gke.io/v1', 'GCPBackendPolicy', 'c', 'spec: {targetRef: {group: "", kind: Service, name: web}, default: {iap: {enabled: true}}}')), [[0, true]]);
  });
});

describe('OpenShift Route (openshift/router template_helper.go, parseIPList)', () => {
  const route = (key: string, value: string) => `{apiVersion: route.openshift.io/v1, kind: Route, metadata: {name: web, annotations: {haproxy.router.openshift.io/${key}: ${JSON.stringify(value)}}}, spec: {to: {name: web}}}`;
  const flaw = (value: string) => {
    const graph = graphOfFiles({ 'case.yaml': route('ip_allowlist', value) });
    return edgesIn(graph, graph.objects[0]!)[0]!.lists[0]!.list.flaw?.reason;
  };
  test('blanks separate', () => {
    assert.deepEqual(asked(route('ip_allowlist', '10.0.0.0/8 192.0.2.7')), [[2, false]]);
    assert.deepEqual(asked(route('ip_whitelist', '10.0.0.0/8')), [[1, false]]);
    assert.equal(flaw('10.0.0.0/8 192.0.2.7'), undefined);
  });
  test('commas without blanks are one invalid entry', () => assert.equal(flaw('10.0.0.0/8,192.0.2.7'), 'separators'));
  test('of entries with commas and without, the valid ones are kept', () => {
    assert.equal(flaw('10.0.0.0/8, 10.1.1.1'), undefined);
    assert.deepEqual(asked(route('ip_allowlist', '10.0.0.0/8, 10.1.1.1')), [[1, false]]);
  });
  test('a blank at an end, or a line break, voids the list', () => assert.deepEqual([' 10.0.0.0/8', '10.0.0.0/8 ', '10.0.0.0/8\n192.0.2.7'].map(flaw), ['blanks', 'blanks', 'lineBreak']));
});

describe('Service (core/v1; kubernetes/cloud-provider service/helpers/helper.go)', () => {
  const service = (spec: string, annotations = '{}') => `{apiVersion: v1, kind: Service, metadata: {name: web, annotations: ${annotations}}, spec: ${spec}}`;
  const range = 'loadBalancerSourceRanges: [10.0.0.0/8]';
  test('ranges are a list of a load balancer only', () => {
    assert.deepEqual(asked(service(`{type: LoadBalancer, ${range}}`)), [[1, false]]);
    assert.deepEqual(asked(service(`{type: NodePort, ${range}}`)), [[0, false]]);
    assert.deepEqual(asked(service(`{type: ClusterIP, ${range}}`)), []);
  });
  test('the annotation is read where the field is empty', () => {
    assert.deepEqual(asked(service('{type: LoadBalancer}', '{service.beta.kubernetes.io/load-balancer-source-ranges: "10.0.0.0/8,192.0.2.0/24"}')), [[2, false]]);
    assert.deepEqual(asked(service(`{type: LoadBalancer, ${range}}`, '{service.beta.kubernetes.io/load-balancer-source-ranges: "10.0.0.0/8,192.0.2.0/24"}')), [[1, false]]);
  });
  test('Azure adds both annotations up', () => assert.deepEqual(asked(service('{type: LoadBalancer}', '{service.beta.kubernetes.io/load-balancer-source-ranges: 10.0.0.0/8, service.beta.kubernetes.io/azure-allowed-ip-ranges: 192.0.2.0/24}')), [[2, false]]));
  test('nothing, or blank, is no list', () => {
    assert.deepEqual(asked(service('{type: LoadBalancer}')), [[0, false]]);
    assert.deepEqual(asked(service('{type: LoadBalancer}', '{service.beta.kubernetes.io/load-balancer-source-ranges: " "}')), [[0, false]]);
  });
  test('the tailnet’s rules are in no file', () => assert.deepEqual(asked(service('{type: LoadBalancer, loadBalancerClass: tailscale}')), [[0, 'unknown']]));
});

test('edgesOf: the routes and Services that lead to the pods of a target', () => {
  const graph = graphOfFiles({ 'case.yaml': [
    '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {template: {metadata: {labels: {app: web}}, spec: {containers: []}}}}',
    '{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {type: LoadBalancer, selector: {app: web}}}',
    object('projectcontour.io/v1', 'HTTPProxy', 'proxy', 'spec: {virtualhost: {fqdn: a}, routes: [{services: [{name: web}]}]}'),
    object('networking.k8s.io/v1', 'Ingress', 'other', 'spec: {defaultBackend: {service: {name: other}}}'),
  ].join('\n---\n') });
  assert.deepEqual(edgesOf(graph, targetOf(graph.workloads[0]!)).map((edge) => edge.object.name), ['web', 'proxy']);
});

describe('exposureOf: what makes a workload reachable from outside', () => {
  const web = ['{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {template: {metadata: {labels: {app: web}}, spec: {containers: []}}}}', '{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}}}'];
  const exposed = (...documents: string[]) => {
    const graph = graphOfFiles({ 'case.yaml': [...web, ...documents].join('\n---\n') });
    return exposureOf(graph, targetOf(graph.workloads[0]!))?.object.resource.header.kind;
  };
  test('nothing but a Service inside the cluster', () => assert.equal(exposed(), undefined));
  const routes: [kind: string, yaml: string][] = [
    ['HTTPProxy', object('projectcontour.io/v1', 'HTTPProxy', 'p', 'spec: {virtualhost: {fqdn: a}, routes: [{services: [{name: web}]}]}')],
    ['VirtualServer', object('k8s.nginx.org/v1', 'VirtualServer', 'p', 'spec: {host: a, upstreams: [{name: u, service: web}], routes: [{path: /, action: {pass: u}}]}')],
    ['ApisixRoute', object('apisix.apache.org/v2', 'ApisixRoute', 'p', 'spec: {http: [{name: r, backends: [{serviceName: web}]}]}')],
    ['IngressRoute', object('traefik.containo.us/v1alpha1', 'IngressRoute', 'p', 'spec: {routes: [{match: Host, services: [{name: web}]}]}')],
  ];
  for (const [kind, yaml] of routes) test(`a ${kind}`, () => assert.equal(exposed(yaml), kind));
  test('a Service on a tailnet', () => assert.equal(exposed('{apiVersion: v1, kind: Service, metadata: {name: tail, namespace: shop, annotations: {tailscale.com/expose: "true"}}, spec: {selector: {app: web}}}'), 'Service'));
});
