import type { Place, Value } from '../yaml/cursor.ts';
import type { Dialect, YamlNode } from '../yaml/node.ts';
import type { Resource } from '../kubernetes/read.ts';
import type { Build } from './build.ts';

/** Where a document stands now. The object stays the same while its text does; its index and offset move with edits above it. */
export interface DocumentRef {
  readonly file: string;
  readonly dialect: Dialect;
  index: number;
  /** Offset of the document in the file. */
  start: number;
  /** The file that Helm's output says it comes from (`# Source:`). */
  readonly source?: string;
}

/** An object among the files, as the graph knows it. */
export interface GraphObject {
  /** Unique, and stable while the document's text stays the same. */
  readonly key: string;
  readonly document: DocumentRef;
  readonly resource: Resource;
  /** The namespace it lands in: a name, a symbol for a hole, or "" for one that the files do not tell (of its own per scope, not `default`). */
  readonly namespace: string;
  /** Its name as it is written, a symbol for a hole, or "" for one that is made up at creation (generateName). */
  readonly name: string;
  /** Given as context of a cluster: it resolves references and is never reported on. */
  readonly context: boolean;
  /** Its document cannot be read as a whole: it is known for what others say of it, and never reported on. */
  readonly unfinished?: true;
  /** What Kustomize makes of it, where it builds it: `namespace` is what comes out, `name` what goes in. */
  readonly build?: Build;
  /** The tree that a template writes, for an object of a chart; its spans are those of the template. */
  readonly written?: YamlNode;
  /** What Kustomize makes of it where that is not what is written: the tree of its document, and the builds that make it so among those that reach it. */
  readonly built?: { readonly root: YamlNode; readonly by: readonly string[]; readonly among: readonly string[] };
  /** Read from Helm's output. */
  readonly rendered?: true;
}

/** A place together with the object it is in: what a rule points at. */
export interface Location {
  readonly object: GraphObject;
  readonly place: Place;
}

/** Whether two objects are one that is written once, as Kustomize builds put it into several namespaces. */
export function isCopy(a: GraphObject, b: GraphObject): boolean {
  return a !== b && a.document === b.document && a.resource.header.root.join('/') === b.resource.header.root.join('/');
}

/** The comparable form of a name: itself, or a symbol of the template expression; the same expression is the same name. */
export function symbol(value: Value<string>): string {
  if (value.state === 'known') return value.value;
  if (value.state === 'absent') return '';
  return symbolOf(value.expression);
}

/** The symbol of a template's expression: text with actions in it shows where they are, an action alone is shown as one. */
export function symbolOf(expression: string): string {
  return expression.includes('{{') ? expression : `{{${expression}}}`;
}

/** Whether a name is a template expression rather than a name. */
export function isSymbol(name: string): boolean {
  return name.includes('{{');
}

/** The namespace of a chart's objects that name none: that of its release, which is in no file. */
export const releaseNamespace = '{{.Release.Namespace}}';

/** What Helm is told where nobody says which release and namespace: names of no cluster, left out where they would be shown. */
export const standIn = { release: 'release-name', namespace: 'release-namespace' } as const;

/** Whether a namespace is that of a release which nobody has told. */
export function isReleases(namespace: string): boolean {
  return namespace === releaseNamespace || namespace === standIn.namespace;
}

/** Whether two names may be one. A template's expression may be anything; the text around it stands, and equal text is behind equal expressions. */
export function mayBeCalled(a: string, b: string): boolean {
  if (a === b) return true;
  if (!isSymbol(a) && !isSymbol(b)) return false;
  const [left, right] = [literalEnds(a), literalEnds(b)];
  const starts = left.start.startsWith(right.start) || right.start.startsWith(left.start);
  return starts && (left.end.endsWith(right.end) || right.end.endsWith(left.end));
}

/** The text before the first expression and behind the last; of a plain name, all of it. */
function literalEnds(name: string): { start: string; end: string } {
  if (!isSymbol(name)) return { start: name, end: name };
  return { start: name.slice(0, name.indexOf('{{')), end: name.slice(name.lastIndexOf('}}') + 2) };
}

/** Whether a namespace is the same wherever it is called so: one that is told by name, or that of a chart's release. */
export function isFixed(namespace: string): boolean {
  return namespace === releaseNamespace || (namespace !== '' && !isSymbol(namespace));
}

/** How an account is called that an operator decides on and no file tells: `{{account of KIND NAME}}`, its own for each object. */
export const untoldAccount = '{{account of ';

/** `namespace/name` as messages show it; the namespace is left out where it is not told. */
export function displayName({ namespace, name }: { namespace: string; name: string }): string {
  const isAlone = namespace === '' || namespace === standIn.namespace || isSymbol(namespace) || name.startsWith(untoldAccount);
  return isAlone ? shownName(name) : `${namespace}/${shownName(name)}`;
}

/**
 * A name as messages show it, also where an object has none (generateName, or still to be written); of one under a
 * condition, the name alone. Actions are spaced as Helm's documentation has them; one too long to be shown is left out.
 */
export function shownName(name: string): string {
  if (name === '') return '(unnamed)';
  if (name.startsWith(untoldAccount)) return `the account of ${name.slice(untoldAccount.length, -'}}'.length)}`;
  const under = /^(?:\{\{(?:\d+:\d+ )+(.*)\}\}|(?:\d+:\d+ )+(.*))$/.exec(name);
  const written = under?.[1] ?? under?.[2] ?? name;
  return written.replace(/\{\{-?\s*((?:(?!\{\{|\}\}).)*?)\s*-?\}\}/gs, (_, action: string) => (action.includes('…') ? '{{ … }}' : `{{ ${action} }}`));
}

/** A namespace in words: that of a release has no name in any file. */
export function namespaceWords(namespace: string): string {
  if (namespace === '') return 'its namespace';
  return isReleases(namespace) ? 'the release\'s namespace' : `namespace "${shownName(namespace)}"`;
}

/** What makes two objects variants of one: group, kind, namespace and name (design.md 4). */
export function identityOf(object: GraphObject): string {
  let identity = identities.get(object);
  if (identity === undefined) {
    const { group, kind } = object.resource.header;
    identities.set(object, (identity = `${group}/${kind}/${object.namespace}/${object.name}`));
  }
  return identity;
}

/** Said once for each object: every edit links all of them again by it. */
const identities = new WeakMap<GraphObject, string>();
