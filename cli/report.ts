import type { Finding } from '../engine/lint/finding.ts';
import type { Fix } from '../engine/lint/fix.ts';
import type { Rule, Severity } from '../engine/lint/rule.ts';
import type { Skipped } from '../engine/lint/skipped.ts';
import { positionAt, type LineIndex, type Span } from '../engine/yaml/text.ts';
import { version } from './version.ts';

/** Line and column from 1, columns in UTF-16 units; offset from 0 in the decoded text without a byte order mark. */
export interface ReportPosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** `end` is exclusive. */
export interface ReportRange {
  readonly start: ReportPosition;
  readonly end: ReportPosition;
}

export interface ReportEdit {
  readonly file: string;
  readonly range: ReportRange;
  readonly newText: string;
  readonly create: boolean;
}

/** `edits` is null where nobody asked for them. */
export interface ReportFix extends Omit<Fix, 'edits'> {
  readonly edits: readonly ReportEdit[] | null;
}

/** A finding as every format shows it: files relative to the current folder, ranges from 1. */
export interface ReportFinding extends Omit<Finding, 'span' | 'related'> {
  readonly range: ReportRange;
  readonly related: readonly { readonly file: string; readonly range: ReportRange; readonly message: string }[];
  readonly ruleUrl: string | null;
  readonly fixes: readonly ReportFix[];
}

/** A finding that a comment or annotation silences, with the reason given. */
export interface SuppressedFinding extends ReportFinding {
  readonly reason: string | null;
}

export interface ReportSkip extends Omit<Skipped, 'span'> {
  /** From 1; null where the fault is of the file as a whole. */
  readonly line: number | null;
}

export interface Summary {
  readonly files: number;
  readonly documents: number;
  readonly resources: number;
  readonly findings: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
  readonly suppressed: number;
  readonly baselined: number;
  readonly skipped: number;
  readonly fixed: number;
  readonly durationMs: number;
}

/** All that a run of `lint` has to say, built once and rendered by any number of formats. */
export interface Report {
  readonly tool: { readonly name: 'kubewho'; readonly version: string };
  readonly summary: Summary;
  readonly findings: readonly ReportFinding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly skipped: readonly ReportSkip[];
  readonly rules: readonly Rule[];
  /** Texts of the files that findings point at, by the name used in the report. */
  readonly texts: ReadonlyMap<string, LineIndex>;
}

/** How a workspace's paths are named in the report, and their texts. */
export interface Naming {
  nameOf(path: string): string;
  linesOf(path: string): LineIndex;
}

export type ReportParts = Pick<Report, 'findings' | 'suppressed' | 'skipped' | 'rules' | 'texts'> & { readonly summary: Omit<Summary, 'findings' | 'bySeverity' | 'suppressed' | 'skipped'> };

/** Puts a report together: sorted by file, start and rule, and counted. */
export function makeReport(parts: ReportParts): Report {
  const findings = [...parts.findings].sort(byPlace);
  const bySeverity = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) bySeverity[severity]++;
  const { files, documents, resources, baselined, fixed, durationMs } = parts.summary;
  return {
    tool: { name: 'kubewho', version },
    summary: { files, documents, resources, findings: findings.length, bySeverity, suppressed: parts.suppressed.length, baselined, skipped: parts.skipped.length, fixed, durationMs },
    findings,
    suppressed: [...parts.suppressed].sort(byPlace),
    skipped: [...parts.skipped].sort((a, b) => compare(a.file, b.file) || (a.document ?? -1) - (b.document ?? -1)),
    rules: parts.rules,
    texts: parts.texts,
  };
}

/** A finding with its places made readable. Fixes keep their edits only where the report is to carry them. */
export function reportFinding({ span, related, ...finding }: Finding, fixes: readonly Fix[], naming: Naming, options: { readonly edits: boolean; readonly ruleUrl: string | null }): ReportFinding {
  const rangeOf = (file: string, at: Span): ReportRange => rangeIn(naming.linesOf(file), at);
  return {
    ...finding,
    file: naming.nameOf(finding.file),
    range: rangeOf(finding.file, span),
    related: related.map((one) => ({ file: naming.nameOf(one.file), range: rangeOf(one.file, one.span), message: one.message })),
    ruleUrl: options.ruleUrl,
    fixes: fixes.map(({ id, title, safe, choice, edits }) => ({
      id, title, safe, choice,
      edits: options.edits ? edits.map((edit) => ({ file: naming.nameOf(edit.file), range: edit.create ? emptyRange : rangeOf(edit.file, edit.span), newText: edit.newText, create: edit.create })) : null,
    })),
  };
}

/** A span of a text as a range. */
export function rangeIn(lines: LineIndex, { start, end }: Span): ReportRange {
  return { start: positionIn(lines, start), end: positionIn(lines, end) };
}

const emptyRange: ReportRange = { start: { line: 1, column: 1, offset: 0 }, end: { line: 1, column: 1, offset: 0 } };

/** An offset of a text as a position. */
export function positionIn(lines: LineIndex, offset: number): ReportPosition {
  const { line, character } = positionAt(lines, offset);
  return { line: line + 1, column: character + 1, offset };
}

function byPlace(a: ReportFinding, b: ReportFinding): number {
  return compare(a.file, b.file) || a.range.start.offset - b.range.start.offset || compare(a.rule, b.rule);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
