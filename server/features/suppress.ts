import type { WorkspaceEdit } from 'vscode-languageserver';
import type { Finding } from '../../engine/lint/finding.ts';
import { applyEdits } from '../../engine/lint/fix.ts';
import { editYaml } from '../../engine/yaml/edit.ts';
import { toData, type Dialect, type Path } from '../../engine/yaml/node.ts';
import { parseYaml } from '../../engine/yaml/parse.ts';
import { splitStream } from '../../engine/yaml/split.ts';
import { shift, type Span } from '../../engine/yaml/text.ts';
import type { Client } from '../client.ts';
import type { Project } from '../project.ts';
import { versioned } from './edits.ts';

/** A suppression to be written: `before` and `after` go around the reason that its author gives. */
interface Suppression {
  readonly span: Span;
  readonly before: string;
  readonly after: string;
}

const PLACEHOLDER = 'reason';

/**
 * The edit that suppresses a finding where it stands (contract.md, Suppressions): a comment on the line above; where a
 * comment there would become part of a value (a block scalar), one on the line itself; where the format has no comments
 * (JSON), an annotation of the object. The reason is a placeholder to type over where the client has those. Undefined
 * where no place leaves the document's data as it is.
 */
export function suppressEdit(project: Project, finding: Finding, client: Client): WorkspaceEdit | undefined {
  const text = project.text(finding.file);
  if (text === undefined) return undefined;
  const suppression = (finding.file.endsWith('.json') ? [annotation] : [commentAbove, commentBehind, annotation])
    .map((place) => place(text, finding, project.sourceOf(finding.file)?.dialect ?? 'kubernetes'))
    .find((one) => one !== undefined);
  if (!suppression) return undefined;
  const { span, before, after } = suppression;
  const range = project.range(finding.file, span);
  if (client.snippets) return { documentChanges: [versioned(project, finding.file, [{ range, snippet: { kind: 'snippet', value: `${escaped(before)}\${1:${PLACEHOLDER}}${escaped(after)}` } }])] };
  const edit = { range, newText: before + PLACEHOLDER + after };
  return client.versionedEdits ? { documentChanges: [versioned(project, finding.file, [edit])] } : { changes: { [project.uri(finding.file)]: [edit] } };
}

function commentAbove(text: string, finding: Finding, dialect: Dialect): Suppression | undefined {
  const start = text.lastIndexOf('\n', finding.span.start - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(start, finding.span.start))![0];
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  return harmless(text, finding, dialect, { span: { start, end: start }, before: `${indent}# kubewho: ignore[${finding.rule}] -- `, after: end });
}

function commentBehind(text: string, finding: Finding, dialect: Dialect): Suppression | undefined {
  const newline = text.indexOf('\n', finding.span.start);
  const line = newline < 0 ? text.length : newline;
  const end = text[line - 1] === '\r' ? line - 1 : line;
  return harmless(text, finding, dialect, { span: { start: end, end }, before: `  # kubewho: ignore[${finding.rule}] -- `, after: '' });
}

function annotation(text: string, finding: Finding, dialect: Dialect): Suppression | undefined {
  const document = splitStream(text)[finding.document];
  if (!document) return undefined;
  const root: Path = finding.path[0] === 'items' && typeof finding.path[1] === 'number' ? finding.path.slice(0, 2) : [];
  const change = { op: 'set', path: [...root, 'metadata', 'annotations', `kubewho.dev/ignore.${finding.rule}`], value: PLACEHOLDER } as const;
  const result = editYaml(document.text, parseYaml(document.text, dialect).root, change);
  const [edit] = 'edits' in result && result.edits.length === 1 ? result.edits : [];
  const at = edit?.newText.lastIndexOf(PLACEHOLDER) ?? -1;
  return edit && at >= 0 ? { span: shift(edit.span, document.start), before: edit.newText.slice(0, at), after: edit.newText.slice(at + PLACEHOLDER.length) } : undefined;
}

/** The suppression, if it leaves the data of the finding's document as it is. */
function harmless(text: string, { document }: Finding, dialect: Dialect, suppression: Suppression): Suppression | undefined {
  const { span, before, after } = suppression;
  const changed = applyEdits(text, [{ span, newText: before + PLACEHOLDER + after }]);
  return changed !== undefined && dataOf(changed, document, dialect) === dataOf(text, document, dialect) ? suppression : undefined;
}

function dataOf(text: string, document: number, dialect: Dialect): string | undefined {
  return JSON.stringify(toData(parseYaml(splitStream(text)[document]?.text ?? '', dialect).root));
}

/** Text as a snippet writes it literally (LSP 3.18, snippet syntax). */
function escaped(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}
