import type { WrittenObject } from '../helm/reading.ts';
import { applyLevels } from '../kustomize/apply.ts';
import type { SourceDocument } from '../kustomize/block.ts';
import type { Level } from '../kustomize/level.ts';
import { Overlays, resourceAt, type Overlay } from '../kustomize/overlay.ts';
import { change, obscureAll, textAt } from '../kustomize/tree.ts';
import type { Resource } from '../kubernetes/read.ts';
import { entryOf, nodeAt, type YamlNode } from '../yaml/node.ts';
import type { Span } from '../yaml/text.ts';
import type { DocumentEntry } from './document.ts';

/** A Kustomize build that has a chart written (`helmCharts`) and makes its objects into others. */
export interface ChartBuild extends Overlay {
  /** Whether Helm leaves hooks out (`skipHooks`). */
  readonly skipsHooks?: true;
}

/** What a chart writes, as a Kustomize build makes it. */
export interface BuiltFromChart {
  readonly resource: Resource;
  readonly root: YamlNode;
}

interface Kept {
  readonly overlay: string;
  readonly levels: readonly Level[];
  readonly built: BuiltFromChart | undefined;
}

/** Kustomize builds of what charts write, kept from edit to edit. */
export class ChartBuilds {
  private readonly overlays = new Overlays();
  private readonly kept = new WeakMap<WrittenObject<DocumentEntry>, Kept>();

  /** An object of a chart as a build makes it: the same one as long as both are what they were. Undefined where it is left out. */
  of(written: WrittenObject<DocumentEntry>, build: ChartBuild, documentsOf: (path: string) => readonly SourceDocument[]): BuiltFromChart | undefined {
    const levels = this.overlays.levelsOf(build, documentsOf);
    const overlay = JSON.stringify(build);
    const before = this.kept.get(written);
    if (before?.overlay === overlay && before.levels.length === levels.length && levels.every((level, i) => level === before.levels[i])) return before.built;
    const built = build.skipsHooks && isHook(written) ? undefined : builtBy(written, levels);
    this.kept.set(written, { overlay, levels, built });
    return built;
  }
}

/** Hooks are told by an annotation (helm.sh/docs/topics/charts_hooks). */
function isHook({ resource, root }: WrittenObject<DocumentEntry>): boolean {
  return textAt(nodeAt(root, resource.header.root), 'metadata', 'annotations', 'helm.sh/hook') !== undefined;
}

function builtBy({ resource, root }: WrittenObject<DocumentEntry>, levels: readonly Level[]): BuiltFromChart | undefined {
  const own = nodeAt(root, resource.header.root);
  if (!own) return { resource, root };
  const isChosen = levels.some(({ steps }) => steps.some(({ step }) => step === 'merge' || step === 'json' || step === 'replace'));
  // Which of its patches are for an object, its name and labels say.
  const made = isChosen && isOpen(nodeAt(own, ['metadata'])) ? obscureAll(own, 'a patch of the build') : applyLevels(own, levels)?.root;
  if (!made) return undefined;
  if (made === own) return { resource, root };
  const whole = change(root, resource.header.root, () => placed(made, beginning(own)));
  const read = whole && resourceAt(whole, resource);
  return read && { resource: read, root: whole };
}

function isOpen(node: YamlNode | undefined): boolean {
  switch (node?.kind) {
    case 'hole': return true;
    case 'map': return node.open !== undefined || node.entries.some(({ value }) => isOpen(value));
    default: return false;
  }
}

/** A tree in which what the build has written stands at the nearest thing that the chart writes. */
function placed(node: YamlNode, nearest: Span): YamlNode {
  const { home, ...rest } = node;
  const own = home ? { ...rest, span: nearest, computed: true as const, mapping: 'path' as const } : node;
  const below = home ? nearest : beginning(node, nearest);
  switch (own.kind) {
    case 'seq': return { ...own, items: own.items.map((item) => placed(item, below)) };
    case 'map': return { ...own, entries: own.entries.map((entry) => ({ ...entry, keySpan: entry.value.home ? below : entry.keySpan, value: placed(entry.value, below) })) };
    default: return own;
  }
}

/** Where something of the chart's own begins: the first key of a mapping that it writes. */
function beginning(node: YamlNode, otherwise: Span = node.span): Span {
  if (node.kind !== 'map') return node.span;
  const first = node.entries.find(({ key, value }) => !value.home && entryOf(node, key)?.value === value);
  return first?.keySpan ?? otherwise;
}
