import type { Graph } from '../../../engine/identity/graph.ts';
import type { ObjectWith } from '../../../engine/identity/parts.ts';
import { impliedGroups } from '../../../engine/identity/grants.ts';
import { displayName, identityOf, isSymbol, type GraphObject } from '../../../engine/identity/objects.ts';
import { authorizer, type SubjectName } from '../../../engine/identity/permissions.ts';
import { roleReference } from '../../../engine/identity/rbac-roles.ts';
import { boundSubjects, subjectLabel, type BoundSubject } from '../../../engine/identity/rbac-subjects.ts';
import type { BindingFact } from '../../../engine/kubernetes/rbac.ts';
import { defineRule, type RuleContext } from '../../../engine/lint/rule.ts';
import { roleCovers } from '../role-cover.ts';
import { withoutSubject } from '../subject-fixes.ts';
import { perGraph, perObject } from '../../../engine/identity/per-graph.ts';

export default defineRule({
  id: 'duplicate-grant',
  title: 'The same right twice',
  family: 'access',
  severity: 'info',
  persona: 'pedantic',
  frameworks: ['owasp-nhi:NHI1:2025', 'nist-csf-2.0:PR.AA-01'],
  unit: 'object',
  on: ['binding'],
  reads: ['binding', 'role', 'account', 'workload'],
  messages: {
    twice: 'The {subject} stands in this binding twice',
    same: 'The {subject} has role "{role}" from {kind} "{other}" already',
    covered: 'What role "{role}" gives the {subject} it has from {kind} "{other}" already, by role "{wide}"',
    first: 'this gives it, too',
  },
  *check(context) {
    for (const { bound, by } of duplicates(context)) {
      const { kind } = by.binding.object.resource.header;
      yield {
        messageId: by.how,
        args: { subject: subjectLabel(bound), role: roleReference(bindingOf(context)!).name, kind, other: displayName(by.binding.object), wide: roleReference(by.binding).name },
        at: { object: context.unit.object, place: bound.subject.name.at },
        related: [{ at: { object: by.binding.object, place: by.bound.subject.name.at }, message: this.messages['first']! }],
        confidence: by.how === 'covered' ? 'medium' : 'high',
      };
    }
  },
  fixes(context, signal) {
    const found = duplicates(context).find(({ bound }) => bound.subject.name.at.span.start === signal.at.place.span.start);
    return found ? [withoutSubject(bindingOf(context)!, found.bound, `check that ${found.by.how === 'twice' ? 'nothing else tells the two apart' : `${found.by.binding.object.resource.header.kind} "${displayName(found.by.binding.object)}" is there to stay, and is applied wherever this is`}`)] : [];
  },
});

type Binding = ObjectWith<BindingFact>;

/** How a subject has the same from elsewhere, and by which subject of which binding. */
interface Source {
  readonly how: 'twice' | 'same' | 'covered';
  readonly binding: Binding;
  readonly bound: BoundSubject;
}

function bindingOf({ unit: { object } }: RuleContext<'object'>): Binding | undefined {
  const fact = object.resource.facts.find((one): one is BindingFact => one.fact === 'binding');
  return fact && { object, fact };
}

/** The subjects of a binding that have its rights from another place. Of two that say the same the later one is it. */
const duplicates = perObject((context: RuleContext<'object'>): { bound: BoundSubject; by: Source }[] => {
  const binding = bindingOf(context);
  // A template may write one of two bindings or the other.
  if (!binding || binding.object.document.dialect === 'template' || binding.object.context) return [];
  const named = new Map<string, BoundSubject>();
  return boundSubjects(context.graph, binding).flatMap((bound) => {
    if (!bound.name || isSymbol(bound.name.name) || isSymbol(bound.name.namespace)) return [];
    const own = keyOf(bound.name);
    const before = named.get(own);
    if (!before) named.set(own, bound);
    const by: Source | undefined = before ? { how: 'twice', binding, bound: before } : elsewhere(context, binding, bound.name);
    return by ? [{ bound, by }] : [];
  });
});

function elsewhere({ graph, environment }: RuleContext<'object'>, binding: Binding, name: SubjectName): Source | undefined {
  const { roleOf } = authorizer(graph, { defaults: true, minor: environment.kubernetesMinor });
  const entries = namesOf(name).flatMap((key) => entriesFor(key, binding, graph)).filter((one) => reaches(one.binding, binding, graph));
  const wider = (other: Binding) => other.fact.cluster && !binding.fact.cluster;
  const same = entries.find((one) => sameRole(one.binding, binding) && (wider(one.binding) || isBefore(one, { binding, name })));
  if (same) return { how: 'same', ...same };
  const role = roleOf(binding);
  const covering = entries.find((one) => {
    const other = roleOf(one.binding);
    return !sameRole(one.binding, binding) && roleCovers(other, role) && (wider(one.binding) || !roleCovers(role, other) || isBefore(one, { binding, name }));
  });
  return covering && { how: 'covered', ...covering };
}

/** Whether a binding holds wherever another does: everywhere, or in the same namespace. Variants of one object are not two. */
function reaches(other: Binding, { object, fact }: Binding, graph: Graph): boolean {
  if (other.object === object || other.object.context || other.object.document.dialect === 'template' || other.fact.open) return false;
  if (identityOf(other.object) === identityOf(object) || other.object.name === '' || object.name === '') return false;
  if (graph.proximity.alternatives(object.document.file, other.object.document.file)) return false;
  if (!other.fact.cluster && (fact.cluster || other.object.namespace !== object.namespace)) return false;
  return other.object.document.file === object.document.file || areBothApplied(other.object, object);
}

/** Files of one folder are applied together, as a rule; a kustomization may take one of two objects out. */
function areBothApplied(a: GraphObject, b: GraphObject): boolean {
  return directoryOf(a) === directoryOf(b) && !a.build && !b.build;
}

function directoryOf({ document }: GraphObject): string {
  return document.file.replace(/[^/]*$/, '');
}

function sameRole(a: Binding, b: Binding): boolean {
  const [one, other] = [roleReference(a), roleReference(b)];
  return one.name !== '' && one.kind === other.kind && one.name === other.name && (one.kind === 'ClusterRole' || a.object.namespace === b.object.namespace);
}

/** Said by name goes before said by a group; else the place in the files decides. */
function isBefore(one: Entry, other: { binding: Binding; name: SubjectName }): boolean {
  if (keyOf(one.bound.name!) !== keyOf(other.name)) return true;
  const [a, b] = [one.binding.object, other.binding.object];
  if (a.document.file !== b.document.file) return a.document.file < b.document.file;
  return a.document.index - b.document.index < 0 || (a.document.index === b.document.index && a.resource.header.at.span.start < b.resource.header.at.span.start);
}

/** A subject's own key, and those of the groups that every account is in (semantics.md 3.7). */
function namesOf(name: SubjectName): string[] {
  const groups = name.kind === 'ServiceAccount' ? impliedGroups(name.namespace) : [];
  return [keyOf(name), ...groups.map((group) => keyOf({ kind: 'Group', namespace: '', name: group }))];
}

function keyOf({ kind, namespace, name }: SubjectName): string {
  return `${kind} ${namespace}/${name}`;
}

interface Entry {
  readonly binding: Binding;
  readonly bound: BoundSubject;
  readonly position: number;
}

/** Where a binding holds: a namespace, or everywhere. */
const areaOf = ({ object, fact }: Binding): string => (fact.cluster ? '' : `in ${object.namespace}`);

/** The bindings that name somebody and hold in the whole cluster, or else where another does, in the order of the files. */
function entriesFor(key: string, binding: Binding, graph: Graph): Entry[] {
  const areas = bySubject(graph).get(key);
  return [...new Set(['', areaOf(binding)])].flatMap((area) => areas?.get(area) ?? []).sort((a, b) => a.position - b.position);
}

/** All bindings by whom they name and where they hold, once for each graph. An account may be bound in thousands of namespaces. */
const bySubject = perGraph((graph): Map<string, Map<string, Entry[]>> => {
  const index = new Map<string, Map<string, Entry[]>>();
  for (const [position, binding] of graph.all('binding').entries()) {
    for (const bound of boundSubjects(graph, binding)) {
      if (!bound.name) continue;
      const areas = index.get(keyOf(bound.name)) ?? new Map<string, Entry[]>();
      index.set(keyOf(bound.name), areas);
      const list = areas.get(areaOf(binding));
      if (list) list.push({ binding, bound, position });
      else areas.set(areaOf(binding), [{ binding, bound, position }]);
    }
  }
  return index;
});
