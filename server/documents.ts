import { TextDocuments, type TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { indexLines } from '../engine/yaml/text.ts';
import type { Positions } from './positions.ts';

/** Open documents, kept in step by incremental edits whose ranges are in the negotiated encoding. */
export function openDocuments(positions: () => Positions): TextDocuments<TextDocument> {
  return new TextDocuments({ create: TextDocument.create, update: (document, changes, version) => applyChanges(document, changes, version, positions()) });
}

/** Applies edits as a client sends them, each in the text that the one before it left. */
export function applyChanges(document: TextDocument, changes: TextDocumentContentChangeEvent[], version: number, positions: Positions): TextDocument {
  if (positions.encoding === 'utf-16') return TextDocument.update(document, changes, version);
  for (const change of changes) TextDocument.update(document, [inUtf16(document, change, positions)], version);
  return document;
}

function inUtf16(document: TextDocument, change: TextDocumentContentChangeEvent, positions: Positions): TextDocumentContentChangeEvent {
  if (!('range' in change)) return change;
  const { start, end } = positions.span({ lines: indexLines(document.getText()), skipped: 0 }, change.range);
  return { range: { start: document.positionAt(start), end: document.positionAt(end) }, text: change.text };
}
