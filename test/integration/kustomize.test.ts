import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
// @ts-expect-error -- plain JavaScript, which runs before anything is compiled
import { kubernetesTools } from '../../scripts/setup/places.mjs';
import { nameInCluster } from '../../engine/identity/build.ts';
import { nameOfAccount } from '../../engine/identity/subjects.ts';
import { defaultConfiguration } from '../../engine/lint/config.ts';
import { Workspace } from '../../engine/lint/workspace.ts';
import { toData } from '../../engine/yaml/node.ts';
import { parseYaml } from '../../engine/yaml/parse.ts';
import { splitStream } from '../../engine/yaml/split.ts';
import { installsOf } from '../../sources/installs.ts';
import { corpusProjects, corpusRoot, corpusTexts } from '../corpus/projects.ts';
import { corpusAbsent } from '../support/absent.ts';
import { builtView, compareViews, generatedNames, planOf, staticView } from '../support/kustomize.ts';

/*
 * What kubewho makes of objects without building them is what `kubectl kustomize` makes of them: names, namespaces,
 * accounts, subjects, roles, labels and selectors, object by object. First overlays that are written for this, each with
 * one feature or several; then every kustomization of real repositories that can be built without a network.
 */

const kubectl = join((kubernetesTools as { dir: string }[])[0]!.dir, 'kubectl');
const scratch = mkdtempSync(join(tmpdir(), 'kubewho-kustomize-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** What kustomize builds of a folder, or its message. */
function build(folder: string): { readonly output: string } | { readonly failed: string } {
  try {
    return { output: execFileSync(kubectl, ['kustomize', '--load-restrictor', 'LoadRestrictionsNone', folder], { encoding: 'utf8', timeout: 20_000, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28, env: { PATH: '', HOME: scratch } }) };
  } catch (error) {
    return { failed: String((error as { stderr?: string }).stderr) };
  }
}

/** Why kustomize does not build something, by its message: the first that applies. */
const reasons: Readonly<Record<string, RegExp>> = {
  'fetched from elsewhere': /no 'git' program on path|dial tcp/,
  'a file or folder that is not there': /no such file or directory/,
  'Helm': /must specify --enable-helm/,
  'a plug-in': /external plugins disabled/,
  'a component without what it changes': /failed to find unique target|nothing selected by|no matches for Id/,
};

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      automountServiceAccountToken: true
      containers:
      - name: web
        image: web:1
        env: [{name: A, value: a}, {name: B, value: b}]
        volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, emptyDir: {}}]
`;
const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop}\nautomountServiceAccountToken: false\n';
const binding = `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects: [{kind: ServiceAccount, name: web, namespace: shop}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web, namespace: shop}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]
`;
const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n';
const policy = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: client}}}]}]}\n';
const base = {
  'base/kustomization.yaml': 'resources: [deployment.yaml, account.yaml, binding.yaml, service.yaml, policy.yaml]\n',
  'base/deployment.yaml': deployment,
  'base/account.yaml': account,
  'base/binding.yaml': binding,
  'base/service.yaml': service,
  'base/policy.yaml': policy,
};

const pod = (body: string) => `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n    spec:\n${body}`;
const indented = (text: string, by: number) => text.trimEnd().split('\n').map((line) => ' '.repeat(by) + line).join('\n');

/** What an overlay over the base above says, with further files of its own. */
const overlays: Record<string, Record<string, string>> = {
  'a strategic-merge patch in a file': { 'kustomization.yaml': 'resources: [../base]\npatches: [{path: patch.yaml}]\n', 'patch.yaml': pod('      serviceAccountName: other\n      automountServiceAccountToken: false\n') },
  'a patch written as text': { 'kustomization.yaml': `resources: [../base]\npatches:\n- patch: |-\n${indented(pod('      serviceAccountName: other\n'), 4)}\n` },
  'patchesStrategicMerge, by file and as text': { 'kustomization.yaml': `resources: [../base]\npatchesStrategicMerge:\n- patch.yaml\n- |-\n${indented(pod('      hostNetwork: true\n'), 2)}\n`, 'patch.yaml': pod('      serviceAccountName: other\n') },
  'several patches in one file': { 'kustomization.yaml': 'resources: [../base]\npatches: [{path: patch.yaml}]\n', 'patch.yaml': `${pod('      hostNetwork: true\n')}---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop}\nautomountServiceAccountToken: true\n` },
  'a patch for a target, by pattern and label': { 'kustomization.yaml': 'resources: [../base]\nlabels: [{pairs: {team: a}}]\npatches:\n- path: patch.yaml\n  target: {kind: Deployment, name: w.*}\n- target: {kind: Deployment, name: eb}\n  patch: |-\n    - {op: replace, path: /spec/template/spec/serviceAccountName, value: never}\n', 'patch.yaml': pod('      serviceAccountName: other\n').replace('name: web', 'name: whatever') },
  'null takes out': { 'kustomization.yaml': 'resources: [../base]\npatches: [{path: patch.yaml}]\n', 'patch.yaml': pod('      serviceAccountName: null\n      automountServiceAccountToken:\n') },
  'lists by name': { 'kustomization.yaml': 'resources: [../base]\npatches: [{path: patch.yaml}]\n', 'patch.yaml': pod('      containers:\n      - name: proxy\n        image: proxy:1\n      - name: web\n        env: [{name: B, $patch: delete}, {name: C, value: c}]\n        volumeMounts: [{name: token, mountPath: /token}, {name: data, mountPath: /data, $patch: delete}]\n      volumes: [{name: token, projected: {sources: [{serviceAccountToken: {path: t}}]}}, {name: data, $patch: delete}]\n') },
  'a list that is replaced': { 'kustomization.yaml': 'resources: [../base]\npatches: [{path: patch.yaml}]\n', 'patch.yaml': pod('      containers:\n      - $patch: replace\n      - {name: only, image: only:1}\n') },
  'a JSON patch that replaces what is not there: a key of a mapping is added': { 'kustomization.yaml': 'resources: [binding.yaml]\npatches:\n- target: {kind: "RoleBinding|ClusterRoleBinding"}\n  patch: |-\n    - {op: replace, path: /subjects/0/namespace, value: shop}\n', 'binding.yaml': 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: view}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: web}]\n' },
  'targets by patterns of kind, group and version': { 'kustomization.yaml': 'resources: [../base]\npatches:\n- target: {kind: "Deployment|StatefulSet", group: "a.*", version: "v[0-9]"}\n  patch: |-\n    - {op: replace, path: /spec/template/spec/serviceAccountName, value: other}\n- target: {kind: Service}\n  patch: |-\n    - {op: add, path: /metadata/labels, value: {only: services}}\n- target: {kind: "S.*", version: "v1|v2"}\n  patch: |-\n    - {op: add, path: /metadata/annotations, value: {some: "yes"}}\n- target: {group: "p", kind: Deployment}\n  patch: |-\n    - {op: replace, path: /spec/template/spec/serviceAccountName, value: never}\n' },
  'lists without keys are replaced': { 'kustomization.yaml': 'resources: [../base]\npatches: [{path: patch.yaml}]\n', 'patch.yaml': 'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: web, namespace: shop}\nsubjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: admins}]\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: web, namespace: shop}\nrules: [{apiGroups: [""], resources: [pods], verbs: [list]}]\n' },
  'a mapping that is replaced': { 'kustomization.yaml': 'resources: [../base]\npatches: [{path: patch.yaml}]\n', 'patch.yaml': 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec:\n  $patch: replace\n  podSelector: {}\n' },
  'objects that are deleted': { 'kustomization.yaml': 'resources: [../base]\npatches:\n- patch: |-\n    $patch: delete\n    apiVersion: v1\n    kind: ServiceAccount\n    metadata: {name: web, namespace: shop}\n- target: {kind: NetworkPolicy}\n  patch: |-\n    $patch: delete\n    kind: NetworkPolicy\n    metadata: {name: any}\n' },
  'a JSON patch': { 'kustomization.yaml': 'resources: [../base]\npatches:\n- target: {group: apps, version: v1, kind: Deployment, name: web}\n  patch: |-\n    - {op: test, path: /spec/template/spec/serviceAccountName, value: web}\n    - {op: replace, path: /spec/template/spec/serviceAccountName, value: other}\n    - op: remove\n      path: /spec/template/spec/automountServiceAccountToken\n    - op: add\n      path: /spec/template/metadata/labels/example.com~1tier\n      value: front\n    - op: add\n      path: /spec/template/spec/containers/-\n      value: {name: last, image: last:1}\n    - op: add\n      path: /spec/template/spec/containers/0\n      value: {name: first, image: first:1}\n- target: {kind: RoleBinding}\n  path: patch.json\n', 'patch.json': '[{"op": "add", "path": "/subjects/-", "value": {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "ann"}}, {"op": "copy", "from": "/metadata/name", "path": "/metadata/labels", "value": 1}, {"op": "remove", "path": "/metadata/labels"}]\n' },
  'patchesJson6902': { 'kustomization.yaml': 'resources: [../base]\npatchesJson6902:\n- target: {version: v1, kind: ServiceAccount, name: web}\n  path: patch.yaml\n', 'patch.yaml': '- op: replace\n  path: /automountServiceAccountToken\n  value: true\n' },
  'a JSON patch in quotes': { 'kustomization.yaml': 'resources: [../base]\npatches:\n- target: {kind: ServiceAccount}\n  patch: \'[{"op": "remove", "path": "/automountServiceAccountToken"}]\'\n' },
  'a component': { 'kustomization.yaml': 'resources: [../base]\ncomponents: [../part]\nnamespace: end\n', '../part/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [extra.yaml]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - {op: replace, path: /spec/template/spec/serviceAccountName, value: extra}\n', '../part/extra.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: extra}\n' },
  'namespace, prefix and suffix': { 'kustomization.yaml': 'resources: [../base]\nnamespace: end\nnamePrefix: a-\nnameSuffix: -z\npatches: [{path: patch.yaml}]\n', 'patch.yaml': pod('      hostNetwork: true\n') },
  'labels': { 'kustomization.yaml': 'resources: [../base]\nlabels: [{pairs: {team: a}}]\n' },
  'labels in selectors': { 'kustomization.yaml': 'resources: [../base]\nlabels: [{pairs: {team: a, app: shop}, includeSelectors: true}]\n' },
  'labels in templates': { 'kustomization.yaml': 'resources: [../base]\nlabels: [{pairs: {team: a}, includeTemplates: true}]\n' },
  'commonLabels': { 'kustomization.yaml': 'resources: [../base]\ncommonLabels: {team: a}\n' },
  'labels in fields of their own': { 'kustomization.yaml': 'resources: [../base]\nlabels: [{pairs: {team: a}, fields: [{path: spec/template/metadata/labels, kind: Deployment, create: true}]}]\n' },
  'generators': { 'kustomization.yaml': 'resources: [../base]\nconfigMapGenerator: [{name: settings, literals: [a=b]}]\nsecretGenerator: [{name: login, literals: [a=b]}]\n' },
  'a replacement at a key with dots': { 'kustomization.yaml': 'resources: [../base]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - {op: add, path: /spec/template/metadata/labels/example.com~1web, value: X}\nreplacements:\n- source: {kind: Service, name: web, fieldPath: metadata.name}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths: ["spec.template.metadata.labels.[example.com/web]"]\n' },
  'replacements': { 'kustomization.yaml': 'resources: [../base]\nreplacements:\n- source: {kind: Service, name: web, fieldPath: metadata.name}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths: [spec.template.spec.serviceAccountName]\n' },
  'transformers in files': { 'kustomization.yaml': 'resources: [../base]\ntransformers: [namespace.yaml, prefix.yaml]\npatches: [{path: patch.yaml}]\n', 'patch.yaml': pod('      hostNetwork: true\n'), 'namespace.yaml': 'apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: any, namespace: end}\nfieldSpecs: [{path: metadata/namespace, create: true}]\nsetRoleBindingSubjects: allServiceAccounts\n', 'prefix.yaml': 'apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: any}\nprefix: a-\nfieldSpecs: [{path: metadata/name}]\n' },
  'transformers in files, for some fields': { 'kustomization.yaml': 'resources: [../base]\nnamespace: end\ntransformers: [prefix.yaml, patch.yaml, merge.yaml, json.yaml]\n', 'prefix.yaml': 'apiVersion: builtin\nkind: PrefixSuffixTransformer\nmetadata: {name: any}\nprefix: a-\nsuffix: -z\nfieldSpecs: [{kind: RoleBinding, group: rbac.authorization.k8s.io, path: roleRef/name}, {kind: Service, path: metadata/name}]\n', 'patch.yaml': 'apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: any}\npatch: \'[{"op": "replace", "path": "/metadata/namespace", "value": "shop"}]\'\ntarget: {kind: Service}\n', 'merge.yaml': `apiVersion: builtin\nkind: PatchStrategicMergeTransformer\nmetadata: {name: any}\npaths: [web.yaml]\n`, 'web.yaml': pod('      hostNetwork: true\n').replace('namespace: shop', 'namespace: end'), 'json.yaml': 'apiVersion: builtin\nkind: PatchJson6902Transformer\nmetadata: {name: any}\ntarget: {kind: ServiceAccount, name: web}\njsonOp: |-\n  - {op: replace, path: /automountServiceAccountToken, value: true}\n' },
  'a namespace for what has none': { 'kustomization.yaml': 'resources: [../base, bare.yaml]\ntransformers: [namespace.yaml]\n', 'bare.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: bare}\n', 'namespace.yaml': 'apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: any, namespace: end}\nunsetOnly: true\nfieldSpecs: [{path: metadata/namespace, create: true}]\n' },
  'a patch that lists what is there before what is new': { 'kustomization.yaml': 'resources: [../base]\npatches: [{path: patch.yaml}]\n', 'patch.yaml': pod('      containers:\n      - name: web\n        image: web:2\n      - name: proxy\n        image: proxy:1\n') },
  'configurations that add fields': { 'kustomization.yaml': 'resources: [../base, rollout.yaml]\nnamePrefix: a-\ncommonLabels: {team: a}\nconfigurations: [fields.yaml]\n', 'rollout.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: extra}\nspec: {selector: {app: extra}, type: ClusterIP}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: reader}\nrules: [{apiGroups: [""], resources: [services], verbs: [get], resourceNames: [web]}]\n', 'fields.yaml': 'namePrefix: [{path: metadata/labels/called, kind: Service}]\nnameReference: [{kind: Service, fieldSpecs: [{path: rules/resourceNames, kind: ClusterRole}]}]\ncommonLabels: [{path: metadata/labels/nothing, kind: Nothing}]\n' },
  'vars': { 'kustomization.yaml': 'resources: [../base, pod.yaml]\nvars: [{name: ACCOUNT, objref: {apiVersion: v1, kind: ServiceAccount, name: web}}]\nconfigurations: [fields.yaml]\n', 'pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {serviceAccountName: $(ACCOUNT), containers: [{name: a, image: a:1}]}\n', 'fields.yaml': 'varReference: [{path: spec/serviceAccountName, kind: Pod}]\n' },
  'a base that is built several times': { 'kustomization.yaml': 'resources: [one, two]\n', 'one/kustomization.yaml': 'resources: [../../base]\nnamePrefix: one-\n', 'two/kustomization.yaml': 'resources: [../../base]\nnamePrefix: two-\n' },
  'an overlay of an overlay': { 'kustomization.yaml': 'resources: [../middle]\nnamePrefix: b-\npatches: [{path: patch.yaml}]\n', 'patch.yaml': pod('      serviceAccountName: last\n').replace('namespace: shop', 'namespace: mid').replace('name: web', 'name: a-web'), '../middle/kustomization.yaml': 'resources: [../base]\nnamespace: mid\nnamePrefix: a-\n' },
  'a patch for the written name in the new namespace': { 'kustomization.yaml': 'resources: [../middle]\npatches: [{path: patch.yaml}]\n', 'patch.yaml': pod('      serviceAccountName: last\n').replace('namespace: shop', 'namespace: mid'), '../middle/kustomization.yaml': 'resources: [../base]\nnamespace: mid\nnamePrefix: a-\n' },
  'a container that is replaced': { 'kustomization.yaml': 'resources: [../base]\npatches: [{path: patch.yaml}]\n', 'patch.yaml': pod('      containers:\n      - $patch: replace\n        name: web\n        env: [{name: C, value: c}]\n') },
  'a container that is replaced, beside another': { 'kustomization.yaml': 'resources: [../base]\npatches: [{path: patch.yaml}]\n', 'patch.yaml': pod('      containers:\n      - name: proxy\n        image: proxy:1\n      - $patch: replace\n        name: web\n        image: web:2\n') },
  'accounts of one name in two namespaces, renamed': { 'kustomization.yaml': 'resources: [two.yaml]\nnamePrefix: p-\n', 'two.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: other}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b, namespace: shop}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: web, namespace: shop}, {kind: ServiceAccount, name: web, namespace: other}]\n' },
  'a role of another namespace, renamed': { 'kustomization.yaml': 'resources: [roles.yaml]\nnamePrefix: p-\n', 'roles.yaml': 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r, namespace: b}\nrules: []\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: rb, namespace: a}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}\nsubjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: g}]\n' },
  'a JSON patch that moves an account': { 'kustomization.yaml': 'resources: [../base]\npatches:\n- target: {kind: ServiceAccount}\n  patch: |-\n    - {op: replace, path: /metadata/namespace, value: moved}\n' },
  'a JSON patch that renames': { 'kustomization.yaml': 'resources: [../base]\npatches:\n- target: {kind: ServiceAccount}\n  patch: |-\n    - {op: replace, path: /metadata/name, value: renamed}\n' },
  'a List': { 'kustomization.yaml': 'resources: [list.yaml]\npatches: [{path: patch.yaml}]\n', 'list.yaml': `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ServiceAccount\n  metadata: {name: one}\n- apiVersion: v1\n  kind: ServiceAccount\n  metadata: {name: two}\n`, 'patch.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: two}\nautomountServiceAccountToken: false\n' },
};

/** Values that are holes without a build, with the reason. */
const holes: Record<string, number> = { replacements: 1, 'a replacement at a key with dots': 1, 'configurations that add fields': 1, vars: 1 };

describe('overlays written for this', () => {
  for (const [name, files] of Object.entries(overlays)) {
    test(name, () => {
      const folder = join(scratch, name.replace(/\W+/g, '-'));
      const texts = new Map([...Object.entries(base), ...Object.entries(files).map(([path, text]): [string, string] => [join('overlay', path), text])]);
      for (const [path, text] of texts) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      const built = build(join(folder, 'overlay'));
      assert.ok('output' in built, 'failed' in built ? built.failed : '');
      const { differences, unknown, agreed } = compareViews(staticView(texts, planOf(texts), 'overlay'), builtView(built.output), generatedNames(texts));
      assert.deepEqual(differences, []);
      assert.equal(unknown, holes[name] ?? 0);
      assert.ok(agreed > 1);
    });
  }
});

if (corpusProjects().length === 0) corpusAbsent(1);
else test('kustomizations of real repositories', (t) => {
  const notBuilt = new Map<string, number>();
  const sum = { builds: 0, values: 0, agreed: 0, unknown: 0, generated: 0 };
  const differences: string[] = [];
  const [remote, known]: [string[], string[]] = [[], []];
  for (const project of corpusProjects()) {
    const texts = corpusTexts(project);
    const plan = planOf(texts);
    const generated = generatedNames(texts);
    const roots = new Set([...texts.keys()].flatMap((path) => plan.of(path)?.build?.roots ?? []));
    for (const root of [...roots].sort()) {
      const built = build(join(corpusRoot, project, root));
      if ('failed' in built) {
        const reason = Object.entries(reasons).find(([, message]) => message.test(built.failed))?.[0] ?? built.failed;
        notBuilt.set(reason, (notBuilt.get(reason) ?? 0) + 1);
        if (reason === 'fetched from elsewhere') remote.push(`${project}/${root}`);
        if (plan.builds.find(({ folder }) => folder === root)?.remote !== undefined) known.push(`${project}/${root}`);
        continue;
      }
      const result = compareViews(staticView(texts, plan, root), builtView(built.output), generated);
      sum.builds++;
      sum.values += result.fields;
      sum.agreed += result.agreed;
      sum.unknown += result.unknown;
      sum.generated += result.generated;
      differences.push(...result.differences.map((one) => `${project}/${root}: ${one}`));
    }
  }
  t.diagnostic(`${sum.builds} builds: ${sum.agreed} of ${sum.values} values agree, ${sum.unknown} are holes, ${sum.generated} objects come from generators`);
  t.diagnostic(`not built: ${[...notBuilt].map(([reason, count]) => `${count} ${reason}`).join(', ')}`);
  assert.deepEqual([...notBuilt.keys()].filter((reason) => !(reason in reasons)), [], 'each has a reason that is known');
  assert.deepEqual(remote.filter((one) => !known.includes(one)), [], 'what kustomize would fetch is known without it');
  assert.ok(sum.builds > 100);
  assert.deepEqual(differences, []);
});

describe('charts that kustomizations have written (`helmCharts`)', () => {
  const chart = {
    'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'charts/web/values.yaml': 'account: {automount: false, name: web}\nlist: [a, b]\nextra: true\n',
    'charts/web/templates/all.yaml': `apiVersion: v1
kind: ServiceAccount
metadata: {name: "{{ .Values.account.name }}", namespace: "{{ .Release.Namespace }}"}
automountServiceAccountToken: {{ .Values.account.automount }}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}-web", namespace: "{{ .Release.Namespace }}", labels: {app: web, items: "{{ join "-" .Values.list }}"}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: {{ .Values.account.name }}
      containers: [{name: web, image: "web:1"}]
{{- if .Values.extra }}
---
apiVersion: batch/v1
kind: Job
metadata: {name: hook, annotations: {helm.sh/hook: pre-install}}
spec: {template: {spec: {restartPolicy: Never, automountServiceAccountToken: {{ .Values.account.automount }}, containers: [{name: a, image: "a:1"}]}}}
{{- end }}
`,
  };
  const patch = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop-web, namespace: inner}\nspec: {template: {spec: {hostNetwork: true, containers: [{name: proxy, image: "proxy:1"}]}}}\n';
  const files = { 'prod/values.yaml': 'account: {automount: true, name: filed}\nlist: [c]\n', 'prod/more.yaml': 'account: {name: more}\n', 'prod/patch.yaml': patch };
  const entry = (body: string, more = '') => ({ 'prod/kustomization.yaml': `helmGlobals: {chartHome: ../charts}\nhelmCharts:\n- {name: web, releaseName: shop, namespace: inner${body}}\n${more}` });
  const cases: Record<string, Record<string, string>> = {
    'the values of the chart': entry(''),
    'a values file': entry(', valuesFile: values.yaml'),
    'values of its own': entry(', valuesInline: {account: {automount: true}, list: [z]}'),
    'values of its own over a values file': entry(', valuesFile: values.yaml, valuesInline: {account: {name: inline}, extra: false}'),
    'values of its own under a values file': entry(', valuesMerge: merge, valuesFile: values.yaml, valuesInline: {account: {name: inline}, extra: false}'),
    'values of its own under those of the chart': entry(', valuesMerge: merge, valuesInline: {account: {automount: true, name: inline}, list: []}'),
    'values of its own in place of a values file': entry(', valuesMerge: replace, valuesFile: values.yaml, valuesInline: {account: {automount: true}, list: []}'),
    'further values files': entry(', valuesInline: {account: {name: inline}, extra: false}, additionalValuesFiles: [more.yaml, values.yaml]'),
    'values of its own in place of others, with a null': entry(', valuesMerge: replace, valuesInline: {extra: null}'),
    'no hooks': entry(', skipHooks: true'),
    'a namespace, a prefix, labels and a patch': entry(', valuesInline: {extra: false}', 'namespace: end\nnamePrefix: p-\nlabels: [{pairs: {team: a}, includeTemplates: true}]\npatches: [{path: patch.yaml}]\n'),
    'a base that has it written': { ...entry(''), 'top/kustomization.yaml': 'resources: [../prod]\nnameSuffix: -z\ncomponents: [../part]\n', 'part/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target: {kind: ServiceAccount}\n  patch: |-\n    - {op: replace, path: /automountServiceAccountToken, value: true}\n' },
    'a patch that deletes': entry('', 'patches: [{patch: "{$patch: delete, apiVersion: batch/v1, kind: Job, metadata: {name: hook}}"}]\n'),
  };
  type Written = { kind: string; metadata: { name: string; namespace?: string; labels?: unknown }; automountServiceAccountToken?: unknown; spec?: { template?: { spec?: Record<string, unknown> } } };
  const told = (data: Written, { name, namespace }: { name: string; namespace: string }) => ({ kind: data.kind, name, namespace, labels: data.metadata.labels ?? {}, automount: data.automountServiceAccountToken, spec: data.spec });
  const sorted = (objects: ReturnType<typeof told>[]) => objects.sort((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1));

  for (const [program, { dir }] of (kubernetesTools as { dir: string }[]).entries()) for (const [name, texts] of Object.entries(cases)) test(`${name} (${program === 0 ? 'first' : 'second'} kubectl)`, (t) => {
    const folder = mkdtempSync(join(scratch, 'chart-'));
    const all = { ...chart, ...files, ...texts };
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const root = 'top/kustomization.yaml' in texts ? 'top' : 'prod';
    // Kustomize of these versions takes no Helm but 3.
    const helm = (kubernetesTools as { dir: string }[]).map((one) => join(one.dir, 'helm')).find((one) => execFileSync(one, ['version', '--short'], { encoding: 'utf8' }).startsWith('v3'))!;
    const output = execFileSync(join(dir, 'kubectl'), ['kustomize', '--enable-helm', '--helm-command', helm, '--load-restrictor', 'LoadRestrictionsNone', join(folder, root)], { encoding: 'utf8', timeout: 30_000, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: '', HOME: scratch } });
    const plan = planOf(new Map(Object.entries(all)));
    const sources = Object.entries(all).flatMap(([path, text]) => { const planned = plan.of(path); return planned ? [{ path, text, ...planned }] : []; });
    const workspace = new Workspace([]);
    for (const source of sources) workspace.set(source);
    const [install] = installsOf(sources, defaultConfiguration);
    assert.equal(install!.variants.length, 1);
    workspace.install(install!.scope, install!.variants);
    const graph = workspace.graphOf('charts/web/templates/all.yaml', install!.variants[0])!;
    const accounts = new Map(graph.workloads.map((workload) => [workload.object, nameOfAccount(graph.accountOf(workload))]));
    const ours = graph.objects.map((object) => {
      const data = JSON.parse(JSON.stringify(toData(object.written))) as Written;
      const pod = data.spec?.template?.spec;
      if (pod?.['serviceAccountName'] !== undefined) pod['serviceAccountName'] = accounts.get(object);
      return told(data, { name: nameInCluster(object), namespace: object.namespace || 'default' });
    });
    const theirs = splitStream(output).flatMap(({ text }) => { const data = toData(parseYaml(text, 'kubernetes').root) as Written | undefined; return data ? [told(JSON.parse(JSON.stringify(data)) as Written, { name: data.metadata.name, namespace: data.metadata.namespace ?? 'inner' })] : []; });
    assert.deepEqual(sorted(ours), sorted(theirs));
    assert.ok(theirs.length > 1);
    t.diagnostic(`${theirs.length} objects`);
  });
});
