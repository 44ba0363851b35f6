// Questions about charts and Kustomize builds: which values, and which build, an answer is for.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deployment, folderWith, kubewho } from './support.ts';

const binding = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: api }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{ .Values.role }} }
subjects: [{ kind: ServiceAccount, name: {{ .Values.account }}, namespace: shop }]
`;
const chart = {
  'charts/api/Chart.yaml': 'apiVersion: v2\nname: api\nversion: 1.0.0\n',
  'charts/api/values.yaml': 'role: view\naccount: api\n',
  'charts/api/templates/deploy.yaml': deployment('api', { account: '{{ .Values.account }}' }),
  'charts/api/templates/binding.yaml': binding,
};
const values = { 'env/prod.yaml': 'role: cluster-admin\n', 'env/stage.yaml': 'role: edit\naccount: stage\n' };
const kubewhoYaml = `profiles:
  - { name: prod, chart: charts/api, values: [../../env/prod.yaml] }
  - { name: staging, chart: charts/api, values: [../../env/stage.yaml] }
`;
const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: live, namespace: argocd }
spec:
  source: { repoURL: https://git.example/shop, path: charts/api, helm: { valuesObject: { account: live } } }
  destination: { namespace: shop }
`;
const cwd = folderWith({ ...chart, ...values, 'kubewho.yaml': kubewhoYaml, 'argo/live.yaml': application });
const ask = (...args: string[]) => kubewho(args, { cwd });
const deleteSecrets = ['delete', 'secrets', '-n', 'shop', '--as', 'shop/api'];

describe('--profile', () => {
  test('asks about a chart as a profile of kubewho.yaml installs it', () => {
    assert.match(ask('can-i', ...deleteSecrets).stdout, /^no: /);
    const { code, stdout } = ask('can-i', ...deleteSecrets, '--profile', 'prod');
    assert.equal(code, 0);
    assert.match(stdout, /^yes: /);
    assert.match(stdout, /note: chart charts\/api: answered as installed by prod \(profile\)\n/);
  });

  test('or as an Argo CD Application does, by its name or kind and name', () => {
    for (const name of ['live', 'Application live']) assert.match(ask('inventory', '--profile', name).stdout, /Deployment\/api +live \(own\)/);
  });

  test('goes with every command that asks', () => {
    assert.match(ask('who-can', 'delete', 'secrets', '-n', 'shop', '--profile', 'prod').stdout, /shop\/api/);
    assert.match(ask('reach', 'shop/api', '--profile', 'prod').stdout, /cluster-admin in 1 step/);
    assert.match(ask('inventory', '--profile', 'staging').stdout, /Deployment\/api +stage \(own\) .*Secrets, pods and workloads/);
    assert.match(ask('trust', '--to', 'shop/api', '--profile', 'staging').stdout, /account "stage"/);
  });

  test('an unknown name is wrong usage that lists those there are', () => {
    const { code, stderr } = ask('inventory', '--profile', 'prd');
    assert.deepEqual([code, stderr], [2, 'kubewho: --profile prd: not one of prod (profile), staging (profile), live (Application); did you mean "prod"?\n']);
    const none = ask('inventory', '--profile', 'prod', 'charts/api');
    assert.equal(none.code, 2);
    assert.equal(none.stderr, 'kubewho: --profile prod: no chart among the files read is installed with other values than its own; kubewho.yaml counts with --workspace .\n');
  });

  test('in a folder below the kubewho.yaml, the error says how that one counts', () => {
    const inside = kubewho(['inventory', '--profile', 'prod'], { cwd: `${cwd}/charts/api` });
    assert.deepEqual([inside.code, inside.stderr], [2, 'kubewho: --profile prod: no chart among the files read is installed with other values than its own; ../../kubewho.yaml counts with --workspace ../..\n']);
    assert.match(kubewho(['inventory', '--profile', 'prod', '--workspace', '../..'], { cwd: `${cwd}/charts/api` }).stdout, /answered as installed by prod/);
    assert.match(ask('inventory', '--profile', 'prod', '--no-config', 'charts/api').stderr, /; no kubewho\.yaml is read with --no-config\n$/);
    assert.match(kubewho(['inventory', '--profile', 'prod'], { cwd: folderWith(chart) }).stderr, /; no kubewho\.yaml is in \. or above it\n$/);
  });

  test('an Application whose values file is missing is named with that file', () => {
    const missing = application.replace('valuesObject: { account: live }', 'valueFiles: [values-nope.yaml]');
    const { code, stderr } = kubewho(['inventory', '--profile', 'live'], { cwd: folderWith({ ...chart, 'argo/live.yaml': missing }) });
    assert.deepEqual([code, stderr], [2, 'kubewho: --profile live: Application live (argo/live.yaml) installs with the values file "charts/api/values-nope.yaml", which is not among the files read\n']);
  });

  test('below the workspace, --workspace says whose kubewho.yaml counts; the values files come along', () => {
    const { code, stdout, stderr } = ask('inventory', 'charts/api', '--workspace', '.', '--profile', 'prod');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /Deployment\/api +api \(own\) .* everything/);
    assert.match(ask('trust', 'charts/api', '--workspace', 'nowhere').stderr, /--workspace nowhere: no such folder/);
  });

  test('without it an answer says that there are others, also in JSON; --no-config leaves profiles out', () => {
    const note = "chart charts/api: answered with its own values; it is also installed by prod (profile), staging (profile), live (Application) (--profile NAME)";
    assert.ok(ask('inventory').stdout.endsWith(`note: ${note}\n`));
    for (const args of [['inventory'], ['trust'], ['reach', 'shop/api'], ['can-i', ...deleteSecrets], ['who-can', 'get', 'pods']]) {
      assert.ok((JSON.parse(ask(...args, '--format', 'json').stdout) as { notes: string[] }).notes.includes(note), args[0]);
    }
    const csv = ask('inventory', '--format', 'csv');
    assert.ok(!csv.stdout.includes('note:') && csv.stderr.includes(note));
    assert.match(ask('inventory', '--no-config').stdout, /also installed by live \(Application\)/);
    assert.match(ask('phase').stdout, /note: chart charts\/api: judged with its own values; lint judges it as installed by prod \(profile\)/);
  });

  test('--config and --no-config exclude each other', () => {
    for (const command of ['inventory', 'trust', 'phase']) assert.equal(ask(command, '--no-config', '--config', 'kubewho.yaml').code, 2, command);
  });
});

describe('an account in the namespace of a release, which no file tells', () => {
  const own = folderWith({ 'api/Chart.yaml': 'apiVersion: v2\nname: api\nversion: 1.0.0\n', 'api/templates/account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: api}\n' });
  const hint = /; a chart has "api" in the namespace of its release: ask about "\{\{\.Release\.Namespace\}\}\/api"/;

  test('is named where another namespace is asked about', () => {
    assert.match(kubewho(['can-i', ...deleteSecrets, '--in', 'api'], { cwd: own }).stdout, hint);
    assert.match(kubewho(['reach', 'shop/api', '--in', 'api'], { cwd: own }).stderr, hint);
    const { code, stdout } = kubewho(['reach', '{{.Release.Namespace}}/api', '--in', 'api'], { cwd: own });
    assert.equal(code, 0, stdout);
    assert.doesNotMatch(kubewho(['can-i', 'get', 'pods', '-n', 'shop', '--as', 'shop/other', '--in', 'api'], { cwd: own }).stdout, hint);
  });
});

describe('a PATH that is a Kustomize overlay', () => {
  const patch = (name: string): string => `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { serviceAccountName: ${name} } } }\n`;
  const tree = folderWith({
    'base/kustomization.yaml': 'resources: [web.yaml]\n',
    'base/web.yaml': deployment('web').replace('  namespace: shop\n', ''),
    'overlays/dev/kustomization.yaml': 'namespace: dev\nresources: [../../base]\npatches: [{ path: account.yaml }]\n',
    'overlays/dev/account.yaml': patch('dev-web'),
    'overlays/prod/kustomization.yaml': 'namespace: prod\nresources: [../../base]\npatches: [{ path: ../patches/account.yaml }]\n',
    'overlays/patches/account.yaml': patch('prod-web'),
  });
  const inventory = (...args: string[]) => kubewho(['inventory', ...args], { cwd: tree });

  test('is that build: its base is read, as the build has it', () => {
    for (const path of ['overlays/prod', 'overlays/prod/kustomization.yaml']) {
      const { stdout, stderr } = inventory(path);
      assert.match(stdout, /^NAMESPACE.*\nprod +Deployment\/web +prod-web \(own\).*\n$/);
      assert.equal(stderr, '');
    }
    assert.match(inventory('overlays/dev').stdout, /\ndev +Deployment\/web +dev-web/);
  });

  test('has the charts that it has Helm write, as it has them written', () => {
    const own = folderWith({ ...chart, 'overlays/prod/kustomization.yaml': 'namespace: shop\nhelmGlobals: { chartHome: ../../charts }\nhelmCharts: [{ name: api, releaseName: api, valuesInline: { role: cluster-admin } }]\n' });
    const { stdout, stderr } = kubewho(['can-i', ...deleteSecrets, '--in', 'overlays/prod'], { cwd: own });
    assert.match(stdout, /^yes: /, stderr);
    assert.match(stdout, /note: chart charts\/api: answered as installed by overlays\/prod \(Kustomization\)\n/);
    assert.match(kubewho(['can-i', ...deleteSecrets, '--in', 'charts'], { cwd: own }).stdout, /^no: /, 'asked about by itself it has its own values');
  });

  test('where several builds are read, an answer says for which it is', () => {
    const { stdout } = inventory();
    assert.match(stdout, /^dev +Deployment\/web +dev-web .*\nprod +Deployment\/web +prod-web /m);
    assert.match(stdout, /note: 1 file is built by overlays\/dev, overlays\/prod: answered once for each namespace and name that they give it/);
  });
});

describe('what kubewho.yaml speaks of and no file has', () => {
  const configuration = `requireReasons: true
kubernetesVersion: "1.34"
profiles:
  - { name: stage, values: [values-stage.yaml] }
  - { name: gone, chart: charts/gone, values: [prod.yaml] }
risk:
  - { class: payment, workloads: [shop/web, shop/ledger] }
phases:
  - { phase: enforce, namespaces: [shp, "sho*"] }
`;
  const told = [
    'kubewho.yaml:9:36: phases: no object of namespace "shp" is among the files read; did you mean "shop"?',
    'kubewho.yaml:7:45: risk: no workload "shop/ledger" is among the files read',
    'kubewho.yaml:4:13: profiles: no chart has the values files of "stage"',
    'kubewho.yaml:5:13: profiles: no chart is at "charts/gone", which "gone" is for',
  ];

  test('is said with its line, and fails nothing', () => {
    const folder = folderWith({ 'kubewho.yaml': configuration.replace(/.*charts\/gone.*\n/, ''), 'web.yaml': deployment('web', { automount: 'false' }) });
    const { code, stderr } = kubewho(['lint', '--no-fold'], { cwd: folder });
    const without = told.filter((line) => !line.includes('gone')).map((line) => line.replace(/yaml:([79]):/, (_, at: string) => `yaml:${Number(at) - 1}:`));
    assert.deepEqual([code, stderr], [0, without.map((line) => `kubewho: ${line}\n`).join('')]);
    assert.ok(kubewho(['phase'], { cwd: folder }).stdout.includes(`note: ${without[0]}\n`));
    assert.equal(kubewho(['lint', '--quiet'], { cwd: folder }).stderr, '');
  });

  test('a values file that is not there is a fault, with its line and what to do', () => {
    const { code, stderr } = kubewho(['lint'], { cwd: folderWith({ 'kubewho.yaml': `${configuration}context: [dump.yaml]\n`, 'web.yaml': deployment('web', { automount: 'false' }) }) });
    assert.equal(code, 2);
    assert.ok(stderr.startsWith('kubewho: kubewho.yaml:10:11: context: "dump.yaml" is not there; correct the path or take it out\nkubewho: kubewho.yaml:5:48: profiles: the values file "charts/gone/prod.yaml" is not there; correct the path or take it out\n'), stderr);
    assert.ok(stderr.includes(told[3]!));
  });

  test('is not said of names where a template hides some', () => {
    const folder = folderWith({ ...chart, 'charts/api/templates/deploy.yaml': deployment('{{ .Release.Name }}', { automount: 'false' }), 'kubewho.yaml': 'phases: [{ phase: warn, namespaces: [elsewhere] }]\n' });
    assert.doesNotMatch(kubewho(['lint'], { cwd: folder }).stderr, /elsewhere/);
  });
});
