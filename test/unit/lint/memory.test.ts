// What is typed over is let go of: an editor is open for days.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type SourceFile, Workspace } from '../../../engine/lint/workspace.ts';
import { rules } from '../../../rules/index.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is held, in bytes, when all that can be collected has been. */
function held(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

const size = 100_000;
const edits = 200;

/** A text of about `size` code units, another one for each edit. */
const padded = (text: string, edit: number): string => `# ${edit} ${'x'.repeat(size)}\n${text}`;

const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: web}]}\n';
const inChart = { scope: 'helm:web', chart: 'web' } as const;
const files: readonly SourceFile[] = [
  { path: 'pod.yaml', text: pod, dialect: 'kubernetes', scope: '', role: 'manifest' },
  { path: 'web/Chart.yaml', text: 'apiVersion: v2\nname: web\nversion: 1.0.0\n', dialect: 'kubernetes', role: 'part', ...inChart },
  { path: 'web/values.yaml', text: 'automount: true\n', dialect: 'values', role: 'manifest', ...inChart },
  { path: 'web/templates/pod.yaml', text: pod.replace('containers:', 'automountServiceAccountToken: {{ .Values.automount }}, containers:'), dialect: 'template', role: 'manifest', ...inChart },
];

for (const edited of files) {
  test(`the texts that ${edited.path} had are let go of`, () => {
    const workspace = new Workspace(rules);
    for (const file of files) workspace.set(file);
    const edit = (number: number): void => {
      workspace.set({ ...edited, text: padded(edited.text, number) });
      assert.ok(workspace.findings().length > 0);
    };
    edit(0);
    const before = held();
    for (let number = 1; number <= edits; number++) edit(number);
    const grown = held() - before;
    assert.ok(grown < (edits / 10) * size, `${edits} texts of ${size / 1000} kB were typed, and ${Math.round(grown / 1000)} kB more are held`);
    assert.ok(workspace.findings().length > 0);
  });
}
