import { installsOf } from '../sources/installs.ts';
import { relativeTo, resolvePath } from '../sources/path.ts';
import { renderInstall } from '../sources/rendered-charts.ts';
import type { LoadedWorkspace } from '../sources/tree.ts';
import { UsageError } from './args.ts';
import { visible } from './display.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { Io } from './io.ts';
import type { LintSettings } from './settings.ts';

/** Has Helm render the charts of a workspace that are reported on, as `--render` asks for it, and says which it does not render. */
export async function renderCharts({ workspace, reports }: Pick<OpenWorkspace, 'workspace' | 'reports'>, loaded: LoadedWorkspace, { render, kubernetesMinor, namespace }: LintSettings, { host, cwd }: Io): Promise<string[]> {
  if (render === 'never') return [];
  const notes: string[] = [];
  const options = { helm: 'helm', kubernetesMinor: kubernetesMinor ?? loaded.configuration.kubernetesMinor, namespace };
  const paths = new Set(loaded.files.map(({ path }) => path));
  const reported = installsOf(loaded.files, loaded.configuration).filter(({ chart }) => loaded.files.some((file) => file.chart === chart && reports(file.path)));
  for (const install of reported) {
    const made = await renderInstall(host, loaded.root, install, (path) => paths.has(path), options);
    if (!made) {
      if (render === 'always') throw new UsageError('--render always: no helm on PATH');
      return notes;
    }
    const name = relativeTo(cwd, resolvePath(loaded.root, install.chart)) || '.';
    notes.push(...made.failures.map(({ label, message }) => `${name}${label === undefined ? '' : ` (${label})`}: helm template: ${visible(message)}`));
    workspace.install(install.scope, [...install.variants, ...made.variants]);
  }
  return notes;
}
