import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { displayName, namespaceWords, releaseNamespace, shownName, standIn } from '../../../engine/identity/objects.ts';
import { fewInWords, inWords } from '../../../engine/identity/rbac-subjects.ts';
import { Workspace } from '../../../engine/lint/workspace.ts';
import { rules } from '../../../rules/index.ts';

/* How findings call things, where what is written is a template's, is nobody's, or is too much to be read. */

const findings = (rule: string, text: string) => {
  const workspace = new Workspace(rules);
  workspace.set({ path: 'a.yaml', text, dialect: 'kubernetes', scope: '', role: 'manifest' });
  return workspace.findings().filter((finding) => finding.rule === rule);
};

describe('A name', () => {
  test('has its actions spaced in one way, however the template has them', () => {
    assert.equal(shownName('{{include "app.fullname" .}}'), '{{ include "app.fullname" . }}');
    assert.equal(shownName('{{-  .Release.Name  -}}-{{ .Values.x }}'), '{{ .Release.Name }}-{{ .Values.x }}');
  });
  test('shows nothing of an action that is too long to be shown', () => {
    assert.equal(shownName('{{ get (fromJson (include "app.Fullname" a:…)) "r" }}-test'), '{{ … }}-test');
  });
  test('of an account that an operator decides on is told by the object', () => {
    assert.equal(displayName({ namespace: 'shop', name: '{{account of Grafana {{ .Release.Name }}-grafana}}' }), 'the account of Grafana {{ .Release.Name }}-grafana');
  });
  test('of a namespace that only the release knows is no expression', () => {
    assert.deepEqual([releaseNamespace, standIn.namespace, '', 'shop', '{{.Values.namespace}}'].map(namespaceWords), ['the release\'s namespace', 'the release\'s namespace', 'its namespace', 'namespace "shop"', 'namespace "{{ .Values.namespace }}"']);
  });
});

describe('A list of words', () => {
  test('ends as it is asked to, and stays short', () => {
    assert.equal(inWords(['get', 'list', 'watch'], 'or'), 'get, list or watch');
    assert.equal(fewInWords(['a', 'b', 'c', 'd', 'e']), 'a, b, c, d and e');
    assert.equal(fewInWords(['a', 'b', 'c', 'd', 'e', 'f']), 'a, b, c, d and 2 more');
  });
});

describe('A finding', () => {
  test('says a star alone, not what the star holds anyway', () => {
    const [found] = findings('grants-admission-control', 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: manager}\nrules:\n  - {apiGroups: [constraints.gatekeeper.sh], resources: ["*", k8spods], verbs: [create, delete]}\n');
    assert.match(found!.message, /create and delete "\*" wherever it is bound/);
  });

  test('shows each place once', () => {
    const [found] = findings('privileged-token-on-every-node', `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: manager}
rules:
  - {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles, clusterrolebindings], verbs: ["*"]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: manager}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: manager}
subjects: [{kind: ServiceAccount, name: manager, namespace: storage}]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: manager, namespace: storage}
spec:
  selector: {matchLabels: {app: manager}}
  template:
    metadata: {labels: {app: manager}}
    spec:
      serviceAccountName: manager
      containers: [{name: manager, image: "example.com/manager:1"}]
`);
    assert.deepEqual(found!.related.map(({ message }) => message), ['this rule allows it', 'this binding gives it']);
  });
});
