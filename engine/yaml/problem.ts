import type { YAMLParseError } from 'yaml';
import type { ParsedDocument, SyntaxProblem } from './node.ts';

/** A document that could not be read, with the place where reading stopped. Offsets of the document. */
export function failure(reason: SyntaxProblem['reason'], detail: string, start: number, end: number): ParsedDocument {
  return { root: undefined, problem: { reason, detail, span: { start, end } } };
}

/** Says in the project's words, for whoever wrote the file, what the parser stumbled over. */
export function describe(error: YAMLParseError, text: string): SyntaxProblem {
  const start = Math.max(0, Math.min(error.pos[0], text.length));
  const end = Math.max(start, Math.min(error.pos[1], text.length));
  const tab = error.code === 'BAD_INDENT' && text.charCodeAt(start) === 9;
  const detail = tab ? tabAsIndent : wordings.find(([code, part]) => code === error.code && error.message.includes(part ?? ''))?.[2];
  const found = text.slice(start, start + 20).split(/[\r\n]/)[0]!.trimEnd();
  return { reason: 'syntax', detail: detail ?? (found === '' ? 'the value ends too early' : `unexpected \`${found}\``), span: { start, end } };
}

/** go-yaml: "found a tab character that violates indentation". */
export const tabAsIndent = 'a tab stands where indentation must be spaces';

/** The parser's code, a part of its message where the code alone says too little, and our words. */
const wordings: readonly (readonly [code: YAMLParseError['code'], part: string | undefined, detail: string])[] = [
  ['TAB_AS_INDENT', undefined, tabAsIndent],
  ['BAD_INDENT', 'same column', 'this does not stand in the same column as what it belongs to'],
  ['BAD_INDENT', 'and end with a', 'a [ or { is not closed'],
  ['BAD_INDENT', 'Block scalar', 'a line of this block text is indented less than its first line'],
  ['BAD_INDENT', undefined, 'the indentation does not fit the lines above'],
  ['MISSING_CHAR', "'quote", "a ' quote is not closed"],
  ['MISSING_CHAR', '"quote', 'a " quote is not closed'],
  ['MISSING_CHAR', 'must end with a', 'a [ or { is not closed'],
  ['MISSING_CHAR', 'followed by map values', 'this key has no colon after it'],
  ['MISSING_CHAR', 'Missing ,', 'a comma is missing before this'],
  ['MISSING_CHAR', 'space after :', 'a space is missing after this colon'],
  ['MISSING_CHAR', 'Comments must', 'a space is missing before the # of this comment'],
  ['MISSING_CHAR', 'without - indicator', 'this stands in a list without a dash'],
  ['MISSING_CHAR', 'doc-start', 'a mapping or list cannot start on the line of ---'],
  ['MISSING_CHAR', 'directives-end marker', 'a mapping or list cannot start on the line of ---'],
  ['MISSING_CHAR', 'Tags and anchors', 'a space is missing after this tag or anchor'],
  ['MISSING_CHAR', 'block sequence props', 'a list cannot start on the line of its tag or anchor'],
  ['MISSING_CHAR', 'leading empty lines', 'an empty line of this block text is indented more than its first line'],
  ['BLOCK_AS_IMPLICIT_KEY', 'Nested mappings', 'a second colon on the line of a key: quote the value if the colon belongs to it'],
  ['BLOCK_AS_IMPLICIT_KEY', undefined, 'a list cannot be a key'],
  ['MULTILINE_IMPLICIT_KEY', undefined, 'a key spans several lines: a colon or a quote is missing above'],
  ['BLOCK_IN_FLOW', undefined, 'inside [ ] and { } only [ ] and { } can be nested'],
  ['BAD_DQ_ESCAPE', undefined, 'an unknown escape in double quotes: a backslash is written \\\\'],
  ['BAD_SCALAR_START', undefined, 'a value cannot start with this character: quote it'],
  ['KEY_OVER_1024_CHARS', undefined, 'a key is longer than 1024 characters'],
  ['ALIAS_PROPS', undefined, 'an alias cannot have a tag or an anchor of its own'],
  ['BAD_ALIAS', undefined, 'an anchor or alias has no name'],
  ['BAD_PROP_ORDER', undefined, 'a tag or anchor stands on the wrong side of its dash, ? or colon'],
  ['MULTIPLE_ANCHORS', undefined, 'a value has two anchors'],
  ['MULTIPLE_TAGS', undefined, 'a value has two tags'],
  ['TAG_RESOLVE_FAILED', undefined, 'this tag is not known'],
];
