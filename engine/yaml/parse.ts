import { readFast } from './fast.ts';
import { readWithLibrary } from './library.ts';
import type { Dialect, ParsedDocument } from './node.ts';
import { failure } from './problem.ts';
import { isSeparator } from './split.ts';
import type { Masked } from './mask.ts';
import { readMasked, readTemplate } from './template.ts';

/**
 * Parses one document of a stream (splitStream) into the project's own nodes, spans counted from the document's start.
 * Total: any text gives a tree or a problem, never an exception.
 */
export function parseYaml(text: string, dialect: Dialect): ParsedDocument {
  if (dialect === 'template' && text.includes('{{')) return readTemplate(text, (masked) => unreadable(masked, dialect) ?? read(masked, dialect));
  return unreadable(text, dialect) ?? read(text, dialect);
}

/** Parses a text whose unknown parts are told by a mask (see readMasked). */
export function parseMasked(text: string, masked: Masked, dialect: Dialect): ParsedDocument {
  return readMasked(text, masked, (shown) => unreadable(shown, dialect) ?? read(shown, dialect));
}

function read(text: string, dialect: Dialect): ParsedDocument {
  try {
    const root = readFast(text, dialect);
    if (root) return { root, problem: undefined };
    return readWithLibrary(text, dialect);
  } catch (error) {
    // A parser that fails on hostile input must not take the engine with it.
    return failure('syntax', error instanceof RangeError ? 'too large to be read' : 'not readable as YAML', 0, text.length);
  }
}

const conflictMarker = /^(?:<{7}|={7}|>{7}|\|{7})(?=[ \r\n]|$)/m;
/** What go-yaml's reader.go refuses anywhere in a document: control characters other than tab, line feed, return, next line. */
const control = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/** What no reader takes, told before any of them looks. */
function unreadable(text: string, dialect: Dialect): ParsedDocument | undefined {
  const forbidden = control.exec(text);
  if (forbidden) return failure('syntax', 'a control character stands here, which YAML does not allow', forbidden.index, forbidden.index + 1);
  const conflict = conflictMarker.exec(text);
  if (conflict) return failure('conflict-markers', 'merge conflict markers', conflict.index, conflict.index + 7);
  return wrongSeparator(text, dialect);
}

/**
 * `---x` and `--- {a: 1}` are valid YAML, but the readers of streams cut at lines and refuse them (YAMLReader of
 * apimachinery util/yaml; splitDocuments of kustomize's byteio_reader.go, which does not look at a document's first line).
 */
function wrongSeparator(text: string, dialect: Dialect): ParsedDocument | undefined {
  for (let at = text.indexOf('---'); at >= 0; at = text.indexOf('---', at + 3)) {
    const first = at === 0 || (at === 1 && text.charCodeAt(0) === 0xfeff);
    if (!first && text.charCodeAt(at - 1) !== 10) continue;
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    else if (text.charCodeAt(end - 1) === 13) end--;
    if (isSeparator(text.slice(at, end)) || (first && dialect === 'kustomization')) continue;
    return failure('syntax', 'invalid YAML document separator: only blanks or a comment may follow --- on its line', at, end);
  }
  return undefined;
}
