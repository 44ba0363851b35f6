import { buildGraph, type Graph } from '../identity/graph.ts';
import { symbol, type GraphObject, type Location } from '../identity/objects.ts';
import type { Resource } from '../kubernetes/read.ts';
import type { Dialect, SyntaxProblem } from '../yaml/node.ts';
import { splitStream } from '../yaml/split.ts';
import { shift, type Span } from '../yaml/text.ts';
import { readDocument, type DocumentEntry, type DocumentFacts } from './document.ts';
import { defaultConfiguration, type Configuration } from './config.ts';
import type { Fix } from './fix.ts';
import { fingerprintOf, hash, messageOf, type Finding } from './finding.ts';
import type { Environment, Rule, RuleContext, Signal, Unit, Units } from './rule.ts';

/** A file as a shell hands it in, with what the sources know of it. */
export interface SourceFile {
  /** Workspace-relative, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly dialect: Dialect;
  /** Files of different scopes are never joined: a Helm release, a Kustomize build, a configured scope. "" is the workspace's own. */
  readonly scope: string;
  /** `context` resolves references and is never reported on; `patch` is part of an object and judged nowhere by itself. */
  readonly role: 'manifest' | 'context' | 'patch';
  /** The namespace that objects get that name none (release namespace, kustomization), else undefined. */
  readonly namespace?: string;
}

export interface Skipped {
  readonly file: string;
  readonly document: number | null;
  readonly reason: SyntaxProblem['reason'] | 'encoding' | 'size' | 'unreadable';
  readonly detail: string;
  /** Where in the file, as far as known. */
  readonly span?: Span;
}

/** Counters that tests and the benchmark read: how much work an edit caused. */
export interface Work {
  parsed: number;
  asked: number;
}

interface FileEntry {
  readonly source: SourceFile;
  readonly documents: readonly DocumentEntry[];
  readonly objects: readonly GraphObject[];
}

interface Scope {
  graph: Graph;
  /** Signals by rule id and unit key. */
  signals: Map<string, Map<string, readonly Signal[]>>;
  stale: boolean;
}

/** All files of one workspace, their facts, graphs and findings, kept up to date edit by edit. No I/O. */
export class Workspace {
  readonly work: Work = { parsed: 0, asked: 0 };
  private readonly files = new Map<string, FileEntry>();
  private readonly scopes = new Map<string, Scope>();
  private readonly facts = new Map<string, DocumentFacts>();
  private configuration: Configuration = defaultConfiguration;
  private ids = 0;

  constructor(private readonly rules: readonly Rule[], private readonly environment: Environment = { isComplete: () => false, kubernetesMinor: defaultConfiguration.kubernetesMinor }) {}

  /** Takes in a file's text, new or changed. Documents whose text did not change keep their facts and findings. */
  set(source: SourceFile): void {
    const before = this.files.get(source.path);
    const kept = new Map<string, DocumentEntry[]>();
    if (before && sameHousehold(before.source, source)) for (const entry of before.documents) kept.set(entry.text, [...(kept.get(entry.text) ?? []), entry]);
    const documents = splitStream(source.text.startsWith('\uFEFF') ? source.text.slice(1) : source.text).map(({ index, start, text }): DocumentEntry => {
      const entry = kept.get(text)?.shift() ?? { id: ++this.ids, file: source.path, text, index, start, facts: this.read(text, source.dialect) };
      entry.index = index;
      entry.start = start;
      return entry;
    });
    const known = new Map((before?.objects ?? []).map((object) => [object.key, object]));
    const objects = source.role === 'patch' ? [] : documents.flatMap((entry) => entry.facts.resources.map((resource, i) => known.get(`${entry.id}.${i}`) ?? graphObject(entry, resource, i, source)));
    this.files.set(source.path, { source, documents, objects });
    for (const scope of new Set([before?.source.scope, source.scope])) if (scope !== undefined) this.invalidate(scope);
  }

  /** Forgets a file. */
  remove(path: string): void {
    const before = this.files.get(path);
    if (!before) return;
    this.files.delete(path);
    this.invalidate(before.source.scope);
  }

  /** All findings of all files, sorted by file, start and rule. */
  findings(): Finding[] {
    const found: Finding[] = [];
    for (const name of new Set([...this.files.values()].map((file) => file.source.scope))) {
      const scope = this.check(name);
      for (const rule of this.rules) for (const signals of scope.signals.get(rule.id)!.values()) for (const signal of signals) found.push(this.finding(rule, signal));
    }
    found.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.span.start - b.span.start || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)));
    return numberFingerprints(found);
  }

  /** The fixes of a finding, as edits of the texts as they are now; none where it is gone or where a change would touch what is not its own. */
  fixesOf(finding: Finding): Fix[] {
    void finding;
    return [];
  }

  /** Sets what kubewho.yaml says; everything is asked again. */
  configure(configuration: Configuration): void {
    this.configuration = configuration;
    for (const scope of this.scopes.values()) scope.stale = true;
  }

  /** Documents that could not be read, each with its reason. */
  skipped(): Skipped[] {
    return [...this.files.values()].flatMap(({ source, documents }) => documents.flatMap(({ facts, index, start }) => (facts.problem ? [{ file: source.path, document: index, reason: facts.problem.reason, detail: facts.problem.detail, span: shift(facts.problem.span, start) }] : [])));
  }

  /** How much was read: documents with content, and resources among them. */
  counts(): { files: number; documents: number; resources: number } {
    const documents = [...this.files.values()].flatMap((file) => file.documents).filter((entry) => entry.facts.unread || entry.facts.resources.length > 0 || entry.facts.problem);
    return { files: this.files.size, documents: documents.length, resources: documents.reduce((sum, { facts }) => sum + (facts.unread ? 1 : facts.resources.length), 0) };
  }

  private read(text: string, dialect: Dialect): DocumentFacts {
    const key = `${dialect}\n${text}`;
    let facts = this.facts.get(key);
    if (!facts) {
      this.work.parsed++;
      this.facts.set(key, (facts = readDocument(text, dialect)));
    }
    return facts;
  }

  private invalidate(name: string): void {
    const scope = this.scopes.get(name);
    if (scope) scope.stale = true;
  }

  private check(name: string): Scope {
    const before = this.scopes.get(name);
    if (before && !before.stale) return before;
    const graph = buildGraph([...this.files.values()].filter((file) => file.source.scope === name).flatMap((file) => file.objects));
    const scope: Scope = { graph, stale: false, signals: new Map() };
    for (const rule of this.rules) {
      const signals = new Map<string, readonly Signal[]>();
      for (const unit of unitsOf(graph, rule.unit)) {
        this.work.asked++;
        signals.set(unit.key, [...rule.check(this.context(rule, unit, graph))].filter((signal) => !signal.at.object.context));
      }
      scope.signals.set(rule.id, signals);
    }
    this.scopes.set(name, scope);
    return scope;
  }

  private context(rule: Rule, unit: Units[Unit], graph: Graph): RuleContext<Unit> {
    return { unit, graph, options: Object.fromEntries(Object.entries(rule.options ?? {}).map(([key, option]) => [key, this.configuration.rules[rule.id]?.options?.[key] ?? option.default])), environment: this.environment };
  }

  private finding(rule: Rule, signal: Signal): Finding {
    const { object, place } = signal.at;
    const { header } = object.resource;
    return {
      rule: rule.id,
      messageId: signal.messageId,
      message: messageOf(rule, signal),
      severity: signal.severity ?? rule.severity,
      confidence: signal.confidence ?? rule.confidence ?? 'high',
      persona: signal.persona ?? rule.persona,
      file: object.document.file,
      document: object.document.index,
      span: spanIn(signal.at),
      source: null,
      tier: 'plain',
      mapping: 'exact',
      instances: 1,
      resource: { apiVersion: header.apiVersion, kind: header.kind, namespace: object.namespace || null, name: object.name || null },
      path: place.path,
      related: (signal.related ?? []).map((one) => ({ file: one.at.object.document.file, span: spanIn(one.at), message: one.message })),
      group: signal.group ?? null,
      frameworks: rule.frameworks,
      fingerprint: fingerprintOf(rule.id, signal),
    };
  }
}

function sameHousehold(a: SourceFile, b: SourceFile): boolean {
  return a.dialect === b.dialect && a.scope === b.scope && a.role === b.role && a.namespace === b.namespace;
}

function graphObject(entry: DocumentEntry, resource: Resource, index: number, source: SourceFile): GraphObject {
  return {
    key: `${entry.id}.${index}`,
    document: entry,
    resource,
    namespace: symbol(resource.header.namespace) || (source.namespace ?? ''),
    name: symbol(resource.header.name),
    context: source.role === 'context',
  };
}

function unitsOf(graph: Graph, unit: Unit): Units[Unit][] {
  switch (unit) {
    case 'workload': return [...graph.workloads];
    case 'account': return [...graph.accounts];
    case 'object': return graph.objects.filter((object) => !object.context).map((object) => ({ key: object.key, object, namespace: object.namespace }));
    case 'namespace': return namespacesOf(graph);
    case 'scope': return [{ key: '', namespace: '' }];
  }
}

function namespacesOf(graph: Graph): Units['namespace'][] {
  const byName = new Map<string, GraphObject[]>();
  for (const object of graph.objects) byName.set(object.namespace, [...(byName.get(object.namespace) ?? []), object]);
  return [...byName].map(([namespace, objects]) => ({ key: namespace, namespace, objects }));
}

/** The span of a location in its file as it stands now. */
export function spanIn({ object, place }: Location): Span {
  return shift(place.span, object.document.start);
}

/** Equal findings of one file get an ordinal, so that each has a fingerprint of its own. */
function numberFingerprints(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const count = seen.get(finding.fingerprint) ?? 0;
    seen.set(finding.fingerprint, count + 1);
    return count === 0 ? finding : { ...finding, fingerprint: hash(`${finding.fingerprint}\n${count}`) };
  });
}
