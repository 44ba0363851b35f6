import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { networkLayers } from '../../../engine/trust/network.ts';
import { demandsIdentity, trustIn } from '../../../engine/trust/trust.ts';
import { graphOf, target, web } from './graph.ts';

/* What Cilium lets in to the Deployment `web` of `shop` (semantics.md 6.3; cilium pkg/policy/api). */
const policy = (spec: string, kind = 'CiliumNetworkPolicy', metadata = '{name: p, namespace: shop}') => `---\napiVersion: cilium.io/v2\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${spec}\n`;
const clusterwide = (spec: string) => policy(spec, 'CiliumClusterwideNetworkPolicy', '{name: c}');
const ingress = (...rules: string[]) => policy(`{endpointSelector: {}, ingress: [${rules.join(', ')}]}`);
const kubernetes = (spec: string) => `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n, namespace: shop}\nspec: ${spec}\n`;
const layers = (...documents: string[]) => {
  const graph = graphOf(web + documents.join(''));
  return networkLayers(graph, target(graph));
};
const layer = (...documents: string[]) => layers(...documents)[0]!;
const evidence = (...documents: string[]) => layer(...documents).admissions.map((admission) => admission.evidence);
const opens = (...documents: string[]) => layer(...documents).admissions.map((admission) => admission.opening?.to);

describe('which pods', () => {
  const rows: [selected: boolean, document: string, why: string][] = [
    [true, ingress('{}'), 'an empty selector is every pod of the namespace'],
    [true, policy('{endpointSelector: {matchLabels: {"k8s:app": web}}, ingress: [{}]}'), 'labels may say that they are Kubernetes’'],
    [true, policy('{endpointSelector: {matchLabels: {"any:app": web}}, ingress: [{}]}'), 'or of any source'],
    [false, policy('{endpointSelector: {matchLabels: {app: api}}, ingress: [{}]}'), 'another label'],
    [false, policy('{endpointSelector: {}, ingress: [{}]}', undefined, '{name: p, namespace: bank}'), 'another namespace'],
    [true, policy('{endpointSelector: {matchLabels: {"k8s:io.kubernetes.pod.namespace": bank, app: web}}, ingress: [{}]}'), 'a policy of a namespace is about that one, whatever it says'],
    [true, clusterwide('{endpointSelector: {matchLabels: {"k8s:io.kubernetes.pod.namespace": shop}}, ingress: [{}]}'), 'a clusterwide one by the namespace as a label'],
    [false, clusterwide('{endpointSelector: {matchLabels: {"k8s:io.kubernetes.pod.namespace": bank}}, ingress: [{}]}'), 'of another'],
    [true, clusterwide('{endpointSelector: {matchLabels: {io.cilium.k8s.policy.serviceaccount: web}}, ingress: [{}]}'), 'by the account'],
    [false, clusterwide('{nodeSelector: {}, ingress: [{}]}'), 'a host policy is about nodes'],
    [false, clusterwide('{endpointSelector: {matchLabels: {"reserved:health": ""}}, ingress: [{}]}'), 'Cilium’s own endpoints are no pods'],
    [false, clusterwide('{endpointSelector: {matchLabels: {io.cilium.k8s.policy.cluster: east}}, ingress: [{}]}'), 'the name of the cluster is told by no manifest'],
    [false, policy('{endpointSelector: {}, egress: [{}]}'), 'egress is another direction'],
  ];
  for (const [selected, document, why] of rows) test(`${why}: ${selected}`, () => assert.equal(layer(document).technology === 'Cilium', selected));

  test('the labels of the namespace', () => {
    const namespace = '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: a}}\n';
    const by = (team: string) => clusterwide(`{endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.team: ${team}}}, ingress: [{}]}`);
    assert.equal(layer(namespace, by('a')).technology, 'Cilium');
    assert.equal(layer(namespace, by('b')).technology, 'NetworkPolicy');
  });
  test('each of `specs`', () => assert.deepEqual(evidence(policy('{}').replace('spec: {}', 'specs: [{endpointSelector: {matchLabels: {app: api}}, ingress: [{fromEntities: [all]}]}, {endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]}]')), ['label']));
  test('not those on the host’s network', () => {
    const graph = graphOf(web.replace('serviceAccountName: web', 'hostNetwork: true') + ingress('{}'));
    assert.equal(networkLayers(graph, target(graph))[0]!.technology, 'NetworkPolicy');
  });
});

describe('isolation', () => {
  test('rules isolate; `- {}` lets nobody in', () => assert.deepEqual([layer(ingress('{}')).isolates, evidence(ingress('{}'))], [true, []]));
  test('not where default deny is off', () => assert.equal(layer(policy('{endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{fromEndpoints: [{}]}]}')).isolates, false));
  test('one policy that isolates is enough, of either kind', () => {
    assert.equal(layer(policy('{endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{fromEndpoints: [{}]}]}'), kubernetes('{podSelector: {}}')).isolates, true);
  });
});

describe('what a caller needs', () => {
  const rows: [evidence: string[], opens: (string | undefined)[], rule: string, why: string][] = [
    [['label'], [undefined], '{fromEndpoints: [{matchLabels: {app: a}}]}', 'pods by label'],
    [['label'], [undefined], '{fromEndpoints: [{matchLabels: {io.cilium.k8s.policy.serviceaccount: a}}]}', 'an account as a label is no proof'],
    [['label'], [undefined], '{fromEndpoints: [{}]}', 'all endpoints of the own namespace'],
    [['label'], ['everyPod'], '{fromEndpoints: [{matchExpressions: [{key: "k8s:io.kubernetes.pod.namespace", operator: Exists}]}]}', 'of any namespace'],
    [[], [], '{fromEndpoints: []}', 'an empty list selects nothing'],
    [[], [], '{fromEndpoints: [], toPorts: [{ports: [{port: "80"}]}]}', 'on ports as well'],
    [['nothing'], ['anyone'], '{toPorts: [{ports: [{port: "80"}]}]}', 'no source at all, with ports: anyone'],
    [['address'], [undefined], '{fromCIDR: [10.0.0.0/8]}', 'a network'],
    [['address'], [undefined], '{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}', 'with exceptions'],
    [['nothing'], ['outside'], '{fromCIDR: [0.0.0.0/0]}', 'every address, of what is outside the cluster'],
    [['address', 'address'], ['outside', 'outside'], '{fromCIDRSet: [{cidr: 0.0.0.0/1}, {cidr: 128.0.0.0/1}]}', 'in halves'],
    [['nothing'], ['entityAll'], '{fromEntities: [all]}', 'all'],
    [['nothing'], ['outside'], '{fromEntities: [world]}', 'world: both families'],
    [['address'], ['cluster'], '{fromEntities: [cluster]}', 'cluster: every pod and node'],
    [['address'], [undefined], '{fromEntities: [remote-node]}', 'other nodes, and whatever runs on them'],
    [['label'], [undefined], '{fromEntities: [kube-apiserver]}', 'a part of the cluster that Cilium tells'],
    [[], [], '{fromEntities: [none]}', 'none'],
    [['address'], [undefined], '{fromNodes: [{matchLabels: {a: b}}]}', 'nodes by label'],
    [['address'], [undefined], '{fromGroups: [{aws: {securityGroupsIds: [sg-1]}}]}', 'security groups of a cloud become addresses'],
    [['identity'], [undefined], '{fromEndpoints: [{matchLabels: {app: a}}], authentication: {mode: required}}', 'authenticated: a proof, up to 1.20'],
    [['anyIdentity'], [undefined], '{fromEntities: [cluster], authentication: {mode: required}}', 'whoever has any identity'],
    [['label'], [undefined], '{fromEndpoints: [{matchLabels: {app: a}}], authentication: {mode: disabled}}', 'disabled always passes'],
    [[], [], '{fromCIDR: [10.0.0.0/8], authentication: {mode: test-always-fail}}', 'a mode that lets nobody in'],
    [['unknown'], [undefined], '{fromCIDR: [10.0.0.0/8], toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{headers: ["X-Key: secret"]}]}}]}', 'a header may hold a secret'],
  ];
  for (const [asked, open, rule, why] of rows) {
    test(`${rule}: ${asked} (${why})`, () => {
      assert.deepEqual(evidence(ingress(rule)), asked);
      assert.deepEqual(opens(ingress(rule)), open);
    });
  }
  test('an empty selector of a clusterwide policy is every pod', () => assert.deepEqual(opens(clusterwide('{endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]}')), ['everyPod']));
  test('a group of networks: those that it has, where it is among the files', () => {
    const group = '---\napiVersion: cilium.io/v2\nkind: CiliumCIDRGroup\nmetadata: {name: office, labels: {kind: office}}\nspec: {externalCIDRs: [10.0.0.0/24, 10.0.1.0/24]}\n';
    const addresses = (...documents: string[]) => layer(...documents).admissions.map((admission) => admission.addresses.map((value) => value.state === 'known' && value.value));
    assert.deepEqual(addresses(group, ingress('{fromCIDRSet: [{cidrGroupRef: office}]}')), [['10.0.0.0/24', '10.0.1.0/24']]);
    assert.deepEqual(addresses(group, ingress('{fromCIDRSet: [{cidrGroupSelector: {matchLabels: {kind: office}}}]}')), [['10.0.0.0/24', '10.0.1.0/24']]);
    assert.deepEqual(addresses(ingress('{fromCIDRSet: [{cidrGroupRef: office}]}')), [[]]);
  });
});

describe('deny rules win', () => {
  const allowed = '{fromCIDR: [10.0.0.0/8]}';
  const denied = (allow: string, deny: string) => evidence(policy(`{endpointSelector: {}, ingress: [${allow}], ingressDeny: [${deny}]}`));
  test('over the same networks, or wider ones', () => {
    assert.deepEqual(denied(allowed, '{fromCIDR: [10.0.0.0/8]}'), []);
    assert.deepEqual(denied(allowed, '{fromCIDR: [0.0.0.0/0]}'), []);
    assert.deepEqual(denied(allowed, '{fromEntities: [world]}'), []);
    assert.deepEqual(denied(allowed, '{fromEntities: [all]}'), []);
  });
  test('what they only narrow stays', () => {
    assert.deepEqual(denied(allowed, '{fromCIDR: [10.1.0.0/16]}'), ['address']);
    assert.deepEqual(denied(allowed, '{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}'), ['address']);
    assert.deepEqual(denied(allowed, '{fromEntities: [all], toPorts: [{ports: [{port: "80"}]}]}'), ['address']);
    assert.deepEqual(denied(allowed, '{fromEndpoints: [{matchLabels: {app: a}}]}'), ['address']);
  });
  test('on the ports that they name', () => {
    assert.deepEqual(denied('{fromCIDR: [10.0.0.0/8], toPorts: [{ports: [{port: "80", protocol: TCP}]}]}', '{fromEntities: [all], toPorts: [{ports: [{port: "1", endPort: 100}]}]}'), []);
    assert.deepEqual(denied('{fromCIDR: [10.0.0.0/8], toPorts: [{ports: [{port: "80", protocol: TCP}]}]}', '{fromEntities: [all], toPorts: [{ports: [{port: "80", protocol: UDP}]}]}'), ['address']);
  });
  test('over what another policy lets in, a NetworkPolicy too', () => {
    const deny = clusterwide('{endpointSelector: {}, ingressDeny: [{fromEntities: [world]}]}');
    assert.deepEqual(evidence(ingress(allowed), deny), []);
    assert.deepEqual(evidence(kubernetes('{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}'), deny), []);
  });
  test('everyone without all pods is everyone no more', () => {
    assert.deepEqual(opens(policy('{endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "80"}]}]}], ingressDeny: [{fromEntities: [cluster]}]}')), [undefined]);
  });
});

describe('policies of Cilium and NetworkPolicies', () => {
  const authenticated = ingress('{fromEndpoints: [{matchLabels: {app: a}}], authentication: {mode: required}}');
  const demanded = (...documents: string[]) => {
    const graph = graphOf(web + documents.join(''));
    return demandsIdentity(trustIn(graph, target(graph))).demanded;
  };
  test('are one union, one layer', () => {
    const both = layers(authenticated, kubernetes('{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}'));
    assert.deepEqual(both.map(({ technology }) => technology), ['Cilium']);
    assert.deepEqual(both[0]!.admissions.map((admission) => admission.evidence), ['identity', 'address']);
  });
  test('an identity is demanded where every way in demands one', () => {
    assert.equal(demanded(authenticated), true);
    assert.equal(demanded(authenticated, kubernetes('{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}')), false);
    assert.equal(demanded(ingress('{fromCIDR: [10.0.0.0/8]}')), false);
  });
  test('a policy that may select the pods, and may demand or deny, leaves it unknown', () => {
    assert.equal(demanded(clusterwide('{endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.team: a}}, ingressDeny: [{fromEntities: [world]}]}')), 'unknown');
  });
});
