import type { Graph } from '../../engine/identity/graph.ts';
import type { Workload } from '../../engine/identity/parts.ts';
import { displayName, isSymbol } from '../../engine/identity/objects.ts';
import { callersOf } from '../../engine/trust/callers.ts';
import { membership } from '../../engine/trust/istio-mesh.ts';
import { meshOf } from '../../engine/trust/mesh.ts';
import { targetOf, type Target } from '../../engine/trust/target.ts';

/** The field of an Istio source that names callers by their accounts. */
export type Source = { readonly principals: readonly string[] } | { readonly serviceAccounts: readonly string[] };

/** An account as which a caller runs. */
export interface CallerAccount {
  readonly namespace: string;
  readonly name: string;
}

export interface NamedCallers {
  readonly target: Target;
  readonly accounts: readonly CallerAccount[];
  readonly source: Source;
}

/** The callers of some targets by their accounts, and as a policy of Istio names them: for each target, and for all together. */
export interface Naming {
  readonly each: readonly NamedCallers[];
  readonly accounts: readonly CallerAccount[];
  readonly source: Source;
  /** What a fix says that names them: who is named, and who is not. */
  readonly title: string;
}

/**
 * Names the callers that the files give evidence of. Undefined where a target has none, or where one cannot be named:
 * nobody is invented. The trust domain is in no manifest, so a principal is written for any. `among` narrows who is asked about.
 */
export function nameCallers(graph: Graph, targets: readonly Target[], among: (caller: Workload) => boolean = () => true): Naming | undefined {
  const found = targets.map((target) => {
    const callers = callersOf(graph, target).map((caller) => caller.workload).filter(among);
    // A caller outside the mesh has no identity to show.
    const belongs = meshOf(graph, target)?.membership ?? membership;
    const outside = callers.filter((caller) => belongs(graph, targetOf(caller)) === 'out');
    return { target, callers: callers.filter((caller) => !outside.includes(caller)), outside };
  });
  if (found.length === 0 || found.some(({ target, callers }) => target.workload === undefined || callers.length === 0)) return undefined;
  const each: NamedCallers[] = [];
  for (const { target, callers } of found) {
    const accounts = accountsOf(callers);
    const source = accounts && sourceOf(target, accounts);
    if (!source) return undefined;
    each.push({ target, accounts, source });
  }
  const names = [...new Set(each.flatMap(({ source }) => Object.values(source).flat()))];
  const outside = namesOf(found.flatMap((one) => one.outside));
  const accounts = distinct(each.flatMap((one) => one.accounts));
  const shared = accounts.filter(({ name }) => name === 'default').map(({ namespace }) => namespace);
  return {
    each,
    accounts,
    source: 'principals' in each[0]!.source ? { principals: names } : { serviceAccounts: names },
    title: `Demand the identity of the callers that these files show (${namesOf(found.flatMap((one) => one.callers))})${sharedBy(shared)}; everyone else loses access${outside && `, also ${outside}, outside the mesh`}: check gateways, scrapers and what has no sidecar first`,
  };
}

function accountsOf(callers: readonly Workload[]): CallerAccount[] | undefined {
  if (callers.some(({ accountName, namespace }) => isSymbol(accountName) || isSymbol(namespace))) return undefined;
  return distinct(callers.map(({ namespace, accountName }) => ({ namespace, name: accountName })));
}

function distinct(accounts: readonly CallerAccount[]): CallerAccount[] {
  return [...new Map(accounts.map((account) => [`${account.namespace}/${account.name}`, account])).values()];
}

function sourceOf(target: Target, accounts: readonly CallerAccount[]): Source | undefined {
  if (accounts.every(({ namespace }) => namespace !== '')) return { principals: accounts.map(({ namespace, name }) => `*/ns/${namespace}/sa/${name}`) };
  // An account name alone is one of the policy's own namespace, which no file tells here.
  return accounts.every(({ namespace }) => namespace === target.namespace) ? { serviceAccounts: accounts.map(({ name }) => name) } : undefined;
}

function namesOf(workloads: readonly Workload[]): string {
  return [...new Set(workloads.map(({ object }) => displayName(object)))].join(', ');
}

/** Whom a fix lets in with callers that run as `default`: an account of its own for each caller tells them apart. */
export function sharedBy(namespaces: readonly string[]): string {
  const where = namespaces.map((namespace) => (namespace === '' ? 'its namespace' : namespace)).join(', ');
  return where && `, and with them all that runs as account "default" of ${where}`;
}
