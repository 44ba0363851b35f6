import { isTold, mayBeSame } from '../../../engine/identity/grants.ts';
import type { Graph } from '../../../engine/identity/graph.ts';
import type { ObjectWith } from '../../../engine/identity/parts.ts';
import { isSymbol, type GraphObject } from '../../../engine/identity/objects.ts';
import { authorizer } from '../../../engine/identity/permissions.ts';
import { roleReference } from '../../../engine/identity/rbac-roles.ts';
import type { BindingFact, RoleFact } from '../../../engine/kubernetes/rbac.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { isSlip } from '../../../engine/identity/slip.ts';
import { defineRule, type FixProposal, type Related, type RuleContext, type Signal } from '../../../engine/lint/rule.ts';
import { perGraph } from '../../../engine/identity/per-graph.ts';

export default defineRule({
  id: 'dangling-role-ref',
  title: 'Role that is not among the files',
  family: 'access',
  severity: 'info',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI1:2025', 'nist-csf-2.0:PR.AA-01', 'mitre-attack:T1098.006'],
  unit: 'object',
  on: ['binding'],
  reads: ['binding', 'role'],
  messages: {
    elsewhere: 'Role "{role}" of namespace "{namespace}" is not among the files read, and that of namespace "{other}" does not count here',
    kind: '{kind} "{role}" is not among the files read; there is a {other} of this name',
    missing: 'Role "{role}" is not among the files read, though the other Roles that bindings of namespace "{namespace}" name are',
    near: '{kind} "{role}" is not among the files read; did you mean "{near}", which no binding names?',
    refused: 'The API server refuses a {binding} to a {kind}: {right}',
    candidate: '{kind} "{role}"',
  },
  *check(context): Iterable<Signal> {
    const binding = bindingOf(context);
    const refused = binding && refusedKind(binding);
    if (refused) {
      const { object, fact } = binding;
      yield { messageId: 'refused', args: { binding: object.resource.header.kind, ...refused }, at: { object, place: fact.roleKind.at }, severity: 'warning', confidence: 'high' };
    }
    const found = binding && !refused ? danglingRole(binding, context) : undefined;
    if (!found) return;
    const { name, kind, namespace } = roleReference(found.binding);
    const { messageId, candidate } = found;
    const other = candidate && (messageId === 'kind' ? (candidate.fact.cluster ? 'ClusterRole' : 'Role') : candidate.object.namespace);
    yield {
      messageId,
      args: { role: name, namespace, kind, other: other ?? '', near: candidate?.object.name ?? '' },
      at: { object: found.binding.object, place: found.binding.fact.roleName.at },
      related: candidate ? [{ at: { object: candidate.object, place: candidate.object.resource.header.name.at }, message: candidateLabel(this.messages['candidate']!, candidate) } satisfies Related] : [],
      confidence: 'medium',
    };
  },
  fixes(context, { messageId }) {
    const binding = bindingOf(context);
    if (!binding) return [];
    if (messageId === 'refused') return binding.fact.cluster && isClusterRole(binding, context) ? [correct(binding, 'kind', 'ClusterRole', 'the binding was refused so far')] : [];
    const { candidate } = danglingRole(binding, context) ?? {};
    const created = 'roleRef cannot be changed, so delete the binding in the cluster and let it be created again';
    if (messageId === 'kind' && candidate) return [correct(binding, 'kind', candidate.fact.cluster ? 'ClusterRole' : 'Role', created)];
    return messageId === 'near' && candidate ? [correct(binding, 'name', candidate.object.name, created)] : [];
  },
});

type Binding = ObjectWith<BindingFact>;
type Candidate = ObjectWith<RoleFact>;
interface Dangling { readonly binding: Binding; readonly messageId: 'elsewhere' | 'kind' | 'near' | 'missing'; readonly candidate?: Candidate | undefined }

/** What the API server takes in no case: a RoleBinding gives a Role or a ClusterRole, a ClusterRoleBinding a ClusterRole (pkg/apis/rbac/validation/validation.go). */
function refusedKind({ fact }: Binding): { kind: string; right: string } | undefined {
  const kind = known(fact.roleKind);
  if (kind === undefined || kind === 'ClusterRole' || (kind === 'Role' && !fact.cluster)) return undefined;
  return { kind, right: fact.cluster ? 'it gives ClusterRoles only' : 'it gives a Role or a ClusterRole' };
}

/** Whether the name is that of a ClusterRole, of the files or built in. */
function isClusterRole({ object, fact }: Binding, { graph, environment }: RuleContext<'object'>): boolean {
  const { roles } = authorizer(graph, { defaults: true, minor: environment.kubernetesMinor });
  return !roles.resolve({ kind: 'ClusterRole', name: known(fact.roleName) ?? '', namespace: '' }, object.document.file).unknown;
}

function danglingRole(binding: Binding, { graph, environment: { kubernetesMinor: minor } }: RuleContext<'object'>): Dangling | undefined {
  if (binding.object.document.dialect === 'template' || binding.object.build) return undefined;
  const { kind, name, namespace } = roleReference(binding);
  if (!isTold(name) || (kind !== 'Role' && kind !== 'ClusterRole') || (kind === 'Role' && !isTold(namespace))) return undefined;
  if (!authorizer(graph, { defaults: true, minor }).roleOf(binding).unknown || mayBeHere(binding, graph)) return undefined;
  const namesake = namesakeOf(binding, graph);
  if (namesake) return { binding, messageId: namesake.fact.cluster === (kind === 'ClusterRole') ? 'elsewhere' : 'kind', candidate: namesake };
  const near = nearRole(binding, graph);
  if (near) return { binding, messageId: 'near', candidate: near };
  return kind === 'Role' && areOtherwiseHere(binding, graph) ? { binding, messageId: 'missing' } : undefined;
}

/** A role of the same folder that no binding names, under a name so like this one that a slip is likely. */
function nearRole(binding: Binding, graph: Graph): Candidate | undefined {
  const { kind, name, namespace } = roleReference(binding);
  return graph.all('role').find(({ object, fact }) => fact.cluster === (kind === 'ClusterRole') && (fact.cluster || object.namespace === namespace) && directoryOf(object) === directoryOf(binding.object)
    && isSlip(name, object.name) && !Object.keys(object.resource.header.labels.entries).some((label) => label.includes('/aggregate-to-')) && !namedRoles(graph).has(`${kind} ${object.name}`));
}

/** The roles that bindings name, once for each graph. */
const namedRoles = perGraph((graph): ReadonlySet<string> => new Set(graph.all('binding').map(roleReference).map(({ kind, name }) => `${kind} ${name}`)));

function correct({ object, fact }: Binding, key: 'kind' | 'name', value: string, check: string): FixProposal {
  const { path } = (key === 'kind' ? fact.roleKind : fact.roleName).at;
  return { id: 'correct', title: `Write ${key === 'kind' ? '' : 'role '}"${value}" (check first that it is meant: its subjects get its rights; ${check})`, safe: false, steps: [{ object, change: { op: 'set', path, value } }] };
}

function candidateLabel(text: string, { object }: ObjectWith<RoleFact>): string {
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
