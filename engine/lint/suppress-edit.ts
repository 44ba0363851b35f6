import type { TextEdit } from '../yaml/edit.ts';
import { commentsOf } from '../yaml/comments.ts';
import type { Finding } from './finding.ts';
import { readSuppressions, type ReadFile } from './suppress-read.ts';

/**
 * The edit that suppresses a finding where it stands, in offsets of the file: the id joins a suppression with the same
 * reason that speaks of the line already, else a comment goes on the line above. Above the first key of a document a
 * comment would speak of the whole document; there it goes behind the line. Undefined where no comment can stand (JSON).
 * @param reason without `--`; "" for none
 */
export function suppressFinding(file: ReadFile, finding: Pick<Finding, 'rule' | 'span' | 'document'>, reason: string): TextEdit | undefined {
  const document = file.documents.find((one) => one.index === finding.document);
  if (!document || file.path.endsWith('.json')) return undefined;
  const why = reason.replace(/\s+/g, ' ').trim();
  const there = readSuppressions(file).find(({ target, until, annotation, rules, ...one }) => target.kind === 'lines' && !annotation && !until && rules.length > 0 && one.reason === why
    && target.span.start <= finding.span.start && finding.span.start <= target.span.end);
  if (there) {
    const at = there.rules[there.rules.length - 1]!.span.end;
    return { span: { start: at, end: at }, newText: `, ${finding.rule}` };
  }

  const { text } = file;
  const start = text.lastIndexOf('\n', finding.span.start - 1) + 1;
  const newline = text.indexOf('\n', start);
  const end = newline < 0 ? text.length : newline > start && text[newline - 1] === '\r' ? newline - 1 : newline;
  const comment = `# kubewho: ignore[${finding.rule}]${why === '' ? '' : ` -- ${why}`}`;
  const above = { span: { start, end: start }, newText: `${/^[ \t]*/.exec(text.slice(start, end))![0]}${comment}${text.includes('\r\n') ? '\r\n' : '\n'}` };
  if (speaksOf(file, above, comment, finding) === 'lines') return above;
  const behind = { span: { start: end, end }, newText: ` ${comment}` };
  if (speaksOf(file, behind, comment, finding) === 'lines') return behind;
  // Only a line that a string runs on from has no room behind it.
  return speaksOf(file, above, comment, finding) === 'document' ? above : undefined;
}

/** What a comment would speak of if it were put there: what it is read as is what counts. Undefined where it would be no comment. */
function speaksOf(file: ReadFile, edit: TextEdit, comment: string, finding: Pick<Finding, 'document'>): 'lines' | 'document' | undefined {
  const document = file.documents.find((one) => one.index === finding.document)!;
  const { text, start } = document;
  const at = edit.span.start - start;
  if (at < 0 || at > text.length) return undefined;
  const edited = text.slice(0, at) + edit.newText + text.slice(at);
  const place = at + edit.newText.indexOf(comment);
  if (!commentsOf(edited, file.dialect).some((span) => span.start === place)) return undefined;
  const [read] = readSuppressions({ ...file, text: edited, documents: [{ ...document, start: 0, text: edited }] }).filter((one) => one.span.start === place);
  return read?.target.kind === 'lines' ? 'lines' : read ? 'document' : undefined;
}
