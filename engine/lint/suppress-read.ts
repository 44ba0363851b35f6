import { symbol } from '../identity/objects.ts';
import type { Labels } from '../kubernetes/header.ts';
import { commentsOf, withoutActions } from '../yaml/comments.ts';
import { known } from '../yaml/cursor.ts';
import type { Dialect, Path } from '../yaml/node.ts';
import { shift, type Span } from '../yaml/text.ts';
import type { DocumentEntry } from './document.ts';

/** A file with what was read out of it. */
export interface ReadFile {
  readonly path: string;
  readonly text: string;
  readonly dialect: Dialect;
  readonly documents: readonly Pick<DocumentEntry, 'index' | 'start' | 'text' | 'facts'>[];
}

/** What a suppression silences. Spans are offsets of the file. */
export type Target =
  /** Findings that start on these lines: the comment's own and the one that it speaks of. */
  | { readonly kind: 'lines'; readonly span: Span }
  | { readonly kind: 'object'; readonly document: number; readonly root: Path }
  | { readonly kind: 'document'; readonly document: number }
  | { readonly kind: 'file' };

/** One suppression as it is written (contract.md, "Suppressions"). Spans are offsets of the file. */
export interface Suppression {
  readonly target: Target;
  readonly rules: readonly { readonly id: string; readonly span: Span }[];
  /** The last day on which it counts, as written. */
  readonly until: { readonly date: string; readonly span: Span } | undefined;
  /** "" where none is given. */
  readonly reason: string;
  /** The comment from `#` to its end; the key of an annotation. */
  readonly span: Span;
  /** The symbolic path of an annotation. */
  readonly annotation: Path | undefined;
  readonly document: number;
  /** The object that it stands in or before, as findings name it. */
  readonly resource: { readonly apiVersion: string; readonly kind: string; readonly namespace: string | null; readonly name: string | null };
}

const annotationPrefix = 'kubewho.dev/ignore.';

/** Reads all suppressions of a file, in written order. Pure and total; a file without the word costs one search. */
export function readSuppressions(file: ReadFile): Suppression[] {
  if (!file.text.includes('kubewho')) return [];
  return file.documents.flatMap((document, i) => {
    const end = document.start + document.text.length;
    const separator = { start: i === 0 ? 0 : file.documents[i - 1]!.start + file.documents[i - 1]!.text.length, end: document.start };
    return [...inSeparator(file, document, separator), ...inComments(file, document, end), ...inAnnotations(document)];
  }).sort((a, b) => a.span.start - b.span.start);
}

type Document = ReadFile['documents'][number];

/** A comment behind `---` speaks of the document that it opens. */
function inSeparator(file: ReadFile, document: Document, gap: Span): Suppression[] {
  const line = file.text.slice(gap.start, gap.end).replace(/\r?\n$/, '');
  const hash = line.indexOf('#');
  if (hash < 0) return [];
  const suppression = parseComment(line.slice(hash), gap.start + hash, document, { kind: 'document', document: document.index });
  return suppression ? [suppression] : [];
}

function inComments(file: ReadFile, document: Document, documentEnd: number): Suppression[] {
  if (!document.text.includes('kubewho')) return [];
  const comments = commentsOf(document.text, file.dialect);
  const content = firstContent(document.text, file.dialect);
  return comments.flatMap((span) => {
    const text = document.text.slice(span.start, span.end);
    if (!isSuppression(text)) return [];
    const place = shift(span, document.start);
    const target: Target = span.start < content
      ? { kind: 'document', document: document.index }
      : { kind: 'lines', span: linesOf(file.text, place.start, documentEnd) };
    const suppression = parseComment(text, place.start, document, target);
    return suppression ? [suppression] : [];
  });
}

function isOwnLine(text: string, at: number): boolean {
  return text.slice(lineStart(text, at), at).trim() === '';
}

/** The comment's own line; for one that stands alone also the next line, past other comments. */
function linesOf(text: string, at: number, documentEnd: number): Span {
  const start = lineStart(text, at);
  let end = lineEnd(text, at);
  if (!isOwnLine(text, at)) return { start, end };
  while (end < documentEnd) {
    const next = lineStart(text, end + 1);
    end = lineEnd(text, next);
    if (!/^[ \t]*#/.test(text.slice(next, end))) break;
  }
  return { start, end: Math.min(end, documentEnd) };
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** The offset of a document's first key: past comments, blank lines, template actions and the marker before document 0. */
function firstContent(text: string, dialect: Dialect): number {
  const visible = dialect === 'template' ? withoutActions(text) : text;
  let at = 0;
  while (at < visible.length) {
    const end = lineEnd(visible, at);
    if (!/^\uFEFF?\s*(?:#.*|---[ \t]*(?:#.*)?)?$/.test(visible.slice(at, end).replace(/\r$/, ''))) break;
    at = end + 1;
  }
  return at;
}

const form = /^#+[ \t]*kubewho:[ \t]*ignore(-file)?(?![\w-])[ \t]*(?:\[([^\]]*)\])?/;

function isSuppression(comment: string): boolean {
  return form.test(comment);
}

/** Reads `# kubewho: ignore[a, b] until=2027-03-31 -- reason`; undefined for any other comment. */
function parseComment(comment: string, start: number, document: Document, target: Target): Suppression | undefined {
  const match = form.exec(comment);
  if (!match) return undefined;
  const text = comment.trimEnd();
  const rest = text.slice(match[0].length);
  const dashes = /(?:^|[ \t])--(?:[ \t]|$)/.exec(rest);
  const terms = dashes ? rest.slice(0, dashes.index) : rest;
  const until = /(?:^|[ \t])until=(\S*)/.exec(terms);
  const untilAt = until ? start + match[0].length + until.index + until[0].length - `until=${until[1]}`.length : 0;
  return {
    target: match[1] ? { kind: 'file' } : target,
    rules: match[2] === undefined ? [] : idsIn(match[2], start + match[0].length - 1 - match[2].length),
    until: until ? { date: until[1]!, span: { start: untilAt, end: untilAt + `until=${until[1]}`.length } } : undefined,
    reason: dashes ? rest.slice(dashes.index + dashes[0].length).trim() : '',
    span: { start, end: start + text.length },
    annotation: undefined,
    document: document.index,
    resource: resourceOf(document),
  };
}

function idsIn(list: string, start: number): Suppression['rules'] {
  return [...list.matchAll(/[^,\s][^,]*/g)].map((match) => {
    const id = match[0].trimEnd();
    return { id, span: { start: start + match.index, end: start + match.index + id.length } };
  });
}

/** Annotations on the object, and on its pod template's metadata. The value is the reason, `until=2027-03-31` before it. */
function inAnnotations(document: Document): Suppression[] {
  if (!document.text.includes(annotationPrefix)) return [];
  return document.facts.resources.flatMap(({ header, facts }, i) => {
    const everywhere = [header.annotations, ...facts.flatMap((fact) => (fact.fact === 'workload' ? [fact.podAnnotations] : []))];
    // A bare Pod's metadata is its own and its template's.
    const found = new Map(everywhere.flatMap((labels) => annotationsIn(labels, document, i, header.root)).map((one) => [one.span.start, one]));
    return [...found.values()];
  });
}

function annotationsIn(labels: Labels, document: Document, resource: number, root: Path): Suppression[] {
  return Object.entries(labels.entries).flatMap(([key, value]): Suppression[] => {
    if (!key.startsWith(annotationPrefix) || !value.at.key) return [];
    const span = shift(value.at.key, document.start);
    const [, until, reason] = /^(?:until=(\S*)\s*(?:--\s*)?)?([\s\S]*)$/.exec(known(value)?.trim() ?? '')!;
    return [{
      target: { kind: 'object', document: document.index, root },
      rules: [{ id: key.slice(annotationPrefix.length), span }],
      until: until === undefined ? undefined : { date: until, span: shift(value.at.span, document.start) },
      reason: reason!,
      span,
      annotation: value.at.path,
      document: document.index,
      resource: resourceOf(document, resource),
    }];
  });
}

function resourceOf(document: Document, index = 0): Suppression['resource'] {
  const header = document.facts.resources[index]?.header;
  if (!header) return { apiVersion: '', kind: '', namespace: null, name: null };
  return { apiVersion: header.apiVersion, kind: header.kind, namespace: symbol(header.namespace) || null, name: symbol(header.name) || null };
}
