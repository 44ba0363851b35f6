import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { releaseNamespace } from '../../../engine/identity/objects.ts';
import type { ChartVariant } from '../../../engine/lint/variant.ts';
import { defaultConfiguration } from '../../../engine/lint/config.ts';
import { Workspace, type SourceFile } from '../../../engine/lint/workspace.ts';
import { rules } from '../../../rules/index.ts';
import { installsOf } from '../../../sources/installs.ts';
import { namesOfAccount } from '../../../engine/identity/subjects.ts';
import { makePlan } from '../../../sources/plan.ts';
import { repositoryName } from '../../../sources/repositories.ts';

const chart = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'charts/web/values.yaml': 'automount: false\n',
  'charts/web/values-prod.yaml': 'automount: true\n',
  'charts/web/templates/account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n',
  'charts/web/templates/web.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      serviceAccountName: web\n      automountServiceAccountToken: {{ .Values.automount }}\n      containers: [{name: web, image: "example.com/web:1"}]\n',
  'envs/prod.yaml': 'automount: true\n',
};

function filesOf(texts: Readonly<Record<string, string>>): SourceFile[] {
  const plan = makePlan({ paths: Object.keys(texts), textOf: (path) => texts[path], configuration: defaultConfiguration });
  return Object.entries(texts).flatMap(([path, text]) => {
    const own = plan.of(path);
    return own ? [{ path, text, ...own }] : [];
  });
}

/** The ways in which the chart above is installed by a file. */
function variants(text: string): readonly ChartVariant[] {
  return installsOf(filesOf({ ...chart, 'deploy.yaml': text }), defaultConfiguration)[0]!.variants;
}

/** Where findings about the mounted token are, with what decides and who installs, as `line text`. */
function found(text: string | Readonly<Record<string, string>>): string[] {
  const files = filesOf({ ...chart, ...(typeof text === 'string' ? { 'deploy.yaml': text } : text) });
  const workspace = new Workspace(rules);
  for (const file of files) workspace.set(file);
  for (const install of installsOf(files, defaultConfiguration)) workspace.install(install.scope, install.variants);
  return workspace.findings().filter(({ rule }) => rule === 'automounted-token').flatMap(({ message, related }) => [
    message.slice(message.lastIndexOf('(')),
    ...related.filter((one) => /decides|installed/.test(one.message)).map(({ file, span }) => {
      const own = workspace.textOf(file)!;
      return `${file}:${own.slice(0, span.start).split('\n').length} ${own.slice(span.start, span.end)}`;
    }),
  ]);
}

const application = (source: string, more = ''): string => `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web-prod}\nspec:\n${source}\n  destination: {namespace: shop}\n${more}`;
const release = (spec: string): string => `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: shop}\nspec:\n  chart: {spec: {chart: ./charts/web, sourceRef: {kind: GitRepository, name: all}${spec}`;

describe('charts of other repositories', () => {
  const from = (repoURL: string, path: string, name = 'web-prod'): string => `${application(`  source: {repoURL: "${repoURL}", path: ${path}, helm: {valuesObject: {automount: true}}}`).replace('web-prod', name)}---\n`;
  const labels = (...applications: string[]): (string | undefined)[] => variants(applications.join('')).map(({ label }) => label);

  test('are not taken for those here, where what else comes from there is not here and all that comes from another is', () => {
    const accident = [from('https://git.example.com/vendor/charts.git', 'charts/web', 'accident'), from('git@git.example.com:vendor/charts', 'charts/elsewhere', 'more')];
    assert.deepEqual(labels(...accident, from('https://git.example.com/shop/deploy', 'charts/web')), ['Application web-prod']);
    // Only one repository is named, or none is wholly here: then nobody can tell.
    assert.deepEqual(labels(...accident), ['Application accident']);
    assert.deepEqual(labels(...accident, from('https://git.example.com/shop/deploy', 'charts/web'), from('https://git.example.com/shop/deploy', 'not/here', 'x')), ['Application accident', 'Application web-prod']);
    assert.deepEqual(labels(from('https://a.example.com/x', 'charts/web', 'one'), from('https://b.example.com/x', 'charts/web', 'other')), ['Application one', 'Application other']);
  });

  test('are the same by whatever way they are come by', () => {
    const one = 'git.example.com/shop/deploy';
    for (const url of ['https://git.example.com/shop/deploy', 'https://git.example.com/shop/deploy.git', 'git@git.example.com:shop/deploy.git', 'ssh://git@git.example.com/shop/deploy/', 'ssh://git@git.example.com:22/shop/deploy', 'https://user@Git.example.com/Shop/deploy']) assert.equal(repositoryName(url), one, url);
  });
});

describe('an Argo CD Application', () => {
  const own = '(only with Application web-prod)';
  const name = 'deploy.yaml:3 web-prod';
  for (const [title, source, expected] of [
    ['values of its own', '  source: {path: charts/web, helm: {valuesObject: {automount: true}}}', [own, 'deploy.yaml:5 true', name]],
    ['values as text', '  source:\n    path: charts/web\n    helm:\n      values: |\n        # for now\n        automount: true\n', [own, 'deploy.yaml:10 true', name]],
    ['values as a text of one line', '  source: {path: charts/web, helm: {values: "automount: true"}}', [own, 'deploy.yaml:5 values', name]],
    ['values as an object over those as text', '  source: {path: charts/web, helm: {values: "automount: true", valuesObject: {automount: false}}}', []],
    ['parameters, over everything else', '  source: {path: charts/web, helm: {valuesObject: {automount: false}, parameters: [{name: automount, value: "true"}]}}', [own, 'deploy.yaml:5 "true"', name]],
    ['values files of the chart', '  source: {path: ./charts/web/, helm: {valueFiles: [values-prod.yaml]}}', [own, 'charts/web/values-prod.yaml:1 true', name]],
    ['values files elsewhere', '  source: {path: charts/web, helm: {valueFiles: [../../envs/prod.yaml]}}', [own, 'envs/prod.yaml:1 true', name]],
    ['values files counted from the root', '  source: {path: charts/web, helm: {valueFiles: [/envs/prod.yaml]}}', [own, 'envs/prod.yaml:1 true', name]],
    ['values files of another source of the same repository', '  sources:\n    - {repoURL: r, path: charts/web, helm: {valueFiles: [$all/envs/prod.yaml]}}\n    - {repoURL: r, ref: all}', [own, 'envs/prod.yaml:1 true', name]],
    ['values files of another repository', '  sources:\n    - {repoURL: r, path: charts/web, helm: {valueFiles: [$all/envs/prod.yaml]}}\n    - {repoURL: s, ref: all}', []],
    ['a values file that is in no file read', '  source: {path: charts/web, helm: {valueFiles: [values-other.yaml], valuesObject: {automount: true}}}', []],
    ['a values file that may be missing', '  source: {path: charts/web, helm: {ignoreMissingValueFiles: true, valueFiles: [values-other.yaml], valuesObject: {automount: true}}}', [own, 'deploy.yaml:5 true', name]],
    ['parameters of its build', '  source: {path: charts/web, helm: {valuesObject: {automount: true}, parameters: [{name: a, value: $ARGOCD_APP_NAME}]}}', []],
    ['another chart', '  source: {path: charts/other, helm: {valuesObject: {automount: true}}}', []],
    ['a chart of a repository of charts', '  source: {chart: web, path: charts/web, helm: {valuesObject: {automount: true}}}', []],
  ] as const) test(`installs a chart with ${title}`, () => assert.deepEqual(found(application(source)), expected));

  test('tells the name of the release and its namespace', () => {
    const [plain] = variants(application('  source: {path: charts/web}'));
    assert.deepEqual([plain!.release, plain!.namespace, plain!.label], ['web-prod', 'shop', 'Application web-prod']);
    const [named] = variants(application('  source: {path: charts/web, helm: {releaseName: blue}}'));
    assert.equal(named!.release, 'blue');
  });

  test('gives parameters the types that Helm gives them', () => {
    const texts = (parameters: string): unknown => variants(application(`  source: {path: charts/web, helm: {parameters: [${parameters}]}}`))[0]?.inline?.map(({ text }) => text);
    assert.deepEqual(texts('{name: a.b, value: "true"}, {name: a.c, value: "7"}, {name: a.d, value: "007"}, {name: a.e, value: "true", forceString: true}'), ['{"a":{"b":true}}', '{"a":{"c":7}}', '{"a":{"d":"007"}}', '{"a":{"e":"true"}}']);
    assert.deepEqual(texts('{name: example\\.com/a, value: x}'), ['{"example.com/a":"x"}']);
    for (const untold of ['{name: "a[0]", value: x}', '{name: a, value: "{x,y}"}', '{name: a, value: 7}']) assert.equal(texts(untold), undefined);
  });

  test('is found behind other documents, and where those are in the way of its lines', () => {
    assert.deepEqual(found(`# first\n---\n${application('  source: {path: charts/web, helm: {valuesObject: {automount: true}}}')}`), [own, 'deploy.yaml:7 true', 'deploy.yaml:5 web-prod']);
  });

  test('makes nothing of what is no Application', () => {
    for (const text of ['kind: Application\n', 'apiVersion: app.k8s.io/v1beta1\nkind: Application\nspec: {source: {path: charts/web}}\n', application('  source: [charts/web]'), application('  source: {path: 7}'), 'kind: Application\nspec: [unclosed\n']) assert.deepEqual(variants(text), []);
  });
});

describe('an Argo CD ApplicationSet', () => {
  const set = (template: string, more = ''): string => `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\nspec:\n  generators: [{list: {elements: [{env: prod}]}}]\n${more}  template:\n    metadata: {name: "{{env}}-web"}\n    spec:\n      source: ${template}\n      destination: {namespace: shop}\n`;
  test('installs a chart with what its template says without its generators', () => {
    assert.deepEqual(found(set('{path: charts/web, helm: {valuesObject: {automount: true}}}')), ['(only with ApplicationSet all)', 'deploy.yaml:9 true', 'deploy.yaml:3 all']);
    assert.equal(variants(set('{path: charts/web}'))[0]!.release, undefined);
  });
  test('is left out where generators decide values, or a patch may', () => {
    assert.deepEqual(variants(set('{path: charts/web, helm: {valueFiles: ["values-{{env}}.yaml"]}}')), []);
    assert.deepEqual(variants(set('{path: charts/web}', '  templatePatch: "spec: {}"\n')), []);
  });
});

describe('a Flux HelmRelease', () => {
  const own = '(only with HelmRelease web)';
  const name = 'deploy.yaml:3 web';
  for (const [title, spec, expected] of [
    ['values of its own', '}}\n  values:\n    automount: true\n', [own, 'deploy.yaml:7 true', name]],
    ['values files in place of the chart’s own', ', valuesFiles: [envs/prod.yaml]}}\n', [own, 'envs/prod.yaml:1 true', name]],
    ['values that ConfigMaps hold', '}}\n  valuesFrom: [{kind: ConfigMap, name: x}]\n  values: {automount: true}\n', []],
    ['variables', '}}\n  values: {automount: true, name: "${name}"}\n', []],
  ] as const) test(`installs a chart with ${title}`, () => assert.deepEqual(found(release(spec)), expected));

  test('leaves out the chart’s values.yaml where it has values files', () => {
    assert.equal(variants(release(', valuesFiles: [envs/prod.yaml]}}\n'))[0]!.replacesDefaults, true);
    assert.equal(variants(release('}}\n'))[0]!.replacesDefaults, undefined);
  });

  test('tells the name of the release and its namespace', () => {
    const told = (spec: string): unknown => variants(release(spec)).map((one) => [one.release, one.namespace])[0];
    assert.deepEqual(told('}}\n'), ['web', 'shop']);
    assert.deepEqual(told('}}\n  targetNamespace: prod\n'), ['prod-web', 'prod']);
    assert.deepEqual(told('}}\n  releaseName: blue\n'), ['blue', 'shop']);
  });
});

describe('what Kustomize makes of an object that installs a chart', () => {
  const base = 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  chart: {spec: {chart: charts/web, sourceRef: {kind: GitRepository, name: estate}}}\n  values:\n    replicas: 2\n    automount: false\n';
  const patch = 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n  values:\n    automount: true\n';
  const tree = {
    'apps/base/release.yaml': base,
    'apps/base/kustomization.yaml': 'resources: [release.yaml]\n',
    'apps/prod/kustomization.yaml': 'resources: [../base]\nnamespace: shop\npatches: [{path: release.yaml}]\n',
    'apps/prod/release.yaml': patch,
  };

  test('installs it: with the values of its patches, each where it is written', () => assert.deepEqual(found(tree), [
    '(only with HelmRelease web)',
    'apps/prod/release.yaml:6 true',
    'apps/base/release.yaml:3 web',
  ]));

  test('is told from what another build makes of it', () => {
    const { variants } = installsOf(filesOf({ ...chart, ...tree, 'apps/test/kustomization.yaml': 'resources: [../base]\nnamespace: test\npatches: [{path: release.yaml}]\n', 'apps/test/release.yaml': patch.replace('automount: true', 'replicas: 3') }), defaultConfiguration)[0]!;
    assert.deepEqual(variants.map(({ label, namespace, release }) => [label, namespace, release]), [
      ['HelmRelease web as apps/prod builds it', 'shop', 'web'],
      ['HelmRelease web as apps/test builds it', 'test', 'web'],
    ]);
  });

  test('is left out where a build takes it away, or where it cannot be told', () => {
    for (const patches of ['patches: [{patch: "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: web}, $patch: delete}"}]', 'transformers: [../transformer.yaml]'])
      assert.deepEqual(installsOf(filesOf({ ...chart, ...tree, 'apps/transformer.yaml': 'apiVersion: example.com/v1\nkind: Changer\nmetadata: {name: changer}\n', 'apps/prod/kustomization.yaml': `resources: [../base]\n${patches}\n` }), defaultConfiguration)[0]!.variants, [], patches);
  });
});

test('what an installation decides is not changed by a fix, and an edit of it asks again only what it touches', () => {
  const text = application('  source: {path: charts/web, helm: {valuesObject: {automount: true}}}');
  const workspace = new Workspace(rules);
  const put = (deploy: string): void => {
    const files = filesOf({ ...chart, 'deploy.yaml': deploy });
    for (const file of files) workspace.set(file);
    for (const install of installsOf(files, defaultConfiguration)) workspace.install(install.scope, install.variants);
  };
  put(text);
  const [finding] = workspace.findings().filter(({ rule }) => rule === 'automounted-token');
  assert.deepEqual(workspace.fixesOf(finding!).flatMap(({ edits }) => edits).filter(({ file }) => file === 'deploy.yaml'), []);
  const { asked } = workspace.work;
  put(text.replace('automount: true', 'automount: true, other: 1'));
  assert.equal(workspace.findings().filter(({ rule }) => rule === 'automounted-token').length, 1);
  assert.ok(workspace.work.asked - asked < asked / 4, `${workspace.work.asked - asked} of ${asked}`);
});

test('findings that the defaults have too name no installation', () => {
  const files = filesOf({ ...chart, 'charts/web/values.yaml': 'automount: true\n', 'deploy.yaml': application('  source: {path: charts/web}') });
  const workspace = new Workspace(rules);
  for (const file of files) workspace.set(file);
  for (const install of installsOf(files, defaultConfiguration)) workspace.install(install.scope, install.variants);
  const [finding, ...others] = workspace.findings().filter(({ rule }) => rule === 'automounted-token');
  assert.doesNotMatch(finding!.message, /only with/);
  assert.deepEqual(others, []);
  assert.equal(files.find(({ path }) => path === 'charts/web/templates/web.yaml')!.namespace, releaseNamespace);
});

describe('a kustomization that has charts written', () => {
  const own = '(only with Kustomization prod)';
  const kustomization = (entry: string, more = '') => ({ 'prod/kustomization.yaml': `helmGlobals: {chartHome: ../charts}\nhelmCharts:\n- {name: web, releaseName: shop${entry}}\n${more}` });
  const name = 'prod/kustomization.yaml:3 web';
  const files = { 'prod/values.yaml': 'automount: true\n', 'prod/off.yaml': 'automount: false\n' };
  for (const [title, texts, expected] of [
    ['values of its own', kustomization(', valuesInline: {automount: true}'), [own, 'prod/kustomization.yaml:3 true', name]],
    ['a values file', kustomization(', valuesFile: values.yaml'), [own, 'prod/values.yaml:1 true', name]],
    ['values of its own over a values file', kustomization(', valuesFile: values.yaml, valuesInline: {automount: false}'), []],
    ['values of its own under a values file', kustomization(', valuesMerge: merge, valuesFile: values.yaml, valuesInline: {automount: false}'), [own, 'prod/values.yaml:1 true', name]],
    ['values of its own under those of the chart', kustomization(', valuesMerge: merge, valuesInline: {automount: true}'), []],
    ['values of its own in place of a values file', kustomization(', valuesMerge: replace, valuesFile: off.yaml, valuesInline: {automount: true}'), [own, 'prod/kustomization.yaml:3 true', name]],
    ['further values files over all others', kustomization(', valuesInline: {automount: false}, additionalValuesFiles: [values.yaml]'), [own, 'prod/values.yaml:1 true', name]],
    ['a values file that is in no file read', kustomization(', valuesFile: none.yaml, valuesInline: {automount: true}'), []],
    ['a null, which takes nothing from the chart', kustomization(', valuesInline: {automount: null}'), []],
    ['the charts of another folder', { 'prod/kustomization.yaml': 'helmCharts: [{name: web, valuesInline: {automount: true}}]\n' }, []],
    ['a chart that is fetched', kustomization(', repo: "https://charts.example.com", version: 1.0.0, valuesInline: {automount: true}'), []],
    ['a patch that says otherwise', kustomization(', valuesInline: {automount: true}', 'patches: [{target: {kind: Deployment}, patch: \'[{"op": "replace", "path": "/spec/template/spec/automountServiceAccountToken", "value": false}]\'}]\n'), []],
    ['a patch that says it', kustomization('', 'patches: [{target: {kind: Deployment}, patch: \'[{"op": "replace", "path": "/spec/template/spec/automountServiceAccountToken", "value": true}]\'}]\n'), [own, name]],
    ['what replaces the value', kustomization(', valuesInline: {automount: true}', 'replacements: [{source: {kind: ServiceAccount, fieldPath: metadata.name}, targets: [{select: {kind: Deployment}, fieldPaths: [spec.template.spec.automountServiceAccountToken]}]}]\n'), []],
    ['a patch that takes the object out', kustomization(', valuesInline: {automount: true}', 'patches: [{target: {kind: Deployment}, patch: "{$patch: delete, apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}"}]\n'), []],
  ] as const) test(`installs a chart with ${title}`, () => assert.deepEqual(found({ ...files, ...texts }), expected));

  test('moves and renames what comes out, as each build of it does', () => {
    const texts = { ...kustomization(', namespace: inner'), 'blue/kustomization.yaml': 'resources: [../prod]\nnamePrefix: blue-\nnamespace: shop\n', 'green/kustomization.yaml': 'resources: [../prod]\nnameSuffix: -green\n' };
    const planned = filesOf({ ...chart, ...texts });
    const workspace = new Workspace(rules);
    for (const file of planned) workspace.set(file);
    const [install] = installsOf(planned, defaultConfiguration).filter((one) => one.chart === 'charts/web');
    workspace.install(install!.scope, install!.variants);
    const accounts = install!.variants.flatMap((variant) => workspace.graphOf('charts/web/templates/web.yaml', variant)!.accounts.map((one) => `${variant.label}: ${one.namespace}/${namesOfAccount(one).join()}, ${one.workloads.length} run as it`));
    assert.deepEqual(accounts, ['Kustomization blue: shop/blue-web, 1 run as it', 'Kustomization green: inner/web-green, 1 run as it']);
    assert.deepEqual(install!.variants.map(({ release, namespace }) => [release, namespace]), [['shop', 'inner'], ['shop', 'inner']]);
  });

  test('leaves hooks out where it says so, and is not guessed where names hang on a release that is not told', () => {
    const hook = { 'charts/web/templates/hook.yaml': chart['charts/web/templates/web.yaml'].replace('metadata: {name: web}', 'metadata: {name: hook, annotations: {helm.sh/hook: pre-install}}') };
    const count = (entry: string) => found({ ...hook, ...kustomization(`, valuesInline: {automount: true}${entry}`) }).filter((one) => one === own).length;
    assert.deepEqual([count(''), count(', skipHooks: true')], [2, 1]);
    const named = { 'charts/web/templates/web.yaml': chart['charts/web/templates/web.yaml'].replace('metadata: {name: web}', 'metadata: {name: "{{ .Release.Name }}"}'), 'prod/kustomization.yaml': 'helmGlobals: {chartHome: ../charts}\nhelmCharts: [{name: web, valuesInline: {automount: true}}]\npatches: [{path: patch.yaml}]\n', 'prod/patch.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {automountServiceAccountToken: false}}}\n' };
    assert.deepEqual(found(named), []);
  });
});
