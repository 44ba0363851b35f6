// --baseline, --update-baseline and --changed-since: a project with many findings begins with the new ones.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { account, deployment, folderWith, kubewho, only, places, read, write } from './support.ts';

const json = (cwd: string, ...flags: string[]) => kubewho(['lint', ...only, '--format', 'json', ...flags], { cwd });
const baseline = ['--baseline', 'known.json'];

describe('--baseline', () => {
  test('--update-baseline writes it; what it knows is not reported and fails nothing', () => {
    const cwd = folderWith({ 'web.yaml': deployment('web') });
    assert.equal(json(cwd, ...baseline, '--update-baseline').code, 0);
    const { code, stdout } = json(cwd, ...baseline);
    assert.equal(code, 0);
    assert.deepEqual(places(stdout), []);
    assert.equal(JSON.parse(stdout).summary.baselined, 1);
    write(cwd, { 'api.yaml': deployment('api') });
    assert.deepEqual(places(json(cwd, ...baseline).stdout), ['api.yaml']);
  });

  test('knows a finding by what it is: lines, and the file\'s name, may change', () => {
    const cwd = folderWith({ 'web.yaml': deployment('web') });
    json(cwd, ...baseline, '--update-baseline');
    rmSync(join(cwd, 'web.yaml'));
    write(cwd, { 'moved/web.yaml': `# a comment\n\n${deployment('web')}` });
    assert.deepEqual(places(json(cwd, ...baseline).stdout), []);
  });

  test('counts: a second finding of the same kind is new', () => {
    const cwd = folderWith({ 'web.yaml': deployment('web') });
    json(cwd, ...baseline, '--update-baseline');
    write(cwd, { 'other/web.yaml': deployment('web') });
    assert.equal(places(json(cwd, ...baseline).stdout).length, 1);
  });

  test('says what is gone; updating a part keeps the rest', () => {
    const cwd = folderWith({ 'a/web.yaml': deployment('web'), 'b/api.yaml': deployment('api') });
    json(cwd, ...baseline, '--update-baseline');
    write(cwd, { 'a/web.yaml': deployment('web', { automount: 'false' }) });
    assert.match(json(cwd, ...baseline).stderr, /the baseline holds 1 finding that this run did not meet/);
    assert.equal(json(cwd, 'b', ...baseline).stderr, '');
    json(cwd, 'a', ...baseline, '--update-baseline');
    assert.deepEqual(JSON.parse(read(cwd, 'known.json')).findings.map((entry: { file: string }) => entry.file), ['b/api.yaml']);
  });

  test('what it knows is not fixed', () => {
    const faulty = '# kubewho: ignore-file[automounted-token]\nkind: ServiceAccount\napiVersion: v1\nmetadata: {name: a}\n';
    const cwd = folderWith({ 'a.yaml': faulty });
    const meta = ['lint', '--select', 'unused-suppression', ...baseline];
    kubewho([...meta, '--update-baseline'], { cwd });
    assert.equal(kubewho([...meta, '--fix'], { cwd }).code, 0);
    assert.equal(read(cwd, 'a.yaml'), faulty);
    kubewho(['lint', '--select', 'unused-suppression', '--fix'], { cwd });
    assert.doesNotMatch(read(cwd, 'a.yaml'), /ignore-file/);
  });

  test('a baseline that is not there or is none is an error, exit 2', () => {
    const cwd = folderWith({ 'web.yaml': deployment('web'), 'other.json': '{}', 'broken.json': '{' });
    assert.match(json(cwd, '--baseline', 'none.json').stderr, /cannot read none\.json: no such file or directory; --update-baseline makes it/);
    assert.match(json(cwd, '--baseline', 'other.json').stderr, /other\.json is not a baseline/);
    assert.match(json(cwd, '--baseline', 'broken.json').stderr, /broken\.json is not a baseline/);
    assert.equal(json(cwd, '--baseline', 'none.json').code, 2);
    assert.equal(json(cwd, '--update-baseline').code, 2);
  });
});

describe('--changed-since', () => {
  const git = (cwd: string, ...args: string[]) => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const repository = (files: Record<string, string>) => {
    const cwd = folderWith(files);
    git(cwd, 'init', '--quiet', '--initial-branch=main');
    git(cwd, 'add', '.');
    git(cwd, 'commit', '--quiet', '-m', 'first');
    return cwd;
  };

  test('reports what changed, committed or not, tracked or not', () => {
    const cwd = repository({ 'old.yaml': deployment('old'), 'web.yaml': deployment('web', { automount: 'false' }), 'api.yaml': deployment('api', { automount: 'false' }) });
    assert.deepEqual(places(json(cwd, '--changed-since', 'HEAD').stdout), []);
    write(cwd, { 'web.yaml': deployment('web') });
    git(cwd, 'commit', '--quiet', '-am', 'second');
    write(cwd, { 'api.yaml': deployment('api'), 'größe/new.yaml': deployment('new') });
    assert.deepEqual(places(json(cwd, '--changed-since', 'HEAD').stdout), ['api.yaml', 'größe/new.yaml']);
    assert.deepEqual(places(json(cwd, '--changed-since', 'HEAD~1').stdout), ['api.yaml', 'größe/new.yaml', 'web.yaml']);
    assert.deepEqual(places(json(cwd, 'web.yaml', '--changed-since', 'HEAD~1').stdout), ['web.yaml']);
  });

  test('counts from where the branch left the revision', () => {
    const cwd = repository({ 'web.yaml': deployment('web') });
    git(cwd, 'checkout', '--quiet', '-b', 'branch');
    git(cwd, 'checkout', '--quiet', 'main');
    write(cwd, { 'web.yaml': `# changed on main\n${deployment('web')}` });
    git(cwd, 'commit', '--quiet', '-am', 'on main');
    git(cwd, 'checkout', '--quiet', 'branch');
    assert.deepEqual(places(json(cwd, '--changed-since', 'main').stdout), []);
  });

  test('reports a finding elsewhere if a related place changed', () => {
    const cwd = repository({ 'web.yaml': deployment('web', { account: 'web', automount: 'true' }), 'account.yaml': account('web').replace('false', 'true') });
    write(cwd, { 'account.yaml': account('web') });
    const [finding] = JSON.parse(json(cwd, '--changed-since', 'HEAD').stdout).findings;
    assert.equal(finding.file, 'web.yaml');
    assert.equal(finding.related[0].file, 'account.yaml');
  });

  test('reports what a change brings elsewhere, and nothing that was there before', () => {
    const binding = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: web}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, name: web, namespace: shop}]\n';
    const files = {
      'hello/Chart.yaml': 'apiVersion: v2\nname: hello\nversion: 1.0.0\n', 'hello/values.yaml': 'admin: false\nreplicas: 1\n',
      'hello/templates/admin.yaml': `{{- if .Values.admin }}\n${binding}{{- end }}\n`,
      'hello/templates/web.yaml': deployment('web', { account: 'web' }), 'hello/templates/account.yaml': account('web'),
      'old/old.yaml': deployment('old'), 'account.yaml': account('api').replace('shop', 'own'), 'api.yaml': deployment('api', { account: 'api' }).replace('namespace: shop', 'namespace: own'),
      'service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: own}\nspec: {selector: {app: api}, ports: [{port: 80}]}\n',
      'policy.yaml': 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: api, namespace: own}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n',
    };
    const cwd = repository(files);
    const found = (persona = 'regular') => (JSON.parse(kubewho(['lint', '--render', 'never', '--persona', persona, '--format', 'json', '--changed-since', 'HEAD'], { cwd }).stdout).findings as { rule: string; file: string }[]).map(({ rule, file }) => `${file} ${rule}`);
    assert.deepEqual(found(), []);
    write(cwd, { 'hello/values.yaml': 'admin: true\nreplicas: 1\n' });
    assert.ok(found().includes('hello/templates/admin.yaml cluster-admin-binding'));
    assert.ok(!found().some((one) => one.startsWith('old/')));
    write(cwd, { 'hello/values.yaml': 'admin: false\nreplicas: 2\n' });
    assert.deepEqual(found(), []);
    write(cwd, { 'hello/values.yaml': files['hello/values.yaml'] });
    rmSync(join(cwd, 'policy.yaml'));
    assert.deepEqual(found('pedantic'), ['api.yaml unprotected-workload'], 'also what the taking away of a file brings');
  });

  describe('follows what Kustomize makes of a change', () => {
    const quiet = deployment('web', { automount: 'false' });
    const files = {
      'base/kustomization.yaml': 'resources: [web.yaml]\n', 'base/web.yaml': deployment('web'),
      'other/kustomization.yaml': 'resources: [other.yaml]\nlabels: [{pairs: {a: b}}]\n', 'other/other.yaml': deployment('other'),
      'prod/fields.yaml': 'namePrefix: [{path: metadata/labels/x}]\n', 'prod/schema.json': '{}', 'prod/labels.yaml': 'apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nlabels: {a: b}\nfieldSpecs: [{path: metadata/labels, create: true}]\n',
      'prod/patch.yaml': '- {op: add, path: /metadata/annotations, value: {a: b}}\n', 'prod/replace.yaml': '[]\n', 'prod/values.env': 'a=b\n', 'prod/source.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: source}\ndata: {a: b}\n',
      'part/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: patch.yaml, target: {kind: Deployment}}]\n', 'part/patch.yaml': '- {op: add, path: /metadata/annotations, value: {a: b}}\n',
      'machinery/kustomization.yaml': 'resources: [generator.yaml]\n', 'machinery/generator.yaml': 'apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: a}\nliterals: [a=b]\n',
    };
    const kustomization = (body: string) => ({ 'prod/kustomization.yaml': `resources: [../base, source.yaml]\n${body}` });
    for (const [what, body, changed, expected] of [
      ['a patch', 'patches: [{path: patch.yaml, target: {kind: Deployment}}]', 'prod/patch.yaml', ['base/web.yaml']],
      ['a patch of a component', 'components: [../part]', 'part/patch.yaml', ['base/web.yaml']],
      ['configurations', 'configurations: [fields.yaml]', 'prod/fields.yaml', ['base/web.yaml']],
      ['an OpenAPI schema', 'openapi: {path: schema.json}', 'prod/schema.json', ['base/web.yaml']],
      ['a transformer', 'transformers: [labels.yaml]', 'prod/labels.yaml', ['base/web.yaml']],
      ['a generator in a folder', 'generators: [../machinery]', 'machinery/generator.yaml', ['base/web.yaml']],
      ['replacements in a file', 'replacements: [{path: replace.yaml}]', 'prod/replace.yaml', ['base/web.yaml']],
      ['what replacements are taken from', 'replacements: [{source: {kind: ConfigMap, name: source, fieldPath: data.a}, targets: [{select: {kind: Deployment}, fieldPaths: [spec.replicas]}]}]', 'prod/source.yaml', ['base/web.yaml']],
      ['what variables are taken from', 'vars: [{name: A, objref: {apiVersion: v1, kind: ConfigMap, name: settings}}]\nconfigMapGenerator: [{name: settings, envs: [values.env]}]', 'prod/values.env', ['base/web.yaml']],
      ['what is only put into a ConfigMap', 'namePrefix: p-\nconfigMapGenerator: [{name: settings, envs: [values.env]}]', 'prod/values.env', []],
      ['a namespace', 'namespace: end', 'prod/kustomization.yaml', ['base/web.yaml']],
      ['a list of resources, nothing else', '', 'prod/kustomization.yaml', []],
    ] as const) test(what, () => {
      const cwd = repository({ ...files, ...kustomization(`${body}\n`) });
      write(cwd, { [changed]: `${read(cwd, changed)}${changed.endsWith('.json') ? '\n' : changed.endsWith('.env') ? 'c=d\n' : '# changed\n'}` });
      assert.deepEqual(places(json(cwd, '--render', 'never', '--changed-since', 'HEAD').stdout), expected);
    });
    test('and is quiet where nothing is found', () => {
      const cwd = repository({ ...files, 'base/web.yaml': quiet, ...kustomization('namespace: end\n') });
      write(cwd, kustomization('namespace: begin\n'));
      assert.deepEqual(places(json(cwd, '--changed-since', 'HEAD').stdout), []);
    });
  });

  test('outside of git, or with a revision that git does not know, it is an error, exit 2', () => {
    const outside = json(folderWith({ 'web.yaml': deployment('web') }), '--changed-since', 'HEAD');
    assert.equal(outside.code, 2);
    assert.match(outside.stderr, /--changed-since HEAD: git knows no such revision in /);
    const cwd = repository({ 'web.yaml': deployment('web') });
    assert.match(json(cwd, '--changed-since', 'nowhere').stderr, /git knows no such revision/);
    assert.match(json(cwd, '--changed-since=--output=x').stderr, /not a revision/);
  });
});
