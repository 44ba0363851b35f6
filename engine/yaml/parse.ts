import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument, type Alias, type Document, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Dialect, Entry, MapNode, ParsedDocument, ScalarNode, SeqNode, SyntaxProblem, YamlNode } from './node.ts';
import { resolveKey, resolvePlain } from './scalar.ts';
import type { Span } from './text.ts';

/** Deeper than any manifest, shallow enough for every reader that recurses. */
const maxDepth = 200;
/** Nodes an alias-heavy document may expand to: a bomb stops here, a CRD does not come near. */
const maxExpandedNodes = 200_000;

/**
 * Parses one document of a stream (splitStream) into the project's own nodes, spans counted from the document's start.
 * Total: any text gives a tree or a problem, never an exception.
 */
export function parseYaml(text: string, dialect: Dialect): ParsedDocument {
  const conflict = /^(?:<{7} |={7}$|>{7} )/m.exec(text);
  if (conflict) return failure('conflict-markers', 'merge conflict markers', conflict.index, conflict.index + 7);
  try {
    const document = parseDocument(text, { schema: 'failsafe', merge: false, uniqueKeys: false, logLevel: 'silent', stringKeys: false, version: '1.1', keepSourceTokens: false });
    const error = document.errors[0];
    if (error) return failure('syntax', error.message.split('\n')[0]!.replace(/ at line.*$/, ''), error.pos[0], error.pos[1]);
    if (document.contents === null) return { root: undefined, problem: undefined };
    const reader: Reader = { document, dialect, nodes: 0, end: text.length };
    return { root: convert(document.contents, reader, 0, undefined), problem: undefined };
  } catch (error) {
    if (error instanceof Refusal) return { root: undefined, problem: error.problem };
    // The composer recurses: what overflows its stack is nested beyond any manifest.
    if (error instanceof RangeError) return failure('depth', 'nested too deeply', 0, text.length);
    return failure('syntax', error instanceof Error ? error.message : String(error), 0, text.length);
  }
}

interface Reader {
  readonly document: Document;
  readonly dialect: Dialect;
  readonly end: number;
  nodes: number;
}

class Refusal extends Error {
  constructor(readonly problem: SyntaxProblem) { super(problem.detail); }
}

function failure(reason: SyntaxProblem['reason'], detail: string, start: number, end: number): ParsedDocument {
  return { root: undefined, problem: { reason, detail, span: { start, end } } };
}

function spanOf(node: Node, reader: Reader): Span {
  const range = node.range;
  return range ? { start: range[0], end: range[1] } : { start: 0, end: reader.end };
}

/** `use` is the span of the alias through which the node is seen; every span below it is then that of the use. */
function convert(node: Node | null | undefined, reader: Reader, depth: number, use: Span | undefined): YamlNode {
  if (++reader.nodes > maxExpandedNodes) throw new Refusal({ reason: 'aliases', detail: 'aliases expand to too many values', span: use ?? { start: 0, end: reader.end } });
  if (!node) return { kind: 'scalar', value: null, source: '', style: 'plain', span: use ?? { start: 0, end: 0 } };
  const own = spanOf(node, reader);
  if (depth > maxDepth) throw new Refusal({ reason: 'depth', detail: `nested more than ${maxDepth} levels deep`, span: use ?? own });
  const at = use ? { span: use, origin: own } : { span: own };
  if (isAlias(node)) return convertAlias(node, reader, depth, use ?? own);
  if (isScalar(node)) {
    const source = node.source ?? String(node.value ?? '');
    const style: ScalarNode['style'] = node.type === 'QUOTE_SINGLE' ? 'single' : node.type === 'QUOTE_DOUBLE' ? 'double' : node.type === 'PLAIN' || node.type === undefined ? 'plain' : 'block';
    return { kind: 'scalar', value: style === 'plain' && !node.tag ? resolvePlain(source, reader.dialect) : String(node.value ?? ''), source, style, ...at };
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => convert(isPair(item) ? (item.value as Node) : (item as Node), reader, depth + 1, use));
    return { kind: 'seq', flow: node.flow === true, items, ...at } satisfies SeqNode;
  }
  if (isMap(node)) return { kind: 'map', flow: node.flow === true, entries: convertEntries(node, reader, depth, use), ...at } satisfies MapNode;
  return { kind: 'scalar', value: null, source: '', style: 'plain', ...at };
}

function convertAlias(alias: Alias, reader: Reader, depth: number, use: Span): YamlNode {
  const target = alias.resolve(reader.document);
  if (!target) throw new Refusal({ reason: 'syntax', detail: `no anchor &${alias.source} before this alias`, span: use });
  return convert(target, reader, depth + 1, use);
}

function convertEntries(map: YAMLMap, reader: Reader, depth: number, use: Span | undefined): Entry[] {
  const entries: Entry[] = [];
  for (const pair of map.items as Pair<Node, Node | null>[]) {
    const keyNode = isAlias(pair.key) ? pair.key.resolve(reader.document) : pair.key;
    const keySpan = use ?? (pair.key ? spanOf(pair.key, reader) : { start: 0, end: 0 });
    if (!isScalar(keyNode)) throw new Refusal({ reason: 'syntax', detail: 'a mapping key must be a scalar', span: keySpan });
    const quoted = keyNode.type === 'QUOTE_SINGLE' || keyNode.type === 'QUOTE_DOUBLE';
    const source = keyNode.source ?? String(keyNode.value ?? '');
    if (source === '<<' && !quoted) entries.push(...mergedEntries(pair.value, reader, depth, use));
    else entries.push({ key: resolveKey(quoted ? String(keyNode.value) : source, quoted ? 'quoted' : 'plain', reader.dialect), keySpan, value: withPlace(convert(pair.value, reader, depth + 1, use), keySpan, use), branch: [] });
  }
  // go-yaml v2 (kubectl) lets a merge override what stands before it; YAML's own rule, which kustomize follows, lets what is written win.
  if (reader.dialect !== 'kustomization' || !entries.some((entry) => entry.merged)) return entries;
  const written = new Set(entries.filter((entry) => !entry.merged).map((entry) => entry.key));
  return entries.filter((entry) => !entry.merged || !written.has(entry.key));
}

/** An empty value has no place of its own; it is shown right behind its key. */
function withPlace(value: YamlNode, keySpan: Span, use: Span | undefined): YamlNode {
  if (use || value.kind !== 'scalar' || value.source !== '' || value.span.end > 0) return value;
  return { ...value, span: { start: keySpan.end, end: keySpan.end } };
}

function mergedEntries(value: Node | null, reader: Reader, depth: number, use: Span | undefined): Entry[] {
  const source = convert(value, reader, depth + 1, use);
  // In a list of maps the earlier wins, so it has to come last here.
  const maps = source.kind === 'seq' ? [...source.items].reverse() : [source];
  return maps.flatMap((map) => (map.kind === 'map' ? map.entries.map((entry) => ({ ...entry, merged: true })) : []));
}
