import type { DocumentRef } from '../identity/objects.ts';
import { peekKind } from '../kubernetes/peek.ts';
import { readResources, type Resource } from '../kubernetes/read.ts';
import type { Dialect, SyntaxProblem } from '../yaml/node.ts';
import { isBlank, isSeparator } from '../yaml/split.ts';
import { parseUnfinished } from '../yaml/unfinished.ts';

/** What a document's text says, whoever holds it and wherever it stands: a function of text and dialect alone. */
export interface DocumentFacts {
  /** With a problem: what can be read beside it. */
  readonly resources: readonly Resource[];
  readonly problem: SyntaxProblem | undefined;
  /** Whether it is a resource of a kind that no rule reads: it was not parsed. */
  readonly unread: boolean;
}

/** A document of a file with its facts and its present place. */
export interface DocumentEntry extends DocumentRef {
  readonly id: number;
  readonly text: string;
  readonly facts: DocumentFacts;
}

/** A document whose facts are read when they are first asked for: of a template that is read with its values they seldom are. */
export function documentEntry(entry: Omit<DocumentEntry, 'facts'>, read: () => DocumentFacts): DocumentEntry {
  let facts: DocumentFacts | undefined;
  // Let go of when it has been called: it may hold a document of the same text that is there no more.
  let pending: (() => DocumentFacts) | undefined = read;
  const readOnce = (): DocumentFacts => {
    facts ??= pending!();
    pending = undefined;
    return facts;
  };
  return { ...entry, get facts() { return facts ?? readOnce(); } };
}

/** What a document says that is not read. */
export const nothing: DocumentFacts = { resources: [], problem: undefined, unread: false };

/** Reads the facts of one document. Parsing is the budget: kinds that nothing reads are told by their first lines. */
export function readDocument(text: string, dialect: Dialect): DocumentFacts {
  const kind = peekKind(text);
  if (kind === 'none' || isBlank(text)) return nothing;
  if (kind === 'unread') return { ...nothing, unread: true };
  const { root, problem } = parseUnfinished(text, dialect);
  return { resources: readResources(root), problem, unread: false };
}

/** The file that Helm says a document of its output comes from: `# Source: chart/templates/x.yaml` among the comments it begins with. */
export function sourceComment(text: string): string | undefined {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end).trim();
    if (line.startsWith('# Source: ')) return line.slice('# Source: '.length).trim();
    if (line !== '' && !line.startsWith('#') && !isSeparator(line)) return undefined;
    at = end < 0 ? text.length : end + 1;
  }
  return undefined;
}
