import { splitStream } from '../yaml/split.ts';
import { overlaps } from '../yaml/text.ts';
import type { Finding } from './finding.ts';
import { applyEdits, type FileEdit, type Fix } from './fix.ts';
import type { SourceFile, Workspace } from './workspace.ts';

/** What fixing needs of a workspace. */
export type Fixable = Pick<Workspace, 'findings' | 'fixesOf' | 'textOf' | 'set' | 'remove'>;

export interface FixAllOptions {
  /** Whether unsafe fixes are applied as well. */
  readonly unsafe: boolean;
  /** Which findings are to be fixed. */
  wants(finding: Finding): boolean;
  /** Which of a finding's fixes may be used: where a text must stay alone, those that edit no other. */
  allows?(fix: Fix): boolean;
  /** How a path is read, also one that a fix makes; undefined for a path that must not be written. */
  sourceOf(path: string): Omit<SourceFile, 'text'> | undefined;
}

/** A file's text before and after; `before` is undefined where a fix makes the file. */
export interface TextChange {
  readonly before: string | undefined;
  readonly after: string;
}

export interface FixAllResult {
  /** The texts that changed, by workspace path. */
  readonly changes: ReadonlyMap<string, TextChange>;
  /** How many of the findings wanted at first are gone. */
  readonly fixed: number;
}

/** A fix can make the next one possible; one that undoes another must not go on for ever. */
export const rounds = 10;

/**
 * Applies each wanted finding's first applicable fix, in file order: choices never, overlapping edits the first only,
 * a fix over several files as a whole or not at all; again until nothing changes (contract.md, `--fix`). Texts in, texts
 * out: the workspace is asked with changed texts and left as it was.
 */
export function fixAll(workspace: Fixable, options: FixAllOptions): FixAllResult {
  const before = new Map<string, string | undefined>();
  const wanted = (): Finding[] => workspace.findings().filter((finding) => options.wants(finding));
  let findings = wanted();
  const first = findings;
  for (let round = 0; round < rounds; round++) {
    const edits = chooseEdits(workspace, findings, options);
    if (edits.size === 0) break;
    for (const [path, ofFile] of edits) {
      const text = workspace.textOf(path);
      if (!before.has(path)) before.set(path, text);
      workspace.set({ ...options.sourceOf(path)!, text: applyEdits(text ?? '', ofFile)! });
    }
    // What Helm and kustomize wrote, they wrote of the texts before.
    findings = wanted().filter(({ tier }) => tier !== 'rendered');
  }
  const changes = new Map<string, TextChange>();
  for (const [path, text] of before) {
    const after = workspace.textOf(path)!;
    if (after !== text) changes.set(path, { before: text, after });
  }
  for (const [path, text] of before) {
    if (text === undefined) workspace.remove(path);
    else workspace.set({ ...options.sourceOf(path)!, text });
  }
  return { changes, fixed: countGone(first, findings) };
}

/**
 * The edits of one round by path. A fix waits for the next round whose edits meet those of a fix before it, that writes an
 * object which that one writes too, or one of a kind of which that one changes an object: the change may do for both.
 */
function chooseEdits(workspace: Fixable, findings: readonly Finding[], options: FixAllOptions): Map<string, FileEdit[]> {
  const chosen = new Map<string, FileEdit[]>();
  const written = new Set<string>();
  const changed = new Set<string>();
  for (const finding of findings) {
    const fix = workspace.fixesOf(finding).find((one) => !one.choice && (one.safe || options.unsafe) && (options.allows?.(one) ?? true));
    if (!fix || !fix.edits.every((edit) => isFree(edit, chosen.get(edit.file) ?? [], workspace, options))) continue;
    const objects = fix.edits.flatMap(objectsIn);
    if (objects.some((object) => written.has(object) || changed.has(kindOf(object)))) continue;
    if (objects.length === 0) for (const edit of fix.edits) changed.add(kindAt(workspace.textOf(edit.file) ?? '', edit.span.start));
    for (const object of objects) written.add(object);
    for (const edit of fix.edits) chosen.set(edit.file, [...(chosen.get(edit.file) ?? []), edit]);
  }
  return chosen;
}

/** The documents that an edit writes, as text: two rules may call for the same policy. */
function objectsIn({ newText }: FileEdit): string[] {
  return newText.split(/^---\s*$/m).map((text) => text.trim()).filter((text) => /^kind:/m.test(text));
}

/** The kind of the document at an offset. */
function kindAt(text: string, offset: number): string {
  return kindOf(splitStream(text).findLast(({ start }) => start <= offset)?.text ?? '');
}

function kindOf(document: string): string {
  return /^kind:[ \t]*(\S*)/m.exec(document)?.[1] ?? '';
}

function isFree(edit: FileEdit, taken: readonly FileEdit[], workspace: Fixable, options: FixAllOptions): boolean {
  if (edit.create !== (workspace.textOf(edit.file) === undefined) || !options.sourceOf(edit.file)) return false;
  return !taken.some((one) => one.create || overlaps(one.span, edit.span));
}

/** How many of some findings are not among others: by what they say of which object, for a fix of one may move another. */
export function countGone(before: readonly Finding[], after: readonly Finding[]): number {
  const left = new Map<string, number>();
  for (const key of after.map(keyOf)) left.set(key, (left.get(key) ?? 0) + 1);
  return before.filter((finding) => {
    const key = keyOf(finding);
    const others = left.get(key) ?? 0;
    left.set(key, others - 1);
    return others <= 0;
  }).length;
}

function keyOf({ file, rule, messageId, resource: { kind, namespace, name } }: Finding): string {
  return JSON.stringify([file, rule, messageId, kind, namespace, name]);
}
