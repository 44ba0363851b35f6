import { authorizer } from '../../../engine/identity/permissions.ts';
import { allPowerfulRule, inEveryVariant, isDefaultBinding, isDefaultName } from '../../../engine/identity/rbac-questions.ts';
import { boundSubjects, commonNamespace, isEveryone, subjectsLabel, useOf, type BoundSubject } from '../../../engine/identity/rbac-subjects.ts';
import type { ObjectWith } from '../../../engine/identity/parts.ts';
import type { BindingFact } from '../../../engine/kubernetes/rbac.ts';
import { defineRule, pathIn, type FixProposal, type FixStep, type RuleContext, type Severity } from '../../../engine/lint/rule.ts';
import { type GraphObject, namespaceWords, shownName, symbol } from '../../../engine/identity/objects.ts';
import { bindingGroup } from '../binding-group.ts';
import { bindingPlaces } from '../binding-places.ts';

export default defineRule({
  id: 'cluster-admin-binding',
  title: 'Binding that gives full control',
  family: 'access',
  severity: 'error',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI5:2025', 'cis-kubernetes:5.1.1', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1098.006'],
  unit: 'object',
  on: ['binding'],
  reads: ['binding', 'role', 'account', 'workload'],
  messages: {
    cluster: 'Gives {subjects} full control of the cluster',
    clusterAlias: 'Gives {subjects} full control of the cluster: "{role}" allows every verb on every resource, as cluster-admin does',
    namespace: 'Gives {subjects} full control of {namespace}, down to the labels of the Namespace itself',
    namespaceAlias: 'Gives {subjects} full control of {namespace}: "{role}" allows every verb on every resource, as cluster-admin does',
  },
  *check(context) {
    const found = fullControl(context);
    if (!found) return;
    const { binding, role, rule, subjects } = found;
    const { cluster } = binding.fact;
    const alias = symbol(binding.fact.roleName) !== 'cluster-admin';
    yield {
      messageId: cluster ? (alias ? 'clusterAlias' : 'cluster') : alias ? 'namespaceAlias' : 'namespace',
      args: { subjects: subjectsLabel(subjects, binding.fact.open), role: shownName(symbol(binding.fact.roleName)), namespace: namespaceWords(binding.object.namespace) },
      at: { object: binding.object, place: binding.fact.roleName.at },
      related: bindingPlaces(role, alias ? rule : undefined, subjects),
      severity: severityOf(binding, subjects),
      // An account without namespace in a ClusterRoleBinding is refused as it stands; what applies the file may put one in.
      confidence: subjects.some(({ name }) => name) ? 'high' : 'medium',
      group: bindingGroup(binding, role, subjects),
    };
  },
  fixes(context) {
    const found = fullControl(context);
    if (!found) return [];
    const { binding, subjects } = found;
    const { object, fact } = binding;
    // The API server puts its own subjects and role back at its next start.
    if (isDefaultName(binding, context.environment.kubernetesMinor)) return [];
    if (!fact.cluster) return [narrower(binding, 'admin'), narrower(binding, 'edit'), narrower(binding, 'view')];
    const namespace = commonNamespace(subjects);
    return [...(namespace === undefined || fact.open ? [] : [inNamespace(object, fact, namespace)]), narrower(binding, 'view')];
  },
});

/** The binding of an object with its role, if it gives somebody full control and is not built in. */
function fullControl({ unit: { object }, graph, environment }: RuleContext<'object'>) {
  const fact = object.resource.facts.find((one): one is BindingFact => one.fact === 'binding');
  if (!fact || (fact.subjects.length === 0 && !fact.open)) return undefined;
  const binding = { object, fact };
  const role = authorizer(graph, { defaults: true, minor: environment.kubernetesMinor }).roleOf(binding);
  const rule = inEveryVariant(role, allPowerfulRule);
  if (!rule || isDefaultBinding(binding, environment.kubernetesMinor)) return undefined;
  return { binding, role, rule, subjects: boundSubjects(graph, binding) };
}

/**
 * People administer clusters; that a workload does, or everyone may, is worse. What nothing uses can wait. Who owns
 * kube-system owns the cluster: the accounts of its controllers live there (semantics.md 5.1).
 */
function severityOf({ object, fact }: ObjectWith<BindingFact>, subjects: readonly BoundSubject[]): Severity {
  if (subjects.some(({ name }) => name && isEveryone(name))) return 'error';
  const people = subjects.length > 0 && subjects.every(({ name }) => name && name.kind !== 'ServiceAccount');
  const idle = useOf(subjects) === 'unused';
  if (fact.cluster || object.namespace === 'kube-system') return people || idle ? 'warning' : 'error';
  return idle ? 'info' : 'warning';
}

/** roleRef cannot be changed on an existing binding (rbac validation.go), so the old one has to go first. */
function deletion({ object, fact }: ObjectWith<BindingFact>): string {
  return `roleRef is immutable: delete the ${fact.cluster ? 'ClusterRoleBinding' : 'RoleBinding'} "${shownName(object.name)}" in the cluster, then apply`;
}

function roleSteps({ object, fact }: ObjectWith<BindingFact>, role: string): FixStep[] {
  const kind: FixStep[] = fact.roleKind.state === 'known' && fact.roleKind.value === 'ClusterRole' ? [] : [{ object, change: { op: 'set', path: pathIn(object, 'roleRef', 'kind'), value: 'ClusterRole' } }];
  return [...kind, { object, change: { op: 'set', path: pathIn(object, 'roleRef', 'name'), value: role } }];
}

const enough = { view: 'reading, without Secrets, is enough', edit: 'no roles, quotas or cluster-scoped objects are needed', admin: 'no quotas or cluster-scoped objects are needed' };

function narrower(binding: ObjectWith<BindingFact>, role: keyof typeof enough): FixProposal {
  return { id: `bind-${role}`, title: `Bind "${role}" instead (check that ${enough[role]}; ${deletion(binding)})`, safe: false, choice: true, steps: roleSteps(binding, role) };
}

function inNamespace(object: GraphObject, fact: BindingFact, namespace: string): FixProposal {
  const binding = { object, fact };
  return {
    id: 'bind-in-namespace',
    title: `Bind "admin" in namespace "${namespace}" only (check that ${enough.admin}, and nothing outside that namespace; delete the ClusterRoleBinding "${shownName(object.name)}" in the cluster)`,
    safe: false,
    choice: true,
    steps: [
      { object, change: { op: 'set', path: pathIn(object, 'kind'), value: 'RoleBinding' } },
      { object, change: { op: 'set', path: pathIn(object, 'metadata', 'namespace'), value: namespace, after: 'name' } },
      ...roleSteps(binding, 'admin'),
    ],
  };
}
