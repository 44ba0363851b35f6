import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exposureOf } from '../../../engine/trust/exposure.ts';
import { plaintextKeys, toothless } from '../../../engine/trust/istio-tokens.ts';
import { graphOf, target, web } from './graph.ts';

/* Where tokens are checked and none is required (semantics.md 6.5), and who comes in through a gateway of Istio. */
const security = (kind: string, spec: string) => `---\napiVersion: security.istio.io/v1\nkind: ${kind}\nmetadata: {name: ${kind.toLowerCase()}, namespace: shop}\nspec: ${spec}\n`;
const check = security('RequestAuthentication', '{selector: {matchLabels: {app: web}}, jwtRules: [{issuer: a}]}');
const how = (...documents: string[]) => {
  const graph = graphOf(documents.join(''));
  return toothless(graph, graph.all('istioRequestAuthentication')[0]!)?.how;
};

describe('token checks', () => {
  const rows: [policy: string, answer: 'optional' | undefined, why: string][] = [
    ['', 'optional', 'no policy at all'],
    ['{rules: [{}]}', 'optional', 'a policy that asks for nothing'],
    ['{rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]}', 'optional', 'an address is no token'],
    ['{rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]}', undefined, 'any token'],
    ['{action: DENY, rules: [{from: [{source: {notRequestPrincipals: ["*"]}}], to: [{operation: {paths: [/admin]}}]}]}', undefined, 'on some paths, which may be meant'],
    ['{rules: [{from: [{source: {principals: [a]}}]}]}', undefined, 'another identity of everyone'],
    ['{action: CUSTOM, provider: {name: a}, rules: [{}]}', undefined, 'an authorizer decides'],
  ];
  for (const [policy, answer, why] of rows) test(`${why}: ${answer ?? 'nothing'}`, () => assert.equal(how(web, check, policy && security('AuthorizationPolicy', policy)), answer));
  test('nothing reads one without targetRefs in ambient mode', () => {
    assert.equal(how(web, check, '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio.io/dataplane-mode: ambient}}\n'), 'ignored');
  });
  test('about pods outside the mesh: not judged', () => assert.equal(how(web.replace('app: web', 'app: web, sidecar.istio.io/inject: "false"'), check), undefined));
});

test('keys over plaintext, from inside the cluster or from outside', () => {
  for (const uri of [undefined, '', 'https://login.example.com/keys', '{{ uri }}']) assert.equal(plaintextKeys(uri), undefined, uri);
  for (const uri of ['http://login/keys', 'http://login.auth.svc.cluster.local:8080/keys', 'http://login.auth.svc/keys', 'HTTP://keys.internal']) assert.equal(plaintextKeys(uri), 'inside', uri);
  for (const uri of ['http://login.example.com/keys', 'http://203.0.113.9/keys']) assert.equal(plaintextKeys(uri), 'outside', uri);
});

test('what a VirtualService leads to through a gateway is exposed', () => {
  const service = '---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}}\n';
  const route = (gateways: string, host: string, namespace = 'shop') => `---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v, namespace: ${namespace}}\nspec: {${gateways} http: [{route: [{destination: {host: ${host}}}]}]}\n`;
  const exposed = (document: string) => {
    const graph = graphOf(web + service + document);
    return exposureOf(graph, target(graph)) !== undefined;
  };
  assert.ok(exposed(route('gateways: [infra/edge],', 'web')));
  assert.ok(exposed(route('gateways: [edge],', 'web.shop.svc.cluster.local', 'infra')));
  assert.ok(!exposed(route('gateways: [edge],', 'web', 'infra')));
  assert.ok(!exposed(route('gateways: [mesh],', 'web')));
  assert.ok(!exposed(route('', 'web')));
});
