import { authorChange, type AuthorChange } from '../helm/author.ts';
import { isolate } from '../kustomize/block.ts';
import { placeChange, placeInPatch } from '../kustomize/author.ts';
import type { GraphObject } from '../identity/objects.ts';
import { editAll } from '../yaml/edit-all.ts';
import { insertObjects } from '../yaml/insert.ts';
import { parseYaml } from '../yaml/parse.ts';
import { removeDocument } from '../yaml/remove.ts';
import type { Dialect, Home, YamlNode } from '../yaml/node.ts';
import type { StreamDocument } from '../yaml/split.ts';
import { shift, type Span } from '../yaml/text.ts';
import type { FixProposal, FixStep } from './rule.ts';

/** A replacement in a file's text as it is now, or a file to be made (`create`: the whole text is newText, the span is empty). */
export interface FileEdit {
  readonly file: string;
  readonly span: Span;
  readonly newText: string;
  readonly create: boolean;
}

/** A fix made concrete: what `--fix` writes and what an editor applies. */
export interface Fix {
  readonly id: string;
  readonly title: string;
  readonly safe: boolean;
  readonly choice: boolean;
  readonly edits: readonly FileEdit[];
}

interface Source {
  readonly text: string;
  readonly dialect: Dialect;
  /** The text, split: a file may have thousands of documents, and a fix for each. */
  readonly documents: readonly StreamDocument[];
}

/**
 * Makes a proposal concrete against the texts as they are now. Undefined where a step is refused (a template action, an
 * alias, a merge), where an object is context of a cluster and in no file, or where the edits would change nothing.
 */
export function makeFix(proposal: FixProposal, sourceOf: (path: string) => Source | undefined, saidBy: ReadonlySet<string> = nobody): Fix | undefined {
  const edits: FileEdit[] = [];
  const placed = proposal.steps.map((step) => placedByBuild(asChange(step), sourceOf, isForOthersToo(step, saidBy)));
  if (!placed.every((step) => step !== undefined)) return undefined;
  for (const steps of byDocument(placed)) {
    const made = editsOf(steps, sourceOf);
    if (!made) return undefined;
    edits.push(...made);
  }
  const changing = edits.filter(({ file, span, newText }) => sourceOf(file)?.text.slice(span.start, span.end) !== newText);
  if (changing.length === 0) return undefined;
  const patches = new Set(placed.flatMap((one, i) => (isInPatch(proposal.steps[i]!, one!) && 'object' in one! ? [one.object.document.file] : [])));
  const elsewhere = filesElsewhere(proposal, changing);
  // What a value changes, it changes for everything that uses it.
  const isShared = elsewhere.length === 0 && proposal.steps.some((step, i) => isForOthersToo(step, saidBy) && !isInPatch(step, placed[i]!));
  const title = isShared ? `${proposal.title} (in the base: other overlays build on it)` : elsewhere.length === 0 ? proposal.title : `${proposal.title} (in ${elsewhere.join(', ')}: check what else ${elsewhere.every((file) => patches.has(file)) ? 'that patch changes' : 'uses that value'})`;
  return { id: proposal.id, title, safe: proposal.safe && elsewhere.length === 0 && !isShared, choice: proposal.choice === true || isShared, edits: changing };
}

/** The values files and patches among what is edited. */
function filesElsewhere({ steps }: FixProposal, edits: readonly FileEdit[]): string[] {
  const own = new Set(steps.map((step) => ('after' in step ? step.after : 'remove' in step ? step.remove : step.object).document.file));
  return [...new Set(edits.map(({ file }) => file))].filter((file) => !own.has(file));
}

const nobody: ReadonlySet<string> = new Set();

/** Whether a step changes what builds other than the ones judged are made of, too. */
function isForOthersToo(step: FixStep, saidBy: ReadonlySet<string>): boolean {
  if ('after' in step) return false;
  const { built, build } = 'remove' in step ? step.remove : step.object;
  if (!built && saidBy.size === 0) return false;
  const judged = new Set([...saidBy, ...(built?.by ?? [])].map(folderOf));
  return (built ? built.among.map(folderOf) : build?.roots ?? []).some((one) => !judged.has(one));
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')));
}

/** Whether a step has been put into a patch of its object. */
function isInPatch(step: FixStep, placed: ChangeStep | AddStep | RemoveStep): boolean {
  return 'object' in step && 'object' in placed && placed.object.document !== step.object.document;
}

/** A change; `block` is the stretch of the document that it is in, where that is YAML of its own. */
type ChangeStep = Extract<FixStep, { object: GraphObject }> & { readonly block?: Span };
type AddStep = Extract<FixStep, { after: GraphObject }>;
type RemoveStep = Extract<FixStep, { remove: GraphObject }>;
type Together = AddStep | RemoveStep | [ChangeStep, ...ChangeStep[]];

/**
 * Changes of one document are made together, so that all of them may count in the paths of the document as it stands. New
 * objects come last: one that is written behind a document comes behind what is written at that document's end.
 */
function byDocument(steps: readonly (ChangeStep | AddStep | RemoveStep)[]): Together[] {
  const together = new Map<string, [ChangeStep, ...ChangeStep[]]>();
  const out: Together[] = [];
  const added: AddStep[] = [];
  for (const step of steps) {
    if ('add' in step) { added.push(step); continue; }
    if ('remove' in step) { out.push(step); continue; }
    const { file, index } = step.object.document;
    const key = `${index} ${step.block?.start ?? ''} ${file}`;
    const before = together.get(key);
    if (before) { before.push(step); continue; }
    const list: [ChangeStep, ...ChangeStep[]] = [step];
    together.set(key, list);
    out.push(list);
  }
  return [...out, ...added];
}

/** An object inside a list is an item of it; any other is a document. */
function asChange(step: FixStep): ChangeStep | AddStep | RemoveStep {
  if (!('remove' in step) || step.remove.resource.header.root.length === 0) return step;
  return { object: step.remove, change: { op: 'remove', path: step.remove.resource.header.root } };
}

/** A change of an object that Kustomize patches, in the document that says what is changed, or if others share that in a patch beside it; undefined where none does. */
function placedByBuild(step: ChangeStep | AddStep | RemoveStep, sourceOf: (path: string) => Source | undefined, isShared: boolean): ChangeStep | AddStep | RemoveStep | undefined {
  if (!('object' in step) || !step.object.built) return step;
  const { object } = step;
  const ownTree = (home: Home | undefined): YamlNode | undefined => {
    const { file, index } = home ?? object.document;
    const text = sourceOf(file)?.documents[index]?.text ?? '';
    return parseYaml(home?.block ? isolate(text, home.block) : text, 'kustomization').root;
  };
  const placed = (isShared ? placeInPatch(object.built!.root, step.change, ownTree) : undefined) ?? placeChange(object.built!.root, step.change, ownTree);
  if (!placed) return undefined;
  const { home, change } = placed;
  if (!home) return { object, change };
  const { file, index, start } = home;
  return { object: { ...object, document: { file, index, start, dialect: 'kustomization' } }, change, ...(home.block ? { block: home.block } : {}) };
}

function editsOf(steps: Together, sourceOf: (path: string) => Source | undefined): FileEdit[] | undefined {
  const object = 'add' in steps ? steps.after : 'remove' in steps ? steps.remove : steps[0].object;
  const { file, index, start } = object.document;
  const source = sourceOf(file);
  if (object.context) return undefined;
  if (!source) return Array.isArray(steps) ? packedEdits(steps, sourceOf) : undefined;
  if ('add' in steps) {
    if (steps.add.length === 0) return [];
    const made = insertObjects(source.text, source.documents, index, steps.add, object.resource.header.root);
    return 'refused' in made ? undefined : made.edits.map((edit) => ({ file, ...edit, create: false }));
  }
  if ('remove' in steps) {
    const edit = removeDocument(source.text, source.documents, index);
    return edit && [{ file, ...edit, create: false }];
  }
  const whole = source.documents[index]?.text ?? '';
  const { block } = steps[0];
  const text = block ? isolate(whole, block) : whole;
  const placed = placedByAuthor(steps, text, source.dialect);
  const result = placed && editAll(text, source.dialect, placed.flatMap((one) => (one.at === 'template' ? [one.change] : [])));
  if (!result || 'refused' in result) return undefined;
  const inValues = placed.map((one) => (one.at === 'values' ? valueEdits(one, sourceOf(one.decided.file)) : []));
  if (inValues.includes(undefined)) return undefined;
  const words = placed.flatMap((one) => (one.at === 'word' ? [{ span: one.span, newText: one.text }] : []));
  return [...[...result.edits, ...words].map(({ span, newText }) => ({ file, span: shift(span, start), newText, create: false })), ...inValues.flatMap((edits) => edits ?? [])];
}

/** Changes of what a template in an archive writes: nobody edits that, but values may decide it. */
function packedEdits(steps: readonly ChangeStep[], sourceOf: (path: string) => Source | undefined): FileEdit[] | undefined {
  const edits = steps.map(({ object, change }) => {
    const placed = object.written && authorChange(object.written, undefined, change);
    return placed?.at === 'values' ? valueEdits(placed, sourceOf(placed.decided.file)) : undefined;
  });
  return edits.every((one) => one !== undefined) ? edits.flat() : undefined;
}

/** Changes where their author makes them; undefined where one of them has no place of its own. */
function placedByAuthor(steps: readonly ChangeStep[], text: string, dialect: Dialect): AuthorChange[] | undefined {
  const masked = steps.some(({ object }) => object.written) ? parseYaml(text, dialect).root : undefined;
  const placed = steps.map(({ object, change }): AuthorChange | undefined => (object.written ? authorChange(object.written, masked, change, text) : { at: 'template', change }));
  return placed.every((one) => one !== undefined) ? placed : undefined;
}

/** The change of a value in the file that decides it. */
function valueEdits({ decided, value }: Extract<AuthorChange, { at: 'values' }>, source: Source | undefined): FileEdit[] | undefined {
  const document = source?.documents.find((one) => one.text.trim() !== '');
  if (!document) return undefined;
  const result = editAll(document.text, 'values', [{ op: 'set', path: decided.path, value }]);
  return 'refused' in result ? undefined : result.edits.map(({ span, newText }) => ({ file: decided.file, span: shift(span, document.start), newText, create: false }));
}

/** Whether two fixes write the same. */
export function sameEdits(a: Fix, b: Fix): boolean {
  return a.edits.length === b.edits.length && a.edits.every(({ file, span, newText, create }, i) => {
    const other = b.edits[i]!;
    return other.file === file && other.span.start === span.start && other.span.end === span.end && other.newText === newText && other.create === create;
  });
}

/** Applies edits to the text that their offsets count in; undefined where two of them overlap. */
export function applyEdits(text: string, edits: readonly { readonly span: Span; readonly newText: string }[]): string | undefined {
  const sorted = [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  let out = '';
  let at = 0;
  for (const { span, newText } of sorted) {
    if (span.start < at) return undefined;
    out += text.slice(at, span.start) + newText;
    at = span.end;
  }
  return out + text.slice(at);
}
