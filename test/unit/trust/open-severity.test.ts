import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rules } from '../../../rules/index.ts';
import { plannedWorkspace } from '../../corpus/projects.ts';

/* How grave it is that a port is open to everyone, by what containers call it. */
const policy = (ports: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec:
  template:
    metadata: {labels: {app: api}}
    spec:
      serviceAccountName: api
      containers: [{name: api, image: api, ports: [{name: http-metrics, containerPort: 9402}, {name: healthz, containerPort: 9403}, {name: http, containerPort: 8080}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress: [{ports: [${ports}]}]
`;

const severities = (ports: string) => plannedWorkspace(new Map([['a.yaml', policy(ports)]]), rules).findings().filter(({ rule }) => rule === 'open-network-peer').map(({ severity }) => severity);

test('ports of metrics and probes alone are an info, by name and by number', () => {
  assert.deepEqual(severities('{port: http-metrics}, {port: 9403}'), ['info']);
});

test('beside a port that serves, or in a range, they are not', () => {
  assert.deepEqual(severities('{port: http-metrics}, {port: 8080}'), ['warning']);
  assert.deepEqual(severities('{port: 9402, endPort: 9500}'), ['warning']);
});
