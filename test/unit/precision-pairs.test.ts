import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Workspace } from '../../engine/lint/workspace.ts';
import { rules } from '../../rules/index.ts';

/*
 * Where a rule finds little on the corpus, its precision ledger holds pairs of manifests written for it: one that fires,
 * and one that differs by one edit and must not. Each says what the edit is about, and where that is written down.
 */
interface Pair {
  readonly rule: string;
  readonly project: string;
  readonly yaml: string;
  readonly fires: boolean;
  /** The persona that it is about; regular where it says none. */
  readonly persona?: string;
  readonly reason: string;
  readonly source: string;
}

const folder = new URL('../precision/', import.meta.url);
for (const file of readdirSync(folder).filter((name) => name.endsWith('.ndjson'))) {
  const pairs = readFileSync(new URL(file, folder), 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Pair).filter(({ project }) => project === 'pair');
  if (pairs.length > 0) describe(file.replace('.ndjson', ''), () => {
    for (const { rule, yaml, fires, persona: about = 'regular', reason, source } of pairs) {
      test(`${fires ? 'fires' : 'is silent'}: ${reason}`, () => {
        const workspace = new Workspace(rules.filter(({ id }) => id === rule));
        workspace.set({ path: 'case.yaml', text: yaml, dialect: 'kubernetes', scope: '', role: 'manifest' });
        assert.deepEqual(workspace.skipped(), []);
        assert.equal(workspace.findings().some(({ persona }) => persona === about), fires);
        assert.notEqual(source, '');
      });
    }
  });
}
