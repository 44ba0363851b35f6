import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultConfiguration, parseConfiguration } from '../../../engine/lint/config.ts';
import { Workspace } from '../../../engine/lint/workspace.ts';
import { rules } from '../../../rules/index.ts';
import { environmentOf } from '../../../sources/environment.ts';
import { memoryHost } from '../../../sources/memory-host.ts';
import { loadTree, type LoadedWorkspace } from '../../../sources/tree.ts';
import validate from '../../../generated/validate-configuration.mjs';
import { testCharts } from '../../support/charts.ts';

type Files = Readonly<Record<string, string>>;

/** A workspace read from scratch, and how its files are read. */
async function read(files: Files): Promise<{ workspace: Workspace; loaded: LoadedWorkspace }> {
  const host = memoryHost(new Map(Object.entries({ '.git/HEAD': '', ...files }).map(([path, text]) => [`/w/${path}`, text])));
  const { workspaces: [loaded] } = await loadTree(host, ['/w'], { configure: (text, file) => parseConfiguration(text, file, validate, rules) });
  const workspace = new Workspace(rules, environmentOf(defaultConfiguration), { today: () => '2030-01-01' });
  for (const { absolute: _, encoding: __, ...file } of loaded!.files) workspace.set(file);
  for (const supply of loaded!.supplies) workspace.supply(supply);
  return { workspace, loaded: loaded! };
}

/** The findings as `file: rule on what the line says`. */
function found(workspace: Workspace): Set<string> {
  return new Set(workspace.findings().map(({ file, rule, span }) => {
    const text = workspace.textOf(file)!;
    return `${file}: ${rule} on ${text.slice(text.lastIndexOf('\n', span.start - 1) + 1).split('\n', 1)[0]!.trim()}`;
  }));
}

/** Everything that findings say, in an order of its own. */
function said(workspace: Workspace): string[] {
  return workspace.findings().map((finding) => JSON.stringify(finding)).sort();
}

/** The texts that a file goes through while a line is typed in place of nothing, key by key. */
function typed(text: string, at: number, line: string): string[] {
  const [before, after] = [text.slice(0, at), text.slice(at)];
  return [...line, '\n'].map((_, i) => `${before}${line.slice(0, i)}\n${after}`);
}

/** A small generator of numbers from 0 to 1 (xorshift), so that a failure comes again. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const lines = {
  template: ['{{- if .Values.never.there }}', '{{- with .Values.extra }}', '{{- range $key, $one := .Values.list }}', '{{- end }}', '{{- /* said */}}', '{{- else if .Values.a }}'],
  values: ['newThing: "one"', 'newList: [a, "b"]', 'other: {a: 1}'],
};

/** Every place of a file where a line of its own can be typed. */
function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n(?=.)/gs)].map(({ index }) => index + 1)];
}

describe('typing in a chart', () => {
  for (const [i, { name, files: all }] of testCharts().entries()) {
    test(`${name}: what others say stays, and is what a fresh reading says`, async () => {
      const next = numbers(4711 + i);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
      const files = Object.fromEntries(all.map(({ path, text }) => [`chart/${path}`, text]));
      const { workspace, loaded } = await read(files);
      const before = found(workspace);
      const typable = Object.keys(files).filter((path) => /\/(?:templates\/[^_].*|values)\.yaml$/.test(path) && loaded.plan.of(path));
      for (let turn = 0; turn < 2; turn++) {
        const path = pick(typable);
        const text = files[path]!;
        const isTemplate = path.includes('/templates/');
        const states = typed(text, pick(lineStarts(text)), pick(isTemplate ? lines.template : lines.values));
        const put = (one: string): void => workspace.set({ path, text: one, ...loaded.plan.of(path)! });
        put(states.at(-1)!);
        const after = found(workspace);
        for (const [key, state] of states.entries()) {
          if (key % 2 === turn) continue;
          put(state);
          const now = found(workspace);
          const isOther = (one: string): boolean => !one.startsWith(`${path}: `);
          assert.deepEqual([...now].filter((one) => isOther(one) && !before.has(one) && !after.has(one)), [], `comes up:\n${state}`);
          // A lone brace is text like any other.
          if (!/^\{$/m.test(state)) assert.deepEqual([...before].filter((one) => isOther(one) && after.has(one) && !now.has(one)), [], `is gone:\n${state}`);
          if (key % 13 === 5) assert.deepEqual(said(workspace), said((await read({ ...files, [path]: state })).workspace), state);
        }
        put(text);
        assert.deepEqual(found(workspace), before);
      }
    });
  }
});

const deployment = (account: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${account}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${account}}}
  template:
    metadata: {labels: {app: ${account}}}
    spec:
      serviceAccountName: ${account}
      containers: [{name: main, image: "example.com/main:1"}]
`;
const account = (name: string): string => `apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: shop
automountServiceAccountToken: false
`;
const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: all
  namespace: shop
spec:
  podSelector: {}
  policyTypes:
    - Ingress
`;

describe('a file in which somebody is typing', () => {
  const files = { 'accounts.yaml': `${account('api')}---\n${account('worker')}`, 'api.yaml': deployment('api'), 'worker.yaml': deployment('worker'), 'policy.yaml': policy };

  async function with_(path: keyof typeof files, before: string, now: string): Promise<string[]> {
    assert.ok(files[path].includes(before), before);
    return [...found((await read({ ...files, [path]: files[path].replace(before, now) })).workspace)];
  }

  test('is not missing to the others', async () => {
    assert.deepEqual([...found((await read(files)).workspace)], []);
    const states: [keyof typeof files, string, string][] = [
      ['accounts.yaml', 'automount', 'lab\nautomount'], ['accounts.yaml', '  name: api\n', '  name: api\n  labels: {a: "\n'], ['accounts.yaml', '  name: api\n', '  name: api\n  annota\n'],
      ['accounts.yaml', 'kind', ' kind'], ['accounts.yaml', 'automount', ' automount'], ['policy.yaml', 'spec:\n', 'spec:\n  ingr\n'], ['policy.yaml', '  podSel', '   podSel'],
      ['policy.yaml', '    - Ingress', '    - Ingress\n    - "Eg'], ['api.yaml', '      containers', '      secur\n      containers'],
    ];
    for (const [path, before, now] of states) assert.deepEqual(await with_(path, before, now), [], now);
  });

  test('is not reported on where it cannot be read as a whole', async () => {
    const { workspace } = await read({ 'pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec:\n  serviceAccountName: default\n  cont\n  automountServiceAccountToken: true\n' });
    assert.deepEqual(workspace.findings(), []);
    assert.equal(workspace.skipped().length, 1);
  });
});

describe('kubewho.yaml', () => {
  test('keeps what it says while a line of it is typed', () => {
    const { configuration, problems } = parseConfiguration('rules:\n  automounted-token: off\nprof\n', 'kubewho.yaml', validate, rules);
    assert.equal(configuration.rules['automounted-token']?.severity, 'off');
    assert.deepEqual(problems.map(({ line }) => line), [3]);
  });
});
