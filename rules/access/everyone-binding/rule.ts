import { tokenMount, type Graph } from '../../../engine/identity/graph.ts';
import type { Account } from '../../../engine/identity/parts.ts';
import { isTold } from '../../../engine/identity/grants.ts';
import { symbol } from '../../../engine/identity/objects.ts';
import { isDefaultBinding } from '../../../engine/identity/rbac-questions.ts';
import type { ResolvedRole } from '../../../engine/identity/rbac-roles.ts';
import { boundSubjects, inWords, isEveryone, subjectLabel, type BoundSubject } from '../../../engine/identity/rbac-subjects.ts';
import type { Weight } from '../../../engine/identity/role-weight.ts';
import { consumersIn } from '../../../engine/identity/token-consumers.ts';
import { defineRule, type FixProposal, type RuleContext, type Severity } from '../../../engine/lint/rule.ts';
import { bindingGroup } from '../binding-group.ts';
import { bindingPlaces } from '../binding-places.ts';
import { severityOfWeight, weighedBinding, type WeighedBinding } from '../weighed-binding.ts';
import { rightsLabel, roleLabel } from '../rights-label.ts';
import { accountsInstead, withoutSubject } from '../subject-fixes.ts';

export default defineRule({
  id: 'everyone-binding',
  title: 'Binding to everyone',
  family: 'access',
  severity: 'error',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI5:2025', 'cis-kubernetes:5.1.7', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1078'],
  unit: 'object',
  on: ['binding'],
  reads: ['binding', 'role', 'account', 'workload'],
  messages: {
    anonymous: 'Lets everyone who reaches the API server, without any credential, {rights}',
    authenticated: 'Lets everyone with any valid credential, every service account included, {rights}',
    accounts: 'Lets every service account of the cluster, those to come included, {rights}',
    namespace: 'Lets every service account of namespace "{namespace}", those to come included, {rights}',
    unread: 'Binds {subject}, which is everyone, to {role}',
    masters: 'Grants nothing that "system:masters" has not: its members may do everything, and no one can take that from a certificate',
  },
  *check(context) {
    const facts = read(context);
    if (!facts) return;
    const { binding, role, weight, subjects } = facts;
    for (const bound of subjects) {
      const messageId = weight ? messageOf(bound) : bound.name?.name === 'system:masters' ? 'masters' : 'unread';
      yield {
        messageId,
        args: { subject: subjectLabel(bound), role: roleLabel(binding.fact), namespace: namespaceOf(bound), rights: rightsLabel(weight?.rule, binding, namespaceOf(bound)) },
        at: { object: binding.object, place: bound.subject.name.at },
        related: bindingPlaces(role, weight?.rule, [bound]),
        severity: severityOf(bound, weight?.weight),
        confidence: weight || isMasters(bound.name!) ? 'high' : 'low',
        group: bindingGroup(binding, role, boundSubjects(context.graph, binding)),
      };
    }
  },
  fixes(context, signal) {
    const facts = read(context);
    const bound = facts?.subjects.find(({ subject }) => subject.name.at.span.start === signal.at.place.span.start);
    return facts && bound ? fixesOf(facts, bound, context.graph) : [];
  },
});

/** A binding that gives something to everyone, and that is not built in. */
function read(context: RuleContext<'object'>): WeighedBinding | undefined {
  const facts = weighedBinding(context, ({ name }) => name !== undefined && (isEveryone(name) || isMasters(name)));
  return !facts || isDefaultBinding(facts.binding, context.environment.kubernetesMinor) || isForEveryone(facts.binding, facts.role) ? undefined : facts;
}

function isMasters({ kind, name }: { kind: string; name: string }): boolean {
  return kind === 'Group' && name === 'system:masters';
}

/** Roles that are made for everyone: discovery and information about the cluster (semantics.md 4.6). */
const rolesForEveryone = new Set(['system:basic-user', 'system:discovery', 'system:public-info-viewer', 'system:service-account-issuer-discovery']);

/**
 * The same of other distributions, in no file as a rule: what kubeadm shows to nodes that join (cmd/kubeadm/app/phases/
 * bootstraptoken/clusterinfo), and OpenShift's pulling of images (docs.openshift.com, openshift_images/managing_images).
 */
function isForEveryone({ object, fact }: WeighedBinding['binding'], role: ResolvedRole): boolean {
  const name = symbol(fact.roleName);
  if (rolesForEveryone.has(name)) return role.variants.every(({ role: one }) => !one.object);
  if (name === 'kubeadm:bootstrap-signer-clusterinfo') return object.namespace === 'kube-public';
  return name === 'system:image-puller' && role.unknown;
}

function messageOf({ name }: BoundSubject): string {
  if (name!.name === 'system:anonymous' || name!.name === 'system:unauthenticated') return 'anonymous';
  if (name!.name.startsWith('system:authenticated')) return 'authenticated';
  if (name!.name === 'system:masters') return 'masters';
  return name!.name === 'system:serviceaccounts' ? 'accounts' : 'namespace';
}

function namespaceOf({ name }: BoundSubject): string {
  return name!.name.replace(/^system:serviceaccounts:?/, '');
}

/** The accounts of one namespace are fewer than everyone, except where the cluster's controllers live. */
function severityOf(bound: BoundSubject, weight: Weight | undefined): Severity {
  if (isMasters(bound.name!)) return 'info';
  const severity = weight ? severityOfWeight[weight] : 'warning';
  const few = messageOf(bound) === 'namespace' && namespaceOf(bound) !== 'kube-system';
  return few ? (severity === 'error' ? 'warning' : 'info') : severity;
}

/** More subjects than these are no longer a list that anyone would review. */
const mostAccounts = 10;

function fixesOf({ binding, subjects }: WeighedBinding, bound: BoundSubject, graph: Graph): FixProposal[] {
  const others = new Set(boundSubjects(graph, binding).filter((one) => !subjects.includes(one)).flatMap(({ accounts }) => accounts));
  const users = usersAmong(bound, graph, binding.object.document.file).filter((account) => !others.has(account));
  const labels = users.map(({ namespace, name }) => `"${namespace}/${name}"`);
  return [
    ...(users.length === 0 || users.length > mostAccounts ? [] : [{
      id: 'name-accounts',
      title: `Name ${inWords(labels)} instead (check that no other account needs it: these are the ones whose workloads in the files read use the API)`,
      safe: false,
      steps: accountsInstead(binding, bound, users),
    }]),
    withoutSubject(binding, bound, isMasters(bound.name!) ? 'its members keep every right' : 'check who uses this, and bind that account or group by name'),
  ];
}

/** The accounts of a group of accounts whose workloads show that they use the API: what they run does, as far as it is known here. */
function usersAmong(bound: BoundSubject, graph: Graph, file: string): Account[] {
  const about = messageOf(bound);
  if (about !== 'accounts' && about !== 'namespace') return [];
  return graph.accounts.filter((account) =>
    isTold(account.namespace) && (about === 'accounts' || account.namespace === namespaceOf(bound))
    && account.workloads.some((workload) => !graph.proximity.alternatives(file, workload.object.document.file) && tokenMount(workload, account).mounted === true
      && (workload.fact.apiClient !== undefined || consumersIn(workload, account).some(({ consumer }) => consumer.token === 'account'))));
}
