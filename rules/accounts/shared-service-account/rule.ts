import { accountLabel, type Graph } from '../../../engine/identity/graph.ts';
import type { Account, Workload } from '../../../engine/identity/parts.ts';
import { type Grant, isTold } from '../../../engine/identity/grants.ts';
import { isSymbol, shownName, type Location } from '../../../engine/identity/objects.ts';
import { tierOf } from '../../../engine/inventory/tier.ts';
import { hasToken, sharersOf, speaksForOwner } from '../../../engine/inventory/sharing.ts';
import { isPartial } from '../../../engine/identity/token-need.ts';
import { defineRule, type Related } from '../../../engine/lint/rule.ts';
import { accountGroup } from '../account-group.ts';
import { ownAccount, ownName } from '../own-account.ts';

/** How many other users of an account are shown; the rest is counted. */
const shown = 5;

export default defineRule({
  id: 'shared-service-account',
  title: 'One account for several workloads',
  family: 'accounts',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI9:2025', 'owasp-agentic-2026:ASI03', 'cis-kubernetes:5.1.5', 'nist-sp-800-207:2.1-4', 'mitre-attack:T1078'],
  unit: 'workload',
  reads: ['workload', 'account', 'binding', 'service', 'route'],
  messages: {
    shared: 'Account "{account}" is shared: {others} as it, too',
    tiers: 'Account "{account}" is shared across trust tiers: this workload is {tier}, and {others} as it, too',
    bound: 'Account "{account}" has rights, and everything in its namespace that names no account has them: {others} as it, too',
    other: '{workload} runs as it, too',
    last: '{workload} runs as it, too, and {more}',
    exposed: 'this makes {workload} reachable from outside the cluster',
    privileged: '{workload} has the powers of its node',
    object: 'the account',
    binding: 'what this binding grants, each of them may do',
  },
  *check({ unit: workload, graph }) {
    const account = graph.accountOf(workload);
    const grants = graph.grantsOf(account).filter((grant) => grant.via !== 'group');
    if (workload.repeated || isPartial(workload.fact) || !speaksForOwner(workload, account)) return;
    if (account.name === 'default' && (grants.length === 0 || !hasToken(workload, account))) return;
    const sharers = sharersOf(workload, account, graph, account.name === 'default' ? 'withToken' : 'all');
    if (sharers.count === 0) return;
    const across = first(shown, sharers.strangersAcross());
    const told = first(shown, new Set([...across, ...first(shown, sharers.all())]));
    const { tier } = tierOf(workload, graph);
    yield {
      messageId: across.length > 0 ? 'tiers' : account.name === 'default' ? 'bound' : 'shared',
      args: { account: accountLabel(account), others: othersLabel(told[0]!, sharers.count - 1), tier },
      at: { object: workload.object, place: workload.accountAt },
      related: [...tierPlaces(workload, across[0], graph, this.messages), ...sharerPlaces(told, sharers.count, this.messages), ...accountPlaces(account, grants, this.messages)],
      severity: across.length > 0 ? 'error' : 'warning',
      persona: first(1, sharers.strangers()).length > 0 ? 'regular' : 'pedantic',
      // Equal expressions of a template are equal names as a rule; directories without a namespace are one only by their looks.
      confidence: isSymbol(account.name) || !isTold(account.namespace) ? 'medium' : 'high',
      group: accountGroup(account),
    };
  },
  fixes({ unit: workload, graph }) {
    const account = graph.accountOf(workload);
    const name = ownName(workload, account, graph);
    return name === undefined ? [] : [ownAccount(workload, account, name, graph)];
  },
});

type Messages = Readonly<Record<string, string>>;

function first<T>(count: number, of: Iterable<T>): T[] {
  const found: T[] = [];
  for (const one of of) if (found.push(one) === count) break;
  return found;
}

function workloadLabel({ object }: Workload): string {
  const { kind } = object.resource.header;
  return object.name === '' ? `a ${kind}` : `${kind} "${shownName(object.name)}"`;
}

function othersLabel(first: Workload, more: number): string {
  const name = workloadLabel(first);
  return more === 0 ? `${name} runs` : `${name} and ${moreWorkloads(more)} run`;
}

function moreWorkloads(count: number): string {
  return count === 1 ? 'one more workload' : `${count} more workloads`;
}

function sharerPlaces(sharers: readonly Workload[], count: number, messages: Messages): Related[] {
  const last = count > sharers.length ? sharers.length - 1 : undefined;
  return sharers.map((other, i) => ({
    at: { object: other.object, place: other.accountAt },
    message: messages[i === last ? 'last' : 'other']!.replace('{workload}', workloadLabel(other)).replace('{more}', moreWorkloads(count - sharers.length)),
  }));
}

function tierPlaces(workload: Workload, other: Workload | undefined, graph: Graph, messages: Messages): Related[] {
  if (!other) return [];
  return [workload, other].flatMap((one) => {
    const { tier, at } = tierOf(one, graph);
    return at ? [{ at, message: messages[tier]!.replace('{workload}', workloadLabel(one)) }] : [];
  });
}

function accountPlaces(account: Account, grants: readonly Grant[], messages: Messages): Related[] {
  const objects: Location[] = account.objects.map(({ object }) => ({ object, place: object.resource.header.name.at }));
  const bindings: Location[] = grants.slice(0, 3).map(({ binding, subject }) => ({ object: binding.object, place: subject.at }));
  return [...objects.map((at) => ({ at, message: messages['object']! })), ...bindings.map((at) => ({ at, message: messages['binding']! }))];
}
