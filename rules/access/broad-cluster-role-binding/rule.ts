import { isTold } from '../../../engine/identity/grants.ts';
import { authorizer } from '../../../engine/identity/permissions.ts';
import { allPowerfulRule, clusterScopeNeed, inEveryVariant, isController, isDefaultBinding, secretsReadRule, wildcardIn } from '../../../engine/identity/rbac-questions.ts';
import { boundSubjects, commonNamespace, fewInWords, inWords, isDedicated, subjectsLabel, useOf, type BoundSubject } from '../../../engine/identity/rbac-subjects.ts';
import type { ResolvedRole } from '../../../engine/identity/rbac-roles.ts';
import type { AccessRule } from '../../../engine/identity/rbac-rules.ts';
import { exposureOf } from '../../../engine/trust/exposure.ts';
import { targetOf } from '../../../engine/trust/target.ts';
import { watchOf } from '../../../engine/identity/watch.ts';
import type { Graph } from '../../../engine/identity/graph.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import type { BindingFact } from '../../../engine/kubernetes/rbac.ts';
import { defineRule, pathIn, type FixProposal, type FixStep, type Related, type RuleContext } from '../../../engine/lint/rule.ts';
import { shownName, symbol } from '../../../engine/identity/objects.ts';
import { bindingGroup } from '../binding-group.ts';
import { bindingPlaces } from '../binding-places.ts';

export default defineRule({
  id: 'broad-cluster-role-binding',
  title: 'Broad rights in every namespace',
  family: 'access',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI5:2025', 'cis-kubernetes:5.1.2', 'cis-kubernetes:5.1.3', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1098.006'],
  unit: 'object',
  on: ['binding'],
  reads: ['binding', 'role', 'account', 'workload', 'service', 'route'],
  messages: {
    builtin: '"{role}" holds in every namespace through this ClusterRoleBinding: {subjects} can read all Secrets and act as any account',
    secrets: 'Lets {subjects} read the Secrets of every namespace',
    everything: 'Lets {subjects} {verbs} every resource{group} in every namespace',
    everyVerb: 'Lets {subjects} do anything with {resources} in every namespace',
    watchesOne: 'As it is configured here, {subjects} works in namespace "{namespace}" only; this ClusterRoleBinding grants "{role}" in every namespace',
    namespaced: 'All that "{role}" grants is namespaced, and all its subjects live in namespace "{namespace}": a RoleBinding would do, unless they work in other namespaces too',
  },
  *check(context) {
    const facts = read(context);
    if (!facts) return;
    const { binding, role, subjects } = facts;
    const args = { subjects: subjectsLabel(subjects, binding.fact.open), role: symbol(binding.fact.roleName) };
    const at = { object: binding.object, place: binding.fact.roleName.at };
    const broad = breadth(role, args.role);
    if (broad) {
      const exposed = exposures(context.graph, subjects);
      yield {
        messageId: broad.messageId,
        args: { ...args, ...broad.args },
        at,
        related: [...bindingPlaces(role, broad.rule, subjects), ...exposed],
        severity: useOf(subjects) === 'unused' ? 'info' : 'warning',
        persona: broad.rule && exposed.length === 0 && isOwnController(facts, broad.rule) ? 'pedantic' : 'regular',
        confidence: subjects.some(({ name }) => name) ? 'high' : 'medium',
        group: bindingGroup(facts.binding, role, subjects),
      };
      return;
    }
    const narrow = narrowness(facts);
    if (narrow) yield { messageId: narrow.messageId, args: { ...args, namespace: narrow.namespace }, at, related: [...narrow.related, ...bindingPlaces(role, undefined, subjects)], persona: 'pedantic', severity: 'info', confidence: 'medium' };
  },
  fixes(context) {
    const facts = read(context);
    if (!facts) return [];
    const { binding: { fact }, role, subjects } = facts;
    if (fact.open) return [];
    const watched = watchedBy(subjects);
    // admin and edit are made to be bound in a namespace; what they hold of cluster scope is the Namespace itself.
    const need = isUserFacing(known(fact.roleName), role) ? 'not needed' : clusterScopeNeed(role.rules);
    if (role.open || need === 'needed' || (need === 'unknown' && !watched)) return [];
    const namespaces = subjects.map(({ name }) => (watched?.namespace ?? (name?.kind === 'ServiceAccount' ? name.namespace : '')));
    return !namespaces.every(isTold) ? [] : [asRoleBindings(facts, namespaces, watched !== undefined)];
  },
});

interface Facts {
  readonly binding: { readonly object: RuleContext<'object'>['unit']['object']; readonly fact: BindingFact };
  readonly role: ResolvedRole;
  readonly subjects: readonly BoundSubject[];
}

/** A ClusterRoleBinding to a role that is known, less than full control (cluster-admin-binding has that), and not built in. */
function read({ unit: { object }, graph, environment }: RuleContext<'object'>): Facts | undefined {
  const fact = object.resource.facts.find((one): one is BindingFact => one.fact === 'binding');
  if (!fact?.cluster || (fact.subjects.length === 0 && !fact.open)) return undefined;
  const binding = { object, fact };
  const role = authorizer(graph, { defaults: true, minor: environment.kubernetesMinor }).roleOf(binding);
  if (role.unknown || role.variants.some(({ rules }) => allPowerfulRule(rules)) || isDefaultBinding(binding, environment.kubernetesMinor)) return undefined;
  return { binding, role, subjects: boundSubjects(graph, binding) };
}

function isUserFacing(name: string | undefined, role: ResolvedRole): boolean {
  return (name === 'admin' || name === 'edit') && role.variants.every((variant) => variant.role.builtin);
}

interface Breadth { readonly messageId: string; readonly args: Record<string, string>; readonly rule: AccessRule | undefined }

/** Why a role is too much for every namespace at once, the gravest reason first. */
function breadth(role: ResolvedRole, name: string): Breadth | undefined {
  if (isUserFacing(name, role)) return { messageId: 'builtin', args: {}, rule: undefined };
  const wildcard = inEveryVariant(role, wildcardIn);
  if (wildcard?.list === 'resources') return { messageId: 'everything', args: { verbs: verbsOf(wildcard.rule), group: groupsOf(wildcard.rule) }, rule: wildcard.rule };
  const secrets = inEveryVariant(role, secretsReadRule);
  if (secrets) return { messageId: 'secrets', args: {}, rule: secrets };
  return wildcard && { messageId: 'everyVerb', args: { resources: fewInWords(wildcard.resources) }, rule: wildcard.rule };
}

/**
 * An operator watches the whole cluster by design: what its dedicated account holds is pedantic, unless the operator can be
 * reached from outside (an ingress controller), or what it holds is every resource there is.
 */
function isOwnController({ binding, role, subjects }: Facts, rule: AccessRule): boolean {
  return !rule.resources.includes('*') && !binding.fact.open && isDedicated(subjects) && role.variants.every(({ rules }) => isController(rules));
}

/** Where callers from outside the cluster reach a workload that runs as one of the subjects. */
function exposures(graph: Graph, subjects: readonly BoundSubject[]): Related[] {
  const workloads = new Set(subjects.flatMap(({ accounts }) => accounts.flatMap((account) => account.workloads)));
  return [...workloads].flatMap((workload) => {
    const at = exposureOf(graph, targetOf(workload));
    return at ? [{ at, message: `${workload.object.resource.header.kind} "${shownName(workload.object.name)}" can be reached from outside the cluster` }] : [];
  }).slice(0, 1);
}

function verbsOf({ verbs }: AccessRule): string {
  return verbs.includes('*') ? 'do anything with' : inWords(verbs);
}

function groupsOf({ apiGroups }: AccessRule): string {
  if (apiGroups.includes('*')) return '';
  const groups = apiGroups.map((group) => group || 'the core group');
  return ` of ${fewInWords(groups)}`;
}

/** The one namespace that every workload of the subjects is configured to work in. */
function watchedBy(subjects: readonly BoundSubject[]): { namespace: string; related: Related[] } | undefined {
  const workloads = subjects.flatMap(({ accounts }) => accounts.flatMap((account) => account.workloads));
  const covered = subjects.every(({ accounts }) => accounts.some((account) => account.workloads.length > 0));
  const watches = workloads.map((workload) => ({ workload, watch: watchOf(workload) }));
  const namespaces = new Set(watches.flatMap(({ watch }) => watch?.namespaces ?? ['']));
  const [namespace] = namespaces;
  if (!covered || namespaces.size !== 1 || !namespace) return undefined;
  return { namespace, related: watches.flatMap(({ workload, watch }) => (watch ? [{ at: { object: workload.object, place: watch.at }, message: `${workload.object.resource.header.kind} "${shownName(workload.object.name)}" is told to work in "${namespace}"` }] : [])) };
}

/** Whether the files show that one namespace would do. Where subjects live alone shows nothing: operators live in one namespace and work in all. */
function narrowness({ binding, role, subjects }: Facts): { messageId: string; namespace: string; related: Related[] } | undefined {
  const need = clusterScopeNeed(role.rules);
  const home = commonNamespace(subjects);
  if (binding.fact.open || role.open || role.rules.length === 0 || need === 'needed' || home === undefined) return undefined;
  const watched = watchedBy(subjects);
  if (watched) return { messageId: 'watchesOne', namespace: watched.namespace, related: watched.related };
  return need === 'not needed' ? { messageId: 'namespaced', namespace: home, related: [] } : undefined;
}

/** One RoleBinding for each namespace in place of the ClusterRoleBinding; every subject stays bound where it lives or works. */
function asRoleBindings({ binding: { object, fact } }: Facts, namespaces: readonly string[], shown: boolean): FixProposal {
  const [first, ...others] = [...new Set(namespaces)] as [string, ...string[]];
  const moved = fact.subjects.map((_, i) => i).filter((i) => namespaces[i] !== first).reverse();
  const steps: FixStep[] = [
    { object, change: { op: 'set', path: pathIn(object, 'kind'), value: 'RoleBinding' } },
    { object, change: { op: 'set', path: pathIn(object, 'metadata', 'namespace'), value: first, after: 'name' } },
    ...moved.map((i): FixStep => ({ object, change: { op: 'remove', path: pathIn(object, 'subjects', i) } })),
    { after: object, add: others.map((namespace) => roleBinding(object.name, fact, namespace, fact.subjects.filter((_, i) => namespaces[i] === namespace))) },
  ];
  const where = others.length === 0 ? `a RoleBinding in "${first}"` : `RoleBindings in ${[first, ...others].map((one) => `"${one}"`).join(', ')}`;
  return {
    id: 'role-binding',
    title: `Make it ${where} (check that nothing outside is needed; delete the ClusterRoleBinding "${shownName(object.name)}" in the cluster)`,
    safe: false,
    choice: !shown,
    steps,
  };
}

function roleBinding(name: string, fact: BindingFact, namespace: string, subjects: BindingFact['subjects']): unknown {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: known(fact.roleName) },
    subjects: subjects.map((subject) => ({ kind: known(subject.kind), name: known(subject.name), namespace: known(subject.namespace) })),
  };
}
