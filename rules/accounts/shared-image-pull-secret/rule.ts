import { accountLabel, type Graph } from '../../../engine/identity/graph.ts';
import type { Account } from '../../../engine/identity/parts.ts';
import { isTold } from '../../../engine/identity/grants.ts';
import { isCopy, type GraphObject, isSymbol, shownName } from '../../../engine/identity/objects.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { defineRule, pathIn, type FixProposal, type FixStep, type Related, type Signal } from '../../../engine/lint/rule.ts';
import { perGraph } from '../../../engine/identity/per-graph.ts';

/** Types of Secrets that hold credentials of registries (core/v1 types.go). */
const registryTypes = new Set(['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg']);

/** More places would bury the finding. */
const shown = 5;

export default defineRule({
  id: 'shared-image-pull-secret',
  title: 'Registry credentials for everybody',
  family: 'accounts',
  severity: 'info',
  persona: 'pedantic',
  frameworks: ['owasp-nhi:NHI9:2025', 'nist-csf-2.0:PR.AA-05', 'mitre-attack:T1078'],
  unit: 'object',
  reads: ['account', 'workload', 'secret'],
  messages: {
    default: 'Every pod of the namespace that names no account pulls with {secrets}',
    copied: 'Registry credentials of this name are kept in {count} namespaces: this one and {others}',
    copy: 'in namespace "{namespace}"',
    pulls: '{workload} gets them here',
  },
  *check({ unit: { object }, graph }): Iterable<Signal> {
    for (const fact of object.resource.facts) {
      if (fact.fact === 'account' && object.name === 'default' && fact.imagePullSecrets.length > 0) {
        const users = takers(accountOf(object, graph));
        const names = fact.imagePullSecrets.map(known).filter((name) => name !== undefined).map((name) => `"${name}"`);
        yield {
          messageId: 'default',
          args: { secrets: names.length === 0 ? 'its credentials' : names.join(' and ') },
          at: { object, place: fact.imagePullSecrets[0]!.at },
          related: users.slice(0, shown).map((workload): Related => ({ at: { object: workload.object, place: workload.accountAt }, message: this.messages['pulls']!.replace('{workload}', `${workload.object.resource.header.kind} "${shownName(workload.object.name)}"`) })),
        };
      }
      if (fact.fact === 'secret' && registryTypes.has(known(fact.type) ?? '')) {
        const copies = copiesOf(object, graph);
        if (copies.length === 0) continue;
        const namespaces = copies.map(({ namespace }) => namespace);
        yield {
          messageId: 'copied',
          args: { count: copies.length + 1, others: namespaces.length === 1 ? `"${namespaces[0]}"` : `${namespaces.length} more` },
          at: { object, place: fact.type.at },
          related: copies.slice(0, shown).map((copy): Related => ({ at: { object: copy, place: copy.resource.header.name.at }, message: this.messages['copy']!.replace('{namespace}', copy.namespace) })),
          group: `registry credentials ${object.name}`,
        };
      }
    }
  },
  fixes({ unit: { object }, graph }, { messageId }) {
    const fix = messageId === 'default' ? moveToPods(object, accountOf(object, graph)) : undefined;
    return fix ? [fix] : [];
  },
});

function accountOf(object: GraphObject, graph: Graph): Account | undefined {
  return graph.accounts.find((account) => account.objects.some((one) => one.object === object));
}

/** The workloads that get the account's: pods with a list of their own do not (serviceaccount admission.go, Admit). */
function takers(account: Account | undefined): Account['workloads'] {
  return (account?.workloads ?? []).filter(({ fact, repeated }) => !repeated && fact.imagePullSecrets.length === 0 && !fact.open && !fact.generated);
}

/** Registry credentials by name, then by namespace that is told, one each; found once a graph. */
const credentialsOf = perGraph((graph): Map<string, Map<string, GraphObject>> => {
  const index = new Map<string, Map<string, GraphObject>>();
  for (const { object, fact } of graph.all('secret')) {
    if (!isTold(object.namespace) || object.name === '' || isSymbol(object.name) || !registryTypes.has(known(fact.type) ?? '')) continue;
    const byNamespace = index.get(object.name) ?? new Map<string, GraphObject>();
    index.set(object.name, byNamespace);
    if (!byNamespace.has(object.namespace)) byNamespace.set(object.namespace, object);
  }
  return index;
});

/** Secrets of the same name and kind in other namespaces that are told, one a namespace. */
function copiesOf(object: GraphObject, graph: Graph): GraphObject[] {
  const byNamespace = credentialsOf(graph).get(object.name);
  return byNamespace?.has(object.namespace) ? [...byNamespace].flatMap(([namespace, other]) => (namespace === object.namespace || isCopy(other, object) ? [] : [other])) : [];
}

/** Each pod that got the credentials so far names them itself. */
function moveToPods(object: GraphObject, account: Account | undefined): FixProposal | undefined {
  const fact = account?.objects.find((one) => one.object === object)?.fact;
  if (!account || !fact) return undefined;
  const names = fact.imagePullSecrets.map(known);
  if (names.includes(undefined)) return undefined;
  const list = names.map((name) => ({ name }));
  const users = takers(account);
  return {
    id: 'move-to-pods',
    title: `Let the ${users.length === 1 ? 'workload' : `${users.length} workloads`} among the files name the credentials, not account "${accountLabel(account)}" (check first which of them pull from that registry, and what else runs in the namespace)`,
    safe: false,
    steps: [
      { object, change: { op: 'remove', path: pathIn(object, 'imagePullSecrets') } },
      ...users.map(({ object: pod, fact: { spec } }): FixStep => ({ object: pod, change: { op: 'set', path: [...spec.path, 'imagePullSecrets'], value: list } })),
    ],
  };
}
