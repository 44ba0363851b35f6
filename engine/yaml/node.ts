import type { Span } from './text.ts';

/**
 * How a file is read. `kubernetes`: kubectl, Helm, client-go (sigs.k8s.io/yaml: YAML 1.1 with exceptions).
 * `kustomization`: resources that pass through kustomize (YAML 1.2-like booleans, explicit keys win over merges).
 * `template`: a Helm template after masking, otherwise as `kubernetes`. `values`: Helm values, as `kubernetes`.
 */
export type Dialect = 'kubernetes' | 'kustomization' | 'template' | 'values';

/** What a scalar means after the dialect's rules. Numbers keep their source in `source`. */
export type ScalarValue = string | number | boolean | null;

interface NodeBase {
  /** Where the value is written, in offsets of the document. For an alias or a merged value: the place of use. */
  readonly span: Span;
  /** Where an aliased or merged value is really written; absent for values written in place. Fixes refuse such nodes. */
  readonly origin?: Span;
  /** Written by an action of a template, not by its author: the span is the action's. */
  readonly computed?: true;
  /** The place in a values file that decides it. */
  readonly decided?: Decided;
  /** The place in a named template that wrote it, where the span is that of the action which asks for this. */
  readonly helper?: HelperSpan;
  /** Where the place is not its own: that of a parent (`path`), or of the whole object (`file`). */
  readonly mapping?: 'path' | 'file';
  /** The document that it is written in, where that is not its object's own: a patch of Kustomize. Spans count from there. */
  readonly home?: Home;
}

/** A document that holds parts of other documents' objects. The reference stays while the text does; where it stands now, it says itself. */
export interface Home {
  readonly file: string;
  /** The position of the document in its file. */
  readonly index: number;
  /** Offset of the document in its file. */
  readonly start: number;
  /** The stretch of the document that is YAML of its own: a patch written as text in a kustomization. */
  readonly block?: Span;
}

/** A place in a values file. Where that stands now is told by its text. */
export interface Decided {
  readonly file: string;
  readonly path: Path;
  /** The position of its document in the file, where the values are part of an object that installs the chart; nothing is changed there. */
  readonly document?: number;
  /** The place in the YAML that the text at the path is. */
  readonly inner?: Path;
  /** It is not the value itself: it chooses among values that the template has. */
  readonly chooses?: true;
}

/** A place in a helper of a chart, in offsets of its file. */
export interface HelperSpan {
  readonly file: string;
  readonly span: Span;
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly value: ScalarValue;
  /** The scalar's text after unquoting, before the dialect gives it a type. */
  readonly source: string;
  readonly style: 'plain' | 'single' | 'double' | 'block';
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: YamlNode;
  /** The if/else branch of a template in which the entry stands, outermost first; empty outside templates. */
  readonly branch: readonly string[];
  /** Came in through a merge key (`<<`). */
  readonly merged?: boolean;
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly flow: boolean;
  /** In written order, merged ones where the merge stands. The effective value of a key is chosen by `entryOf` in read.ts. */
  readonly entries: readonly Entry[];
  /** Present where a template action may add keys here that cannot be seen (`toYaml`, `include … | nindent`). */
  readonly open?: string;
}

export interface SeqNode extends NodeBase {
  readonly kind: 'seq';
  readonly flow: boolean;
  readonly items: readonly YamlNode[];
  readonly open?: string;
}

/** A value that cannot be known from the text: a template action, or something the reader refuses to interpret. Holes with the same expression are the same value. */
export interface HoleNode extends NodeBase {
  readonly kind: 'hole';
  readonly expression: string;
  /** What is written there, where something that is not followed may put another value in its place. */
  readonly was?: YamlNode;
}

export type YamlNode = ScalarNode | MapNode | SeqNode | HoleNode;

/** One step of a symbolic path: a key of a mapping or an index of a list. */
export type Path = readonly (string | number)[];

export interface SyntaxProblem {
  readonly reason: 'syntax' | 'depth' | 'aliases' | 'conflict-markers' | 'template' | 'size';
  readonly detail: string;
  readonly span: Span;
}

/** One parsed document: a tree, or nothing and the reason. Never both absent unless the document is empty. */
export interface ParsedDocument {
  readonly root: YamlNode | undefined;
  readonly problem: SyntaxProblem | undefined;
}

/** The effective entry of a key: the last written one wins, as in kubectl's decoder (semantics.md 11.2); `open` maps still answer for what they show. */
export function entryOf(map: MapNode, key: string): Entry | undefined {
  for (let i = map.entries.length - 1; i >= 0; i--) if (map.entries[i]!.key === key) return map.entries[i];
  return undefined;
}

/** The node at a path, or undefined where the path leaves the tree. */
export function nodeAt(root: YamlNode | undefined, path: Path): YamlNode | undefined {
  let node = root;
  for (const step of path) {
    if (node?.kind === 'map' && typeof step === 'string') node = entryOf(node, step)?.value;
    else if (node?.kind === 'seq' && typeof step === 'number') node = node.items[step];
    else return undefined;
  }
  return node;
}

/** The plain data of a node; holes become undefined. For small subtrees (selectors, label maps), not for whole documents. */
export function toData(node: YamlNode | undefined): unknown {
  switch (node?.kind) {
    case 'scalar': return node.value;
    case 'seq': return node.items.map(toData);
    case 'map': {
      const out: Record<string, unknown> = Object.create(null);
      for (const entry of node.entries) out[entry.key] = toData(entry.value);
      return out;
    }
    default: return undefined;
  }
}
