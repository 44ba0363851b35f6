// The editor and the command line say the same of the same files.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from 'vscode-languageserver-protocol/node';
import { corpusProjects, corpusRoot as corpus } from '../corpus/projects.ts';
// @ts-expect-error -- plain JavaScript, which runs before anything is compiled
import { kubernetesTools } from '../../scripts/setup/places.mjs';
import { corpusAbsent } from '../support/absent.ts';
import { testCharts, writeChart } from '../support/charts.ts';
import { capable, eventually, withEditor } from './support.ts';

interface Place { readonly line: number; readonly column: number }
interface Reported {
  readonly rule: string; readonly tier: string; readonly message: string; readonly severity: string; readonly fingerprint: string; readonly file: string;
  readonly range: { readonly start: Place; readonly end: Place };
  readonly related: readonly { readonly file: string; readonly message: string; readonly range: { readonly start: Place; readonly end: Place } }[];
}

const severities = ['', 'error', 'warning', 'info'];
const spot = ({ start, end }: { start: Place; end: Place }) => `${start.line}:${start.column}-${end.line}:${end.column}`;
const fromLsp = (range: Diagnostic['range']) => ({ start: { line: range.start.line + 1, column: range.start.character + 1 }, end: { line: range.end.line + 1, column: range.end.character + 1 } });

/** Helm, and the charts that it renders: a template of each. */
interface Rendering { readonly dir: string; readonly templates: readonly string[] }

/** Compares what both say of some folders below one, each a workspace of its own; returns the findings. */
async function compare(folder: string, folders: readonly string[], rendering?: Rendering): Promise<readonly Reported[]> {
  const env = { PATH: `${rendering ? `${rendering.dir}${delimiter}` : ''}${process.env['PATH']}` };
  const run = spawnSync(process.execPath, [resolve('dist/cli.js'), 'lint', '--format', 'json', '--persona', 'auditor', '--fail-on', 'never', '--render', rendering ? 'always' : 'never', ...folders.map((path) => path || '.')], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, ...env } });
  assert.equal(run.status, 0, run.stderr.slice(0, 2000));
  const { findings } = JSON.parse(run.stdout) as { findings: Reported[] };
  const said = findings.map((one) => [pathToFileURL(resolve(folder, one.file)), spot(one.range), one.severity, one.rule, one.fingerprint, one.message, ...one.related.map((other) => `${pathToFileURL(resolve(folder, other.file))} ${spot(other.range)} ${other.message}`)].join(' | '));
  await withEditor({ at: folder, folders, capabilities: capable, initializationOptions: { trusted: rendering !== undefined, settings: { persona: 'auditor' } }, env }, async (editor) => {
    for (const path of rendering?.templates ?? []) await editor.open(path, editor.read(path), 'helm');
    if (rendering) await eventually('Helm', async () => (await editor.status()).rendered === rendering.templates.length);
    const { items } = await editor.pullWorkspace();
    const shown = items.flatMap((item) => (item.kind === 'full' ? item.items.filter((one) => one.code !== 'configuration').map((one) => [item.uri, spot(fromLsp(one.range)), severities[one.severity!], one.code, one.data.fingerprint, one.message, ...(one.relatedInformation ?? []).map((other) => `${other.location.uri} ${spot(fromLsp(other.location.range))} ${other.message}`)].join(' | ')) : []));
    assert.deepEqual(shown.sort(), said.sort());
  });
  return findings;
}

describe('editor and command line', () => {
  it('agree on the example estate', async () => {
    assert.ok((await compare(resolve('examples'), [''])).length > 0);
  });

  it('agree under phases, and on exceptions that have ended or that nothing needs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubewho-parity-'));
    try {
      cpSync(resolve('examples/journey/start'), folder, { recursive: true });
      writeFileSync(join(folder, 'kubewho.yaml'), `phases:
  - phase: observe
  - { phase: enforce, namespaces: [payments] }
exceptions:
  - { rule: network-only-trust, target: payments/api, reason: it has ended, until: 2020-01-01 }
  - { rule: network-only-trust, target: payments/settlement, reason: the mainframe has no identity, until: 2999-01-01 }
  - { rule: network-only-trust, target: shop/nobody, reason: nothing needs it, until: 2999-01-01 }
`);
      assert.ok((await compare(folder, [''])).length > 5);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const { dir } of kubernetesTools as { dir: string }[]) {
    it(`agree on charts that ${basename(dir)} renders`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'kubewho parity '));
      try {
        for (const chart of testCharts()) writeChart(chart, folder);
        // What Helm alone tells, in a file of values whose name has to be quoted for Helm, and beside a link that Helm follows.
        writeChart({ name: 'told', files: [
          { path: 'Chart.yaml', text: 'apiVersion: v2\nname: told\nversion: 1.0.0\n' },
          { path: 'values.yaml', text: 'length: 4\n' },
          { path: 'values of "a, b".yaml', text: 'length: 5\n' },
          { path: 'templates/web.yaml', text: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      automountServiceAccountToken: {{ randAlphaNum 5 | len | eq (int .Values.length) }}\n      containers: [{name: web, image: "example.com/web:1"}]\n' },
        ] }, folder);
        writeFileSync(join(folder, 'elsewhere.txt'), 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: elsewhere}\n');
        symlinkSync(join(folder, 'elsewhere.txt'), join(folder, 'told/templates/elsewhere.yaml'));
        mkdirSync(join(folder, '.git'));
        writeFileSync(join(folder, 'kubewho.yaml'), `profiles:\n  - { name: odd, chart: told, values: ['values of "a, b".yaml'] }\n`);
        const charts = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory() && one.name !== '.git').map(({ name }) => name);
        const templates = charts.map((name) => `${name}/templates/${readdirSync(join(folder, name, 'templates')).find((file) => /^[^_.].*\.yaml$/.test(file) && file !== 'elsewhere.yaml')}`);
        const findings = await compare(folder, [''], { dir, templates });
        assert.match(findings.find(({ tier, file }) => tier === 'rendered' && file === 'told/templates/web.yaml')!.message, /\(only with profile odd\)$/);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  it('agree on what a chart has in archives, reads from files and switches off', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubewho-parity-'));
    try {
      writeChart({ name: 'lib', files: [
        { path: 'Chart.yaml', text: 'apiVersion: v2\nname: lib\nversion: 1.0.0\n' },
        { path: 'templates/pod.yaml', text: 'apiVersion: v1\nkind: Pod\nmetadata: {name: lib}\nspec:\n  serviceAccountName: web\n  automountServiceAccountToken: {{ .Values.automount }}\n  containers: [{name: a, image: a}]\n' },
      ] }, folder);
      const chart = writeChart({ name: 'chart', files: [
        { path: 'Chart.yaml', text: 'apiVersion: v2\nname: web\nversion: 1.0.0\n' },
        { path: 'values.yaml', text: 'lib:\n  automount: true\nclusterWide: false\n' },
        { path: 'files/token.conf', text: 'automountServiceAccountToken: true' },
        { path: 'templates/account.yaml', text: 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n{{ .Files.Get "files/token.conf" }}\n' },
        { path: 'templates/rbac.yaml', text: '{{- if .Values.clusterWide }}\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: web}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, name: web, namespace: {{ .Release.Namespace }}}]\n{{- end }}\n' },
      ] }, folder);
      mkdirSync(join(chart, 'charts'));
      assert.equal(spawnSync('tar', ['-czf', join(chart, 'charts/lib-1.0.0.tgz'), '-C', folder, 'lib']).status, 0);
      rmSync(join(folder, 'lib'), { recursive: true });
      assert.deepEqual((await compare(folder, [''])).map(({ rule }) => rule).sort(), ['automounted-token', 'automounting-service-account', 'cluster-admin-binding', 'unprotected-workload', 'workload-takeover']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const projects = corpusProjects();
  if (projects.length === 0) corpusAbsent(1);
  else it(`agree on ${projects.length} real projects, opened together`, async () => {
    assert.ok((await compare(corpus, projects)).length > 1000);
  });
});
