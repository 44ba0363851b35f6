import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AuthorizationPolicyFact, PeerAuthenticationFact, RequestAuthenticationFact } from '../../../engine/kubernetes/istio.ts';
import type { NetworkPolicyFact } from '../../../engine/kubernetes/network-policy.ts';
import { readResources } from '../../../engine/kubernetes/read.ts';
import { selectsAll } from '../../../engine/kubernetes/selector.ts';
import { known, type Place } from '../../../engine/yaml/cursor.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';

function factsOf(yaml: string): readonly unknown[] {
  return readResources(parseYaml(yaml, 'kubernetes').root).flatMap((resource) => resource.facts);
}
const policy = (spec: string) => factsOf(`{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: ${spec}}`)[0] as NetworkPolicyFact;
const istio = (kind: string, spec: string, metadata = '{name: p}') => factsOf(`{apiVersion: security.istio.io/v1, kind: ${kind}, metadata: ${metadata}, spec: ${spec}}`)[0];
const authorization = (spec: string, metadata?: string) => istio('AuthorizationPolicy', spec, metadata) as AuthorizationPolicyFact;

describe('NetworkPolicy (types.go and defaults.go of networking/v1)', () => {
  test('a missing or empty podSelector selects every pod of the namespace', () => {
    assert.ok(selectsAll(policy('{}').podSelector));
    assert.ok(selectsAll(policy('{podSelector: {}}').podSelector));
    assert.ok(!selectsAll(policy('{podSelector: {matchLabels: {app: a}}}').podSelector));
  });

  const types: [spec: string, ingress: boolean, egress: boolean, why: string][] = [
    ['{}', true, false, 'no types: Ingress'],
    ['{policyTypes: []}', true, false, 'an empty list is no list'],
    ['{egress: [{}]}', true, true, 'and Egress where there are egress rules; ingress is isolated all the same'],
    ['{egress: []}', true, false, 'an empty egress isolates nothing'],
    ['{policyTypes: [Egress], ingress: [{}]}', false, true, 'what is said counts; ingress rules are then without effect'],
    ['{policyTypes: [Ingress], egress: [{}]}', true, false, 'and egress rules likewise'],
    ['{policyTypes: [Ingress, Egress]}', true, true, 'both'],
  ];
  for (const [spec, ingress, egress, why] of types) {
    test(`${spec}: ${why}`, () => assert.deepEqual([policy(spec).ingress.isolates, policy(spec).egress.isolates], [ingress, egress]));
  }

  test('no rules let nothing through; one empty rule lets everything through', () => {
    assert.equal(policy('{ingress: []}').ingress.rules.length, 0);
    assert.equal(policy('{}').ingress.rules.length, 0);
    const [rule] = policy('{ingress: [{}]}').ingress.rules;
    assert.ok(rule!.anyPeer && rule!.anyPort);
  });
  test('`from: []` is anyone, the opposite of `ingress: []`', () => {
    const [rule] = policy('{ingress: [{from: [], ports: []}]}').ingress.rules;
    assert.ok(rule!.anyPeer && rule!.anyPort);
  });
  test('list items are OR-ed, selectors inside one item AND-ed', () => {
    const two = policy('{ingress: [{from: [{namespaceSelector: {}}, {podSelector: {}}]}]}').ingress.rules[0]!.peers;
    assert.deepEqual(two.map((peer) => [peer.namespaceSelector !== undefined, peer.podSelector !== undefined]), [[true, false], [false, true]]);
    const one = policy('{ingress: [{from: [{namespaceSelector: {}, podSelector: {}}]}]}').ingress.rules[0]!.peers;
    assert.deepEqual(one.map((peer) => [peer.namespaceSelector !== undefined, peer.podSelector !== undefined]), [[true, true]]);
  });
  test('a selector that is null is none; one that is empty selects everything', () => {
    const [peer] = policy('{ingress: [{from: [{namespaceSelector: {}, podSelector: null}]}]}').ingress.rules[0]!.peers;
    assert.ok(selectsAll(peer!.namespaceSelector!));
    assert.equal(peer!.podSelector, undefined);
  });
  test('ipBlock with exceptions', () => {
    const [peer] = policy('{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0/16]}}]}]}').ingress.rules[0]!.peers;
    assert.equal(known(peer!.ipBlock!.cidr), '10.0.0.0/8');
    assert.deepEqual(peer!.ipBlock!.except.map(known), ['10.1.0.0/16', '10.2.0.0/16']);
  });
  test('ports by number, by name and as a range; TCP by default', () => {
    const [rule] = policy('{ingress: [{ports: [{port: 80}, {port: http, protocol: UDP}, {port: 8000, endPort: 8100}]}]}').ingress.rules;
    assert.deepEqual(rule!.ports.map(({ port, end, protocol }) => [known<number | string>(port as never), known(end), protocol]), [[80, undefined, 'TCP'], ['http', undefined, 'UDP'], [8000, 8100, 'TCP']]);
    assert.ok(rule!.anyPeer && !rule!.anyPort);
  });
});

describe('AuthorizationPolicy', () => {
  test('every field of source, operation and condition', () => {
    const names = ['principals', 'notPrincipals', 'requestPrincipals', 'notRequestPrincipals', 'namespaces', 'notNamespaces', 'serviceAccounts', 'notServiceAccounts', 'trustDomains', 'notTrustDomains', 'ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks'];
    const fact = authorization(`{rules: [{from: [{source: {${names.map((name) => `${name}: [x]`).join(', ')}}}], to: [{operation: {hosts: [h], notPaths: [/x], ports: ["80"]}}], when: [{key: source.ip, values: [10.0.0.1], notValues: [10.0.0.2]}]}]}`);
    const [rule] = fact.rules;
    assert.deepEqual(Object.keys(rule!.sources[0]!.fields).sort(), names.sort());
    assert.deepEqual(Object.keys(rule!.operations[0]!.fields), ['hosts', 'ports', 'notPaths']);
    assert.deepEqual([known(rule!.conditions[0]!.key), rule!.conditions[0]!.values.map(known), rule!.conditions[0]!.notValues.map(known)], ['source.ip', ['10.0.0.1'], ['10.0.0.2']]);
  });
  test('an empty list says nothing', () => assert.deepEqual(authorization('{rules: [{from: [{source: {ipBlocks: []}}]}]}').rules[0]!.sources[0]!.fields, {}));
  test('no rules and one empty rule are told apart', () => {
    assert.equal(authorization('{}').rules.length, 0);
    assert.equal(authorization('{rules: [{}]}').rules.length, 1);
  });
  test('dry run is an annotation', () => {
    assert.equal(authorization('{}', '{name: p, annotations: {"istio.io/dry-run": "true"}}').dryRun, true);
    assert.equal(authorization('{}', '{name: p, annotations: {"istio.io/dry-run": "false"}}').dryRun, false);
    assert.equal(authorization('{}').dryRun, false);
  });
  test('targets: by label, by reference (also the older targetRef), or none', () => {
    assert.ok(authorization('{selector: {matchLabels: {app: a}}}').target.selector);
    assert.deepEqual(authorization('{targetRefs: [{kind: Service, name: a}]}').target.refs.map((ref) => known(ref.kind)), ['Service']);
    assert.deepEqual(authorization('{targetRef: {kind: Gateway, name: a}}').target.refs.map((ref) => known(ref.kind)), ['Gateway']);
    assert.deepEqual(authorization('{}').target, { selector: undefined, refs: [], open: false });
  });
  test('v1beta1 is read as v1', () => {
    assert.equal((factsOf('{apiVersion: security.istio.io/v1beta1, kind: AuthorizationPolicy, spec: {action: DENY}}')[0] as AuthorizationPolicyFact).action.state, 'known');
  });
  test('a policy of another group under the same kind is not read as one', () => {
    const [fact] = factsOf('{apiVersion: policy.linkerd.io/v1alpha1, kind: AuthorizationPolicy, spec: {action: DENY}}');
    assert.equal((fact as { fact: string }).fact, 'linkerdAuthorization');
  });
});

test('PeerAuthentication: mode and modes by port', () => {
  const fact = istio('PeerAuthentication', '{selector: {matchLabels: {app: a}}, mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}}') as PeerAuthenticationFact;
  assert.equal(known(fact.mode), 'STRICT');
  assert.deepEqual(fact.ports.map(({ port, mode }) => [port, known(mode)]), [['8080', 'DISABLE']]);
});

test('RequestAuthentication: issuers, keys, and whether the program behind gets to see the token', () => {
  const fact = istio('RequestAuthentication', '{jwtRules: [{issuer: https://login.example, jwksUri: http://keys.example/jwks}, {issuer: a, forwardOriginalToken: true}, {issuer: b, outputClaimToHeaders: [{header: x-sub, claim: sub}]}]}') as RequestAuthenticationFact;
  assert.deepEqual(fact.rules.map(({ issuer, jwksUri, forwards }) => [known(issuer), known(jwksUri), forwards]), [['https://login.example', 'http://keys.example/jwks', false], ['a', undefined, true], ['b', undefined, true]]);
});

describe('places', () => {
  const yaml = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
spec:
  ingress:
    - from:
        - ipBlock:
            cidr: "10.0.0.0/8"
`;
  const at = (text: string, place: Place) => text.slice(place.span.start, place.span.end);
  test('an address is underlined where it is written', () => {
    const [fact] = factsOf(yaml) as [NetworkPolicyFact];
    const { cidr } = fact.ingress.rules[0]!.peers[0]!.ipBlock!;
    assert.equal(at(yaml, cidr.at), '"10.0.0.0/8"');
    assert.deepEqual(cidr.at.path, ['spec', 'ingress', 0, 'from', 0, 'ipBlock', 'cidr']);
  });
  test('an item of ipBlocks, a value of a condition', () => {
    const text = '{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, spec: {rules: [{from: [{source: {ipBlocks: [10.0.0.1, 10.0.0.2]}}], when: [{key: remote.ip, values: [10.0.0.3]}]}]}}';
    const [rule] = (factsOf(text)[0] as AuthorizationPolicyFact).rules;
    assert.deepEqual(rule!.sources[0]!.fields.ipBlocks!.map((value) => at(text, value.at)), ['10.0.0.1', '10.0.0.2']);
    assert.equal(at(text, rule!.conditions[0]!.values[0]!.at), '10.0.0.3');
  });
});
