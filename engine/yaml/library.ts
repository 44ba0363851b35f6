import { Composer, isAlias, isMap, isPair, isScalar, Lexer, Parser, type Alias, type CST, type Document, type Node, type Pair, type Scalar, type YAMLMap, type YAMLParseError, type YAMLSeq } from 'yaml';
import type { Dialect, Entry, MapNode, ParsedDocument, ScalarNode, ScalarValue, SeqNode, SyntaxProblem, YamlNode } from './node.ts';
import { describe, failure, tabAsIndent } from './problem.ts';
import { resolveKey, resolvePlain } from './scalar.ts';
import { resolveTagged } from './tag.ts';
import type { Span } from './text.ts';

/** Deeper than any manifest, shallow enough for everything that recurses over a tree. */
export const maxDepth = 200;
/** UTF-16 units; the API server takes requests of 3 MiB (apiserver server/config.go, MaxRequestBodyBytes), the library a second for each MB. */
const maxLength = 8 << 20;
/** Values that the aliases of one document may stand for in all: far above any manifest, far below a bomb. */
const maxAliased = 200_000;

/** Reads a document of any YAML with the `yaml` library: the reference that the fast reader is held to. */
export function readWithLibrary(source: string, dialect: Dialect): ParsedDocument {
  // The library takes a list behind a byte order mark for a mistake; a line end in its place has the same length.
  const text = source.charCodeAt(0) === 0xfeff ? `\n${source.slice(1)}` : source;
  if (text.length > maxLength) return failure('size', `larger than ${maxLength >> 20} MB, and not written plainly enough to be read all the same`, 0, 0);
  const composed = compose(text);
  if ('problem' in composed) return { root: undefined, problem: composed.problem };
  const error = composed.document?.errors.find((one) => !isMaskedLine(one, dialect));
  if (error) return { root: undefined, problem: describe(error, text) };
  const contents = composed.document?.contents;
  if (!contents || (isScalar(contents) && contents.source === '' && isPlain(contents) && !contents.tag && !contents.anchor)) return { root: undefined, problem: undefined };
  try {
    return { root: convert(contents, { text, dialect, json: /^\s*\{/.test(text), aliased: 0, anchors: new Map(), targets: new Map(), open: new Set() }, 0, undefined), problem: undefined };
  } catch (error) {
    if (error instanceof Refusal) return { root: undefined, problem: error.problem };
    throw error;
  }
}

/** Blanks in place of template actions at the head of a block text are no lines of it. */
function isMaskedLine(error: YAMLParseError, dialect: Dialect): boolean {
  return dialect === 'template' && error.message.includes('leading empty lines');
}

type Composed = { readonly document: Document.Parsed | undefined } | { readonly problem: SyntaxProblem };

/**
 * Composes the first document of a text. What follows it (after `...`) is not even looked at, as in kubectl. The depth
 * is watched before the composer, which recurses, sees anything.
 */
function compose(text: string): Composed {
  const lexer = lenientLexer();
  const parser = new Parser();
  const composer = new Composer({ schema: 'failsafe', version: '1.1', merge: false, uniqueKeys: false, resolveKnownTags: false, keepSourceTokens: true, logLevel: 'silent' });
  const state = lexer as unknown as LexerState;
  let read = false;
  let lineStart = true;
  let scalar = false;
  for (const lexeme of lexer.lex(text)) {
    const offset = parser.offset;
    if (scalar) lineStart = lexeme.endsWith('\n');
    else if (lexeme === '\n' || lexeme === '\r\n') lineStart = true;
    else if (lineStart && isSpace(lexeme)) {
      if (lexeme.includes('\t') && state.flowLevel === 0) return refusal('syntax', tabAsIndent, offset, offset + lexeme.length);
    } else if (lexeme !== '-' && lexeme !== '?' && lexeme !== '\x02') lineStart = false;
    scalar = lexeme === '\x1f';
    for (const token of parser.next(lexeme)) {
      if (token.type === 'directive') return refusal('syntax', 'directives (%YAML, %TAG) are not accepted in Kubernetes manifests', token.offset, token.offset + token.source.length);
      composer.next(token).next();
      read ||= token.type === 'document';
    }
    const top = parser.stack[0]?.type;
    if (read && (top === 'doc-end' || top === 'document')) break;
    if (parser.stack.length > maxDepth + 20) return refusal('depth', `nested more than ${maxDepth} levels deep`, offset, offset + lexeme.length);
  }
  if (!read) for (const token of parser.end()) composer.next(token).next();
  return { document: last(composer) };
}

function isSpace(lexeme: string): boolean {
  return lexeme.startsWith(' ') || lexeme.startsWith('\t');
}

/** What this file has to know of the lexer's inside. */
interface LexerState {
  readonly flowLevel: number;
  /** How far the next line has to be indented. */
  indentNext: number;
  parseFlowCollection(): Generator<string, unknown>;
  parseQuotedScalar(): Generator<string, unknown>;
}

/** go-yaml does not ask how far the lines inside brackets and quotes are indented, and manifests make use of it; this lexer does, so it is told that any indentation will do there. */
function lenientLexer(): Lexer {
  const lexer = new Lexer();
  const state = lexer as unknown as LexerState;
  const { parseFlowCollection, parseQuotedScalar } = state;
  state.parseFlowCollection = function* () {
    state.indentNext = 0;
    return yield* parseFlowCollection.call(lexer);
  };
  state.parseQuotedScalar = function* () {
    const indent = state.indentNext;
    state.indentNext = 0;
    const next = yield* parseQuotedScalar.call(lexer);
    state.indentNext = indent;
    return next;
  };
  return lexer;
}

function last(composer: Composer): Document.Parsed | undefined {
  for (const document of composer.end()) return document;
  return undefined;
}

function refusal(reason: SyntaxProblem['reason'], detail: string, start: number, end: number): { problem: SyntaxProblem } {
  return { problem: { reason, detail, span: { start, end } } };
}

interface Reader {
  readonly text: string;
  readonly dialect: Dialect;
  /** Whether the document starts as JSON does: kubectl then tries a JSON decoder first. */
  readonly json: boolean;
  /** What an anchor names at this moment of reading. */
  readonly anchors: Map<string, Node>;
  /** What each alias stands for, decided where it is written: an anchor may be given anew later. */
  readonly targets: Map<Alias, Node>;
  /** The alias targets that are being read: an anchor must not contain itself. */
  readonly open: Set<Node>;
  aliased: number;
}

class Refusal extends Error {
  readonly problem: SyntaxProblem;
  constructor(reason: SyntaxProblem['reason'], detail: string, span: Span) {
    super(detail);
    this.problem = { reason, detail, span };
  }
}

/** `use` is the place of the alias through which a node is seen; every span below it is that of the use. */
function convert(node: Node, reader: Reader, depth: number, use: Span | undefined): YamlNode {
  const own = ownSpan(node, reader);
  if (depth > maxDepth) throw new Refusal('depth', `nested more than ${maxDepth} levels deep`, use ?? own);
  if (use && ++reader.aliased > maxAliased) throw new Refusal('aliases', 'its aliases expand to too many values', use);
  if (isAlias(node)) return convertAlias(node, reader, depth, use);
  if (!use && node.anchor) reader.anchors.set(node.anchor, node);
  if (isScalar(node)) return convertScalar(node, reader, own, use);
  return isMap(node) ? convertMap(node as YAMLMap<Node, Node | null>, reader, own, depth, use) : convertSeq(node as YAMLSeq<Node>, reader, own, depth, use);
}

function at(own: Span, use: Span | undefined): { span: Span; origin?: Span } {
  return use ? { span: use, origin: own } : { span: own };
}

function convertAlias(alias: Alias, reader: Reader, depth: number, use: Span | undefined): YamlNode {
  const own = ownSpan(alias, reader);
  const target = use ? reader.targets.get(alias) : reader.anchors.get(alias.source);
  if (!target) throw new Refusal('syntax', `no anchor &${alias.source} stands before this alias`, use ?? own);
  if (!use) reader.targets.set(alias, target);
  if (reader.open.has(target)) throw new Refusal('syntax', `the anchor &${alias.source} contains itself`, use ?? own);
  reader.open.add(target);
  const node = convert(target, reader, depth, use ?? own);
  reader.open.delete(target);
  return node;
}

function isPlain(node: Scalar): boolean {
  return node.type === 'PLAIN' || node.type === undefined;
}

function convertScalar(node: Scalar, reader: Reader, own: Span, use: Span | undefined): ScalarNode {
  const source = node.source ?? '';
  if (!use) checkStricter(node, reader, own);
  const style: ScalarNode['style'] = node.type === 'QUOTE_SINGLE' ? 'single' : node.type === 'QUOTE_DOUBLE' ? 'double' : isPlain(node) ? 'plain' : 'block';
  return { kind: 'scalar', value: valueOf(node, source, reader, use ?? own), source, style, ...at(own, use) };
}

/** Two things go-yaml refuses inside scalars (scannerc.go) that the library takes: `\/`, unless the document is JSON, and a tab in the indentation of a block text. */
function checkStricter(node: Scalar, reader: Reader, own: Span): void {
  if (node.type === 'QUOTE_DOUBLE' && !reader.json) {
    const slash = /(?<!\\)(?:\\\\)*\\\//.exec(reader.text.slice(own.start, own.end));
    if (slash) throw new Refusal('syntax', 'the escape \\/ is JSON; in YAML the slash stands alone', { start: own.start + slash.index, end: own.start + slash.index + slash[0].length });
  }
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') {
    const tab = tabInIndentation(reader.text.slice(own.start, own.end));
    if (tab >= 0) throw new Refusal('syntax', tabAsIndent, { start: own.start + tab, end: own.start + tab + 1 });
  }
}

/** The first tab that stands in the indentation of a block text whose indentation is told by its first line, or -1. */
function tabInIndentation(block: string): number {
  if (!block.includes('\t')) return -1;
  let indent = /^[|>][-+]?[1-9]/.test(block) ? 0 : Infinity;
  for (let start = block.indexOf('\n') + 1; start > 0; start = block.indexOf('\n', start) + 1) {
    let at = start;
    while (block.charCodeAt(at) === 32) at++;
    if (block.charCodeAt(at) === 9 && at - start < indent) return at;
    if (indent === Infinity && at < block.length && block.charCodeAt(at) !== 10 && block.charCodeAt(at) !== 13) indent = at - start;
  }
  return -1;
}

function valueOf(node: Scalar, source: string, reader: Reader, span: Span): ScalarValue {
  if (node.tag) {
    const tagged = resolveTagged(node.tag, source, isPlain(node), reader.dialect);
    if ('refused' in tagged) throw new Refusal('syntax', tagged.refused, span);
    return finite(tagged.value, source, span);
  }
  return isPlain(node) ? finite(resolvePlain(source, reader.dialect), source, span) : source;
}

function finite(value: ScalarValue, source: string, span: Span): ScalarValue {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Refusal('syntax', `\`${source}\` cannot be written as JSON, which Kubernetes stores`, span);
  return value;
}

function convertSeq(node: YAMLSeq<Node>, reader: Reader, own: Span, depth: number, use: Span | undefined): SeqNode {
  const items = node.items.map((item, index) => {
    const glued = node.flow ? gluedColon(item, reader) : undefined;
    const value = glued ? gluedScalar(glued, reader, use) : convert(item, reader, depth + 1, use);
    return isBare(value) && !node.flow && !use ? moved(value, dashOf(node, index)) : value;
  });
  return { kind: 'seq', flow: node.flow === true, items, ...at(own, use) };
}

/** `[a:, b:]` is two strings to go-yaml, as no blank follows the colons; the library takes them for pairs. Gives the pair of such an item. */
function gluedColon(item: Node, reader: Reader): Pair<Node, Node | null> | undefined {
  if (!isMap(item) || item.items.length !== 1 || reader.text.charCodeAt(item.range?.[0] ?? 0) === 123) return undefined;
  const pair = item.items[0] as Pair<Node, Node | null>;
  return isGlued(pair, reader) ? pair : undefined;
}

/** Whether the colon of a pair in flow style belongs to its plain key: a bracket or comma follows at once. */
function isGlued({ key, value, srcToken }: Pair<Node, Node | null>, reader: Reader): boolean {
  if (!isScalar(key) || !isPlain(key) || (value && !isEmptyNode(value))) return false;
  const colon = (srcToken as CST.CollectionItem | undefined)?.sep?.find((token) => token.type === 'map-value-ind');
  return colon !== undefined && ',]}[{'.includes(reader.text.charAt(colon.offset + 1) || ' ');
}

function gluedScalar(pair: Pair<Node, Node | null>, reader: Reader, use: Span | undefined): ScalarNode {
  const own = { start: pair.key.range?.[0] ?? 0, end: behindColon(pair, reader) };
  const source = reader.text.slice(own.start, own.end);
  return { kind: 'scalar', value: resolvePlain(source, reader.dialect), source, style: 'plain', ...at(own, use) };
}

function convertMap(node: YAMLMap<Node, Node | null>, reader: Reader, own: Span, depth: number, use: Span | undefined): MapNode {
  const entries: Entry[] = [];
  const written = new Set<string>();
  for (const pair of node.items) {
    const key = isAlias(pair.key) ? (convertAlias(pair.key, reader, depth + 1, use), reader.targets.get(pair.key)!) : pair.key;
    const keySpan = use ?? ownSpan(pair.key, reader);
    if (!isScalar(key)) throw new Refusal('syntax', 'a mapping key must be a single value, no list and no mapping', keySpan);
    if (!use && key.anchor) reader.anchors.set(key.anchor, key);
    if (isMerge(key)) {
      entries.push(...mergedEntries(pair.value, reader, depth, keySpan, use));
      continue;
    }
    const glued = node.flow && isGlued(pair, reader) ? gluedScalar(pair, reader, use) : undefined;
    const name = glued ? glued.source : keyOf(key, reader, keySpan);
    if (reader.dialect === 'kustomization' && written.has(name)) throw new Refusal('syntax', `the key ${name} stands twice, which kustomize refuses`, keySpan);
    written.add(name);
    entries.push({ key: name, keySpan: glued?.span ?? keySpan, value: convertValue(pair, reader, depth, use), branch: [] });
  }
  // go-yaml v2 (kubectl) lets a merge override what stands before it; YAML's own rule, which kustomize follows, lets what is written win.
  const kept = reader.dialect === 'kustomization' ? entries.filter((entry) => !entry.merged || !written.has(entry.key)) : entries;
  return { kind: 'map', flow: node.flow === true, entries: kept, ...at(own, use) };
}

function isMerge(key: Scalar): boolean {
  return key.source === '<<' && isPlain(key) && (!key.tag || key.tag === 'tag:yaml.org,2002:merge');
}

function keyOf(key: Scalar, reader: Reader, span: Span): string {
  const source = key.source ?? '';
  const value = valueOf(key, source, reader, span);
  if (value === null) throw new Refusal('syntax', 'a mapping key must not be null', span);
  return typeof value === 'string' ? (key.tag ? value : resolveKey(source, isPlain(key) ? 'plain' : 'quoted', reader.dialect)) : resolveKey(source, 'plain', reader.dialect);
}

/** The value of a pair; one that is not written is null and stands right behind its colon. */
function convertValue(pair: Pair<Node, Node | null>, reader: Reader, depth: number, use: Span | undefined): YamlNode {
  const behind = behindColon(pair, reader);
  if (!pair.value) return { kind: 'scalar', value: null, source: '', style: 'plain', ...at({ start: behind, end: behind }, use) };
  const value = convert(pair.value, reader, depth + 1, use);
  return isBare(value) && !use ? moved(value, behind) : value;
}

function isBare(value: YamlNode): value is ScalarNode {
  return value.kind === 'scalar' && value.source === '' && value.style === 'plain' && !value.origin;
}

function moved(value: ScalarNode, to: number): ScalarNode {
  return { ...value, span: { start: to, end: to } };
}

function mergedEntries(value: Node | null, reader: Reader, depth: number, keySpan: Span, use: Span | undefined): Entry[] {
  const wrong = new Refusal('syntax', '`<<` takes a mapping or a list of mappings', keySpan);
  if (!value || isScalar(value)) throw wrong;
  const list = !isAlias(value) && !isMap(value);
  const source = convert(value, reader, depth + 1, use);
  // Of a list the earlier wins, so it has to come last here.
  const maps = list && source.kind === 'seq' ? [...source.items].reverse() : [source];
  return maps.flatMap((map) => {
    if (map.kind !== 'map') throw wrong;
    return map.entries.map((entry) => ({ ...entry, merged: true }));
  });
}

/** Where a node is written: a block text without its last line end, a block collection up to the end of its last value. */
function ownSpan(node: Node, reader: Reader): Span {
  const start = node.range?.[0] ?? 0;
  return { start, end: Math.max(start, endOf(node, reader)) };
}

function endOf(node: Node, reader: Reader): number {
  const end = node.range?.[1] ?? 0;
  if (isAlias(node)) return end;
  if (isScalar(node)) return isPlain(node) || node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE' ? end : trimmedEnd(reader.text, node.range?.[0] ?? 0, end);
  if (node.flow) return end;
  const item = node.items[node.items.length - 1] as Node | Pair<Node, Node | null> | undefined;
  if (!item) return end;
  if (isPair(item)) return item.value && !isEmptyNode(item.value as Node) ? endOf(item.value as Node, reader) : behindColon(item as Pair<Node, Node | null>, reader);
  return isEmptyNode(item) ? dashOf(node as YAMLSeq<Node>, node.items.length - 1) : endOf(item, reader);
}

function isEmptyNode(node: Node): boolean {
  return isScalar(node) && node.source === '' && isPlain(node);
}

function trimmedEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isBlankAt(text, at - 1)) at--;
  return at;
}

function isBlankAt(text: string, at: number): boolean {
  const char = text.charCodeAt(at);
  return char === 32 || char === 10 || char === 13 || char === 9;
}

function behindColon(pair: Pair<Node, Node | null>, reader: Reader): number {
  const colon = (pair.srcToken as CST.CollectionItem | undefined)?.sep?.find((token) => token.type === 'map-value-ind');
  return colon ? colon.offset + 1 : endOf(pair.key, reader);
}

/** Right behind the dash of an item of a block list. */
function dashOf(node: YAMLSeq<Node>, index: number): number {
  const items = (node.srcToken as CST.BlockSequence | undefined)?.items ?? [];
  const dashes = items.flatMap((item) => item.start.filter((token) => token.type === 'seq-item-ind'));
  return dashes[index] ? dashes[index].offset + 1 : (node.items[index]?.range?.[0] ?? 0);
}
