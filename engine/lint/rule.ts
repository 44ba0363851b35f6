import type { Graph } from '../identity/graph.ts';
import type { Account, Workload } from '../identity/parts.ts';
import type { GraphObject, Location } from '../identity/objects.ts';
import type { FactKind } from '../kubernetes/read.ts';
import type { Change } from '../yaml/change.ts';
import type { Path } from '../yaml/node.ts';

export type Severity = 'error' | 'warning' | 'info';
export type Confidence = 'high' | 'medium' | 'low';
export type Persona = 'regular' | 'pedantic' | 'auditor';
export type Family = 'accounts' | 'tokens' | 'access' | 'trust' | 'secrets' | 'control' | 'meta';

/** What a rule is asked about, one at a time. */
export interface Units {
  object: { readonly key: string; readonly object: GraphObject; readonly namespace: string };
  workload: Workload;
  account: Account;
  namespace: { readonly key: string; readonly namespace: string; readonly objects: readonly GraphObject[] };
  scope: { readonly key: string; readonly namespace: '' };
}
export type Unit = keyof Units;

/** What a check says: a cheap signal, made into a finding by the engine. */
export interface Signal {
  readonly messageId: string;
  /** Values for the `{placeholders}` of the message. */
  readonly args?: Readonly<Record<string, string | number>>;
  readonly at: Location;
  readonly related?: readonly Related[];
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  readonly persona?: Persona;
  /** The objects of the workloads that are judged, where the place is in another object: what phases and exceptions go by. */
  readonly about?: readonly GraphObject[];
  /** Findings of one cause carry one group. */
  readonly group?: string;
  /** What `fixes` needs to know again; plain data only. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A labelled place that explains a finding: the binding, the other user of the account. */
export interface Related {
  readonly at: Location;
  readonly message: string;
}

export interface RuleContext<U extends Unit> {
  readonly unit: Units[U];
  readonly graph: Graph;
  /** The rule's options: the configured ones over the rule's defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly environment: Environment;
}

/** What the configuration and the command line say of the world around the files. */
export interface Environment {
  /** Whether all workloads, accounts and bindings of an object's namespace are among the files (`complete: true`). */
  isComplete(object: GraphObject): boolean;
  /** The Kubernetes minor version to judge by, such as 36. */
  readonly kubernetesMinor: number;
}

/** A fix by symbolic path; the engine makes text edits of it and withholds it where they cannot be made. */
export interface FixProposal {
  readonly id: string;
  readonly title: string;
  /** As contract.md defines it. */
  readonly safe: boolean;
  /** One of several ways, or one that removes an object: never applied unasked. */
  readonly choice?: boolean;
  readonly steps: readonly FixStep[];
}

export type FixStep =
  | { readonly object: GraphObject; readonly change: Change }
  /** New objects, written as documents (or list items) right after an object. */
  | { readonly after: GraphObject; readonly add: readonly unknown[] }
  /** Takes an object out of its file: its document, or its item of a list. */
  | { readonly remove: GraphObject };

export interface Rule<U extends Unit = Unit> {
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  readonly severity: Severity;
  readonly persona: Persona;
  readonly confidence?: Confidence;
  /** Whether to accept a finding takes a reason and an end: location is trusted in place of identity, for a time. */
  readonly bounded?: boolean;
  /** As `owasp-nhi:NHI5:2025`; each checked against its source. */
  readonly frameworks: readonly string[];
  readonly unit: U;
  /** Of a rule about objects: an object without facts of these kinds is not asked about. */
  readonly on?: readonly FactKind[];
  /** The kinds of facts that an answer depends on: an edit that touches none of them does not ask again. */
  readonly reads: readonly FactKind[];
  /** Whether an answer can depend on those facts in any namespace, as a path from identity to identity does. */
  readonly wide?: boolean;
  /** Every text of the rule, by message id, with `{placeholders}`. */
  readonly messages: Readonly<Record<string, string>>;
  /** JSON Schema of each option, with its default. */
  readonly options?: Readonly<Record<string, { readonly type: string; readonly default: unknown; readonly description: string; readonly items?: unknown }>>;
  check(context: RuleContext<U>): Iterable<Signal>;
  fixes?(context: RuleContext<U>, signal: Signal): FixProposal[];
}

/** Types a rule; the one way to write one. */
export function defineRule<U extends Unit>(rule: Rule<U>): Rule {
  return rule as unknown as Rule;
}

/** A path of an object counted from its document: list items stand deeper. */
export function pathIn(object: GraphObject, ...path: Path): Path {
  return [...object.resource.header.root, ...path];
}
