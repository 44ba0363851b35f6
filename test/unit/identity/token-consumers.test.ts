import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consumersIn, hidesPrograms, imagePath, tokenConsumers } from '../../../engine/identity/token-consumers.ts';
import { graphOfObjects } from '../../support/graph.ts';

interface PodOptions { image?: string; command?: string[]; args?: string[]; env?: object[]; annotations?: object; volumes?: object[]; accountAnnotations?: object }

/** Names and tokens of the consumers known in a pod. */
function found({ image = 'registry.example/shop:1', annotations = {}, volumes = [], accountAnnotations = {}, ...container }: PodOptions): string[] {
  const graph = graphOfObjects([
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop', annotations }, spec: { serviceAccountName: 'a', containers: [{ name: 'main', image, ...container }], volumes } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'a', namespace: 'shop', annotations: accountAnnotations } },
  ]);
  const [workload] = graph.workloads;
  return consumersIn(workload!, graph.accountOf(workload!)).map(({ consumer }) => `${consumer.name} (${consumer.token})`);
}

describe('The path of an image', () => {
  for (const [image, path] of [
    ['nginx', 'nginx'],
    ['nginx:1.27', 'nginx'],
    ['docker.io/library/nginx:1.27', 'library/nginx'],
    ['localhost:5000/team/app:1', 'team/app'],
    ['localhost/app', 'app'],
    ['quay.io/Brancz/kube-rbac-proxy@sha256:0123', 'brancz/kube-rbac-proxy'],
    ['team/app', 'team/app'],
    ['ko://example.com/cmd/controller', 'cmd/controller'],
    ['', ''],
  ]) test(`${image || '(none)'} is ${path || '(none)'}`, () => assert.equal(imagePath(image!), path));
});

describe('Known token consumers', () => {
  test('each says where it is written', () => {
    for (const { name, source } of tokenConsumers) assert.ok(source.length > 10, name);
  });

  for (const image of ['quay.io/jetstack/cert-manager-controller:v1', 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2', 'registry.k8s.io/ingress-nginx/controller:v1', 'bitnami/kubectl', 'coredns/coredns', 'registry.k8s.io/sig-storage/csi-provisioner:v5', 'prom/prometheus', 'calico/node:v3', 'ghcr.io/zalando/spilo-16:3', 'datadog/agent:7']) {
    test(`by image: ${image}`, () => assert.notDeepEqual(found({ image }), []));
  }
  for (const image of ['node:20', 'registry.example/shop/gateway:1', 'registry.example/order-manager:1', 'registry.example/agent:1', 'nginx', 'grafana/grafana', 'registry.example/k8s-demo:1', 'registry.example/scheduler:1']) {
    test(`not by image: ${image}`, () => assert.deepEqual(found({ image }), []));
  }

  for (const args of [['--kubeconfig=/etc/kube/config'], ['--leader-elect'], ['-c', 'kubectl get pods | wc -l'], ['--in-cluster'], ['curl -H @/var/run/secrets/kubernetes.io/serviceaccount/token https://kubernetes.default.svc']]) {
    test(`by argument: ${args.join(' ')}`, () => assert.notDeepEqual(found({ args }), []));
  }
  for (const args of [['--leader'], ['echo', 'the helmet of locality'], ['https://example.org/kubectl-docs'], ['--config=/etc/shop.yaml']]) {
    test(`not by argument: ${args.join(' ')}`, () => assert.deepEqual(found({ args }), []));
  }

  test('by variable, whatever its value', () => assert.notDeepEqual(found({ env: [{ name: 'WATCH_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }] }), []));
  test('by annotation', () => assert.deepEqual(found({ annotations: { 'vault.hashicorp.com/agent-inject': 'true' } }), ['the Vault Agent injector (account)']));
  test('by CSI driver', () => assert.deepEqual(found({ volumes: [{ name: 's', csi: { driver: 'secrets-store.csi.k8s.io' } }] }), ['the Secrets Store CSI driver (account)']));
  test('cloud identity brings a token of its own', () => assert.deepEqual(found({ accountAnnotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/x' } }), ['EKS IAM roles for service accounts (own)']));
  test('a sidecar with a projected token does not need the other', () => {
    const image = 'docker.io/istio/proxyv2:1.24.0';
    const volumes = [{ name: 'istio-token', projected: { sources: [{ serviceAccountToken: { audience: 'istio-ca', path: 'istio-token' } }] } }];
    assert.deepEqual(found({ image }), ['the Istio proxy (account)']);
    assert.deepEqual(found({ image, volumes }), []);
  });
});

describe('Programs that cannot be seen', () => {
  test('are none where all is written out', () => {
    const graph = graphOfObjects([{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'main', image: 'a', command: ['b'] }] } }]);
    assert.equal(hidesPrograms(graph.workloads[0]!.fact), false);
  });

  test('are those of a workflow whose pods a string patches', () => {
    const graph = graphOfObjects([{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name: 'w' }, spec: { podSpecPatch: 'x', templates: [{ name: 't', container: { image: 'a' } }] } }]);
    assert.equal(hidesPrograms(graph.workloads[0]!.fact), true);
  });
});

describe('Hostile text', () => {
  test('is read in linear time', () => {
    const long = `${'-'.repeat(50_000)} ${'kubernetes'.repeat(10_000)} ${'/'.repeat(50_000)}`;
    const start = performance.now();
    found({ image: long, command: [long], args: [long], env: [{ name: 'A_'.repeat(50_000), value: long }] });
    assert.ok(performance.now() - start < 2_000);
  });
});
