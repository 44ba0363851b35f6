import { accountLabel, type Account, type Graph } from '../../../engine/identity/graph.ts';
import { displayName, type GraphObject } from '../../../engine/identity/objects.ts';
import { sharersOf } from '../../../engine/identity/sharing.ts';
import { known, type Place } from '../../../engine/yaml/cursor.ts';
import { defineRule, type Related, type Signal } from '../../../engine/lint/rule.ts';
import { accountGroup } from '../account-group.ts';

/** The annotations by which an account gets an identity of a cloud; sources: engine/identity/token-consumers.ts. */
const clouds = [
  { annotation: 'eks.amazonaws.com/role-arn', kind: 'IAM role' },
  { annotation: 'iam.gke.io/gcp-service-account', kind: 'Google service account' },
  { annotation: 'azure.workload.identity/client-id', kind: 'Azure identity' },
] as const;

/** More places would bury the finding. */
const shown = 5;

export default defineRule({
  id: 'shared-cloud-identity',
  title: 'Cloud identity of several workloads',
  family: 'accounts',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI9:2025', 'owasp-nhi:NHI8:2025', 'nist-csf-2.0:PR.AA-01', 'mitre-attack:T1078.004'],
  unit: 'account',
  reads: ['account', 'workload'],
  messages: {
    accounts: '{kind} "{identity}" is the identity of {others}, too',
    environments: '{kind} "{identity}" is the identity of {others}, too, and that is another environment',
    default: 'Everything in the namespace that names no account gets {kind} "{identity}"',
    workloads: '{kind} "{identity}" is the identity of {count} workloads that run as account "{account}"',
    other: 'account "{other}" has it, too',
    runs: '{workload} runs as it',
  },
  *check({ unit: account, graph }) {
    for (const { object } of account.objects) {
      for (const { kind, annotation } of clouds) {
        const value = object.resource.header.annotations.entries[annotation];
        const identity = value && known(value);
        if (identity === undefined) continue;
        const args = { kind, identity, account: accountLabel(account) };
        const group = `cloud identity ${identity}`;
        const at = { object, place: value!.at };
        const found = acrossAccounts(object, identity, graph, this.messages) ?? (account.name === 'default' ? { messageId: 'default' } : acrossWorkloads(account, graph, this.messages));
        if (found) yield { ...found, args: { ...args, ...found.args }, at, group: found.messageId === 'workloads' ? accountGroup(account) : group };
      }
    }
  },
});

type Found = Pick<Signal, 'messageId' | 'args' | 'related'>;
type Messages = Readonly<Record<string, string>>;
interface Holder { readonly object: GraphObject; readonly place: Place }

const cache = new WeakMap<Graph, Map<string, Holder[]>>();

/** The accounts by the cloud identity that they are given, found once a graph. Values of templates are not compared. */
function holdersOf(identity: string, graph: Graph): readonly Holder[] {
  let index = cache.get(graph);
  if (!index) {
    cache.set(graph, (index = new Map()));
    for (const { object } of graph.all('account')) {
      for (const { annotation } of clouds) {
        const value = object.resource.header.annotations.entries[annotation];
        const one = value && known(value);
        if (one === undefined) continue;
        const list = index.get(one);
        if (list) list.push({ object, place: value!.at });
        else index.set(one, [{ object, place: value!.at }]);
      }
    }
  }
  return index.get(identity) ?? [];
}

/** Variants of one account are one, unless one is for production and the other is not. */
function acrossAccounts(object: GraphObject, identity: string, graph: Graph, messages: Messages): Found | undefined {
  const others = holdersOf(identity, graph).filter(({ object: other }) => other !== object);
  const elsewhere = others.filter(({ object: other }) => isOtherEnvironment(object, other));
  const beside = others.filter(({ object: other }) => displayName(other) !== displayName(object) && !graph.proximity.alternatives(object.document.file, other.document.file));
  const told = elsewhere.length > 0 ? elsewhere : beside;
  if (told.length === 0) return undefined;
  const names = [...new Set(told.map(({ object: other }) => `account "${displayName(other)}"`))];
  return {
    messageId: elsewhere.length > 0 ? 'environments' : 'accounts',
    args: { others: names.length === 1 ? names[0]! : `${names[0]} and ${names.length - 1} more` },
    related: told.slice(0, shown).map(({ object: other, place }): Related => ({ at: { object: other, place }, message: messages['other']!.replace('{other}', displayName(other)) })),
  };
}

function acrossWorkloads(account: Account, graph: Graph, messages: Messages): Found | undefined {
  const [first] = account.workloads.filter(({ repeated }) => !repeated);
  const others = first ? sharersOf(first, account, graph).filter(({ sameApplication }) => !sameApplication).map(({ workload }) => workload) : [];
  if (!first || others.length === 0) return undefined;
  return {
    messageId: 'workloads',
    args: { count: others.length + 1 },
    related: [first, ...others].slice(0, shown).map(({ object, accountAt }): Related => ({ at: { object, place: accountAt }, message: messages['runs']!.replace('{workload}', `${object.resource.header.kind} "${object.name}"`) })),
  };
}

const environments: readonly (readonly [name: string, word: RegExp])[] = [
  ['production', /(?:^|[-_./])(?:prod|production|live|prd)(?:$|[-_./])/],
  ['before production', /(?:^|[-_./])(?:dev|develop|development|test|testing|qa|uat|stage|staging|stg|preprod|preview|sandbox)(?:$|[-_./])/],
];

/** Which environment an object is for, by a word of its namespace or else of its path; undefined where neither says. */
function environmentOf({ namespace, document }: GraphObject): string | undefined {
  const inText = (text: string) => environments.filter(([, word]) => word.test(text.toLowerCase())).map(([name]) => name);
  for (const found of [inText(namespace), inText(document.file)]) if (found.length === 1) return found[0];
  return undefined;
}

function isOtherEnvironment(a: GraphObject, b: GraphObject): boolean {
  const [one, other] = [environmentOf(a), environmentOf(b)];
  return one !== undefined && other !== undefined && one !== other;
}
