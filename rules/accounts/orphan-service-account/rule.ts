import { accountLabel, isUntold, type Graph } from '../../../engine/identity/graph.ts';
import type { Account, Workload } from '../../../engine/identity/parts.ts';
import { type Grant, mayBeSame } from '../../../engine/identity/grants.ts';
import { isReleases, isSymbol, mayBeCalled, symbol, type GraphObject } from '../../../engine/identity/objects.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { defineRule, type FixStep, type Related } from '../../../engine/lint/rule.ts';
import { accountOfSecret, tokenType } from '../../tokens/token-secret.ts';

export default defineRule({
  id: 'orphan-service-account',
  title: 'Account that nothing runs as',
  family: 'accounts',
  severity: 'info',
  persona: 'pedantic',
  frameworks: ['owasp-nhi:NHI1:2025', 'nist-csf-2.0:PR.AA-01', 'mitre-attack:T1078'],
  unit: 'account',
  reads: ['account', 'workload', 'binding', 'secret', 'accountUse'],
  messages: {
    unused: 'Nothing among the files runs as account "{account}"',
    bound: 'Nothing among the files runs as account "{account}", and it has rights: whoever can start a pod in its namespace has them',
    binding: 'this binding gives it rights',
  },
  *check({ unit: account, graph, environment }) {
    if (account.name === 'default' || isSymbol(account.name) || account.workloads.length > 0 || mayBeUsed(account, graph)) return;
    // What runs as it may come from a base that is not read.
    if (account.objects.some(({ object }) => object.build?.open)) return;
    const grants = ownGrants(account, graph);
    for (const { object } of account.objects) {
      yield {
        messageId: grants.length > 0 ? 'bound' : 'unused',
        args: { account: accountLabel(account) },
        at: { object, place: object.resource.header.name.at },
        related: grants.slice(0, 3).map(({ binding, subject }): Related => ({ at: { object: binding.object, place: subject.at }, message: this.messages['binding']! })),
        severity: grants.length > 0 ? 'warning' : 'info',
        // An operator's kind, a pipeline outside the cluster or another repository may use it.
        confidence: environment.isComplete(object) ? 'high' : 'low',
      };
    }
  },
  fixes({ unit: account, graph }, { at }) {
    const grants = ownGrants(account, graph).filter(({ binding }) => !binding.object.context);
    const subjects = grants.length === 0 ? '' : ' and take it out of its bindings';
    return [{
      id: 'remove',
      title: `Remove the account${subjects} (check first that nothing outside these files runs as it or uses its token, then delete it in the cluster)`,
      safe: false,
      choice: true,
      steps: [{ remove: at.object }, ...grants.map(({ binding, subject }): FixStep => ({ object: binding.object, change: { op: 'remove', path: subject.at.path } }))],
    }];
  },
});

function ownGrants(account: Account, graph: Graph): readonly Grant[] {
  return graph.grantsOf(account).filter(({ via }) => via !== 'group');
}

/** Signs of a use that is no pod among the files, found once a graph. */
interface Uses {
  /** Objects that a workload may mean whose namespace is not told, or that lie in a variant of its files. */
  readonly perhaps: ReadonlySet<GraphObject>;
  /** Workloads whose account a template names, one a name. */
  readonly hidden: readonly Workload[];
  /** The namespaces of workloads, by the name of their account. */
  readonly byWorkloads: ReadonlyMap<string, readonly string[]>;
  /** `namespace/name` of the accounts that token Secrets are for: they are used from outside. */
  readonly outside: ReadonlySet<string>;
  /** The namespaces in which objects of other kinds name an account, by its name. */
  readonly byOthers: ReadonlyMap<string, readonly string[]>;
}

const cache = new WeakMap<Graph, Uses>();

function mayBeUsed(account: Account, graph: Graph): boolean {
  const { perhaps, hidden, byWorkloads, outside, byOthers } = usesIn(graph);
  if ((byOthers.get(account.name) ?? []).some((namespace) => mayBeSame(namespace, account.namespace))) return true;
  if ((byWorkloads.get(account.name) ?? []).some((namespace) => mayBeReleased(namespace, account.namespace))) return true;
  return account.objects.some(({ object }) => perhaps.has(object)) || outside.has(`${account.namespace}/${account.name}`) || hidden.some(({ namespace, accountName }) => mayBeCalled(accountName, account.name) && mayBeSame(namespace, account.namespace));
}

/** A release may be installed into the very namespace that its chart writes elsewhere (istiod: its account is of `istio-system`, its Deployment of the release). */
function mayBeReleased(a: string, b: string): boolean {
  return a !== b && (isReleases(a) || isReleases(b));
}

function usesIn(graph: Graph): Uses {
  const before = cache.get(graph);
  if (before) return before;
  const named = new Set(graph.accounts.filter(({ workloads }) => workloads.length > 0).map(({ namespace, name }) => `${namespace}/${name}`));
  const perhaps = graph.accounts.filter(({ workloads }) => workloads.length > 0).flatMap((one) => one.perhaps.map(({ object }) => object));
  const uses: Uses = {
    perhaps: new Set([...perhaps, ...graph.all('account').map(({ object }) => object).filter(({ namespace, name }) => named.has(`${namespace}/${name}`))]),
    hidden: [...new Map(graph.workloads.filter((workload) => isSymbol(workload.accountName) && !isUntold(graph.accountOf(workload))).map((workload) => [`${workload.namespace}\n${workload.accountName}`, workload])).values()],
    byWorkloads: namespacesByAccount(graph.workloads),
    outside: new Set(graph.all('secret').filter(({ fact }) => known(fact.type) === tokenType).map(({ object }) => `${object.namespace}/${accountOfSecret(object)}`)),
    byOthers: namedByOthers(graph),
  };
  cache.set(graph, uses);
  return uses;
}

function namespacesByAccount(workloads: readonly Workload[]): Map<string, string[]> {
  const names = new Map<string, Set<string>>();
  for (const { accountName, namespace } of workloads) names.set(accountName, (names.get(accountName) ?? new Set()).add(namespace));
  return new Map([...names].map(([name, namespaces]) => [name, [...namespaces]]));
}

/** A template that names the account of such an object hides nothing here: then the account's own name is most likely a template's, too. */
function namedByOthers(graph: Graph): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { object, fact } of graph.all('accountUse')) {
    const name = known(fact.name);
    if (name === undefined) continue;
    const namespace = fact.namespace.state === 'absent' ? object.namespace : symbol(fact.namespace);
    const list = names.get(name);
    if (list) list.push(namespace);
    else names.set(name, [namespace]);
  }
  return names;
}
