import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { rules } from '../../rules/index.ts';
import { corpusAbsent } from '../support/absent.ts';
import { readLedger, type LedgerLine } from '../precision/draw.ts';
import { corpusProjects, corpusWorkspace } from './projects.ts';

/*
 * The precision ledgers: findings on real manifests, drawn by a seed and judged by a reader, each with a reason and a
 * source. A finding that was judged false and taken away must not come back, and none stands as false.
 */
const ledgers = readdirSync('test/precision').filter((name) => name.endsWith('.ndjson')).map((name) => name.replace('.ndjson', ''));
const projects = corpusProjects();

for (const id of ledgers) {
  describe(`${id} on real manifests`, () => {
    // Lines of project "pair" are pairs of our own; test/unit/precision-pairs.test.ts runs them.
    const lines = readLedger(id).filter((line) => line.project !== 'pair');
    test('every line is judged, with a reason and a source, and none twice', () => {
      assert.ok(rules.some((rule) => rule.id === id));
      for (const line of lines) {
        assert.ok(line.reread === undefined || ['agrees', 'changed'].includes(line.reread), `${line.file}: ${line.reread}`);
        assert.ok(['true', 'false', 'debatable'].includes(line.verdict), `${line.file}: ${line.verdict}`);
        assert.ok(line.reason.length > 10 && line.source.length > 3, line.file);
      }
      assert.equal(new Set(lines.map(keyOf)).size, lines.length);
    });
    const wrong = lines.filter((line) => line.verdict === 'false' && projects.includes(line.project));
    for (const project of new Set(wrong.map((line) => line.project))) {
      test(`what was judged false in ${project} has not come back`, () => {
        const found = new Set(corpusWorkspace(project, rules.filter((rule) => rule.id === id)).findings().map((finding) => `${project}\n${finding.file}\n${finding.fingerprint}`));
        for (const line of wrong) assert.ok(!found.has(keyOf(line)), `${line.file} ${line.resource}: ${line.reason}`);
      });
    }
  });
}
if (projects.length === 0) corpusAbsent(ledgers.length);

function keyOf({ project, file, fingerprint }: LedgerLine): string {
  return `${project}\n${file}\n${fingerprint}`;
}
