import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { indexLines, positionAt } from '../../engine/yaml/text.ts';
import { rules } from '../../rules/index.ts';
import { corpusAbsent } from '../support/absent.ts';
import { defaultConfiguration } from '../../engine/lint/config.ts';
import { plannedWorkspace } from './projects.ts';

/*
 * Other linters' own test cases with their verdicts, for the rules on accounts and tokens. A case agrees when the rule
 * speaks where the peer fails it, on the lines that the peer names, and is silent where the peer passes it. Every
 * disagreement has a reason and a source in peers-accounts.json.
 */
interface PeerCase {
  readonly case: string;
  readonly files: readonly string[];
  readonly verdict: 'pass' | 'fail' | 'skip' | 'unknown';
  /** Lines in the only file, as KICS gives them. */
  readonly lines?: readonly number[];
  /** Kubescape's findings; a line is meant exactly where the path that it names is written. */
  readonly findings?: readonly { readonly lines: readonly { readonly file: string; readonly line: number; readonly exact: boolean }[] }[];
}

interface Disagreement { readonly peer: string; readonly case: string; readonly reason: string; readonly source: string }

const peersRoot = '../shared/peer-cases';
const checked = ['automounted-token', 'shared-service-account', 'default-service-account', 'deprecated-service-account-field', 'missing-service-account', 'automounting-service-account', 'long-lived-token', 'human-use-of-service-account'];
const casesKnown = 52;
const { disagreements } = JSON.parse(readFileSync(new URL('peers-accounts.json', import.meta.url), 'utf8')) as { disagreements: readonly Disagreement[] };

if (!existsSync(peersRoot)) corpusAbsent(casesKnown);
else describe('peers on accounts and tokens', () => {
  const seen = new Set<Disagreement>();
  let asked = 0;
  let agreed = 0;
  for (const { name, folder, ids, cases } of peers()) {
    for (const one of cases.filter(({ verdict }) => verdict === 'pass' || verdict === 'fail')) {
      const reason = disagreements.find((entry) => entry.peer === name && entry.case === one.case);
      test(`${name} ${one.case}${reason ? ` (differs: ${reason.reason})` : ''}`, () => {
        const found = linesFound(folder, one, ids);
        const wanted = linesWanted(one);
        const agrees = one.verdict === 'pass' ? found.length === 0 : found.length > 0 && wanted.every((line) => found.includes(line));
        asked++;
        if (agrees) agreed++;
        if (reason) seen.add(reason);
        assert.equal(agrees, reason === undefined, `the peer says ${one.verdict} ${wanted.join(' ')}; found: ${found.join(' ') || 'nothing'}`);
      });
    }
  }
  test('every reason belongs to a case, and has a source', () => {
    console.log(`peers on accounts and tokens: ${agreed} of ${asked} cases agree, ${disagreements.length} differ for a reason`);
    assert.equal(asked, casesKnown);
    assert.equal(seen.size, disagreements.length);
    for (const { reason, source } of disagreements) assert.ok(reason !== '' && source !== '');
  });
});

function peers(): { name: string; folder: string; ids: readonly string[]; cases: readonly PeerCase[] }[] {
  return readdirSync(peersRoot, { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap((linter) =>
    readdirSync(join(peersRoot, linter.name)).flatMap((rule) => {
      const folder = join(peersRoot, linter.name, rule);
      const file = join(folder, 'expected.json');
      if (!existsSync(file)) return [];
      const expected = JSON.parse(readFileSync(file, 'utf8')) as { kubewhoRules: readonly string[]; cases: readonly PeerCase[] };
      const ids = expected.kubewhoRules.filter((id) => checked.includes(id));
      return ids.length > 0 ? [{ name: `${linter.name}/${rule}`, folder, ids, cases: expected.cases }] : [];
    }),
  );
}

/** `file:line` of the corresponding rules' findings, at any persona; of one object where the case is about one. */
function linesFound(folder: string, one: PeerCase, ids: readonly string[]): string[] {
  const texts = new Map(one.files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
  const about = /:(\w+)\/([\w.-]+)$/.exec(one.case);
  const workspace = plannedWorkspace(texts, rules.filter((rule) => ids.includes(rule.id)));
  // Peers take the files of a case for all that there is.
  workspace.configure(defaultConfiguration, { isComplete: () => true, kubernetesMinor: defaultConfiguration.kubernetesMinor });
  return workspace.findings()
    .filter(({ resource }) => !about || (resource.kind === about[1] && resource.name === about[2]))
    .map(({ file, span }) => `${file}:${positionAt(indexLines(texts.get(file)!), span.start).line + 1}`);
}

function linesWanted({ files, lines, findings }: PeerCase): string[] {
  const kubescape = (findings ?? []).flatMap((finding) => finding.lines).filter(({ exact }) => exact).map(({ file, line }) => `${file}:${line}`);
  return [...kubescape, ...(lines ?? []).map((line) => `${files[0]}:${line}`)];
}
