import { cloudIdentities, type CloudIdentity } from '../../../engine/identity/cloud-identity.ts';
import type { Graph } from '../../../engine/identity/graph.ts';
import type { Account } from '../../../engine/identity/parts.ts';
import { displayName, isCopy, type GraphObject, isSymbol, shownName } from '../../../engine/identity/objects.ts';
import { sharersOf } from '../../../engine/inventory/sharing.ts';
import { defineRule, type Related, type Signal } from '../../../engine/lint/rule.ts';
import { accountGroup } from '../account-group.ts';
import { perGraph } from '../../../engine/identity/per-graph.ts';

/** More places would bury the finding. */
const shown = 5;

export default defineRule({
  id: 'shared-cloud-identity',
  title: 'Cloud identity of several workloads',
  family: 'accounts',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI9:2025', 'owasp-nhi:NHI8:2025', 'owasp-agentic-2026:ASI03', 'nist-csf-2.0:PR.AA-01', 'nist-sp-800-207:2.1-4', 'mitre-attack:T1078.004'],
  unit: 'object',
  reads: ['account', 'workload', 'podIdentity'],
  // The other account may be in any namespace.
  wide: true,
  messages: {
    accounts: '{kind} "{identity}" is the identity of {others}, too',
    environments: '{kind} "{identity}" is the identity of {others}, too, and that is another environment',
    default: 'Everything in the namespace that names no account gets {kind} "{identity}"',
    workloads: '{kind} "{identity}" is the identity of {count} workloads that run as account "{account}"',
    other: 'account "{other}" has it, too',
    runs: '{workload} runs as it',
  },
  *check({ unit: { object }, graph }) {
    for (const given of identitiesIn(graph).byObject.get(object) ?? []) {
      const { kind, identity, at } = given;
      const account = accountGiven(given, graph);
      const found = acrossAccounts(given, graph, this.messages) ?? (given.account.name === 'default' ? { messageId: 'default' } : account && acrossWorkloads(account, graph, this.messages));
      if (!found) continue;
      const args = { kind, identity, account: displayName(given.account), ...found.args };
      yield { ...found, args, at, group: account && found.messageId === 'workloads' ? accountGroup(account) : `cloud identity ${identity}` };
    }
  },
});

type Found = Pick<Signal, 'messageId' | 'args' | 'related'>;
type Messages = Readonly<Record<string, string>>;

interface Identities {
  readonly byObject: ReadonlyMap<GraphObject, readonly CloudIdentity[]>;
  readonly byName: ReadonlyMap<string, readonly CloudIdentity[]>;
  readonly accounts: ReadonlyMap<string, readonly Account[]>;
}

/** What gives accounts an identity of a cloud, sorted once a graph. Values of templates are not compared. */
const identitiesIn = perGraph((graph): Identities => {
  const told = cloudIdentities(graph).filter(({ identity }) => !isSymbol(identity));
  const now = { byObject: grouped(told, ({ at }) => at.object), byName: grouped(told, ({ identity }) => identity), accounts: grouped(graph.accounts, displayName) };
  return now;
});

function grouped<K, V>(values: readonly V[], keyOf: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const list = groups.get(keyOf(value));
    if (list) list.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

/** The account in the graph: that of the annotated object itself, or the one that an association names. */
function accountGiven({ account, at }: CloudIdentity, graph: Graph): Account | undefined {
  const accounts = identitiesIn(graph).accounts.get(displayName(account)) ?? [];
  return at.object.resource.header.kind === 'ServiceAccount' ? accounts.find(({ objects }) => objects.some(({ object }) => object === at.object)) : accounts[0];
}

/** Variants of one account are one, unless one is for production and the other is not. */
function acrossAccounts(given: CloudIdentity, graph: Graph, messages: Messages): Found | undefined {
  const { file } = given.at.object.document;
  const others = identitiesIn(graph).byName.get(given.identity)!.filter((other) => other.at.object !== given.at.object);
  const elsewhere = others.filter((other) => isOtherEnvironment(given, other));
  const beside = others.filter((other) => !isCopy(other.at.object, given.at.object) && displayName(other.account) !== displayName(given.account) && !graph.proximity.alternatives(file, other.at.object.document.file));
  const told = elsewhere.length > 0 ? elsewhere : beside;
  if (told.length === 0) return undefined;
  const names = [...new Set(told.map(({ account }) => `account "${displayName(account)}"`))];
  return {
    messageId: elsewhere.length > 0 ? 'environments' : 'accounts',
    args: { others: names.length === 1 ? names[0]! : `${names[0]} and ${names.length - 1} more` },
    related: told.slice(0, shown).map(({ account, at }): Related => ({ at, message: messages['other']!.replace('{other}', displayName(account)) })),
  };
}

function acrossWorkloads(account: Account, graph: Graph, messages: Messages): Found | undefined {
  const [first] = account.workloads.filter(({ repeated }) => !repeated);
  const others = first ? [...sharersOf(first, account, graph).strangers()] : [];
  if (!first || others.length === 0) return undefined;
  return {
    messageId: 'workloads',
    args: { count: others.length + 1 },
    related: [first, ...others].slice(0, shown).map(({ object, accountAt }): Related => ({ at: { object, place: accountAt }, message: messages['runs']!.replace('{workload}', `${object.resource.header.kind} "${shownName(object.name)}"`) })),
  };
}

const environments: readonly (readonly [name: string, word: RegExp])[] = [
  ['production', /(?:^|[-_./])(?:prod|production|live|prd)(?:$|[-_./])/],
  ['before production', /(?:^|[-_./])(?:dev|develop|development|test|testing|qa|uat|stage|staging|stg|preprod|preview|sandbox)(?:$|[-_./])/],
];

/** Which environment an account is for, by a word of its namespace or else of the path; undefined where neither says. */
function environmentOf({ account, at }: CloudIdentity): string | undefined {
  const inText = (text: string) => environments.filter(([, word]) => word.test(text.toLowerCase())).map(([name]) => name);
  for (const found of [inText(account.namespace), inText(at.object.document.file)]) if (found.length === 1) return found[0];
  return undefined;
}

function isOtherEnvironment(a: CloudIdentity, b: CloudIdentity): boolean {
  const [one, other] = [environmentOf(a), environmentOf(b)];
  return one !== undefined && other !== undefined && one !== other;
}
