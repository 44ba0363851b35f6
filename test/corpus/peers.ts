import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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
