import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { assemble, isNotes, isPartial } from '../../engine/helm/chart.ts';
import type { ChartFile, Release } from '../../engine/helm/release.ts';
import type { Change } from '../../engine/helm/changes.ts';
import { expand } from '../../engine/helm/expand.ts';
import { templateFault } from '../../engine/helm/faults.ts';
import { parseTemplate } from '../../engine/helm/parse.ts';
import { isMarked, unmarked } from '../../engine/helm/value.ts';
// @ts-expect-error -- plain JavaScript, which runs before anything is compiled
import { kubernetesTools } from '../../scripts/setup/places.mjs';
import { readChartFiles } from '../../sources/chart-files.ts';
import { nodeHost } from '../../sources/node-host.ts';
import { testCharts, writeChart } from '../support/charts.ts';

/*
 * What kubewho makes of a chart's templates without Helm is what Helm 3 and Helm 4 make of them: object by object, value
 * by value. The charts of test/charts, and the one that `helm create` writes.
 */

const scratch = mkdtempSync(join(tmpdir(), 'kubewho-charts-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const helms = (kubernetesTools as { dir: string }[]).map(({ dir }) => join(dir, 'helm'));
const minor = 33;

type Data = { apiVersion?: string; kind?: string; metadata?: { name?: string } } | null;

function objectsIn(text: string): Map<string, Data[]> {
  const objects = new Map<string, Data[]>();
  for (const document of parseAllDocuments(text, { version: '1.1', logLevel: 'silent' })) {
    if ('errors' in document) assert.deepEqual(document.errors, [], text);
    const data = document.toJSON() as Data;
    if (!data?.kind) continue;
    const key = `${data.apiVersion} ${data.kind} ${data.metadata?.name}`;
    objects.set(key, [...(objects.get(key) ?? []), data]);
  }
  return objects;
}

function rendered(helm: string, folder: string, values: readonly string[]): string {
  return execFileSync(helm, ['template', 'some-release', folder, '--namespace', 'some-namespace', '--kube-version', `1.${minor}.0`, ...values.flatMap((one) => ['-f', join(folder, one)])], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

async function expanded(folder: string, values: readonly string[]): Promise<string> {
  const read: ChartFile[] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(folder, path)).isFile() && !path.endsWith('.tgz')).map((path) => ({ path, file: path, text: readFileSync(join(folder, path), 'utf8') }));
  const { supplies: [supply] } = await readChartFiles(nodeHost, folder, read.map(({ path, text }) => ({ path, text, dialect: 'kubernetes', scope: '', role: 'part', chart: '' })), new Map());
  const files = [...read, ...supply!.packed.map((one) => ({ ...one, file: one.path }))];
  const release: Release = { ...assemble(files, files.filter(({ path }) => values.includes(path)))!, files: supply!.files };
  const changes: Change[] = [];
  return release.order.filter(({ path }) => !isPartial(path)).flatMap(({ path, instance }) => {
    const result = expand(release, path, instance, { namespace: 'some-namespace', kubernetesMinor: minor }, changes);
    assert.ok(result, path);
    changes.push(...result.changes);
    return isNotes(path) ? [] : [unmarked(result.text).replaceAll('{{ .Release.Name }}', 'some-release')];
  }).join('\n---\n');
}

function check(name: string, folder: string, values: readonly string[] = []): void {
  describe(name, () => {
    for (const helm of helms) {
      test(relative('.', helm), async () => {
        const [theirs, ours] = [objectsIn(rendered(helm, folder, values)), objectsIn(await expanded(folder, values))];
        assert.ok(theirs.size > 0);
        assert.deepEqual([...ours.keys()].sort(), [...theirs.keys()].sort());
        for (const [key, objects] of theirs) assert.deepEqual(ours.get(key), objects, key);
      });
    }
  });
}

const charts = testCharts();
assert.ok(charts.length >= 15);
for (const chart of charts) check(chart.name, writeChart(chart, scratch));
check('profiles, with values-prod.yaml', join(scratch, 'profiles'), ['values-prod.yaml']);

execFileSync(helms[0]!, ['create', join(scratch, 'created')], { stdio: 'ignore' });
check('helm create', join(scratch, 'created'));

/** A chart of test/charts with its subcharts packed as `helm package` does, in archives under `charts/`. */
function packed(name: string): string {
  const folder = writeChart({ ...charts.find((chart) => chart.name === name)!, name: `${name}, packed` }, scratch);
  for (const subchart of readdirSync(join(folder, 'charts'))) {
    pack(join(folder, 'charts', subchart), join(folder, 'charts'));
    rmSync(join(folder, 'charts', subchart), { recursive: true });
  }
  return folder;
}

function pack(folder: string, into: string): void {
  execFileSync(helms[0]!, ['package', folder, '--destination', into], { stdio: 'ignore' });
}

check('a library and subcharts in archives', packed('library-and-subchart'));
check('files of a chart in an archive', packed('files-of-the-chart'));

const linked = writeChart({ name: 'linked', files: [
  { path: 'Chart.yaml', text: 'apiVersion: v2\nname: linked\nversion: 1.0.0\n' },
  { path: 'shared/words/one.txt', text: 'one' },
  { path: 'shared/two.txt', text: 'two' },
  { path: 'files/own.txt', text: 'own' },
  { path: 'templates/config.yaml', text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: files}\ndata:\n{{- range $path, $_ := .Files.Glob "files/**" }}\n  {{ $path | replace "/" "." }}: {{ $.Files.Get $path }}\n{{- end }}\n' },
] }, scratch);
symlinkSync('../shared/words', join(linked, 'files/words'));
symlinkSync('../shared/two.txt', join(linked, 'files/two.txt'));
check('links to files and folders', linked);

const outer = writeChart({ name: 'outer', files: [
  { path: 'Chart.yaml', text: 'apiVersion: v2\nname: outer\nversion: 1.0.0\ndependencies:\n  - {name: umbrella, version: ">=1", repository: "https://charts.example.com", alias: inner}\n' },
  { path: 'values.yaml', text: 'inner:\n  global: {team: platform}\n  worker: {serviceAccount: {automount: true}}\n  second: {enabled: false}\n' },
  { path: 'templates/own.yaml', text: '{{ include "common.account" (dict "name" "own" "root" (dict "Release" .Release "Values" .Values.inner)) }}\n' },
] }, scratch);
pack(join(scratch, 'library-and-subchart, packed'), join(outer, 'charts'));
check('archives in an archive', outer);

const versions = writeChart({ name: 'versions', files: [
  { path: 'Chart.yaml', text: 'apiVersion: v2\nname: versions\nversion: 1.0.0\ndependencies:\n  - {name: sub, version: ^2.0.0, repository: "https://charts.example.com", condition: sub.enabled}\n' },
  { path: 'values.yaml', text: 'sub: {enabled: true}\n' },
  { path: 'templates/empty.yaml', text: '' },
] }, scratch);
for (const version of ['1.4.0', '2.1.0']) pack(writeChart({ name: `sub-${version}`, files: [{ path: 'Chart.yaml', text: `apiVersion: v2\nname: sub\nversion: ${version}\n` }, { path: 'templates/account.yaml', text: `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: from-${version}}\n` }] }, scratch), join(versions, 'charts'));
check('two versions of a subchart, one of them asked for', versions);

describe('what Helm refuses to read is no template, and is told with its place', () => {
  const folder = writeChart({ name: 'refused', files: [{ path: 'Chart.yaml', text: 'apiVersion: v2\nname: refused\nversion: 1.0.0\n' }] }, scratch);
  for (const [text, at] of [
    ['{{ if true }}{{ define "n" }}x{{ end }}{{ end }}\n', '{{ define'],
    ['{{ define "n" }}{{ define "m" }}x{{ end }}{{ end }}\n', '{{ define "m"'],
    ['{{ define "n" }}one{{ end }}\n{{ define "n" }}two{{ end }}\n', '{{ define "n" }}two'],
    ['{{ define "n" }}one{{ end }}\n{{ block "n" . }}two{{ end }}\n', '{{ block'],
    ['{{ with .Values.x }}a{{ else if true }}b{{ end }}\n', '{{ else if'],
    ['{{ if .Values.x }}a{{ else with true }}b{{ end }}\n', '{{ else with'],
    ['{{ range .Values.x }}a{{ else if true }}b{{ end }}\n', '{{ else if'],
    ['a: b\n{{ $a, $b := 1 }}\n', '{{ $a'],
    ['{{ "a" | "b" }}\n', '{{ "a"'],
    ['{{ if true }}a{{ end true }}\n', '{{ end'],
  ] as const) {
    test(JSON.stringify(text), () => {
      mkdirSync(join(folder, 'templates'), { recursive: true });
      writeFileSync(join(folder, 'templates/a.yaml'), text);
      for (const helm of helms) assert.throws(() => rendered(helm, folder, []), /parse error/);
      assert.equal(parseTemplate(text), undefined);
      assert.equal(templateFault(text)!.span.start, text.indexOf(at));
    });
  }

  test('of equal names one may be blank, and what is blank takes no place', () => {
    const text = '{{ define "n" }}one{{ end }}\n{{ define "n" }} {{ end }}\na: {{ include "n" . }}\n';
    writeFileSync(join(folder, 'templates/a.yaml'), text);
    for (const helm of helms) assert.match(rendered(helm, folder, []), /^a: one$/m);
    assert.match(expand(assemble([{ path: 'Chart.yaml', file: 'Chart.yaml', text: 'name: refused\n' }, { path: 'templates/a.yaml', file: '', text }])!, 'templates/a.yaml', assemble([{ path: 'Chart.yaml', file: 'Chart.yaml', text: 'name: refused\n' }])!.instances[0]!, { namespace: '', kubernetesMinor: minor })!.text, /^a: one$/m);
  });
});

describe('what one Helm says otherwise than another is unknown', () => {
  const folder = writeChart({ name: 'versions-of-helm', files: [{ path: 'Chart.yaml', text: 'apiVersion: v2\nname: versions-of-helm\nversion: 1.0.0\n' }] }, scratch);
  for (const expression of ['.Capabilities.HelmVersion.Version', 'toJson .Chart', '.Chart', '.Capabilities.KubeVersion | toString']) {
    test(expression, () => {
      const text = `a: ${JSON.stringify('x')} # {{ ${expression} }}\n`;
      mkdirSync(join(folder, 'templates'), { recursive: true });
      writeFileSync(join(folder, 'templates/a.yaml'), text);
      assert.equal(new Set(helms.map((helm) => rendered(helm, folder, []))).size, helms.length);
      const release = assemble([{ path: 'Chart.yaml', file: '', text: readFileSync(join(folder, 'Chart.yaml'), 'utf8') }, { path: 'templates/a.yaml', file: '', text }])!;
      assert.ok(isMarked(expand(release, 'templates/a.yaml', release.instances[0]!, { namespace: '', kubernetesMinor: minor })!.text));
    });
  }
});
