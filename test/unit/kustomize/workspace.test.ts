import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { applyEdits } from '../../../engine/lint/fix.ts';
import type { Finding } from '../../../engine/lint/finding.ts';
import type { Workspace } from '../../../engine/lint/workspace.ts';
import { rules } from '../../../rules/index.ts';
import { plannedWorkspace } from '../../corpus/projects.ts';
import { planOf } from '../../support/kustomize.ts';

/* A base is judged as its overlays build it; findings stand where what they are about is written, and so do their fixes. */

const web = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      serviceAccountName: web
      automountServiceAccountToken: false
      containers:
        - name: web
          image: web:1
`;
const account = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
  namespace: shop
automountServiceAccountToken: false
`;
const base: Record<string, string> = { 'base/kustomization.yaml': 'resources: [web.yaml, account.yaml]\n', 'base/web.yaml': web, 'base/account.yaml': account };
/** An account that says nothing of its token. */
const plain = { 'base/account.yaml': account.replace('automountServiceAccountToken: false\n', '') };
const patch = (body: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
${body}`;
const prod = { 'prod/kustomization.yaml': 'resources: [../base]\npatches:\n  - path: patch.yaml\n' };
const staging = { 'staging/kustomization.yaml': 'resources: [../base]\nlabels: [{pairs: {stage: staging}}]\n' };

function workspaceOf(...parts: Record<string, string>[]): { workspace: Workspace; texts: Map<string, string> } {
  const texts = new Map(parts.flatMap((part) => Object.entries(part)));
  return { workspace: plannedWorkspace(texts, rules), texts };
}

const textAt = (texts: ReadonlyMap<string, string>, { file, span }: Pick<Finding, 'file' | 'span'>) => `${file}: ${texts.get(file)!.slice(span.start, span.end)}`;
const ofRule = (workspace: Workspace, rule: string) => workspace.findings().filter((finding) => finding.rule === rule);

function fixed(workspace: Workspace, finding: Finding, texts: ReadonlyMap<string, string>): Map<string, string> {
  const fix = workspace.fixesOf(finding)[0];
  assert.ok(fix, 'there is a fix');
  const files = new Map<string, { span: Finding['span']; newText: string }[]>();
  for (const edit of fix.edits) files.set(edit.file, [...(files.get(edit.file) ?? []), edit]);
  return new Map([...files].map(([file, edits]) => [file, applyEdits(texts.get(file)!, edits)!]));
}

describe('where a finding stands', () => {
  test('in the patch that says it, with the object that it is part of', () => {
    const { workspace, texts } = workspaceOf(base, plain, prod, { 'prod/patch.yaml': patch('      automountServiceAccountToken: true\n') });
    const [finding, ...others] = ofRule(workspace, 'automounted-token');
    assert.deepEqual(others, []);
    assert.equal(textAt(texts, finding!), 'prod/patch.yaml: true');
    assert.ok(finding!.related.some((one) => textAt(texts, one) === 'base/web.yaml: Deployment'), JSON.stringify(finding!.related));
    assert.deepEqual([...fixed(workspace, finding!, texts).keys()], ['prod/patch.yaml']);
  });

  test('in a patch that is written as text in the kustomization', () => {
    const text = `resources: [../base]\npatches:\n  - patch: |-\n${patch('      automountServiceAccountToken: true\n').trimEnd().split('\n').map((line) => `      ${line}`).join('\n')}\n`;
    const { workspace, texts } = workspaceOf(base, plain, { 'prod/kustomization.yaml': text });
    const [finding] = ofRule(workspace, 'automounted-token');
    assert.equal(textAt(texts, finding!), 'prod/kustomization.yaml: true');
    assert.deepEqual(fixed(workspace, finding!, texts).get('prod/kustomization.yaml'), text.replace('Token: true', 'Token: false'));
  });

  test('in a JSON patch', () => {
    const text = 'resources: [../base]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - op: replace\n      path: /spec/template/spec/automountServiceAccountToken\n      value: true\n';
    const { workspace, texts } = workspaceOf(base, plain, { 'prod/kustomization.yaml': text });
    const [finding] = ofRule(workspace, 'automounted-token');
    assert.equal(textAt(texts, finding!), 'prod/kustomization.yaml: true');
    assert.equal(fixed(workspace, finding!, texts).get('prod/kustomization.yaml'), text.replace('value: true', 'value: false'));
  });

  test('in the base, where a patch takes something out, with the build that does', () => {
    const { workspace, texts } = workspaceOf(base, prod, staging, { 'base/account.yaml': account.replace('Token: false', 'Token: true'), 'prod/patch.yaml': patch('      automountServiceAccountToken: null\n') });
    const [finding, ...others] = ofRule(workspace, 'automounted-token');
    assert.deepEqual(others, []);
    assert.equal(finding!.file, 'base/web.yaml');
    assert.deepEqual(finding!.related.filter(({ message }) => message.includes('kustomization')).map((one) => textAt(texts, one)), ['prod/kustomization.yaml: resources']);
    assert.ok(workspace.fixesOf(finding!).every(({ safe }) => !safe), 'staging is built on the base, too');
  });
});

describe('what an object is called', () => {
  const bare = { 'base/web.yaml': web.replace('  namespace: shop\n', ''), 'base/account.yaml': account.replace('  namespace: shop\n', '') };
  const called = (texts: Record<string, string>) => workspaceOf(base, bare, texts).workspace.graphs().flatMap(({ objects }) => objects.map(({ namespace, name, build }) => `${namespace}/${build?.names.map((one) => one.prefix + (one.name ?? name) + one.suffix).join()}`));

  test('a transformer in a file moves and renames it', () => {
    const files = (kind: string, body: string) => ({ 'prod/kustomization.yaml': 'resources: [../base]\ntransformers: [change.yaml]\n', 'prod/change.yaml': `apiVersion: builtin\nkind: ${kind}\n${body}` });
    assert.deepEqual(called(files('NamespaceTransformer', 'metadata: {name: any, namespace: end}\nfieldSpecs: [{path: metadata/namespace, create: true}]\n')), ['end/web', 'end/web']);
    assert.deepEqual(called(files('PrefixTransformer', 'metadata: {name: any}\nprefix: a-\nfieldSpecs: [{path: metadata/name, kind: Deployment}]\n')), ['/web', '/a-web']);
  });

  test('a JSON patch puts it where it says, whatever the namespace of the build', () => {
    assert.deepEqual(called({ 'prod/kustomization.yaml': 'resources: [../base]\nnamespace: end\npatchesJson6902:\n- target: {version: v1, kind: ServiceAccount, name: web}\n  patch: \'[{"op": "add", "path": "/metadata/namespace", "value": "other"}]\'\n' }), ['other/web', 'end/web']);
  });
});

describe('what a finding is about', () => {
  test('what every build has is one finding, and names none of them', () => {
    const { workspace } = workspaceOf(base, prod, staging, { 'base/web.yaml': web.replace('Token: false', 'Token: true'), 'prod/patch.yaml': patch('      hostNetwork: true\n') });
    const [finding, ...others] = ofRule(workspace, 'automounted-token');
    assert.deepEqual(others, []);
    assert.equal(finding!.instances, 2);
    assert.deepEqual(finding!.related.filter(({ message }) => message.includes('kustomization')), []);
  });

  test('what a patch mends in every build is no finding', () => {
    const { workspace } = workspaceOf(base, prod, { 'base/web.yaml': web.replace('Token: false', 'Token: true'), 'prod/patch.yaml': patch('      automountServiceAccountToken: false\n') });
    assert.deepEqual(ofRule(workspace, 'automounted-token'), []);
  });

  test('an object that every build deletes is not judged', () => {
    const { workspace } = workspaceOf(base, prod, { 'base/web.yaml': web.replace('Token: false', 'Token: true'), 'prod/patch.yaml': `$patch: delete\n${patch('')}` });
    assert.deepEqual(workspace.findings().filter(({ resource }) => resource.kind === 'Deployment'), []);
  });

  test('a patch is never judged as an object', () => {
    const { workspace } = workspaceOf(base, prod, { 'prod/patch.yaml': patch('      dnsPolicy: Default\n') });
    assert.deepEqual(workspace.findings().filter(({ file }) => file === 'prod/patch.yaml'), []);
  });

  test('what is not told by the files is not guessed: replacements, transformers of others', () => {
    const loud = { 'base/web.yaml': web.replace('Token: false', 'Token: true') };
    for (const further of ['replacements:\n- source: {kind: Service, name: a, fieldPath: spec.type}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths: [spec.template.spec.automountServiceAccountToken]\n', 'transformers: [plugin.yaml]\n']) {
      const { workspace } = workspaceOf(base, loud, { 'prod/kustomization.yaml': `resources: [../base]\n${further}`, 'prod/plugin.yaml': 'apiVersion: example.com/v1\nkind: Plugin\nmetadata: {name: x}\n' });
      assert.deepEqual(ofRule(workspace, 'automounted-token'), [], further);
    }
  });

  test('a placeholder under a key with dots is not what it says where a replacement fills it in', () => {
    const placeholder = { 'base/web.yaml': web.replace('      labels:\n        app: web\n    spec', '      labels:\n        app: web\n      annotations:\n        traffic.sidecar.istio.io/excludeOutboundPorts: PORT\n    spec'), 'base/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}\n', 'base/kustomization.yaml': 'resources: [web.yaml, account.yaml, namespace.yaml]\n' };
    const filled = 'configMapGenerator:\n- {name: db, literals: [PORT=3306]}\nreplacements:\n- source: {kind: ConfigMap, name: db, fieldPath: data.PORT}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths: ["spec.template.metadata.annotations.[traffic.sidecar.istio.io/excludeOutboundPorts]"]\n';
    const said = (further: string) => workspaceOf(base, placeholder, { 'prod/kustomization.yaml': `resources: [../base]\n${further}` }).workspace.findings().filter(({ rule }) => rule === 'mesh-bypass').map(({ messageId }) => messageId);
    assert.deepEqual(said(''), ['unreadable']);
    assert.deepEqual(said(filled), []);
  });

  test('a suppression in a patch keeps its finding back', () => {
    const { workspace } = workspaceOf(base, prod, { 'prod/patch.yaml': patch('      automountServiceAccountToken: true # kubewho: ignore[automounted-token] -- it calls the API\n') });
    assert.deepEqual(ofRule(workspace, 'automounted-token'), []);
    assert.equal(workspace.suppressed().length, 1);
  });
});

for (const namespaces of [false, true]) test(`the findings kept through edits of patches are those of a fresh reading${namespaces ? ', also of builds with namespaces of their own' : ''}`, () => {
  const files: Record<string, string> = { ...base, ...prod, ...staging, 'prod/patch.yaml': patch('      automountServiceAccountToken: true\n      serviceAccountName: other\n      hostNetwork: true\n') };
  if (namespaces) for (const build of ['prod', 'staging']) files[`${build}/kustomization.yaml`] += `namespace: ${build}\n`;
  const edit = fc.record({ file: fc.constantFrom(...Object.keys(files)), line: fc.nat(30), how: fc.constantFrom('drop' as const, 'false' as const, 'true' as const, 'null' as const, 'blank' as const) });
  fc.assert(fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), (edits) => {
    const { workspace, texts } = workspaceOf(files);
    workspace.findings();
    for (const { file, line, how } of edits) {
      const lines = texts.get(file)!.split('\n');
      const at = line % lines.length;
      texts.set(file, (how === 'drop' ? lines.toSpliced(at, 1) : how === 'blank' ? lines.toSpliced(at, 0, '') : lines.with(at, lines[at]!.replace(/: \S+$/, `: ${how}`))).join('\n'));
      const plan = planOf(texts);
      for (const [path, text] of texts) {
        const planned = plan.of(path);
        if (planned) workspace.set({ path, text, ...planned });
        else workspace.remove(path);
      }
      workspace.findings();
    }
    assert.deepEqual(workspace.findings(), plannedWorkspace(texts, rules).findings());
    // Two objects that builds put apart say the same: the first of them is spoken of, whichever was asked about last.
  }), { numRuns: 60, examples: [[[{ file: 'base/account.yaml', line: 26, how: 'drop' }, { file: 'base/web.yaml', line: 0, how: 'drop' }, { file: 'base/kustomization.yaml', line: 0, how: 'true' }]]] });
});
