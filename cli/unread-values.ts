import { installsOf } from '../sources/installs.ts';
import { relativeTo, resolvePath } from '../sources/path.ts';
import type { LoadedWorkspace } from '../sources/tree.ts';
import { visible } from './display.ts';

/** What Applications and HelmReleases install with values files that are not among those read: it is not judged, and that is said. */
export function unreadValues({ root, files, configuration }: LoadedWorkspace, cwd: string): string[] {
  const shown = (path: string): string => visible(relativeTo(cwd, resolvePath(root, path)));
  return installsOf(files, configuration).flatMap(({ unread }) => unread.map(({ label, file, values }) => `${shown(file)}: ${visible(label)}: the values file "${shown(values)}" is not among the files read; what is installed with it is not judged`));
}
