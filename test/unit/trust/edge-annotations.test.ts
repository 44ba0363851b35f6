import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { edgesIn } from '../../../engine/trust/edge.ts';
import { graphOfObjects } from '../../support/graph.ts';

/* What controllers read from the annotations of an Ingress, line by line of semantics.md 6.8. */

function ingress(annotations: Record<string, string>, spec: object = {}) {
  const graph = graphOfObjects([{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', namespace: 'shop', annotations }, spec: { defaultBackend: { service: { name: 'web' } }, ...spec } }]);
  const [edge] = edgesIn(graph, graph.objects[0]!);
  return edge!;
}

/** The networks of all lists, and whether a login is asked for. */
function asked(annotations: Record<string, string>, spec?: object): [number, boolean | 'unknown'] {
  const { lists, login } = ingress(annotations, spec);
  return [lists.flatMap(({ networks }) => networks).length, login];
}

type Line = [why: string, annotations: Record<string, string>, networks: number, login: boolean | 'unknown'];

function table(name: string, lines: readonly Line[]): void {
  describe(name, () => {
    for (const [why, annotations, networks, login] of lines) test(why, () => assert.deepEqual(asked(annotations), [networks, login]));
  });
}

const nginx = 'nginx.ingress.kubernetes.io/';
table('ingress-nginx', [
  ['whitelist-source-range is a list', { [`${nginx}whitelist-source-range`]: '10.0.0.0/8,192.0.2.7' }, 2, false],
  ['allowlist-source-range is its other name', { [`${nginx}allowlist-source-range`]: '10.0.0.0/8' }, 1, false],
  ['of both names one counts', { [`${nginx}allowlist-source-range`]: '10.0.0.0/8', [`${nginx}whitelist-source-range`]: '10.0.0.0/8,192.0.2.7' }, 1, false],
  ['denylist-source-range subtracts and is no list of who may come in', { [`${nginx}denylist-source-range`]: '10.0.0.0/8' }, 0, false],
  ['auth-type basic is a login', { [`${nginx}auth-type`]: 'basic', [`${nginx}auth-secret`]: 'users' }, 0, true],
  ['auth-type digest is a login', { [`${nginx}auth-type`]: 'digest', [`${nginx}auth-secret`]: 'users' }, 0, true],
  ['another auth-type is none', { [`${nginx}auth-type`]: 'none' }, 0, false],
  ['auth-url is a login', { [`${nginx}auth-url`]: 'https://login.example', [`${nginx}auth-signin`]: 'https://login.example/start' }, 0, true],
  ['auth-signin alone is none', { [`${nginx}auth-signin`]: 'https://login.example/start' }, 0, false],
  ['auth-tls-secret asks for client certificates', { [`${nginx}auth-tls-secret`]: 'shop/ca' }, 0, true],
  ['auth-tls-verify-client: on does too', { [`${nginx}auth-tls-secret`]: 'shop/ca', [`${nginx}auth-tls-verify-client`]: 'on' }, 0, true],
  ...['off', 'optional', 'optional_no_ca'].map((value): Line => [`auth-tls-verify-client: ${value} does not enforce`, { [`${nginx}auth-tls-secret`]: 'shop/ca', [`${nginx}auth-tls-verify-client`]: value }, 0, false]),
  ...['server-snippet', 'configuration-snippet', 'auth-snippet'].map((name): Line => [`${name} is opaque`, { [`${nginx}${name}`]: 'allow 10.0.0.0/8;' }, 0, 'unknown']),
]);

test('ingress-nginx: satisfy: any makes an address enough; all is the default', () => {
  assert.ok(ingress({ [`${nginx}satisfy`]: 'any' }).either);
  assert.equal(ingress({ [`${nginx}satisfy`]: 'all' }).either, undefined);
  assert.equal(ingress({}).either, undefined);
});

test('ingress-nginx: global-auth-url of the ConfigMap is asked for on routes with a list, unless they say enable-global-auth: false', () => {
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'controller', namespace: 'infra' }, data: { 'global-auth-url': 'https://login.example' } };
  const route = (extra: object) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', namespace: 'shop', annotations: { [`${nginx}whitelist-source-range`]: '10.0.0.0/8', ...extra } }, spec: {} });
  for (const [extra, login] of [[{}, true], [{ [`${nginx}enable-global-auth`]: 'false' }, false]] as const) {
    const graph = graphOfObjects([config, route(extra)]);
    assert.equal(edgesIn(graph, graph.objects[1]!)[0]!.login, login);
  }
});

table('NGINX Ingress Controller (F5)', [
  ['basic-auth-secret is a login', { 'nginx.org/basic-auth-secret': 'users' }, 0, true],
  ['jwt-key is a login', { 'nginx.com/jwt-key': 'keys' }, 0, true],
  ['a policy in no file read is not guessed', { 'nginx.org/policies': 'office' }, 0, 'unknown'],
]);

table('HAProxy Kubernetes Ingress Controller', [
  ['allow-list is a list', { 'haproxy.org/allow-list': '10.0.0.0/8, 192.0.2.7' }, 2, false],
  ['whitelist is read where the new name is unset', { 'haproxy.org/whitelist': '10.0.0.0/8' }, 1, false],
  ['and only there', { 'haproxy.org/allow-list': '10.0.0.0/8', 'haproxy.org/whitelist': '10.0.0.0/8,192.0.2.7' }, 1, false],
  ['haproxy.com/ is an equal prefix', { 'haproxy.com/allow-list': '10.0.0.0/8' }, 1, false],
  ['auth-type: basic-auth is a login', { 'haproxy.org/auth-type': 'basic-auth', 'haproxy.org/auth-secret': 'users' }, 0, true],
]);

const haproxy = 'haproxy-ingress.github.io/';
table('HAProxy Ingress', [
  ['allowlist-source-range is a list', { [`${haproxy}allowlist-source-range`]: '10.0.0.0/8' }, 1, false],
  ['an entry with ! is an exception', { [`${haproxy}allowlist-source-range`]: '10.0.0.0/8,!10.1.0.0/16' }, 1, false],
  ['whitelist-source-range is ignored beside it', { [`${haproxy}allowlist-source-range`]: '10.0.0.0/8', [`${haproxy}whitelist-source-range`]: '10.0.0.0/8,192.0.2.7' }, 1, false],
  ['auth-secret is a login without auth-type', { [`${haproxy}auth-secret`]: 'users' }, 0, true],
  ['auth-url is a login', { [`${haproxy}auth-url`]: 'https://login.example' }, 0, true],
  ['auth-tls-secret asks for client certificates', { [`${haproxy}auth-tls-secret`]: 'ca' }, 0, true],
  ...['off', 'optional', 'optional_no_ca'].map((value): Line => [`auth-tls-verify-client: ${value} does not enforce`, { [`${haproxy}auth-tls-secret`]: 'ca', [`${haproxy}auth-tls-verify-client`]: value }, 0, false]),
  ['oauth: oauth2_proxy is a login', { [`${haproxy}oauth`]: 'oauth2_proxy' }, 0, true],
  ['config-backend is opaque', { [`${haproxy}config-backend`]: 'http-request deny' }, 0, 'unknown'],
]);

const apisix = 'k8s.apisix.apache.org/';
table('APISIX', [
  ['allowlist-source-range is a list', { [`${apisix}allowlist-source-range`]: '10.0.0.0/8,192.0.2.7' }, 2, false],
  ['blocklist-source-range subtracts', { [`${apisix}blocklist-source-range`]: '10.0.0.0/8' }, 0, false],
  ['auth-type: keyAuth is a login', { [`${apisix}auth-type`]: 'keyAuth' }, 0, true],
  ['auth-type: basicAuth is a login', { [`${apisix}auth-type`]: 'basicAuth' }, 0, true],
  ['any other auth-type is none', { [`${apisix}auth-type`]: 'jwtAuth' }, 0, false],
  ['auth-uri is a login', { [`${apisix}auth-uri`]: 'http://auth' }, 0, true],
  ['a plugin configuration in no file read is not guessed', { [`${apisix}plugin-config-name`]: 'office' }, 0, 'unknown'],
]);

const alb = 'alb.ingress.kubernetes.io/';
table('AWS Load Balancer Controller', [
  ['inbound-cidrs is a list', { [`${alb}inbound-cidrs`]: '10.0.0.0/8, 192.0.2.0/24' }, 2, false],
  ...['cognito', 'oidc'].map((value): Line => [`auth-type: ${value} is a login`, { [`${alb}auth-type`]: value }, 0, true]),
  ['auth-type: none is none', { [`${alb}auth-type`]: 'none' }, 0, false],
  ['auth-on-unauthenticated-request: deny enforces', { [`${alb}auth-type`]: 'oidc', [`${alb}auth-on-unauthenticated-request`]: 'deny' }, 0, true],
  ['auth-on-unauthenticated-request: allow does not', { [`${alb}auth-type`]: 'oidc', [`${alb}auth-on-unauthenticated-request`]: 'allow' }, 0, false],
  ['jwt-validation is a login', { [`${alb}jwt-validation`]: '{"jwksEndpoint":"https://issuer.example/jwks","issuer":"https://issuer.example"}' }, 0, true],
  ['mutual-authentication with verify asks for client certificates', { [`${alb}mutual-authentication`]: '[{"port":443,"mode":"verify","trustStore":"arn"}]' }, 0, true],
  ...['off', 'passthrough'].map((mode): Line => [`mutual-authentication with ${mode} does not`, { [`${alb}mutual-authentication`]: `[{"port":443,"mode":"${mode}"}]` }, 0, false]),
]);

test('AWS: security-groups takes the place of inbound-cidrs', () => {
  assert.equal(ingress({ [`${alb}inbound-cidrs`]: '10.0.0.0/8', [`${alb}security-groups`]: 'sg-1' }).lists[0]!.list.flaw?.reason, 'overridden');
});
test('AWS: scheme: internal, Azure: use-private-ip are ways in from private networks', () => {
  assert.ok(ingress({ [`${alb}scheme`]: 'internal' }).entry.internal);
  assert.ok(!ingress({ [`${alb}scheme`]: 'internet-facing' }).entry.internal);
  assert.ok(ingress({ 'appgw.ingress.kubernetes.io/use-private-ip': 'true' }).entry.internal);
});

test('annotations of a controller that the class of the Ingress does not name are read by nobody', () => {
  const list = { [`${nginx}whitelist-source-range`]: '10.0.0.0/8' };
  for (const name of ['nginx', 'nginx-internal', 'internal', 'public']) assert.deepEqual(asked(list, { ingressClassName: name }), [1, false], name);
  for (const name of ['traefik', 'alb', 'kong-internal']) assert.deepEqual(asked(list, { ingressClassName: name }), [0, false], name);
  assert.deepEqual(asked({ ...list, 'kubernetes.io/ingress.class': 'haproxy' }), [0, false]);
  assert.deepEqual(asked({ [`${alb}inbound-cidrs`]: '10.0.0.0/8' }, { ingressClassName: 'alb' }), [1, false]);
});

describe('Tailscale', () => {
  const tailscale = { ingressClassName: 'tailscale' };
  test('the rules of the tailnet are in no file', () => assert.equal(ingress({}, tailscale).login, 'unknown'));
  test('a funnel is open to the Internet', () => assert.equal(ingress({ 'tailscale.com/funnel': 'true' }, tailscale).login, false));
});
