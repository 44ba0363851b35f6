import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Finding } from '../../engine/lint/finding.ts';
import { rules } from '../../rules/index.ts';
import { corpusAbsent } from '../support/absent.ts';
import { plannedWorkspace } from './projects.ts';

/*
 * Other linters' own test cases with their verdicts, for the rules on bindings. A case agrees when the rule speaks where
 * the peer fails it and is silent where the peer passes it; each disagreement has a reason and a source in peers-access.json.
 */

interface Expected {
  readonly kubewhoRules: readonly string[];
  readonly cases: readonly { readonly case: string; readonly files: readonly string[]; readonly verdict: 'pass' | 'fail'; readonly findingCount?: number }[];
}

const peersRoot = '../shared/peer-cases';
const checked = ['cluster-admin-binding', 'broad-cluster-role-binding', 'workload-takeover'];
const casesKnown = 21;
const { disagreements } = JSON.parse(readFileSync(new URL('peers-access.json', import.meta.url), 'utf8')) as { disagreements: readonly { peer: string; case: string; reason: string; source: string }[] };

if (!existsSync(peersRoot)) {
  corpusAbsent(casesKnown);
} else {
  describe('peers on bindings', () => {
    const seen = new Set<string>();
    let agreed = 0;
    let asked = 0;
    for (const peer of peersWith(checked)) {
      for (const one of peer.expected.cases) {
        const reason = disagreements.find((entry) => entry.peer === peer.name && entry.case === one.case);
        test(`${peer.name} ${one.case}${reason ? ` (differs: ${reason.reason})` : ''}`, () => {
          const found = findingsOf(peer, one.files);
          const agrees = one.verdict === 'fail' ? found.length > 0 && (one.findingCount === undefined || found.length === one.findingCount) : found.length === 0;
          asked++;
          if (agrees) agreed++;
          if (reason) seen.add(`${peer.name} ${one.case}`);
          assert.equal(agrees, reason === undefined, `the peer says ${one.verdict}; found: ${found.map((finding) => `${finding.resource.kind} ${finding.resource.name}`).join(', ') || 'nothing'}`);
        });
      }
    }
    test('every reason belongs to a case, and has a source', () => {
      console.log(`peers on bindings: ${agreed} of ${asked} cases agree, ${disagreements.length} differ for a reason`);
      assert.equal(asked, casesKnown);
      assert.equal(seen.size, disagreements.length);
      for (const { reason, source } of disagreements) assert.ok(reason !== '' && source !== '');
    });
  });
}

interface Peer { readonly name: string; readonly folder: string; readonly expected: Expected }

function peersWith(ids: readonly string[]): Peer[] {
  return readdirSync(peersRoot, { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap((linter) =>
    readdirSync(join(peersRoot, linter.name)).flatMap((rule): Peer[] => {
      const folder = join(peersRoot, linter.name, rule);
      const file = join(folder, 'expected.json');
      if (!existsSync(file)) return [];
      const expected = JSON.parse(readFileSync(file, 'utf8')) as Expected;
      return expected.kubewhoRules.some((id) => ids.includes(id)) ? [{ name: `${linter.name}/${rule}`, folder, expected }] : [];
    }),
  );
}

/** The findings of the corresponding rules, at any persona. */
function findingsOf({ folder, expected }: Peer, files: readonly string[]): Finding[] {
  const texts = new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
  return plannedWorkspace(texts, rules.filter((rule) => expected.kubewhoRules.includes(rule.id) && checked.includes(rule.id))).findings();
}
