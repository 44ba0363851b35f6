import type { MapNode, Path, SeqNode, YamlNode } from './node.ts';
import type { Span } from './text.ts';
import type { WriteStyle } from './write.ts';

/** A change to one document, by symbolic path. Values are plain data; how they are written follows the text around them. */
export type Change =
  /** Writes a value, replacing what is there; missing parents are created. A new key comes after `after`, else last. */
  | { readonly op: 'set'; readonly path: Path; readonly value: unknown; readonly after?: string }
  /** Removes a key or a list item with its comments; a parent that would be left empty becomes `{}` or `[]`. */
  | { readonly op: 'remove'; readonly path: Path }
  /** Adds an item to a list, creating the list. */
  | { readonly op: 'append'; readonly path: Path; readonly value: unknown }
  /** Renames a key and leaves its value. */
  | { readonly op: 'rename'; readonly path: Path; readonly key: string };

/** A replacement of a range of a document's text. */
export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}

/** The edits of a change, or why it cannot be made without touching what is not its own (a template action, an alias, a merge). */
export type EditResult = { readonly edits: readonly TextEdit[] } | { readonly refused: string };

/** A document that is being edited. */
export interface Draft {
  readonly text: string;
  readonly root: YamlNode;
  readonly style: WriteStyle;
}

/** The mapping or list that holds a node, and where in it. */
export interface Holder {
  readonly container: MapNode | SeqNode;
  readonly step: string | number;
}
