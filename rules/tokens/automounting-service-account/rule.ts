import { shownName } from '../../../engine/identity/objects.ts';
import { accountLabel } from '../../../engine/identity/graph.ts';
import type { Account, ObjectWith } from '../../../engine/identity/parts.ts';
import { canOptOutSafely, tokenNeed } from '../../../engine/identity/token-need.ts';
import type { AccountFact } from '../../../engine/kubernetes/account.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { defineRule, pathIn, type FixStep, type Related, type RuleContext } from '../../../engine/lint/rule.ts';

/** More places would bury the finding. */
const shown = 5;

export default defineRule({
  id: 'automounting-service-account',
  title: 'Account that does not opt out of automounting',
  family: 'tokens',
  severity: 'info',
  persona: 'pedantic',
  frameworks: ['owasp-nhi:NHI5:2025', 'cis-kubernetes:5.1.6', 'nist-sp-800-207:2.1-3', 'mitre-attack:T1528'],
  unit: 'account',
  reads: ['account', 'workload', 'binding'],
  messages: {
    absent: 'The token of account "{account}" is mounted into every pod that does not say otherwise',
    said: 'This mounts the token of account "{account}" into every pod that does not say otherwise, as is the default',
    relies: '{workload} does not say otherwise',
  },
  *check({ unit: account }) {
    for (const { object, fact } of account.objects) {
      if (fact.automount.state === 'hole' || known(fact.automount) === false) continue;
      const said = fact.automount.state === 'known';
      yield {
        messageId: said ? 'said' : 'absent',
        args: { account: accountLabel(account) },
        at: { object, place: said ? fact.automount.at : object.resource.header.name.at },
        related: relying(account).slice(0, shown).map((workload): Related => ({ at: { object: workload.object, place: workload.accountAt }, message: this.messages['relies']!.replace('{workload}', `${workload.object.resource.header.kind} "${shownName(workload.object.name)}"`) })),
      };
    }
  },
  fixes(context, { at }) {
    const one = context.unit.objects.find(({ object }) => object === at.object);
    if (!one) return [];
    const safe = isSafe(context);
    const needing = relying(context.unit).filter((workload) => tokenNeed(workload, context.unit, context.graph) !== undefined);
    const asking = needing.filter(({ fact }) => !fact.generated);
    return [{
      id: 'opt-out',
      // Where an operator writes the pods, nobody here can have them ask for the token.
      choice: needing.some(({ fact }) => fact.generated),
      title: `Mount the token only where a pod asks for it${askingNow(asking)}${safe ? '' : ` (check first which ${asking.length > 0 ? 'other ' : ''}pods that say nothing call the Kubernetes API: those have to say automountServiceAccountToken: true)`}`,
      safe,
      steps: [optOut(one), ...asking.map(askFor)],
    }];
  },
});

/** What runs as an account and leaves the question to it. */
function relying({ workloads }: Account): Account['workloads'] {
  return workloads.filter(({ fact }) => fact.automount.state === 'absent');
}

/** Every pod among the files says so itself or needs no token, and there are no others. */
function isSafe({ unit: account, graph, environment }: RuleContext<'account'>): boolean {
  return account.objects.every(({ object }) => environment.isComplete(object)) && relying(account).every((workload) => canOptOutSafely(workload, account, graph, environment.isComplete));
}

/** What the fix has ask for the token, in words. */
function askingNow([first, ...more]: Account['workloads']): string {
  if (!first) return '';
  return `, as ${first.object.resource.header.kind} "${shownName(first.object.name)}"${more.length > 0 ? ` and ${more.length} more do` : ' does'} from now on`;
}

/** What shows a need of the token goes on having it. */
function askFor({ object, fact }: Account['workloads'][number]): FixStep {
  return { object, change: { op: 'set', path: fact.automount.at.path, value: true, after: 'serviceAccountName' } };
}

function optOut({ object }: ObjectWith<AccountFact>): FixStep {
  return { object, change: { op: 'set', path: pathIn(object, 'automountServiceAccountToken'), value: false } };
}
