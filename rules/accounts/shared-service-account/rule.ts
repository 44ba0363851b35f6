import { accountLabel, type Account, type Graph, type Grant, type Workload } from '../../../engine/identity/graph.ts';
import { isTold } from '../../../engine/identity/grants.ts';
import { mentionsOf } from '../../../engine/identity/mentions.ts';
import { isSymbol, type Location } from '../../../engine/identity/objects.ts';
import { tierOf, type Tier } from '../../../engine/identity/exposure.ts';
import { sharersOf, speaksForOwner } from '../../../engine/identity/sharing.ts';
import { tokenConsumers } from '../../../engine/identity/token-consumers.ts';
import { isPartial, tokenNeed } from '../../../engine/identity/token-need.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import type { Path } from '../../../engine/yaml/node.ts';
import { defineRule, pathIn, type FixProposal, type FixStep, type Related } from '../../../engine/lint/rule.ts';

/** How many other users of an account are shown; the rest is counted. */
const shown = 5;

export default defineRule({
  id: 'shared-service-account',
  title: 'One account for several workloads',
  family: 'accounts',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI9:2025', 'cis-kubernetes:5.1.5', 'mitre-attack:T1078'],
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
    if (account.name === 'default' && grants.length === 0) return;
    const sharers = sharersOf(workload, account, graph);
    if (sharers.length === 0) return;
    const strangers = sharers.filter(({ sameApplication }) => !sameApplication);
    const tier = tierOf(workload, graph);
    const across = strangers.filter((other) => differs(tier, tierOf(other.workload, graph)));
    const told = [...new Set([...across.slice(0, shown), ...sharers.slice(0, shown)])].slice(0, shown).map((sharer) => sharer.workload);
    yield {
      messageId: across.length > 0 ? 'tiers' : account.name === 'default' ? 'bound' : 'shared',
      args: { account: accountLabel(account), others: othersLabel(told[0]!, sharers.length - 1), tier: tier.tier },
      at: { object: workload.object, place: workload.accountAt },
      related: [...tierPlaces(workload, across[0]?.workload, graph, this.messages), ...sharerPlaces(told, sharers.length, this.messages), ...accountPlaces(account, grants, this.messages)],
      severity: across.length > 0 ? 'error' : 'warning',
      persona: strangers.length > 0 ? 'regular' : 'pedantic',
      // Equal expressions of a template are equal names as a rule; directories without a namespace are one only by their looks.
      confidence: isSymbol(account.name) || !isTold(account.namespace) ? 'medium' : 'high',
      group: groupOf(account),
    };
  },
  fixes({ unit: workload, graph }) {
    const account = graph.accountOf(workload);
    const name = ownName(workload, account, graph);
    return name === undefined ? [] : [ownAccount(workload, account, name, graph)];
  },
});

type Messages = Readonly<Record<string, string>>;

/** Someone from outside, or with a node's powers, beside someone who is neither. */
function differs(a: Tier, b: Tier): boolean {
  return (a.tier === 'internal') !== (b.tier === 'internal');
}

/** One id an account, the same from run to run: where no namespace tells accounts apart, the file does. */
function groupOf({ namespace, name, objects, workloads }: Account): string {
  const file = (objects[0] ?? workloads[0])?.object.document.file ?? '';
  return `account ${namespace}/${name}${isTold(namespace) ? '' : ` in ${file}`}`;
}

function workloadLabel({ object }: Workload): string {
  const { kind } = object.resource.header;
  return object.name === '' || isSymbol(object.name) ? `a ${kind}` : `${kind} "${object.name}"`;
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

/** The name that a workload's own account would bear: its own. None where that is made up at creation, a template's, or taken. */
function ownName(workload: Workload, account: Account, graph: Graph): string | undefined {
  const { name } = workload.object;
  if (name === '' || isSymbol(name) || name === account.name || account.objects.some(({ object }) => object.context)) return undefined;
  const taken = graph.accounts.some((other) => other.name === name && other.namespace === account.namespace);
  return taken ? undefined : name;
}

/** A new account with what the old one has in these files, for one workload. Everything outside that names the old account stays as it is. */
function ownAccount(workload: Workload, account: Account, name: string, graph: Graph): FixProposal {
  const { object } = workload;
  const parts = account.workloads.filter((one) => one.object === object);
  const grants = graph.grantsOf(account).filter(({ via, binding }) => via !== 'group' && !binding.object.context);
  const mentions = mentionsOf(account, graph).filter((mention) => !graph.proximity.alternatives(object.document.file, mention.object.document.file));
  return {
    id: 'own-account',
    title: `Give this workload an account of its own, "${name}", with the rights that "${accountLabel(account)}" has in these files (${whatToDo(account, graph)})`,
    safe: false,
    steps: [
      { after: object, add: [newAccount(workload, account, name, graph)] },
      ...parts.flatMap((part) => nameAccount(part, name)),
      ...grants.map(({ binding, subject }): FixStep => ({ object: binding.object, change: { op: 'append', path: pathIn(binding.object, 'subjects'), value: subjectFor(subject, account, name) } })),
      ...mentions.map((mention): FixStep => ({ object: mention.object, change: { op: 'append', path: mention.list, value: mention.as(name) } })),
    ],
  };
}

function whatToDo(account: Account, graph: Graph): string {
  const marks = account.objects.flatMap(({ object: { resource: { header } } }) => [...Object.keys(header.annotations.entries), ...Object.keys(header.labels.entries)]);
  const cloud = tokenConsumers.find(({ accountMark }) => marks.some((mark) => accountMark?.test(mark)));
  return [
    ...(account.objects.length === 0 && account.name !== 'default' ? ['the old account is not among the files read: what is bound to it elsewhere has to be bound again'] : []),
    ...(graph.grantsOf(account).some(({ binding }) => binding.object.context) ? ['some of its rights come from bindings that are in the cluster only: bind those again'] : []),
    ...(cloud ? [`it loses ${cloud.name}: the cloud trusts the old account by name, so add the new one there`] : []),
    ...(graph.all('otherMesh').length > 0 ? ['the mesh policies in these files may name the old account'] : []),
    'check first which Vault roles, mesh policies and other systems know the old name, and take away the rights that it does not need',
  ].join('; ');
}

function newAccount(workload: Workload, account: Account, name: string, graph: Graph): unknown {
  const [old] = account.objects;
  const told = old && known(old.fact.automount);
  // Of an account in no file read it is not known what it is bound to, so neither whether its token is needed.
  const optsOut = told ?? (old && !tokenNeed(workload, account, graph) ? false : undefined);
  const pullSecrets = (old?.fact.imagePullSecrets ?? []).map(known).filter((secret) => secret !== undefined);
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, ...(workload.object.resource.header.namespace.state === 'known' ? { namespace: workload.object.namespace } : {}) },
    ...(optsOut === undefined ? {} : { automountServiceAccountToken: optsOut }),
    ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((secret) => ({ name: secret })) } : {}),
  };
}

/** The deprecated alias becomes the field that it stands for; beside an empty one it goes (semantics.md 2.1). */
function nameAccount({ object, fact }: Workload, name: string): FixStep[] {
  const { serviceAccountName, serviceAccount } = fact;
  const set = (path: Path): FixStep => ({ object, change: { op: 'set', path, value: name } });
  if (serviceAccountName.state !== 'absent' || serviceAccount.state === 'absent') return [set(serviceAccountName.at.path)];
  if (serviceAccountName.at.key) return [set(serviceAccountName.at.path), { object, change: { op: 'remove', path: serviceAccount.at.path } }];
  return [set(serviceAccount.at.path), { object, change: { op: 'rename', path: serviceAccount.at.path, key: 'serviceAccountName' } }];
}

/** Beside a user name that spells the account out, the new one is named as an account, which means the same. */
function subjectFor(subject: Grant['subject'], account: Account, name: string): unknown {
  const namespace = known(subject.kind) === 'User' ? account.namespace : known(subject.namespace);
  return { kind: 'ServiceAccount', name, ...(namespace === undefined ? {} : { namespace }) };
}
