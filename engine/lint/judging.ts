import { buildGraph } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { appliedIn } from './applied.ts';
import { askRules } from './ask.ts';
import { isChart, type Charts } from './charts.ts';
import type { Judged } from './conclude.ts';
import type { Configuration } from './config.ts';
import { difference, isPatch, type FileEntry, type SourceFile } from './files.ts';
import { buildsLeft, type BuiltFiles, type BuiltScope } from './overlays.ts';
import type { Environment, Rule, RuleContext, Unit, Units } from './rule.ts';
import type { Skipped } from './skipped.ts';
import { switchName } from './switches.ts';
import { defaults, type ChartVariant } from './variant.ts';

/** What is judged, as the workspace keeps it up to date. */
export interface Matter {
  readonly rules: readonly Rule[];
  readonly files: ReadonlyMap<string, FileEntry>;
  readonly charts: Charts;
  readonly builds: BuiltFiles;
  /** Counts the questions asked. */
  readonly work: { asked: number };
}

/** What it is judged by. */
export interface Measure {
  readonly configuration: Configuration;
  readonly environment: Environment;
}

/** A scope in one way of installing its chart, with what the rules say of it. */
export interface JudgedWay {
  readonly variant: ChartVariant;
  readonly one: Judged;
}

/** What the rules say of each scope: of a chart in each way of installing it, of what Kustomize builds in each build. It is kept until something changes that it hangs on. */
export class Judging {
  private readonly scopes = new Map<string, Judged>();
  private readonly stale = new Set<string>();
  private readonly builtScopes = new Map<string, BuiltScope>();
  /** Ways in which the charts of some scopes are installed beside their defaults. */
  private readonly variants = new Map<string, readonly ChartVariant[]>();
  /** What templates write of manifests that they read through `.Files`, with the objects of these: such are judged where they are written. */
  private applied: ReadonlyMap<GraphObject, GraphObject> = new Map();
  /** The options of each rule: the configured ones over the rule's defaults. */
  private options: ReadonlyMap<string, RuleContext<Unit>['options']>;

  constructor(private readonly matter: Matter, private measure: Measure) {
    this.options = optionsOf(matter.rules, measure.configuration);
  }

  /** Takes over what is said of a scope, in every way of installing its chart. What is judged here from then on stays here. */
  takeOver({ scopes, stale, variants }: Judging, scope: string): void {
    for (const [key, judged] of scopes) if (key === scope || key.startsWith(keyOf(scope, defaults))) this.scopes.set(key, { ...judged });
    for (const key of stale) this.stale.add(key);
    for (const [of, ways] of variants) this.variants.set(of, ways);
  }

  /** Judges by another measure from here on: everything is asked again. */
  configure(measure: Measure): void {
    this.measure = measure;
    this.options = optionsOf(this.matter.rules, measure.configuration);
    this.scopes.clear();
  }

  /** Says in which ways a chart is installed beside its defaults; whether that is news. */
  install(scope: string, variants: readonly ChartVariant[]): boolean {
    const before = this.variantsOf(scope);
    if (JSON.stringify(before) === JSON.stringify(variants)) return false;
    const now = new Map(variants.map((variant) => [variant.name, JSON.stringify(variant)]));
    for (const variant of before) {
      const same = now.get(variant.name);
      if (same === undefined) this.scopes.delete(keyOf(scope, variant));
      else if (same !== JSON.stringify(variant)) this.stale.add(keyOf(scope, variant));
    }
    this.variants.set(scope, variants);
    return true;
  }

  /** The ways in which the chart of a scope is installed beside its defaults. */
  variantsOf(scope: string): readonly ChartVariant[] {
    return this.variants.get(scope) ?? [];
  }

  /** What has to be judged again when a file changes: its scope, or all of them where it is context for all. */
  touch(source: SourceFile): void {
    if (source.role === 'context') for (const scope of this.scopes.keys()) this.stale.add(scope);
    else {
      this.stale.add(source.scope);
      // A patch may be part of objects of any scope.
      for (const scope of this.scopes.keys()) if (isPatch(source) || scope.startsWith(buildKey(source.scope, ''))) this.stale.add(scope);
      const readers = this.matter.charts.readersOf(source.path).map(({ scope }) => scope);
      for (const scope of readers) this.stale.add(scope);
      for (const [scope, variants] of this.variants) for (const variant of variants) if (scope === source.scope || readers.includes(scope) || variant.values.includes(source.path) || variant.over?.includes(source.path) || (variant.build && isPatch(source))) this.stale.add(keyOf(scope, variant));
    }
  }

  /** Has a chart judged again in every way of installing it. */
  touchChart(scope: string): void {
    for (const key of [scope, ...this.variantsOf(scope).map((variant) => keyOf(scope, variant))]) this.stale.add(key);
  }

  /** Has all scopes judged again that have files of a Kustomize build. */
  touchBuild(root: string): void {
    for (const { source } of this.matter.files.values()) if (source.build?.roots.includes(root)) this.stale.add(source.scope);
  }

  /** Scopes in all ways of installing their charts; without their defaults only in those beside them. */
  scopesIn(scopes: readonly string[], { defaults: withDefaults = true } = {}): JudgedWay[] {
    const waysOf = (scope: string) => [...(withDefaults ? [defaults] : []), ...this.variantsOf(scope)].map((variant) => ({ scope, variant, one: this.scopeIn(scope, variant) }));
    this.apply(scopes.filter((scope) => this.matter.charts.supplyOf(scope)?.files).flatMap(waysOf));
    return scopes.flatMap(waysOf);
  }

  /**
   * A scope in one way of installing its chart.
   * @param from what is much like it, where it was never judged before
   */
  scopeIn(scope: string, variant: ChartVariant, from?: Judged): Judged {
    const key = variant === defaults ? scope : keyOf(scope, variant);
    const before = this.scopes.get(key);
    if (before && !this.stale.has(key)) return before;
    // What is switched on is judged from what is there by default.
    if (variant === defaults) for (const one of this.scopes.keys()) if (one.startsWith(keyOf(scope, { name: switchName }))) this.stale.add(one);
    const files = [...this.matter.files.values()].filter(({ source }) => source.scope === scope || source.role === 'context');
    const objects = isChart(files) ? this.matter.charts.objectsOf(scope, variant, files, this.textOf, this.documentsOf, this.measure.environment.kubernetesMinor) : this.buildsOf(scope, files).objects;
    return this.judge(key, objects, nobody, from);
  }

  /** A scope in each build that makes some objects otherwise than the first one does, and which of them are meant. */
  *inBuilds(scope: string): Iterable<{ readonly one: Judged; readonly isMeant: (object: GraphObject) => boolean }> {
    const built = this.builtScopes.get(scope);
    if (!built || built.others.length === 0) return;
    const first = new Set(built.objects);
    for (const overlay of built.others) {
      const key = buildKey(scope, overlay);
      const one = (!this.stale.has(key) && this.scopes.get(key)) || this.judge(key, built.in(overlay), first);
      yield { one, isMeant: (object) => !first.has(object) };
    }
  }

  /** A chart once more for each value that switches something off in it, as if that were true; none that Helm refuses. */
  *withSwitches(scope: string): Iterable<JudgedWay> {
    const { files, charts } = this.matter;
    const chart = [...files.values()].find(({ source }) => source.scope === scope && source.chart !== undefined)?.source.chart;
    if (chart === undefined) return;
    const from = this.scopeIn(scope, defaults);
    for (const variant of charts.switched(scope, chart, this.textOf)) {
      const one = this.scopeIn(scope, variant, from);
      if (!charts.stops(scope, variant)) yield { variant, one };
    }
  }

  /** The object of a manifest that a template reads through `.Files` and writes as this one. */
  plainOf(object: GraphObject): GraphObject | undefined {
    return this.applied.get(object);
  }

  /** The Kustomize builds that were too many to judge each for itself, with the reason. */
  buildsLeft(): Skipped[] {
    const scopes = new Set([...this.matter.files.values()].map(({ source }) => source.scope));
    return [...this.builtScopes].flatMap(([scope, built]) => (scopes.has(scope) ? buildsLeft(built) : []));
  }

  /** What a rule is told beside the unit and its graph. */
  readonly about = (rule: Rule): Pick<RuleContext<Unit>, 'options' | 'environment'> => ({ options: this.options.get(rule.id)!, environment: this.measure.environment });

  /** Takes over what charts write of manifests that they read; these are judged anew where that has changed. */
  private apply(ways: readonly (JudgedWay & { readonly scope: string })[]): void {
    const { files, charts } = this.matter;
    const now = new Map(ways.flatMap(({ scope, variant, one }) => [...appliedIn(charts.readIn(scope, variant).flatMap((path) => files.get(path) ?? []), one.objects)]));
    const [before, after] = [new Set(this.applied.values()), new Set(now.values())];
    for (const { document: { file } } of [...[...before].filter((one) => !after.has(one)), ...[...after].filter((one) => !before.has(one))]) this.stale.add(files.get(file)?.source.scope ?? '');
    this.applied = now;
  }

  /** The objects of a scope as its Kustomize builds make them. */
  private buildsOf(scope: string, files: readonly FileEntry[]): BuiltScope {
    const applied = new Set(this.applied.values());
    const own = files.map((file) => (applied.size > 0 && file.objects.some((one) => applied.has(one)) ? { ...file, objects: file.objects.filter((one) => !applied.has(one)) } : file));
    const made = this.matter.builds.scope(own, this.documentsOf);
    this.builtScopes.set(scope, made);
    return made;
  }

  /**
   * @param known objects that are judged elsewhere: only what is about others is asked
   * @param from what is much like it, where it was never judged before
   */
  private judge(key: string, objects: readonly GraphObject[], known: ReadonlySet<GraphObject>, from?: Judged): Judged {
    const kept = this.scopes.get(key);
    // What was known and is not any more has never been asked about.
    const before = kept?.objects.some((object) => kept.known.has(object) && !known.has(object)) ? undefined : kept ?? from;
    const graph = buildGraph(objects, this.measure.configuration.risk);
    const { answers, asked } = askRules(this.matter.rules, graph, this.about, before && { answers: before.answers, edit: difference(before.objects, objects) }, known === nobody ? undefined : (unit) => isAboutOthers(unit, known));
    this.matter.work.asked += asked;
    this.stale.delete(key);
    // The same one as before: findings that stand as they stood find the present answers by it.
    const judged = Object.assign(kept ?? {}, { answers, objects, known, made: undefined });
    this.scopes.set(key, judged);
    return judged;
  }

  private readonly textOf = (path: string): string | undefined => this.matter.files.get(path)?.source.text;

  private readonly documentsOf = (path: string): FileEntry['documents'] => this.matter.files.get(path)?.documents ?? [];
}

const nobody: ReadonlySet<GraphObject> = new Set();

/** Whether a unit has an object that is not among those known. */
function isAboutOthers(unit: Units[Unit], known: ReadonlySet<GraphObject>): boolean {
  if ('object' in unit) return !known.has(unit.object);
  return 'workloads' in unit && [...unit.objects, ...unit.workloads].some(({ object }) => !known.has(object));
}

/** The key of a scope's answers in one of its Kustomize builds. */
function buildKey(scope: string, overlay: string): string {
  return `${scope}\nkustomize\n${overlay}`;
}

function optionsOf(rules: readonly Rule[], configuration: Configuration): Map<string, RuleContext<Unit>['options']> {
  return new Map(rules.map((rule) => [rule.id, Object.fromEntries(Object.entries(rule.options ?? {}).map(([key, option]) => [key, configuration.rules[rule.id]?.options?.[key] ?? option.default]))]));
}

function keyOf(scope: string, { name }: Pick<ChartVariant, 'name'>): string {
  return `${scope}\n${name}`;
}
