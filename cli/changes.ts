import type { Host } from '../sources/host.ts';
import { isDiscoverable } from '../sources/discover.ts';
import { nameOf, resolvePath } from '../sources/path.ts';
import { UsageError } from './args.ts';

/** git as it is, whatever the repository's own settings would have it run. */
const quietly = ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false'];
const timeoutMs = 60_000;

/** What is another than it was; absolute paths. */
export interface Changes {
  /** The files that are there, changed or new. */
  readonly files: ReadonlySet<string>;
  /** The texts of the files that may say something to others, as they were: "" of what is new. */
  readonly before: ReadonlyMap<string, string>;
}

/** The files below a folder that differ from where HEAD left a revision, with those that git does not know yet. */
export async function changedSince(revision: string, folder: string, host: Host): Promise<Changes> {
  const git = async (...args: string[]) => {
    if (!host.run) throw new UsageError('--changed-since needs git, and no program can be run here');
    return host.run('git', [...quietly, ...args], { cwd: folder, timeoutMs });
  };
  if (revision.startsWith('-')) throw new UsageError(`--changed-since ${revision}: not a revision`);
  const commit = await git('rev-parse', '--verify', '--quiet', `${revision}^{commit}`);
  if (commit.code !== 0) throw new UsageError(`--changed-since ${revision}: git knows no such revision in ${folder}${commit.stderr === '' ? '' : ` (${commit.stderr.trim().split('\n')[0]})`}`);
  const base = await git('merge-base', commit.stdout.trim(), 'HEAD');
  const since = base.code === 0 ? base.stdout.trim() : commit.stdout.trim();
  const [now, gone, unknown] = [
    await git('diff', '--name-only', '-z', '--relative', '--no-ext-diff', '--diff-filter=d', since, '--'),
    await git('diff', '--name-only', '-z', '--relative', '--no-ext-diff', '--no-renames', '--diff-filter=D', since, '--'),
    await git('ls-files', '--others', '--exclude-standard', '-z'),
  ];
  for (const list of [now, gone, unknown]) if (list.code !== 0) throw new UsageError(`--changed-since ${revision}: git says: ${list.stderr.trim()}`);
  const namesIn = ({ stdout }: { readonly stdout: string }): string[] => stdout.split('\0').filter((name) => name !== '');
  const before = new Map<string, string>();
  for (const name of [...namesIn(now), ...namesIn(gone), ...namesIn(unknown)].filter(maySaySomething)) {
    const { code, stdout } = await git('cat-file', 'blob', `${since}:./${name}`);
    before.set(resolvePath(folder, name), code === 0 ? stdout.replace(/^\uFEFF/, '') : '');
  }
  return { files: new Set([...namesIn(now), ...namesIn(unknown)].map((name) => resolvePath(folder, name))), before };
}

/** Whether a file may have a part in what is found in others: a manifest, values, a template, kubewho.yaml. */
function maySaySomething(name: string): boolean {
  return isDiscoverable(nameOf(name)) || /(?:^|\/)templates\//.test(name);
}
