import { entryOf, type Decided, type Entry, type HelperSpan, type Home, type Path, type YamlNode } from './node.ts';
import type { Span } from './text.ts';

/** A place in a document, made of plain data: it outlives the tree and can be cached, compared and sent. */
export interface Place {
  readonly path: Path;
  /** The path with list items by name or content in place of indexes: what fingerprints are made of. */
  readonly stable: string;
  /** What to underline: the value, or the key where the value is long or absent. Offsets of the document. */
  readonly span: Span;
  /** The key's own span, where the place is an entry of a mapping. */
  readonly key?: Span;
  /** The place in a values file that decides the value. */
  readonly decided?: Decided;
  /** The place in a helper of a chart that wrote the value. */
  readonly helper?: HelperSpan;
  /** Where the span is that of a parent (`path`) or of the whole object (`file`), since the value is written nowhere by itself. */
  readonly mapping?: 'path' | 'file';
  /** The document that the spans count in, where it is not the object's own. */
  readonly home?: Home;
}

/** A value as the files tell it: known, a hole (a template's expression, comparable but not readable), or absent. Each says where it was decided. */
export type Value<T> =
  | { readonly state: 'known'; readonly value: T; readonly at: Place }
  | { readonly state: 'hole'; readonly expression: string; readonly at: Place }
  | { readonly state: 'absent'; readonly at: Place };

/** The known value, else undefined: for callers that treat a hole and absence alike. */
export function known<T>(value: Value<T>): T | undefined {
  return value.state === 'known' ? value.value : undefined;
}

/**
 * A node together with the way to it. Readers walk cursors and keep `place()`s; they never see offsets or the parser.
 * A cursor always exists: one that points at nothing has no node, and its place is the nearest parent's.
 */
export class Cursor {
  private constructor(
    readonly node: YamlNode | undefined,
    private readonly parent: Cursor | undefined,
    private readonly step: string | number | undefined,
    private readonly entry: Entry | undefined,
    /** The expression of a template action that may hide this value, where there is one. */
    readonly hiddenBy: string | undefined,
  ) {}

  static root(node: YamlNode | undefined): Cursor {
    return new Cursor(node, undefined, undefined, undefined, node?.kind === 'hole' ? node.expression : undefined);
  }

  get(key: string): Cursor {
    const node = this.node;
    const entry = node?.kind === 'map' ? entryOf(node, key) : undefined;
    if (entry) return new Cursor(entry.value, this, key, entry, entry.value.kind === 'hole' ? entry.value.expression : undefined);
    const hidden = node?.kind === 'map' ? node.open : node?.kind === 'hole' ? node.expression : node ? undefined : this.hiddenBy;
    return new Cursor(undefined, this, key, undefined, hidden === undefined ? undefined : `${hidden}#${key}`);
  }

  at(...keys: string[]): Cursor {
    return keys.reduce<Cursor>((cursor, key) => cursor.get(key), this);
  }

  /** The items of a list; nothing for any other value. */
  items(): Cursor[] {
    if (this.node?.kind !== 'seq') return [];
    return this.node.items.map((item, index) => new Cursor(item, this, index, undefined, item.kind === 'hole' ? item.expression : undefined));
  }

  /** The entries of a mapping in effect (the last of equal keys), in written order. */
  fields(): { key: string; keySpan: Span; value: Cursor }[] {
    const node = this.node;
    if (node?.kind !== 'map') return [];
    return node.entries
      .filter((entry) => entryOf(node, entry.key) === entry)
      .map((entry) => ({ key: entry.key, keySpan: entry.keySpan, value: this.get(entry.key) }));
  }

  get exists(): boolean { return this.node !== undefined; }
  get isNull(): boolean { return this.node?.kind === 'scalar' && this.node.value === null; }
  get isMap(): boolean { return this.node?.kind === 'map'; }
  get isSeq(): boolean { return this.node?.kind === 'seq'; }
  /** Whether this list or mapping may hold more than can be seen. */
  get open(): boolean {
    const node = this.node;
    return node === undefined ? this.hiddenBy !== undefined : node.kind === 'hole' || ((node.kind === 'map' || node.kind === 'seq') && node.open !== undefined);
  }

  /** A string field. Null and "" are absent, as the API server reads them; a value of another type is refused there, so it is absent too. */
  string(): Value<string> {
    return this.typed((value) => (typeof value === 'string' && value !== '' ? value : undefined));
  }

  boolean(): Value<boolean> {
    return this.typed((value) => (typeof value === 'boolean' ? value : undefined));
  }

  number(): Value<number> {
    return this.typed((value) => (typeof value === 'number' ? value : undefined));
  }

  /** The strings of a list, in order; items that are no strings are left out. */
  strings(): Value<string>[] {
    return this.items().map((item) => item.string()).filter((value) => value.state !== 'absent');
  }

  private typed<T>(read: (value: unknown) => T | undefined): Value<T> {
    const node = this.node;
    if (this.hiddenBy !== undefined) return { state: 'hole', expression: this.hiddenBy, at: this.place() };
    const value = node?.kind === 'scalar' ? read(node.value) : undefined;
    return value === undefined ? { state: 'absent', at: this.place() } : { state: 'known', value, at: this.place() };
  }

  get path(): Path {
    return this.parent ? [...this.parent.path, this.step!] : [];
  }

  /** Where this is, or where it would be: an absent value sits on the key of its nearest written parent. */
  place(): Place {
    const home = this.home();
    return { path: this.path, stable: this.stable(), span: this.mark(), ...(this.entry ? { key: this.entry.keySpan } : {}), ...(this.node?.decided ? { decided: this.node.decided } : {}), ...(this.node?.helper ? { helper: this.node.helper } : {}), ...(this.mapping ? { mapping: this.mapping } : {}), ...(home ? { home } : {}) };
  }

  /** The same place with the key underlined instead of the value. */
  keyPlace(): Place {
    const place = this.place();
    return place.key ? { ...place, span: place.key } : place;
  }

  private get mapping(): 'path' | 'file' | undefined {
    return this.node ? this.node.mapping : this.parent?.mapping;
  }

  private mark(): Span {
    if (this.node && (this.node.kind === 'scalar' || this.node.kind === 'hole')) return this.node.span;
    if (this.entry) return this.entry.keySpan;
    if (this.node?.kind === 'map' && this.node.entries[0] && !this.node.origin) return this.node.entries[0].keySpan;
    if (this.node) return this.node.span;
    return this.parent?.mark() ?? { start: 0, end: 0 };
  }

  /** The document that the mark is in. A key stands where its value does. */
  private home(): Home | undefined {
    if (!this.node) return this.parent?.home();
    return !this.entry && this.node.kind === 'map' && this.node.entries[0] && !this.node.origin ? this.node.entries[0].value.home : this.node.home;
  }

  private stable(): string {
    if (!this.parent) return '';
    const above = this.parent.stable();
    if (typeof this.step === 'string') return `${above}/${this.step}`;
    return `${above}[${this.label()}]`;
  }

  /** How a list item is called when its index must not matter: by its name or key, else by its scalar, else by its index. */
  private label(): string {
    const name = this.node?.kind === 'map' ? entryOf(this.node, 'name')?.value : undefined;
    if (name?.kind === 'scalar') return `name=${name.value}`;
    if (this.node?.kind === 'scalar') return String(this.node.value);
    return String(this.step);
  }
}
