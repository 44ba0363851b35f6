import { isTold, mayBeSame } from '../../../engine/identity/grants.ts';
import type { Graph } from '../../../engine/identity/graph.ts';
import type { ObjectWith } from '../../../engine/identity/parts.ts';
import { displayName, isSymbol, type GraphObject } from '../../../engine/identity/objects.ts';
import type { SubjectName } from '../../../engine/identity/permissions.ts';
import { boundSubjects, type BoundSubject } from '../../../engine/identity/rbac-subjects.ts';
import type { AccountFact } from '../../../engine/kubernetes/account.ts';
import type { BindingFact } from '../../../engine/kubernetes/rbac.ts';
import { defineRule, type FixProposal, type Related, type RuleContext } from '../../../engine/lint/rule.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { isSlip } from '../../../engine/identity/slip.ts';
import { withoutSubject } from '../subject-fixes.ts';
import { perGraph } from '../../../engine/identity/per-graph.ts';

export default defineRule({
  id: 'dangling-subject',
  title: 'Rights for an account that is not among the files',
  family: 'access',
  severity: 'info',
  persona: 'pedantic',
  frameworks: ['owasp-nhi:NHI1:2025', 'nist-csf-2.0:PR.AA-01'],
  unit: 'object',
  on: ['binding'],
  reads: ['binding', 'account', 'workload'],
  messages: {
    missing: 'Account "{account}" is not among the files read, though {others} of its namespace {are}: whoever creates it has these rights',
    near: 'Account "{account}" is not among the files read; did you mean "{near}", which no binding names?',
    other: 'an account of the namespace',
  },
  *check(context) {
    for (const { bound, beside, near, complete } of dangling(context)) {
      yield {
        messageId: near === undefined ? 'missing' : 'near',
        args: { near: near ?? '', account: displayName(bound.name!), others: beside.length === 1 ? 'another account' : `${beside.length} other accounts`, are: beside.length === 1 ? 'is' : 'are' },
        at: { object: context.unit.object, place: bound.subject.name.at },
        related: beside.slice(0, 3).map(({ object }): Related => ({ at: { object, place: object.resource.header.name.at }, message: this.messages['other']! })),
        confidence: complete ? 'high' : 'medium',
      };
    }
  },
  fixes(context, signal) {
    const found = dangling(context).find(({ bound }) => bound.subject.name.at.span.start === signal.at.place.span.start);
    const binding = bindingOf(context);
    return found && binding ? [...correct(binding, found), withoutSubject(binding, found.bound, 'check that nothing else makes the account: a chart, an operator, another repository')] : [];
  },
});

function bindingOf({ unit: { object } }: RuleContext<'object'>): ObjectWith<BindingFact> | undefined {
  const fact = object.resource.facts.find((one): one is BindingFact => one.fact === 'binding');
  return fact && { object, fact };
}

interface Dangling {
  readonly bound: BoundSubject;
  /** The accounts of its namespace that are among the files. */
  readonly beside: readonly ObjectWith<AccountFact>[];
  /** One of them that may be meant. */
  readonly near: string | undefined;
  readonly complete: boolean;
}

function correct({ object }: ObjectWith<BindingFact>, { bound: { subject }, near }: Dangling): FixProposal[] {
  if (near === undefined || known(subject.kind) !== 'ServiceAccount') return [];
  return [{ id: 'correct', title: `Name account "${near}" (check first that it is the one that is meant: it gets these rights)`, safe: false, steps: [{ object, change: { op: 'set', path: subject.name.at.path, value: near } }] }];
}

/** Subjects whose account is in no file read. */
function dangling(context: RuleContext<'object'>): Dangling[] {
  const { graph, environment } = context;
  const binding = bindingOf(context);
  // A chart may have the account in another of its parts, a kustomization in what it fetches.
  if (!binding || binding.object.document.dialect === 'template' || binding.object.build) return [];
  return boundSubjects(graph, binding).flatMap((bound) => {
    const { name } = bound;
    if (name?.kind !== 'ServiceAccount' || !isTold(name.namespace) || !isTold(name.name) || isMadeByCluster(name) || isKnown(bound, name, graph)) return [];
    const beside = graph.all('account').filter(({ object }) => object.namespace === name.namespace && object.name !== 'default' && !graph.proximity.alternatives(binding.object.document.file, object.document.file));
    const complete = environment.isComplete(binding.object) && binding.object.namespace === name.namespace;
    const near = beside.find(({ object }) => isSlip(object.name, name.name) && isNear(object, binding.object) && !isBound(object, graph))?.object.name;
    return beside.length > 0 && (near !== undefined || complete || (beside.some(({ object }) => isNear(object, binding.object)) && areOtherwiseHere(name, graph))) ? [{ bound, beside, near, complete }] : [];
  });
}

/** Whether any binding names an account of this name, there or elsewhere. */
function isBound({ name, namespace }: GraphObject, graph: Graph): boolean {
  return namesIn(graph).get(namespace)?.bound.has(name) === true;
}

/** Accounts of the controllers of Kubernetes, and those that OpenShift puts into every namespace (docs.openshift.com, "Default service accounts"). */
function isMadeByCluster({ namespace, name }: SubjectName): boolean {
  return /^(?:kube-|openshift)/.test(namespace) || ['default', 'builder', 'deployer', 'pipeline'].includes(name);
}

/** Whether an account may be the one, in a variant of the files or under a name that a template writes; or whether something runs as it, which is `missing-service-account`'s business. */
function isKnown({ accounts, perhaps }: BoundSubject, { namespace, name }: SubjectName, graph: Graph): boolean {
  if ([...accounts, ...perhaps].some(({ workloads }) => workloads.length > 0)) return true;
  return graph.all('account').some(({ object }) => mayBeSame(object.namespace, namespace) && (object.name === name || isSymbol(object.name) || object.name === ''));
}

/** Every other account of the namespace that workloads and bindings name is here, and at least one is named: then this one would be here, too. */
function areOtherwiseHere({ namespace, name }: SubjectName, graph: Graph): boolean {
  const { named, absent } = namesIn(graph).get(namespace)!;
  return [...named].some((one) => one !== name) && [...absent].every((one) => one === name);
}

interface Names {
  /** The accounts that workloads and bindings name, but for `default`. */
  readonly named: Set<string>;
  /** Those of them that are in no file read. */
  readonly absent: Set<string>;
  /** Those that bindings name, `default` too. */
  readonly bound: Set<string>;
}

/** The named accounts by namespace, once for each graph. */
const namesIn = perGraph((graph): Map<string, Names> => {
  const here = new Set(graph.all('account').map(({ object }) => `${object.namespace}/${object.name}`));
  const index = new Map<string, Names>();
  const add = (namespace: string, name: string, isSubject: boolean) => {
    const names = index.get(namespace) ?? { named: new Set(), absent: new Set(), bound: new Set() };
    index.set(namespace, names);
    if (isSubject) names.bound.add(name);
    if (name === 'default') return;
    names.named.add(name);
    if (!here.has(`${namespace}/${name}`)) names.absent.add(name);
  };
  for (const { namespace, name, workloads } of graph.accounts) if (workloads.length > 0) add(namespace, name, false);
  for (const binding of graph.all('binding')) for (const { name } of boundSubjects(graph, binding)) if (name?.kind === 'ServiceAccount') add(name.namespace, name.name, true);
  return index;
});

/** Whether one of two objects lies in the folder of the other, or below it: what lies side by side may be of different teams. */
function isNear(a: GraphObject, b: GraphObject): boolean {
  const [one, other] = [a, b].map(({ document }) => document.file.replace(/[^/]*$/, '')) as [string, string];
  return one.startsWith(other) || other.startsWith(one);
}
