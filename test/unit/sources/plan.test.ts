import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultConfiguration, type Configuration } from '../../../engine/lint/config.ts';
import { makePlan, type FilePlan } from '../../../sources/plan.ts';

/** How a file is read among others; texts only where they matter. */
function plan(texts: Readonly<Record<string, string>>, path: string, settings: Partial<Configuration> = {}, namespace?: string): FilePlan | undefined {
  const paths = [...new Set([...Object.keys(texts), path])];
  return makePlan({ paths, textOf: (one) => texts[one], configuration: { ...defaultConfiguration, ...settings }, namespace }).of(path);
}

describe('charts', () => {
  const chart = { 'web/Chart.yaml': 'name: web' };
  const rows: [string, Partial<FilePlan> | undefined][] = [
    ['web/templates/deployment.yaml', { dialect: 'template', scope: 'helm:web', role: 'manifest' }],
    ['web/templates/tests/test.yaml', { dialect: 'template', scope: 'helm:web', role: 'manifest' }],
    ['web/templates/_helpers.tpl', { dialect: 'template', scope: 'helm:web', role: 'part' }],
    ['web/templates/_helpers.yaml', { dialect: 'template', scope: 'helm:web', role: 'part' }],
    ['other/_helpers.tpl', undefined],
    ['web/templates/helpers.tpl', { dialect: 'template', scope: 'helm:web', role: 'manifest' }],
    ['web/templates/lib/names.txt', { dialect: 'template', scope: 'helm:web', role: 'manifest' }],
    ['web/templates/account', { dialect: 'template', scope: 'helm:web', role: 'manifest' }],
    ['web/templates/NOTES.txt', { dialect: 'template', scope: 'helm:web', role: 'part' }],
    ['web/templates/lib/MY-NOTES.txt', { dialect: 'template', scope: 'helm:web', role: 'part' }],
    ['web/templates/.account.yaml', undefined],
    ['web/templates/.old/account.yaml', undefined],
    ['web/templates/lib/.account.yaml', { dialect: 'template', scope: 'helm:web', role: 'manifest' }],
    ['web/Chart.yaml', { dialect: 'kubernetes', scope: 'helm:web', role: 'part' }],
    ['web/values.yaml', { dialect: 'values', scope: 'helm:web', role: 'manifest' }],
    ['web/values-prod.yaml', { dialect: 'values', scope: 'helm:web', role: 'manifest' }],
    ['web/ci/test-values.yaml', { dialect: 'values', scope: 'helm:web', role: 'manifest' }],
    ['web/crds/crd.yaml', { dialect: 'kubernetes', scope: 'helm:web', role: 'manifest' }],
    ['web/deploy/plain.yaml', { dialect: 'kubernetes', scope: '', role: 'manifest' }],
    ['templates/deployment.yaml', { dialect: 'kubernetes', scope: '', role: 'manifest' }],
  ];
  for (const [path, expected] of rows) test(path, () => {
    const actual = plan(chart, path);
    assert.deepEqual(actual && { dialect: actual.dialect, scope: actual.scope, role: actual.role }, expected);
  });

  test('subcharts belong to the release of the chart above them; charts side by side do not', () => {
    const charts = { 'web/Chart.yaml': '', 'web/charts/db/Chart.yaml': '', 'charts/one/Chart.yaml': '', 'Chart.yaml': 'the workspace is a chart' };
    assert.equal(plan({ 'web/Chart.yaml': '', 'web/charts/db/Chart.yaml': '' }, 'web/charts/db/templates/x.yaml')?.scope, 'helm:web');
    assert.equal(plan({ 'charts/one/Chart.yaml': '' }, 'charts/one/templates/x.yaml')?.scope, 'helm:charts/one');
    assert.equal(plan(charts, 'charts/one/templates/x.yaml')?.scope, 'helm:.');
  });

  test('.helmignore leaves files out', () => {
    const texts = { ...chart, 'web/.helmignore': '*.bak.yaml\n*~\n' };
    assert.equal(plan(texts, 'web/templates/x.bak.yaml'), undefined);
    assert.equal(plan(texts, 'web/templates/x.yaml~'), undefined);
    assert.equal(plan(texts, 'web/templates/x.yaml')?.dialect, 'template');
    assert.equal(plan(texts, 'web/.helmignore'), undefined);
  });
});

describe('kustomizations', () => {
  test('build their resources in their dialect; the kustomization itself is no manifest', () => {
    const texts = { 'app/kustomization.yaml': 'resources: [deployment.yaml, ../shared/account.yaml]\n' };
    assert.equal(plan(texts, 'app/deployment.yaml')?.dialect, 'kustomization');
    assert.equal(plan(texts, 'shared/account.yaml')?.dialect, 'kustomization');
    assert.equal(plan(texts, 'app/other.yaml')?.dialect, 'kubernetes');
    assert.equal(plan(texts, 'app/kustomization.yaml'), undefined);
  });

  test('of Flux are manifests, though the file is called the same', () => {
    const texts = { 'app/kustomization.yaml': 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {}\nresources: [x.yaml]\n' };
    assert.deepEqual(plan(texts, 'app/kustomization.yaml'), { dialect: 'kubernetes', scope: '', role: 'manifest', namespace: undefined });
    assert.equal(plan(texts, 'app/x.yaml')?.dialect, 'kubernetes');
  });

  test('name files that are parts of objects, never objects themselves', () => {
    const parts = {
      'patches: [{path: p.yaml}]': true,
      'patches: [{path: p.yaml, target: {kind: Deployment}}]': true,
      'patchesStrategicMerge: [p.yaml]': true,
      'patchesJson6902: [{path: ./p.yaml, target: {kind: Deployment, name: x}}]': true,
      'replacements: [{path: p.yaml}]': true,
      'transformers: [p.yaml]': true,
      'generators: [p.yaml]': true,
      'configurations: [p.yaml]': true,
      'crds: [p.yaml]': true,
      'openapi: {path: p.yaml}': true,
      'configMapGenerator: [{name: x, files: [config.yaml=p.yaml]}]': true,
      'secretGenerator: [{name: x, files: [p.yaml]}]': true,
      'helmCharts: [{name: x, valuesFile: p.yaml}]': true,
      'resources: [p.yaml]\npatches: [{path: p.yaml}]': false,
      'resources: [other.yaml]': false,
    };
    for (const [text, isPart] of Object.entries(parts)) assert.equal(plan({ 'kustomization.yaml': text }, 'p.yaml')?.role, isPart ? 'patch' : 'manifest', text);
  });

  test('given as transformers are configuration of the build with all they name', () => {
    const texts = { 'kustomization.yaml': 'transformers: [t]\n', 't/kustomization.yaml': 'resources: [labels.yaml]\n' };
    assert.equal(plan(texts, 't/labels.yaml')?.role, 'patch');
  });

  test('with text that is none of theirs change nothing', () => {
    for (const text of ['', '- a\n', 'resources: {a: b}\n', 'resources: [1, null, "https://host/x.yaml", "git@host:x", "a\\nb"]\n', 'a: [', '\u0000'])
      assert.equal(plan({ 'kustomization.yaml': text }, 'x.yaml')?.dialect, 'kubernetes', text);
  });
});

describe('the namespace of objects that name none', () => {
  const overlay = (base: string, namespace?: string) => `resources: [${base}]\n${namespace ? `namespace: ${namespace}\n` : ''}`;

  test('is that of the kustomization that builds them, the outermost first', () => {
    const texts = { 'base/kustomization.yaml': 'resources: [x.yaml]\nnamespace: inner\n' };
    assert.equal(plan(texts, 'base/x.yaml')?.namespace, 'inner');
    assert.equal(plan({ ...texts, 'prod/kustomization.yaml': overlay('../base', 'outer') }, 'base/x.yaml')?.namespace, 'outer');
    assert.equal(plan({ ...texts, 'prod/kustomization.yaml': overlay('../base') }, 'base/x.yaml')?.namespace, 'inner');
  });

  test('is not told where overlays differ, whatever the command line says', () => {
    const texts = { 'base/kustomization.yaml': 'resources: [x.yaml]\n', 'a/kustomization.yaml': overlay('../base', 'a'), 'b/kustomization.yaml': overlay('../base', 'b') };
    assert.equal(plan(texts, 'base/x.yaml', {}, 'release')?.namespace, undefined);
    assert.equal(plan({ ...texts, 'b/kustomization.yaml': overlay('../base') }, 'base/x.yaml')?.namespace, undefined);
    assert.equal(plan({ ...texts, 'b/kustomization.yaml': overlay('../base', 'a') }, 'base/x.yaml')?.namespace, 'a');
  });

  test('may come from a component', () => {
    const texts = { 'kustomization.yaml': 'resources: [x.yaml]\ncomponents: [c]\n', 'c/kustomization.yaml': 'kind: Component\nnamespace: shared\nresources: [y.yaml]\n' };
    assert.equal(plan(texts, 'x.yaml')?.namespace, 'shared');
    assert.equal(plan(texts, 'c/y.yaml')?.namespace, 'shared');
  });

  test('is else what the command line says', () => {
    assert.equal(plan({}, 'x.yaml', {}, 'release')?.namespace, 'release');
    assert.equal(plan({ 'kustomization.yaml': 'resources: [x.yaml]' }, 'x.yaml', {}, 'release')?.namespace, 'release');
  });

  test('survives kustomizations that build each other', () => {
    const texts = { 'a/kustomization.yaml': 'resources: [../b, x.yaml]\nnamespace: a\n', 'b/kustomization.yaml': 'resources: [../a]\n' };
    assert.equal(plan(texts, 'a/x.yaml')?.namespace, 'a');
  });
});

describe('what a build makes of objects', () => {
  const base = { 'base/kustomization.yaml': 'resources: [x.yaml]\nnamePrefix: in-\nnameSuffix: -in\n' };
  const build = (texts: Readonly<Record<string, string>>, path = 'base/x.yaml') => plan({ ...base, ...texts }, path)?.build;

  test('is told for resources of kustomizations only', () => {
    assert.equal(build({}, 'other.yaml'), undefined);
    assert.deepEqual(build({}), { roots: ['base'], names: [{ prefix: 'in-', suffix: '-in' }] });
  });

  test('a namespace overwrites what is written, where every build sets one', () => {
    const overlay = (namespace: string) => `resources: [../base]\n${namespace}\n`;
    assert.equal(build({ 'a/kustomization.yaml': overlay('namespace: a') })?.namespace, 'a');
    assert.equal(build({ 'a/kustomization.yaml': overlay('namespace: a'), 'b/kustomization.yaml': overlay('namespace: b') })?.namespace, '');
    assert.equal(build({ 'a/kustomization.yaml': overlay('namespace: a'), 'b/kustomization.yaml': overlay('') })?.namespace, undefined);
  });

  test('every level puts its prefix and suffix around the names, components before their parent', () => {
    const texts = { 'a/kustomization.yaml': 'resources: [../base]\ncomponents: [c]\nnamePrefix: a-\n', 'a/c/kustomization.yaml': 'kind: Component\nnamePrefix: c-\nresources: [y.yaml]\n' };
    assert.deepEqual(build(texts, 'a/c/y.yaml'), { roots: ['a'], names: [{ prefix: 'a-c-', suffix: '' }], open: true });
    assert.deepEqual(build({ ...texts, 'a/c/y.yaml': '' }), { roots: ['a'], names: [{ prefix: 'a-c-in-', suffix: '-in' }] });
    assert.deepEqual(build(texts), { roots: ['a'], names: [{ prefix: 'a-c-in-', suffix: '-in' }], open: true }, 'not all that it builds is there');
  });

  test('is not followed to the end where a level has patches or name references of its own', () => {
    assert.equal(build({})?.rewrites, undefined);
    assert.equal(build({ 'a/kustomization.yaml': 'resources: [../base]\npatches: [{path: p.yaml}]\n' })?.rewrites, true);
    assert.equal(build({ 'a/kustomization.yaml': 'resources: [../base]\ncomponents: [c]\n', 'a/c/kustomization.yaml': 'kind: Component\nconfigurations: [names.yaml]\n' })?.rewrites, true);
  });

  test('is said once for each way of the names, with all roots', () => {
    const texts = { 'a/kustomization.yaml': 'resources: [../base]', 'b/kustomization.yaml': 'resources: [../base]', 'c/kustomization.yaml': 'resources: [../base]\nnameSuffix: -c' };
    assert.deepEqual(build(texts), { roots: ['a', 'b', 'c'], names: [{ prefix: 'in-', suffix: '-in' }, { prefix: 'in-', suffix: '-in-c' }] });
  });
});

describe('kubewho.yaml', () => {
  const scopes = [{ name: 'prod', paths: ['clusters/prod', '*/prod/*.yaml'], complete: true }, { name: 'rest', paths: ['./clusters/'], complete: false }];

  test('says which files belong together; the first scope that has a file keeps it', () => {
    const scopeOf = (path: string) => plan({}, path, { scopes })?.scope;
    assert.deepEqual(['clusters/prod/a/x.yaml', 'apps/prod/x.yaml', 'clusters/dev/x.yaml', 'x.yaml'].map(scopeOf), ['prod', 'prod', 'rest', '']);
  });

  test('says which files are context', () => {
    assert.deepEqual(plan({}, 'dumps/all.yaml', { scopes, context: ['dumps'] }), { dialect: 'kubernetes', scope: '', role: 'context' });
  });
});
