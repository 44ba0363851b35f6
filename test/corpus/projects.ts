import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultConfiguration } from '../../engine/lint/config.ts';
import type { Rule } from '../../engine/lint/rule.ts';
import { Workspace } from '../../engine/lint/workspace.ts';
import { makePlan } from '../../sources/plan.ts';

/** Real manifests that lie beside the repository where it is developed; a stranger's machine may not have them. */
export const corpusRoot = fileURLToPath(new URL('../../../shared/corpus/manifests', import.meta.url));

/** The projects of the corpus, each a workspace of its own; none where the corpus is absent. */
export function corpusProjects(): string[] {
  return existsSync(corpusRoot) ? readdirSync(corpusRoot).sort() : [];
}

/** The texts of a project by path. */
export function corpusTexts(project: string): Map<string, string> {
  const root = join(corpusRoot, project);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /(?:\.ya?ml|\.json|Kustomization)$/.test(entry.name));
  return new Map(files.map((entry) => join(entry.parentPath, entry.name)).sort().map((file) => [relative(root, file).split(sep).join('/'), readFileSync(file, 'utf8').replace(/^\uFEFF/, '')]));
}

/** A project of the corpus as one workspace, each file read as the sources plan it: charts, kustomizations, patches. */
export function corpusWorkspace(project: string, rules: readonly Rule[]): Workspace {
  return plannedWorkspace(corpusTexts(project), rules);
}

/** A workspace of some texts by path, planned as a shell would. */
export function plannedWorkspace(texts: ReadonlyMap<string, string>, rules: readonly Rule[]): Workspace {
  const workspace = new Workspace(rules);
  const plan = makePlan({ paths: [...texts.keys()], textOf: (path) => texts.get(path), configuration: defaultConfiguration });
  for (const [path, text] of texts) {
    const planned = plan.of(path);
    if (planned) workspace.set({ path, text, ...planned });
  }
  return workspace;
}
