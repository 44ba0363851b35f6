import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Finding } from '../../engine/lint/finding.ts';
import { rules } from '../../rules/index.ts';
import { corpusAbsent } from '../support/absent.ts';
import { peersOf, peersRoot, type Peer } from './peers.ts';
import { plannedWorkspace } from './projects.ts';

/*
 * Other linters' own test cases with their verdicts, for the rules on who is bound and on what a role says. A case agrees
 * when one of the rules speaks, at any persona, where the peer fails it and all are silent where the peer passes it. Each
 * disagreement has a reason and a source in peers-roles.json; of the others all have to agree.
 */
const checked = ['everyone-binding', 'default-account-binding', 'wildcard-role'];
const casesKnown = 82;
const { disagreements } = JSON.parse(readFileSync(new URL('peers-roles.json', import.meta.url), 'utf8')) as { disagreements: readonly { peer: string; case: string; reason: string; source: string }[] };

if (!existsSync(peersRoot)) {
  corpusAbsent(casesKnown);
} else {
  describe('peers on who is bound and on roles', () => {
    // Cases of binding rules that ask of wildcards besides stand in peers-access.test.ts.
    const peers = peersOf(checked).filter(({ name }) => name !== 'polaris/rolebindingClusterAdminClusterRole');
    const seen = new Set<string>();
    let agreed = 0;
    for (const peer of peers) {
      for (const one of peer.cases) {
        const reason = disagreements.find((entry) => entry.peer === peer.name && entry.case === one.case);
        test(`${peer.name} ${one.case}${reason ? ` (differs: ${reason.reason})` : ''}`, () => {
          const found = findingsOf(peer, one);
          const agrees = (one.verdict === 'fail') === found.length > 0;
          if (agrees) agreed++;
          if (reason) seen.add(`${peer.name} ${one.case}`);
          assert.equal(agrees, reason === undefined, `the peer says ${one.verdict}; found: ${found.map((finding) => `${finding.rule} ${finding.resource.kind} ${finding.resource.name}`).join(', ') || 'nothing'}`);
        });
      }
    }
    test('every reason belongs to a case, and has a source', () => {
      const asked = peers.flatMap((peer) => peer.cases).length;
      console.log(`peers on who is bound and on roles: ${agreed} of ${asked} cases agree, ${disagreements.length} differ for a reason`);
      assert.equal(asked, casesKnown);
      assert.equal(seen.size, disagreements.length);
      for (const { reason, source } of disagreements) assert.ok(reason !== '' && source !== '');
    });
  });
}

/** The findings of the corresponding rules; of the one resource that a case is about, where its name tells one. */
function findingsOf({ rules: ids }: Peer, one: Peer['cases'][number]): Finding[] {
  const [, kind, name] = /:(\w+)\/([^/]+)$/.exec(one.case) ?? [];
  const all = plannedWorkspace(one.texts, rules.filter((rule) => ids.includes(rule.id))).findings();
  return kind === undefined ? all : all.filter(({ resource }) => resource.kind === kind && resource.name === name);
}
