import { editYaml } from '../yaml/edit.ts';
import { parseYaml } from '../yaml/parse.ts';
import { shift, type Span } from '../yaml/text.ts';
import type { FileEdit, Fix } from './fix.ts';
import { nearest } from './suggest.ts';
import type { SuppressionFinding } from './suppress.ts';
import type { ReadFile, Suppression } from './suppress-read.ts';

/**
 * The fixes of a finding about a suppression: correct the id, or take the id or the whole suppression away. They change
 * no object, so all are safe; where there is something to decide (a reason to write, an id to guess) they are choices.
 * @param ruleIds all ids, of which the nearest is proposed
 */
export function fixesOfSuppression(file: ReadFile, { finding, suppression, id }: SuppressionFinding, ruleIds: readonly string[]): Fix[] {
  const choice = finding.rule === 'unknown-rule' || finding.rule === 'suppression-without-reason';
  const near = finding.rule === 'unknown-rule' && id !== undefined ? nearest(id, ruleIds) : undefined;
  const removed = removal(file, suppression, id);
  return [
    ...(near !== undefined && id !== undefined ? [{ id: 'correct-rule', title: `Change to "${near}"`, safe: true, choice: true, edits: [replace(file, idSpan(suppression, id), near)] }] : []),
    ...(removed ? [{ id: 'remove-suppression', title: suppression.rules.length > 1 && id !== undefined ? `Remove "${id}" from the suppression` : 'Remove the suppression', safe: true, choice, edits: removed }] : []),
  ];
}

function replace(file: ReadFile, span: Span, newText: string): FileEdit {
  return { file: file.path, span, newText, create: false };
}

/** Where the id itself stands: behind the prefix in an annotation's key, which may be quoted. */
function idSpan({ rules, annotation }: Suppression, id: string): Span {
  const { span } = rules.find((one) => one.id === id)!;
  if (!annotation) return span;
  const quotes = span.end - span.start - 'kubewho.dev/ignore.'.length - id.length;
  const end = span.end - quotes / 2;
  return { start: end - id.length, end };
}

/** The edits that take an id out of a suppression, or the suppression out of the file; undefined where the text refuses. */
function removal(file: ReadFile, suppression: Suppression, id: string | undefined): FileEdit[] | undefined {
  if (suppression.annotation) return withoutAnnotation(file, suppression);
  if (id !== undefined && suppression.rules.length > 1) return [replace(file, spanInList(suppression, id), '')];
  return [replace(file, commentSpan(file.text, suppression.span), '')];
}

/** An id with the comma and blanks that part it from the next, or for the last one from the one before. */
function spanInList({ rules }: Suppression, id: string): Span {
  const at = rules.findIndex((one) => one.id === id);
  const next = rules[at + 1];
  return next ? { start: rules[at]!.span.start, end: next.span.start } : { start: rules[at - 1]!.span.end, end: rules[at]!.span.end };
}

/** A comment that has its line to itself goes with the line, another with the blanks before it. */
function commentSpan(text: string, span: Span): Span {
  let start = span.start;
  while (start > 0 && (text[start - 1] === ' ' || text[start - 1] === '\t')) start--;
  if (start > 0 && text[start - 1] !== '\n') return { start, end: span.end };
  const end = text.indexOf('\n', span.end);
  return { start, end: end < 0 ? text.length : end + 1 };
}

function withoutAnnotation(file: ReadFile, { annotation, document }: Suppression): FileEdit[] | undefined {
  const entry = file.documents.find((one) => one.index === document);
  if (!entry || !annotation) return undefined;
  const result = editYaml(entry.text, parseYaml(entry.text, file.dialect).root, { op: 'remove', path: annotation });
  return 'refused' in result ? undefined : result.edits.map((edit) => replace(file, shift(edit.span, entry.start), edit.newText));
}
