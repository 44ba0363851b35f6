import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { corpusAbsent } from '../support/absent.ts';

/** Other linters' own test cases with their verdicts; they lie beside the repository where it is developed. */
export const peersRoot = '../shared/peer-cases';

export interface PeerCase {
  readonly case: string;
  readonly files: readonly string[];
  readonly verdict: 'pass' | 'fail';
}

/** One rule of another linter. */
export interface Peer {
  readonly name: string;
  readonly rules: readonly string[];
  readonly cases: readonly (PeerCase & { readonly texts: ReadonlyMap<string, string> })[];
}

/** The peers' rules that correspond to some of ours; none where the cases are absent. */
export function peersOf(ids: readonly string[]): Peer[] {
  if (!existsSync(peersRoot)) return [];
  return readdirSync(peersRoot, { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap((linter) =>
    readdirSync(join(peersRoot, linter.name)).flatMap((rule): Peer[] => {
      const folder = join(peersRoot, linter.name, rule);
      const file = join(folder, 'expected.json');
      if (!existsSync(file)) return [];
      const { kubewhoRules, cases } = JSON.parse(readFileSync(file, 'utf8')) as { kubewhoRules: readonly string[]; cases: readonly PeerCase[] };
      const rules = kubewhoRules.filter((id) => ids.includes(id));
      const read = (one: PeerCase) => ({ ...one, texts: new Map(one.files.map((name) => [name, readFileSync(join(folder, name), 'utf8')])) });
      return rules.length === 0 ? [] : [{ name: `${linter.name}/${rule}`, rules, cases: cases.map(read) }];
    }),
  );
}

/** What is compared: a title, the cases there are, and the file of disagreements, each with a reason and a source. */
export interface Comparison {
  readonly title: string;
  readonly rules: readonly string[];
  readonly cases: number;
  readonly reasons: URL;
  /** What our rules say to a case. A peer's `fail` wants something said, its `pass` nothing. */
  readonly answers: (peer: Peer, one: Peer['cases'][number]) => readonly string[];
}

/** One test for each case of the peers: it agrees, or differs for a written reason that no agreeing case may keep. */
export function comparePeers({ title, rules, cases, reasons, answers }: Comparison): void {
  const peers = peersOf(rules);
  if (peers.length === 0) return corpusAbsent(cases);
  const { disagreements } = JSON.parse(readFileSync(reasons, 'utf8')) as { disagreements: readonly { peer: string; case: string; reason: string; source: string }[] };
  describe(title, () => {
    const seen = new Set<string>();
    let agreed = 0;
    let asked = 0;
    for (const peer of peers) {
      for (const one of peer.cases) {
        const reason = disagreements.find((entry) => entry.peer === peer.name && entry.case === one.case);
        test(`${peer.name} ${one.case}${reason ? ` (differs: ${reason.reason})` : ''}`, () => {
          const found = answers(peer, one);
          const agrees = (one.verdict === 'fail') === found.length > 0;
          asked++;
          if (agrees) agreed++;
          if (reason) seen.add(`${peer.name} ${one.case}`);
          assert.equal(agrees, reason === undefined, `the peer says ${one.verdict}; found: ${found.join(', ') || 'nothing'}`);
        });
      }
    }
    test('every reason belongs to a case, and has a source', () => {
      console.log(`${title}: ${agreed} of ${asked} cases agree, ${disagreements.length} differ for a reason`);
      assert.equal(asked, cases);
      assert.equal(seen.size, disagreements.length);
      for (const { reason, source } of disagreements) assert.ok(reason !== '' && source !== '');
    });
  });
}
