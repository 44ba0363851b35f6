import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { rules } from '../../rules/index.ts';
import { corpusAbsent } from '../support/absent.ts';
import { corpusProjects, corpusWorkspace } from './projects.ts';

/*
 * How many findings each rule has on each project of the corpus, by persona, checked in so that every change shows its
 * effect. UPDATE_COUNTS=1 writes the table anew: read the difference.
 */
const table = new URL('counts.txt', import.meta.url);
const projects = corpusProjects();

if (projects.length === 0) corpusAbsent(30);
else describe('findings on real manifests', () => {
  const counted = new Map<string, string[]>();
  for (const project of projects) {
    test(`${project} is linted without a crash`, () => {
      const workspace = corpusWorkspace(project, rules);
      const counts = new Map<string, number>();
      for (const { rule, persona, severity } of workspace.findings()) {
        const key = `${rule} ${persona} ${severity}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const skipped = workspace.skipped().length;
      counted.set(project, [...[...counts].sort().map(([key, count]) => `  ${key} ${count}`), ...(skipped > 0 ? [`  skipped ${skipped}`] : [])]);
    });
  }
  test('the table of counts', () => {
    const text = [...counted].map(([project, lines]) => `${[project, ...lines].join('\n')}\n`).join('');
    if (process.env['UPDATE_COUNTS'] || !existsSync(table)) writeFileSync(table, text);
    assert.equal(text, readFileSync(table, 'utf8'));
  });
});
