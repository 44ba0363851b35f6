import { relativeTo } from '../../sources/path.ts';
import { loadTree } from '../../sources/tree.ts';
import { UsageError, type Arguments } from '../args.ts';
import { configure } from '../input.ts';
import { exitCode, type Io } from '../io.ts';
import { problemLine } from '../messages.ts';
import { resolveFrom } from '../paths.ts';

/** `kubewho print-config PATH`: the workspace of a PATH, the settings in force there and, for a file, how it is read. Always JSON. */
export async function printConfig(args: Arguments, io: Io): Promise<number> {
  const [path, ...more] = args.operands;
  if (path === undefined || more.length > 0) throw new UsageError('print-config takes one PATH');
  const absolute = resolveFrom(io.cwd, path);
  const { workspaces, problems } = await loadTree(io.host, [absolute], { configure });
  for (const problem of problems) io.err.write(problemLine(problem, io.cwd));
  const loaded = workspaces.find((one) => one.reported.includes(absolute));
  if (!loaded) return exitCode.usage;
  const named = (one: string | undefined): string | null => (one === undefined ? null : relativeTo(io.cwd, one) || '.');
  const isFile = (await io.host.stat(absolute))?.kind === 'file';
  const plan = isFile ? loaded.plan.of(relativeTo(loaded.root, absolute)) : undefined;
  const file = plan ? { path: named(absolute), dialect: plan.dialect, scope: plan.scope, role: plan.role, namespace: plan.namespace ?? null, build: plan.build ?? null } : null;
  io.out.write(`${JSON.stringify({ schemaVersion: 1, workspace: named(loaded.root), configurationFile: named(loaded.configurationFile), configuration: { ...loaded.configuration, source: undefined }, file }, null, 2)}\n`);
  return problems.length > 0 ? exitCode.usage : exitCode.ok;
}
