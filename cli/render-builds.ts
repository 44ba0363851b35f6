import { relativeTo, resolvePath } from '../sources/path.ts';
import type { KustomizeBuild } from '../sources/kustomizations.ts';
import { openBuilds } from '../sources/open-builds.ts';
import { renderBuild } from '../sources/render-build.ts';
import type { LoadedWorkspace } from '../sources/tree.ts';
import { UsageError } from './args.ts';
import { visible } from './display.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { Io } from './io.ts';
import type { LintSettings } from './settings.ts';

/** As many builds as run at the same time. */
const atOnce = 4;

/**
 * Has kustomize build the kustomizations of a workspace that are reported on, as `--render` asks for it, and says which it
 * does not build: with `auto` those of which reading them leaves something untold, for it takes seconds where objects are
 * large. What would be fetched from elsewhere is not built.
 */
export async function renderBuilds({ workspace, reports }: Pick<OpenWorkspace, 'workspace' | 'reports'>, loaded: LoadedWorkspace, { render }: LintSettings, { host, cwd }: Io): Promise<string[]> {
  if (render === 'never') return [];
  const reported = new Set(loaded.files.filter(({ path }) => reports(path)).flatMap(({ build }) => build?.roots ?? []));
  const asked = loaded.plan.builds.filter(({ folder, file }) => reported.has(folder) || reports(file));
  const open = asked.length > 0 && render === 'auto' ? openBuilds(loaded.files) : undefined;
  const builds = asked.filter(({ file }) => open?.has(file) ?? true);
  const nameOf = ({ folder }: KustomizeBuild): string => relativeTo(cwd, resolvePath(loaded.root, folder)) || '.';
  const [remote, local] = [builds.filter((one) => one.remote !== undefined), builds.filter((one) => one.remote === undefined)];

  const failures = new Map<string, string>();
  const waiting = [...local];
  const work = async (): Promise<void> => {
    for (let build = waiting.shift(); build; build = waiting.shift()) {
      const result = await renderBuild(host, loaded.root, build);
      if ('missing' in result) {
        if (render === 'always') throw new UsageError('--render always: neither kustomize nor kubectl on PATH');
        waiting.length = 0;
      } else if ('failed' in result) failures.set(result.failed, failures.get(result.failed) ?? `${nameOf(build)}: kustomize build: ${visible(result.failed)}`);
      else workspace.takeOutput({ overlay: build.file, root: build.folder, objects: result.objects });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));

  const [first] = remote;
  const fetched = first ? [`${nameOf(first)}: builds on ${visible(first.remote!)}, which is not fetched: not built with kustomize${remote.length > 1 ? `; nor are ${remote.length - 1} more that build on what is elsewhere` : ''}`] : [];
  return [...[...failures.values()].sort(), ...fetched];
}
