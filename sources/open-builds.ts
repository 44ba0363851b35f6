import { readLevel } from '../engine/kustomize/level.ts';
import type { SourceFile } from '../engine/lint/workspace.ts';
import { documentsIn } from './built-documents.ts';

/**
 * The builds in which reading the kustomizations leaves something untold (variables, replacements, transformers of
 * plug-ins, names given to API rules): only kustomize itself knows more of these.
 * @returns the files of their outermost kustomizations
 */
export function openBuilds(files: readonly SourceFile[]): ReadonlySet<string> {
  const documentsOf = documentsIn(files);
  const known = new Map<string, boolean>();
  const isOpen = (path: string): boolean => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const { steps, fields } = readLevel(path, documentsOf);
    const open = fields.resourceNames.length > 0 || steps.some(({ step }) => step === 'unknown' || step === 'vars' || step === 'replace');
    known.set(path, open);
    return open;
  };
  return new Set(files.flatMap(({ overlays = [] }) => overlays.filter(({ levels }) => levels.some(isOpen)).map(({ file }) => file)));
}
