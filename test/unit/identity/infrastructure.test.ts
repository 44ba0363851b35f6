import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infrastructureOf } from '../../../engine/identity/infrastructure.ts';
import { graphOfFiles } from '../../support/graph.ts';

const classOf = (...images: readonly string[]): string | undefined => infrastructureOf(graphOfFiles({ 'a.yaml': `apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { containers: [${images.map((image, i) => `{ name: c${i}, image: "${image}" }`).join(', ')}] }\n` }).workloads[0]!);

test('parts of a cluster are known by their images', () => {
  assert.equal(classOf('quay.io/argoproj/argocd:v2.12.0'), 'a delivery controller (GitOps)');
  assert.equal(classOf('quay.io/tigera/operator:v1.34'), 'an operator of operators');
  assert.equal(classOf('docker.io/calico/node:v3'), 'a network plug-in (CNI)');
  assert.equal(classOf('registry.k8s.io/sig-storage/csi-provisioner:v5', 'registry.example/driver:1'), 'a storage driver (CSI)');
});

test('a sidecar that registers something, an application, a name alone are none', () => {
  assert.equal(classOf('ghcr.io/spiffe/spire-agent:1', 'registry.k8s.io/sig-storage/csi-node-driver-registrar:v2'), undefined);
  assert.equal(classOf('registry.example/argocd-dashboard:1'), undefined);
  assert.equal(classOf('registry.example/shop/api'), undefined);
});
