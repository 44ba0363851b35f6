import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { callersOf } from '../../../engine/trust/callers.ts';
import { graphOf, target, web } from './graph.ts';

/* Who is shown to call the Deployment `web` of `shop`. A caller is named on evidence alone. */
const service = '---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}}\n';
const pod = (name: string, namespace: string, spec: string, labels = `app: ${name}`) => `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}}\nspec: {containers: [{name: c, image: i, ${spec}}]}\n`;
const callers = (...documents: string[]) => {
  const graph = graphOf(web + documents.join(''));
  return callersOf(graph, target(graph)).map(({ workload, how }) => `${workload.namespace}/${workload.object.name}: ${how}`);
};
const env = (name: string, value: string) => `env: [{name: ${name}, value: ${JSON.stringify(value)}}]`;

describe('by the DNS name of its Service', () => {
  const named: [namespace: string, spec: string][] = [
    ['shop', env('X', 'http://web:8080/v1')],
    ['shop', env('X', 'web:8080')],
    ['shop', env('WEB_HOST', 'web')],
    ['shop', env('X', 'a:1,web:8080')],
    ['shop', 'args: ["--upstream=web"]'],
    ['shop', 'args: [serve, "http://web/"]'],
    ['bank', env('X', 'http://web.shop')],
    ['bank', env('X', 'web.shop.svc.cluster.local:80')],
    ['bank', env('X', 'postgres://user:pass@web.shop.svc:5432/db?sslmode=disable')],
  ];
  for (const [namespace, spec] of named) test(`${namespace}: ${spec}`, () => assert.deepEqual(callers(service, pod('a', namespace, spec)), [`${namespace}/a: names the Service`]));

  const silent: [namespace: string, spec: string, why: string][] = [
    ['shop', env('NAME', 'web'), 'a word may be anything'],
    ['shop', 'args: [web]', 'a word may be anything'],
    ['bank', env('X', 'http://web:8080'), 'a bare name means the own namespace'],
    ['bank', env('X', 'http://web.bank.svc'), 'of another namespace'],
    ['bank', env('X', 'http://web.shop.example'), 'a name outside the cluster'],
    ['shop', env('X', 'http://other/web:8080'), 'a path'],
  ];
  for (const [namespace, spec, why] of silent) test(`not ${namespace}: ${spec} (${why})`, () => assert.deepEqual(callers(service, pod('a', namespace, spec)), []));
  test('not without the Service among the files', () => assert.deepEqual(callers(pod('a', 'shop', env('X', 'http://web:8080'))), []));
});

describe('by a peer of a policy that selects it', () => {
  const policy = (peer: string) => `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [${peer}]}]}\n`;
  const near = pod('near', 'shop', 'args: []', 'role: caller');
  const far = pod('far', 'bank', 'args: []', 'role: caller');
  const rows: [peer: string, found: string[], why: string][] = [
    ['{podSelector: {matchLabels: {role: caller}}}', ['shop/near'], 'of the own namespace'],
    ['{namespaceSelector: {}, podSelector: {matchLabels: {role: caller}}}', ['shop/near', 'bank/far'], 'of every namespace'],
    ['{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: bank}}, podSelector: {matchLabels: {role: caller}}}', ['bank/far'], 'of a namespace by its name'],
    ['{namespaceSelector: {matchLabels: {team: money}}, podSelector: {matchLabels: {role: caller}}}', [], 'of a namespace whose labels no file tells'],
    ['{podSelector: {}}', [], 'every pod shows nobody in particular'],
    ['{namespaceSelector: {}}', [], 'every pod shows nobody in particular'],
    ['{ipBlock: {cidr: 10.0.0.0/8}}', [], 'an address shows nobody'],
  ];
  for (const [peer, found, why] of rows) test(`${peer}: ${why}`, () => assert.deepEqual(callers(policy(peer), near, far), found.map((name) => `${name}: selected by a policy`)));
  test('by labels of the Namespace where it is among the files', () => {
    const namespace = '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: bank, labels: {team: money}}\n';
    assert.deepEqual(callers(policy(rows[3]![0]), namespace, near, far), ['bank/far: selected by a policy']);
  });
});

describe('by peers of other network policies', () => {
  const near = pod('near', 'shop', 'args: []', 'role: caller');
  const far = pod('far', 'bank', 'args: []', 'role: caller');
  const cilium = (source: string) => `---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {endpointSelector: {}, ingress: [{fromEndpoints: [${source}]}]}\n`;
  const calico = (source: string) => `---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {ingress: [{action: Allow, source: ${source}}]}\n`;
  const admin = (from: string) => `---\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: p}\nspec: {tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Accept, from: [${from}]}]}\n`;
  const rows: [document: string, found: string[], why: string][] = [
    [cilium('{matchLabels: {role: caller}}'), ['shop/near'], 'of the own namespace'],
    [cilium('{matchLabels: {"k8s:io.kubernetes.pod.namespace": bank, role: caller}}'), ['bank/far'], 'of another by its name'],
    [cilium('{matchLabels: {"k8s:io.kubernetes.pod.namespace": bank}}'), [], 'a whole namespace shows nobody in particular'],
    [cilium('{matchLabels: {io.cilium.k8s.policy.serviceaccount: default}}'), ['shop/near'], 'by account'],
    [calico(`{selector: "role == 'caller'"}`), ['shop/near'], 'of the own namespace'],
    [calico(`{selector: "role == 'caller'", namespaceSelector: "projectcalico.org/name == 'bank'"}`), ['bank/far'], 'of another by its name'],
    [calico('{serviceAccounts: {names: [default]}}'), ['shop/near'], 'by account'],
    [calico(`{selector: "role == 'caller'", notSelector: "role == 'caller'"}`), [], 'and not taken away again'],
    [admin('{pods: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: bank}}, podSelector: {matchLabels: {role: caller}}}}'), ['bank/far'], 'pods of a namespace'],
    [admin('{namespaces: {}}'), [], 'every pod shows nobody in particular'],
  ];
  for (const [document, found, why] of rows) test(`${document.split('\n')[4]}: ${why}`, () => assert.deepEqual(callers(document, near, far), found.map((name) => `${name}: selected by a policy`)));
});

describe('by the name of its Service in a ConfigMap that it is given', () => {
  const config = (data: string, namespace = 'shop') => `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: ${namespace}}\ndata: ${data}\n`;
  const mounting = (namespace: string) => `---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: ${namespace}}\nspec: {volumes: [{name: s, configMap: {name: settings}}], containers: [{name: c, image: i, volumeMounts: [{name: s, mountPath: /etc/a}]}]}\n`;
  const rows: [found: boolean, data: string, spec: string, why: string][] = [
    [true, '{WEB_HOST: web}', 'envFrom: [{configMapRef: {name: settings}}]', 'all of it as variables'],
    [true, '{url: "http://web:8080"}', 'env: [{name: X, valueFrom: {configMapKeyRef: {name: settings, key: url}}}]', 'one key'],
    [false, '{url: "http://web:8080", other: x}', 'env: [{name: X, valueFrom: {configMapKeyRef: {name: settings, key: other}}}]', 'another key'],
    [false, '{url: "http://web:8080"}', 'args: []', 'a ConfigMap that it is not given'],
    [false, '{greeting: web_HOST}', 'envFrom: [{configMapRef: {name: settings}}]', 'a word may be anything'],
  ];
  for (const [found, data, spec, why] of rows) test(`${data} with ${spec}: ${found} (${why})`, () => assert.deepEqual(callers(service, config(data), pod('a', 'shop', spec)), found ? ['shop/a: is configured with the Service'] : []));
  test('a file that it mounts', () => {
    const file = '{app.yaml: "server:\\n  upstream: \\"http://web.shop.svc:8080/v1\\"\\n"}';
    assert.deepEqual(callers(service, config(file), mounting('shop')), ['shop/a: is configured with the Service']);
    assert.deepEqual(callers(service, config(file, 'bank'), mounting('bank')), ['bank/a: is configured with the Service']);
    assert.deepEqual(callers(service, config('{app.yaml: "a: web\\nb: web:80 # see http://example.com/"}'), mounting('shop')), [], 'a word in a file may be anything');
    assert.deepEqual(callers(service, config(file), mounting('shop').replace('volumeMounts: [{name: s, mountPath: /etc/a}]', 'args: []')), [], 'a volume that no container mounts');
  });
});

describe('by an address that a policy of the target lets in', () => {
  const policy = '---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/24}}]}]}\n';
  const slice = (address: string) => `---\napiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: shop}\nspec: {selector: {app: b}}\n---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: b-x, namespace: shop, labels: {kubernetes.io/service-name: b}}\naddressType: IPv4\nendpoints: [{addresses: [${address}]}]\n`;
  const found = 'has an address that is let in';
  test('behind the Service of a workload', () => {
    assert.deepEqual(callers(policy, slice('10.0.0.7'), pod('b', 'shop', 'args: []')), [`shop/b: ${found}`]);
    assert.deepEqual(callers(policy, slice('10.0.1.7'), pod('b', 'shop', 'args: []')), []);
    assert.deepEqual(callers(policy, slice('10.0.0.7').replace('discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: b-x', 'v1\nkind: Endpoints\nmetadata: {name: b').replace('addressType: IPv4\nendpoints: [{addresses: [10.0.0.7]}]', 'subsets: [{addresses: [{ip: 10.0.0.7}]}]'), pod('b', 'shop', 'args: []')), [`shop/b: ${found}`]);
  });
  test('that a pod is given for good', () => assert.deepEqual(callers(policy, pod('b', 'shop', 'args: []').replace('labels: {app: b}', `annotations: {cni.projectcalico.org/ipAddrs: '["10.0.0.9"]'}`)), [`shop/b: ${found}`]));
  test('of a node, for pods on its network', () => {
    const node = '---\napiVersion: v1\nkind: Node\nmetadata: {name: n}\nstatus: {addresses: [{type: InternalIP, address: 10.0.0.1}]}\n';
    const onHost = pod('b', 'shop', 'args: []').replace('spec: {', 'spec: {hostNetwork: true, ');
    assert.deepEqual(callers(policy, node, onHost), ['shop/b: is on the network of a node that is let in']);
    assert.deepEqual(callers(policy, onHost), [], 'no range is known to be of nodes without Nodes');
  });
});
