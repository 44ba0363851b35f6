import { accountLabel, tokenMount, type TokenMount } from '../../../engine/identity/graph.ts';
import type { Account, Workload } from '../../../engine/identity/parts.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { hidesPrograms } from '../../../engine/identity/token-consumers.ts';
import { canOptOutSafely, grantedToEveryone, isPartial, replacesToken, tokenNeed } from '../../../engine/identity/token-need.ts';
import { defineRule, pathIn, type Confidence, type FixProposal, type FixStep, type Related, type RuleContext } from '../../../engine/lint/rule.ts';
import { optOutGroup } from '../opt-out-group.ts';

export default defineRule({
  id: 'automounted-token',
  title: 'API token mounted where nothing needs it',
  family: 'tokens',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI5:2025', 'cis-kubernetes:5.1.6', 'nist-sp-800-207:2.1-3', 'mitre-attack:T1528'],
  unit: 'workload',
  reads: ['workload', 'account', 'binding', 'misplaced'],
  messages: {
    unneeded: 'The token of account "{account}" is mounted here, and nothing in the files read needs it',
    undone: 'Account "{account}" opts out of mounting its token; this line mounts it again, and nothing in the files read needs it',
    unread: 'The token of account "{account}" is mounted here unless the account opts out; neither the account nor a need for its token is among the files read',
    optOut: 'the account opts out here',
    mounts: 'the account says here that its token is mounted',
    everyone: 'this binding gives every account rights, and the token carries them',
  },
  *check({ unit: workload, graph, environment }) {
    const account = graph.accountOf(workload);
    const mount = tokenMount(workload, account);
    if (mount.mounted !== true || workload.repeated || isPartial(workload.fact) || replacesToken(workload.fact)) return;
    if (tokenNeed(workload, account, graph)) return;
    const everyone = grantedToEveryone(account, graph);
    const related: Related[] = [
      ...(mount.overrides ? [{ at: mount.overrides, message: this.messages['optOut']! }] : []),
      ...(mount.decidedBy === 'account' ? account.objects.map(({ object, fact }) => ({ at: { object, place: fact.automount.at }, message: this.messages['mounts']! })) : []),
      ...everyone.slice(0, 3).map(({ binding, subject }) => ({ at: { object: binding.object, place: subject.at }, message: this.messages['everyone']! })),
    ];
    const unread = isUnread(account) && mount.decidedBy === 'nothing';
    const sure: Confidence = environment.isComplete(workload.object) ? 'high' : 'medium';
    yield {
      messageId: mount.overrides ? 'undone' : unread ? 'unread' : 'unneeded',
      args: { account: accountLabel(account) },
      at: mount.at,
      related,
      // Who names an account of its own that is not here has its bindings elsewhere, too, as a rule.
      persona: isUnread(account) ? 'pedantic' : 'regular',
      group: [workload.object, ...account.objects.map(({ object }) => object)].map(optOutGroup).find((group) => group !== undefined),
      confidence: isUnread(account) || everyone.length > 0 || hidesPrograms(workload.fact) ? 'low' : sure,
    };
  },
  fixes(context) {
    const { unit: workload, graph } = context;
    const account = graph.accountOf(workload);
    const mount = tokenMount(workload, account);
    if (mount.overrides) return [keepOptOut(context, account)];
    return [optOutHere(context, account), ...optOutOnce(context, account, mount)];
  },
});

/** An account that is named on purpose, and is in no file read. Every namespace has a `default`. */
function isUnread({ name, objects }: Account): boolean {
  return objects.length === 0 && name !== 'default';
}

const check = 'check first that no program in it calls the Kubernetes API or proves with this token who it is';

function isSafe({ graph, environment }: RuleContext<'workload'>, workload: Workload, account: Account): boolean {
  return canOptOutSafely(workload, account, graph, environment.isComplete);
}

function keepOptOut(context: RuleContext<'workload'>, account: Account): FixProposal {
  const { object, fact } = context.unit;
  const safe = isSafe(context, context.unit, account);
  return {
    id: 'keep-opt-out',
    title: safe ? 'Remove this line, so that the account\'s opt-out holds' : `Remove this line, so that the account's opt-out holds (${check})`,
    safe,
    steps: [{ object, change: { op: 'remove', path: fact.automount.at.path } }],
  };
}

function optOutHere(context: RuleContext<'workload'>, account: Account): FixProposal {
  const { object, fact } = context.unit;
  const safe = isSafe(context, context.unit, account);
  return {
    id: 'opt-out',
    title: safe ? 'Do not mount the token' : `Do not mount the token (${check})`,
    safe,
    steps: [{ object, change: { op: 'set', path: fact.automount.at.path, value: false, after: 'serviceAccountName' } }],
  };
}

/** The opt-out said once, at the account, for all pods that do not say otherwise. A `default` that no file holds is written out. */
function optOutOnce(context: RuleContext<'workload'>, account: Account, mount: TokenMount): FixProposal[] {
  const { unit: workload } = context;
  if (mount.decidedBy === 'pod' || isUnread(account)) return [];
  // Helm refuses to install what is there already and not its own (helm pkg/action/validate.go, existingResourceConflict): every namespace has a `default`.
  if (account.objects.length === 0 && workload.object.document.dialect === 'template') return [];
  const safe = account.workloads.every((one) => one.fact.automount.state !== 'absent' || isSafe(context, one, account));
  const others = account.workloads.length - 1;
  const users = others === 0 ? 'this workload' : others === 1 ? 'this workload and one more' : `this workload and ${others} more`;
  return [{
    id: 'opt-out-account',
    title: `Do not mount the token of account "${accountLabel(account)}" anywhere it is not asked for: ${users} among the files${safe ? '' : ` (${check.replace('in it', 'of all its pods')})`}`,
    safe,
    choice: true,
    steps: account.objects.length > 0 ? account.objects.map(optOutAt) : [{ after: workload.object, add: [defaultAccount(account.name, known(workload.object.resource.header.namespace))] }],
  }];
}

function optOutAt({ object }: Account['objects'][number]): FixStep {
  return { object, change: { op: 'set', path: pathIn(object, 'automountServiceAccountToken'), value: false } };
}

/** In the namespace that the workload writes: what a kustomization makes of it, it makes of the account, too. */
function defaultAccount(name: string, namespace: string | undefined): unknown {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, automountServiceAccountToken: false };
}
