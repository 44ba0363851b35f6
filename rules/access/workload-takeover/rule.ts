import { bindingLabel, powerLabel, roleLabel } from '../../../engine/identity/access-words.ts';
import { tierOf } from '../../../engine/inventory/tier.ts';
import { accountLabel, tokenMount, type Graph } from '../../../engine/identity/graph.ts';
import type { Account, Workload } from '../../../engine/identity/parts.ts';
import { infrastructureOf } from '../../../engine/identity/infrastructure.ts';
import { authorizer } from '../../../engine/identity/permissions.ts';
import { isNear, reachIn, type Reached, type Step } from '../../../engine/identity/reach.ts';
import type { GraphObject } from '../../../engine/identity/objects.ts';
import { isPartial } from '../../../engine/identity/token-need.ts';
import { defineRule, type Related } from '../../../engine/lint/rule.ts';
import { roleGroup } from '../role-group.ts';

export default defineRule({
  id: 'workload-takeover',
  title: 'Workload whose token leads to cluster-admin',
  family: 'access',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI5:2025', 'owasp-agentic-2026:ASI03', 'cis-kubernetes:5.1.1', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-3', 'pci-dss-4.0.1:7.2.5', 'mitre-attack:T1078', 'mitre-attack:T1528'],
  unit: 'workload',
  wide: true,
  reads: ['workload', 'account', 'binding', 'role', 'secret', 'service', 'route'],
  messages: {
    admin: 'Whoever takes over this {kind} is cluster-admin in {steps}: the token of account "{account}" {path}',
    exposed: 'Whoever takes over this {kind}, which can be reached from outside the cluster, is cluster-admin in {steps}: the token of account "{account}" {path}',
    infrastructure: 'Whoever takes over this {kind} is cluster-admin in {steps}: the token of account "{account}" {path}. It is {class}, which needs such rights: guard it as you guard the API server',
    other: 'Whoever takes over this {kind} can become {whom}: the token of account "{account}" {path}',
    exposure: 'this makes it reachable from outside the cluster',
  },
  *check({ unit: workload, graph, environment }) {
    const account = graph.accountOf(workload);
    if (workload.repeated || isPartial(workload.fact) || !holdsToken(workload, account)) return;
    // What the built-in bindings give every account leads nowhere; only kube-system has built-in accounts with more (bootstrappolicy of k8s.io/kubernetes).
    if (graph.grantsOf(account).length === 0 && account.namespace !== 'kube-system') return;
    const reach = reachIn(graph, authorizer(graph, { defaults: true, minor: environment.kubernetesMinor }));
    const admin = reach.toClusterAdmin(account);
    const found = admin ?? reach.toOther(account);
    if (!found) return;
    const exposed = exposureOf(workload, graph);
    const part = infrastructureOf(workload);
    const messageId = !admin ? 'other' : part ? 'infrastructure' : exposed ? 'exposed' : 'admin';
    yield {
      messageId,
      args: {
        kind: workload.object.resource.header.kind,
        account: accountLabel(account),
        steps: found.path.length === 1 ? 'one step' : `${found.path.length} steps`,
        path: pathWords(found),
        whom: powerLabel(found.power),
        class: part ?? '',
      },
      at: { object: workload.object, place: workload.accountAt },
      related: [...placesOf(found), ...(exposed ? [{ at: exposed, message: this.messages['exposure']! }] : [])],
      severity: admin ? (part ? (exposed ? 'warning' : 'info') : exposed ? 'error' : 'warning') : 'info',
      persona: admin && !isLoose(workload, account, found) ? 'regular' : 'pedantic',
      confidence: isLoose(workload, account, found) ? 'low' : tokenMount(workload, account).mounted === 'unknown' || isSpread(workload, found) ? 'medium' : 'high',
      group: groupOf(found),
    };
  },
});

/** Whether the account's API token is in the pods, by automount or by a projected volume; what is not known counts as yes, as it is by default. */
function holdsToken(workload: Workload, account: Account): boolean {
  return tokenMount(workload, account).mounted !== false || workload.fact.volumes.some(({ tokens }) => tokens.some(({ audience }) => audience.state === 'absent'));
}

/** Whether only names that every cluster has, such as the account or the namespace `default`, tie parts of the way in different directories together: they may be of two clusters. */
function isLoose({ object }: Workload, account: Account, { path }: Reached): boolean {
  const binding = path[0]!.escalation?.permissions[0]?.binding.object?.object;
  if (account.objects.length === 0 && binding !== undefined && !isNear(object.document.file, binding.document.file)) return true;
  return path.some(({ to }) => to.kind === 'account' && to.account.namespace === 'default' && isElsewhere(object, to.account));
}

/** Whether the way leads through accounts of other directories, which may be installed elsewhere, or not at all. */
function isSpread({ object }: Workload, { path }: Reached): boolean {
  return path.some(({ to }) => to.kind === 'account' && isElsewhere(object, to.account));
}

function isElsewhere({ document }: GraphObject, { objects, workloads }: Account): boolean {
  return ![...objects, ...workloads].some(({ object }) => isNear(document.file, object.document.file));
}

/** What runs to its end listens to nobody, also where a Service selects its pods by a label that they share. */
const runs = new Set(['Job', 'CronJob', 'Workflow', 'CronWorkflow']);

function exposureOf(workload: Workload, graph: Graph) {
  const { tier, at } = tierOf(workload, graph);
  return tier === 'exposed' && !runs.has(workload.object.resource.header.kind) ? at : undefined;
}

function pathWords({ path }: Reached): string {
  return path.map((step, i) => (step.escalation ? `${i === 0 ? 'can' : 'that one can'} ${step.reason}` : step.reason)).join('; ');
}

/** Every place of the path: the rule that allows a step, the binding where the role is built in, what shows who runs as whom. */
function placesOf({ path }: Reached): Related[] {
  return path.flatMap((step, i) => [...granting(step, `step ${i + 1}`), ...(step.at ? [{ at: step.at, message: `step ${i + 1}: ${step.reason}` }] : [])]);
}

function granting({ escalation }: Step, which: string): Related[] {
  return [...new Set(escalation?.permissions ?? [])].flatMap((permission): Related[] => {
    const { binding, rule, role } = permission;
    if (rule.source) return [{ at: { object: rule.source.object, place: rule.source.rule.at }, message: `${which}: this rule of ${roleLabel({ binding, role })}, through ${bindingLabel(binding)}` }];
    return binding.object ? [{ at: { object: binding.object.object, place: binding.object.fact.roleName.at }, message: `${which}: ${bindingLabel(binding)} gives ${roleLabel({ binding, role })}` }] : [];
  });
}

/** The first step is the fault: its finding on the role or on the binding is of the same group. */
function groupOf({ path }: Reached): string | undefined {
  const permission = path[0]?.escalation?.permissions[0];
  const object = permission?.rule.source?.object ?? permission?.binding.object?.object;
  return object && roleGroup(object);
}
