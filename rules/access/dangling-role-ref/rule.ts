import { isTold, mayBeSame } from '../../../engine/identity/grants.ts';
import type { Graph, ObjectWith } from '../../../engine/identity/graph.ts';
import { isSymbol, type GraphObject } from '../../../engine/identity/objects.ts';
import { authorizer } from '../../../engine/identity/permissions.ts';
import { roleReference } from '../../../engine/identity/rbac-roles.ts';
import type { BindingFact, RoleFact } from '../../../engine/kubernetes/rbac.ts';
import { defineRule, type Related, type RuleContext } from '../../../engine/lint/rule.ts';

export default defineRule({
  id: 'dangling-role-ref',
  title: 'Role that is not among the files',
  family: 'access',
  severity: 'info',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI1:2025', 'nist-csf-2.0:PR.AA-01', 'mitre-attack:T1098.006'],
  unit: 'object',
  reads: ['binding', 'role'],
  messages: {
    elsewhere: 'Role "{role}" of namespace "{namespace}" is not among the files read, and that of namespace "{other}" does not count here',
    kind: '{kind} "{role}" is not among the files read; there is a {other} of this name',
    missing: 'Role "{role}" is not among the files read, though the other Roles that bindings of namespace "{namespace}" name are',
    candidate: '{kind} "{role}"',
  },
  *check(context) {
    const { graph, environment: { kubernetesMinor: minor } } = context;
    const binding = bindingOf(context);
    if (!binding || binding.object.document.dialect === 'template' || binding.object.build) return;
    const reference = roleReference(binding);
    const { kind, name, namespace } = reference;
    if (!isTold(name) || (kind !== 'Role' && kind !== 'ClusterRole') || (kind === 'Role' && (binding.fact.cluster || !isTold(namespace)))) return;
    if (!authorizer(graph, { defaults: true, minor }).roleOf(binding).unknown || mayBeHere(binding, graph)) return;
    const namesake = namesakeOf(binding, graph);
    const messageId = namesake ? (namesake.fact.cluster === (kind === 'ClusterRole') ? 'elsewhere' : 'kind') : kind === 'Role' && areOtherwiseHere(binding, graph) ? 'missing' : undefined;
    if (messageId === undefined) return;
    const other = namesake && (messageId === 'kind' ? (namesake.fact.cluster ? 'ClusterRole' : 'Role') : namesake.object.namespace);
    yield {
      messageId,
      args: { role: name, namespace, kind, other: other ?? '' },
      at: { object: binding.object, place: binding.fact.roleName.at },
      related: namesake ? [{ at: { object: namesake.object, place: namesake.object.resource.header.name.at }, message: candidate(this.messages['candidate']!, namesake) } satisfies Related] : [],
      confidence: 'medium',
    };
  },
});

function candidate(text: string, { object }: ObjectWith<RoleFact>): string {
  return text.replace('{kind}', object.resource.header.kind).replace('{role}', object.namespace === '' ? object.name : `${object.namespace}/${object.name}`);
}

function bindingOf({ unit: { object } }: RuleContext<'object'>): ObjectWith<BindingFact> | undefined {
  const fact = object.resource.facts.find((one): one is BindingFact => one.fact === 'binding');
  return fact && { object, fact };
}

/** Whether a role may be the one that is meant: in a variant of the files, in a namespace that is not told, or under a name that a template writes. */
function mayBeHere(binding: ObjectWith<BindingFact>, graph: Graph): boolean {
  const { kind, name, namespace } = roleReference(binding);
  return graph.all('role').some(({ object, fact }) => fact.cluster === (kind === 'ClusterRole') && (fact.cluster || mayBeSame(object.namespace, namespace)) && (object.name === name || object.name === '' || isSymbol(object.name)));
}

/** A role of the same name that a slip may mean, in the same folder: of another namespace, or of the other kind. */
function namesakeOf(binding: ObjectWith<BindingFact>, graph: Graph): ObjectWith<RoleFact> | undefined {
  const { kind, name, namespace } = roleReference(binding);
  const here = graph.all('role').filter(({ object }) => object.name === name && directoryOf(object) === directoryOf(binding.object));
  if (kind === 'ClusterRole') return binding.fact.cluster ? undefined : here.find(({ object, fact }) => !fact.cluster && object.namespace === namespace);
  return here.find(({ fact }) => fact.cluster) ?? here.find(({ object }) => isTold(object.namespace));
}

/** Every other Role that a RoleBinding of the namespace names is here, and one stands in the same folder: then this one would be here, too. */
function areOtherwiseHere(binding: ObjectWith<BindingFact>, graph: Graph): boolean {
  const { name, namespace } = roleReference(binding);
  const roles = graph.all('role').filter(({ object, fact }) => !fact.cluster && object.namespace === namespace);
  if (!roles.some(({ object }) => directoryOf(object) === directoryOf(binding.object))) return false;
  const here = new Set(roles.map(({ object }) => object.name));
  const named = graph.all('binding').map(roleReference).filter((one) => one.kind === 'Role' && one.namespace === namespace && one.name !== name);
  return named.length > 0 && named.every((one) => here.has(one.name));
}

function directoryOf({ document }: GraphObject): string {
  return document.file.replace(/[^/]*$/, '');
}
