import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildGraph } from '../../../engine/identity/graph.ts';
import { riskAnnotation, riskOf } from '../../../engine/identity/risk.ts';
import { riskClasses, type RiskSettings } from '../../../engine/identity/risk-classes.ts';
import { graphOfFiles } from '../../support/graph.ts';

interface Options { readonly kind?: string; readonly image?: string; readonly before?: string; readonly labels?: string; readonly env?: string; readonly annotations?: string }

/** The class of a Deployment (or a Job, or a Runner) of this name, and why. */
function classOf(name: string, { kind = 'apps/v1 Deployment', image = 'registry.example/app:1', before = '', labels = '{}', env = '[]', annotations = '{}' }: Options = {}): [string, string] | undefined {
  const [apiVersion, word] = kind.split(' ');
  const graph = graphOfFiles({ 'all.yaml': `apiVersion: ${apiVersion}
kind: ${word}
metadata: { name: ${name} }
spec:
  template:
    metadata: { labels: ${labels}, annotations: ${annotations} }
    spec:
      ${before && `initContainers: [{ name: i, image: ${before} }]`}
      containers: [{ name: c, image: ${image}, env: ${env} }]
` });
  const risk = riskOf(graph.workloads[0]!);
  return risk && [risk.class, risk.because];
}

describe('the risk class of a workload', () => {
  test('says why', () => {
    assert.deepEqual(classOf('web', { image: 'docker.io/hashicorp/vault:1.17@sha256:ab' }), ['secrets-manager', 'it runs the image "hashicorp/vault"']);
    assert.deepEqual(classOf('payments-api'), ['payment', 'it is called "payments-api"']);
    assert.deepEqual(classOf('web', { env: '[{ name: STRIPE_SECRET_KEY, valueFrom: { secretKeyRef: { name: s, key: k } } }]' }), ['payment', 'it is given STRIPE_SECRET_KEY']);
    assert.deepEqual(classOf('web', { labels: '{ app.kubernetes.io/component: admin }' }), ['admin-api', 'its label app.kubernetes.io/component is "admin"']);
    assert.deepEqual(classOf('db', { image: 'postgres:16' }), ['data-store', 'it runs the image "postgres"']);
    assert.deepEqual(classOf('r', { image: 'ghcr.io/actions/actions-runner:latest' }), ['ci-runner', 'it runs the image "actions/actions-runner"']);
    assert.deepEqual(classOf('sync', { image: 'ghcr.io/fluxcd/kustomize-controller:v1' }), ['gitops-controller', 'it runs the image "fluxcd/kustomize-controller"']);
    assert.deepEqual(classOf('support-assistant', { env: '[{ name: OPENAI_API_KEY, value: x }]' }), ['agent', 'it is given OPENAI_API_KEY and it is called "support-assistant"']);
  });

  test('is none where nothing says one, or only half of it', () => {
    assert.equal(classOf('web'), undefined);
    // A monitoring agent, an application that calls a model, an exporter beside a store.
    assert.equal(classOf('datadog-agent', { image: 'gcr.io/datadoghq/agent:7' }), undefined);
    assert.equal(classOf('search', { env: '[{ name: OPENAI_API_KEY, value: x }]' }), undefined);
    assert.equal(classOf('metrics', { image: 'prometheuscommunity/postgres-exporter' }), undefined);
    // Words inside of words.
    assert.equal(classOf('administrator-guide-site'), undefined);
    assert.equal(classOf('repayments2'), undefined);
  });

  test('is not that of what visits: waiting for a store, backing it up', () => {
    assert.equal(classOf('web', { before: 'postgres:16' }), undefined);
    assert.equal(classOf('backup', { kind: 'batch/v1 Job', image: 'postgres:16' }), undefined);
  });

  test('is overridden by an annotation, either way', () => {
    assert.deepEqual(classOf('web', { annotations: `{ ${riskAnnotation}: payment }` }), ['payment', `its annotation ${riskAnnotation} says so`]);
    assert.equal(classOf('db', { image: 'postgres:16', annotations: `{ ${riskAnnotation}: none }` }), undefined);
    // A word that is no class says nothing.
    assert.deepEqual(classOf('db', { image: 'postgres:16', annotations: `{ ${riskAnnotation}: huge }` })?.[0], 'data-store');
    for (const one of riskClasses) assert.equal(classOf('web', { annotations: `{ ${riskAnnotation}: ${one} }` })?.[0], one);
  });

  test('is what kubewho.yaml says before anything else, and there what is written last', () => {
    const { objects } = graphOfFiles({ 'all.yaml': `apiVersion: v1
kind: Pod
metadata: { name: db, namespace: shop, annotations: { ${riskAnnotation}: payment } }
spec: { containers: [{ name: c, image: postgres:16 }] }
` });
    const classes = (...settings: RiskSettings[]) => riskOf(buildGraph(objects, settings).workloads[0]!);
    assert.equal(classes()?.class, 'payment');
    assert.deepEqual([classes({ class: 'agent', workloads: ['shop/*'] })?.class, classes({ class: 'agent', workloads: ['shop/*'] })?.because], ['agent', 'kubewho.yaml says so']);
    assert.equal(classes({ class: 'agent', workloads: ['*'] }, { class: 'none', workloads: ['shop/db'] }), undefined);
    assert.equal(classes({ class: 'none', workloads: ['shop/d', 'db', 'billing/db'] })?.class, 'payment');
  });
});
