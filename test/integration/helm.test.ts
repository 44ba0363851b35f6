import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { assemble, type ChartFile } from '../../engine/helm/chart.ts';
import { expand } from '../../engine/helm/expand.ts';
import { unmarked } from '../../engine/helm/value.ts';
// @ts-expect-error -- plain JavaScript, which runs before anything is compiled
import { kubernetesTools } from '../../scripts/setup/places.mjs';
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

function expanded(folder: string, values: readonly string[]): string {
  const files: ChartFile[] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(folder, path)).isFile()).map((path) => ({ path, file: path, text: readFileSync(join(folder, path), 'utf8') }));
  const release = assemble(files, files.filter(({ path }) => values.includes(path)))!;
  return release.instances.filter(({ isLibrary }) => !isLibrary).flatMap((instance) => files.flatMap(({ path }) => {
    const inside = relative(instance.folder, path);
    if (!/^templates\/(?:.*\/)?[^_][^/]*\.yaml$/.test(inside)) return [];
    const result = expand(release, path, instance, { namespace: 'some-namespace', kubernetesMinor: minor });
    assert.ok(result, path);
    return [unmarked(result.text).replaceAll('{{ .Release.Name }}', 'some-release')];
  })).join('\n---\n');
}

function check(name: string, folder: string, values: readonly string[] = []): void {
  describe(name, () => {
    for (const helm of helms) {
      test(relative('.', helm), () => {
        const [theirs, ours] = [objectsIn(rendered(helm, folder, values)), objectsIn(expanded(folder, values))];
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
