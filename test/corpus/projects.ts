import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Rule } from '../../engine/lint/rule.ts';
import { Workspace } from '../../engine/lint/workspace.ts';

/** Real manifests that lie beside the repository where it is developed; a stranger's machine may not have them. */
export const corpusRoot = fileURLToPath(new URL('../../../shared/corpus/manifests', import.meta.url));

/** The projects of the corpus, each a workspace of its own; none where the corpus is absent. */
export function corpusProjects(): string[] {
  return existsSync(corpusRoot) ? readdirSync(corpusRoot).sort() : [];
}

/** A project of the corpus as one workspace of plain manifests. */
export function corpusWorkspace(project: string, rules: readonly Rule[]): Workspace {
  const workspace = new Workspace(rules);
  const root = join(corpusRoot, project);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && /\.(?:ya?ml|json)$/.test(entry.name));
  for (const entry of files) {
    const file = join(entry.parentPath, entry.name);
    workspace.set({ path: relative(root, file).split(sep).join('/'), text: readFileSync(file, 'utf8'), dialect: 'kubernetes', scope: '', role: 'manifest' });
  }
  return workspace;
}
