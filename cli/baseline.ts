import type { Finding } from '../engine/lint/finding.ts';
import { HostError } from '../sources/host.ts';
import { parentOf, relativeTo, resolvePath } from '../sources/path.ts';
import { UsageError } from './args.ts';
import type { Io } from './io.ts';

/** A finding that is known and not spoken of, with how often it stands in its file. */
interface Entry {
  readonly file: string;
  readonly rule: string;
  readonly fingerprint: string;
  readonly count: number;
}

/** Known findings. Files are named from the baseline's own folder, so that it means the same from wherever kubewho is started. */
export interface Baseline {
  readonly path: string;
  readonly entries: readonly Entry[];
}

/** A finding with the absolute path of its file. */
export interface Located {
  readonly absolute: string;
  readonly finding: Finding;
}

/** Whether a run looked at a file (by its absolute path) with a rule. */
export type LookedAt = (absolute: string, rule: string) => boolean;

/** Reads a baseline; one that is not there is empty where it is about to be written. */
export async function readBaseline(path: string, { host, cwd }: Io, mayBeMissing: boolean): Promise<Baseline> {
  const name = relativeTo(cwd, path);
  try {
    const data: unknown = JSON.parse(new TextDecoder().decode(await host.readFile(path)));
    if (!isBaseline(data)) throw new UsageError(`${name} is not a baseline of kubewho`);
    return { path, entries: data.findings };
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${name} is not a baseline of kubewho: ${error.message}`);
    if (!(error instanceof HostError)) throw error;
    if (error.code === 'missing' && mayBeMissing) return { path, entries: [] };
    throw new UsageError(`cannot read ${name}: ${error.message}${error.code === 'missing' ? '; --update-baseline makes it' : ''}`);
  }
}

/** The findings that a baseline knows: of equal fingerprints as many as it counts, wherever their files have gone. */
export function knownOf(baseline: Baseline, findings: readonly Finding[]): Set<Finding> {
  const left = countsOf(baseline);
  return new Set(findings.flatMap((finding) => {
    const rest = left.get(finding.fingerprint) ?? 0;
    left.set(finding.fingerprint, rest - 1);
    return rest > 0 ? [finding] : [];
  }));
}

/** How many findings a baseline counts in what this run looked at, beyond those it was met with. */
export function staleIn({ entries, path }: Baseline, met: readonly Finding[], lookedAt: LookedAt): number {
  const expected = entries.filter((entry) => lookedAt(absoluteOf(path, entry), entry.rule)).reduce((sum, entry) => sum + entry.count, 0);
  return Math.max(0, expected - met.length);
}

function countsOf({ entries }: Baseline): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { fingerprint, count } of entries) counts.set(fingerprint, (counts.get(fingerprint) ?? 0) + count);
  return counts;
}

/** A baseline that knows these findings, and of the old one what this run did not look at. */
export function updated(baseline: Baseline, findings: readonly Located[], lookedAt: LookedAt): Baseline {
  const folder = parentOf(baseline.path)!;
  const kept = baseline.entries.filter((entry) => !lookedAt(absoluteOf(baseline.path, entry), entry.rule));
  const counted = new Map<string, Entry>();
  for (const { absolute, finding: { rule, fingerprint } } of findings) {
    const file = relativeTo(folder, absolute);
    const key = `${file}\n${fingerprint}`;
    counted.set(key, { file, rule, fingerprint, count: (counted.get(key)?.count ?? 0) + 1 });
  }
  const entries = [...kept, ...counted.values()].sort((a, b) => compare(a.file, b.file) || compare(a.rule, b.rule) || compare(a.fingerprint, b.fingerprint));
  return { path: baseline.path, entries };
}

/** A baseline as text: one entry a line, so that its changes can be read. */
export function baselineText({ entries }: Baseline): string {
  return `{\n  "schemaVersion": 1,\n  "findings": [${entries.map((entry) => `\n    ${JSON.stringify(entry)}`).join(',')}\n  ]\n}\n`;
}

function absoluteOf(baseline: string, { file }: Entry): string {
  return resolvePath(parentOf(baseline)!, file);
}

function isBaseline(data: unknown): data is { findings: Entry[] } {
  const { schemaVersion, findings } = (data ?? {}) as { schemaVersion?: unknown; findings?: unknown };
  return schemaVersion === 1 && Array.isArray(findings) && findings.every((one: Partial<Entry> | null) => typeof one?.fingerprint === 'string' && typeof one.count === 'number' && typeof one.file === 'string' && typeof one.rule === 'string');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
