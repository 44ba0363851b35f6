import type { BranchMark, Hole } from '../yaml/mask.ts';
import type { Span } from '../yaml/text.ts';
import type { ParsedTemplate, Pipe } from './ast.ts';
import { parseTemplate } from './parse.ts';
import { dotOf, ownDot, type ReleaseSettings } from './environment.ts';
import { Shared, type Change } from './changes.ts';
import { Abandoned, evaluate, type Chart } from './evaluate.ts';
import type { ChartInstance, Release } from './release.ts';
import { filesOf } from './files.ts';
import { expressionOf, isMarked, type Origin, type Result } from './value.ts';

/** A stretch of an expanded text, and the stretch of the template that wrote it: the same text, or an action. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly span: Span;
  readonly literal: boolean;
  /** What the action gave. */
  readonly result?: Result;
}

/** What a template writes with the values that are known, before it is read as YAML. */
export interface Expanded {
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly branches: readonly BranchMark[];
  /** Values that are plainly false and for which an arm of an `if` was left out. */
  readonly off: readonly Origin[];
  /** With what words Helm stops (`fail`, `required`). */
  readonly failures: readonly string[];
  /** The files that it reads through `.Files`, from the folder of the chart that is installed. */
  readonly reads: readonly string[];
  /** What it changes of the release's values, for the templates that Helm writes out later. */
  readonly changes: readonly Change[];
}

/** A release of which somebody wants to know what its actions and conditions come to, those of helpers among them. */
export interface WatchedRelease extends Release {
  readonly seen?: (pipe: Pipe, result: Result) => void;
}

/**
 * Expands a template of a release; undefined where it is none, or cannot be told.
 * @param before what the templates that Helm writes out before it changed of the release's values
 */
export function expand(release: WatchedRelease, path: string, instance: ChartInstance, settings: ReleaseSettings, before: readonly Change[] = []): Expanded | undefined {
  const nodes = release.templates.get(path);
  if (!nodes) return undefined;
  let text = '';
  const segments: Segment[] = [];
  const branches: BranchMark[] = [];
  const off = new Set<Origin>();
  const failures: string[] = [];
  const reads = new Set<string>();
  const add = (piece: string, span: Span, literal: boolean, result?: Result): void => {
    if (piece === '') return;
    segments.push({ start: text.length, end: text.length + piece.length, span, literal, ...(result ? { result } : {}) });
    text += piece;
  };
  try {
    const dot = dotOf(instance, path, settings, filesOf(release, instance));
    const changes = evaluate(nodes, dot, {
      ...chartOf(release),
      seen(pipe, result, of) {
        if (of === 'if' && result.value === false && result.from && !result.from.chooses) off.add(result.from);
        release.seen?.(pipe, result);
      },
      reads: (path) => reads.add(path),
      stops: (words) => failures.push(words),
    }, {
      text: (start, piece) => add(piece, { start, end: start + piece.length }, true),
      value: (action, piece, result) => add(piece, action.span, false, result),
      branch: (branch) => branches.push({ start: text.length, branch }),
    }, before);
    return { text, segments, branches, off: [...off], failures, reads: [...reads], changes };
  } catch (error) {
    if (error instanceof Abandoned || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Texts that `tpl` was given are few and come again. */
const parsed = new Map<string, ParsedTemplate | undefined>();

const sharedIn = new WeakMap<readonly ChartInstance[], Shared>();

function sharedOf(instances: readonly ChartInstance[]): Shared {
  let shared = sharedIn.get(instances);
  if (!shared) sharedIn.set(instances, (shared = new Shared(instances.flatMap((one) => [one.values, ownDot(one)]))));
  return shared;
}

function chartOf({ defines, instances }: Release): Pick<Chart, 'defines' | 'parse' | 'shared'> {
  return {
    defines,
    shared: () => sharedOf(instances),
    parse(text) {
      if (!parsed.has(text)) {
        if (parsed.size > 1000) parsed.clear();
        parsed.set(text, parseTemplate(text));
      }
      return parsed.get(text);
    },
  };
}

/** What of a text cannot be known, as the holes of a mask. A line that is nothing but an unknown stands for lines that are not seen, and is blanked. */
export function holesIn(text: string): { readonly text: string; readonly holes: readonly Hole[] } {
  if (!isMarked(text)) return { text, holes: [] };
  const holes: Hole[] = [];
  const blanked = text.replace(/^([ \t]*)(\uE000[^\uE000\uE001\n]*\uE001)([ \t]*)$/gm, (line: string, before: string, one: string, _: string, at: number) => {
    holes.push({ kind: 'block', span: { start: at + before.length, end: at + before.length + one.length }, expression: expressionOf(one), column: before.length });
    return ' '.repeat(line.length);
  });
  for (const match of blanked.matchAll(/\uE000[^\uE000\uE001\n]*\uE001|[\uE000\uE001]/g)) holes.push({ kind: 'scalar', span: { start: match.index, end: match.index + match[0].length }, expression: expressionOf(match[0]) });
  return { text: blanked, holes: holes.sort((a, b) => a.span.start - b.span.start) };
}
