import type { Host } from '../sources/host.ts';
import { resolvePath } from '../sources/path.ts';
import { UsageError } from './args.ts';

/** git as it is, whatever the repository's own settings would have it run. */
const quietly = ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false'];
const timeoutMs = 60_000;

/** The files below a folder that differ from where HEAD left a revision, with those that git does not know yet. Absolute paths. */
export async function changedSince(revision: string, folder: string, host: Host): Promise<Set<string>> {
  const git = async (...args: string[]) => {
    if (!host.run) throw new UsageError('--changed-since needs git, and no program can be run here');
    return host.run('git', [...quietly, ...args], { cwd: folder, timeoutMs });
  };
  if (revision.startsWith('-')) throw new UsageError(`--changed-since ${revision}: not a revision`);
  const commit = await git('rev-parse', '--verify', '--quiet', `${revision}^{commit}`);
  if (commit.code !== 0) throw new UsageError(`--changed-since ${revision}: git knows no such revision in ${folder}${commit.stderr === '' ? '' : ` (${commit.stderr.trim().split('\n')[0]})`}`);
  const base = await git('merge-base', commit.stdout.trim(), 'HEAD');
  const since = base.code === 0 ? base.stdout.trim() : commit.stdout.trim();
  const lists = [
    await git('diff', '--name-only', '-z', '--relative', '--no-ext-diff', '--diff-filter=d', since, '--'),
    await git('ls-files', '--others', '--exclude-standard', '-z'),
  ];
  for (const list of lists) if (list.code !== 0) throw new UsageError(`--changed-since ${revision}: git says: ${list.stderr.trim()}`);
  return new Set(lists.flatMap((list) => list.stdout.split('\0')).filter((name) => name !== '').map((name) => resolvePath(folder, name)));
}
