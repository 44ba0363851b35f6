import { known } from '../yaml/cursor.ts';
import { powerLabel, ruleWords } from '../identity/access-words.ts';
import { cloudIdentitiesOf, type CloudIdentity } from '../identity/cloud-identity.ts';
import { tierOf, type Tier } from './tier.ts';
import { isUntold, tokenMount, type Graph, type TokenMount } from '../identity/graph.ts';
import type { Account, Workload } from '../identity/parts.ts';
import { isSymbol } from '../identity/objects.ts';
import type { Authorizer, Permission } from '../identity/permissions.ts';
import { reachIn, type Reached } from '../identity/reach.ts';
import { allPowerfulRule } from '../identity/rbac-questions.ts';
import { grantedBy, isWide, type Area } from '../identity/rights.ts';
import { riskOf, type Risk } from '../identity/risk.ts';
import { sharersOf } from './sharing.ts';
import { spiffeIdOf, type SpiffeId } from '../identity/spiffe.ts';
import { isPartial } from '../identity/token-need.ts';
import { trustReport, type TrustReport } from '../trust/report.ts';

/** One workload identity, with all that the files tell of it. */
export interface IdentityEntry {
  readonly workload: Workload;
  readonly account: Account;
  /** `default`: the account that every namespace has; `shared`: other workloads run as it too; else `own`. */
  readonly use: 'own' | 'shared' | 'default';
  readonly token: TokenUse;
  readonly cloud: readonly CloudIdentity[];
  readonly spiffe: SpiffeId | undefined;
  /** What is granted beyond what every account of every cluster has. */
  readonly rights: readonly Permission[];
  /** Bindings whose role is not known, or that a template hides. */
  readonly unknownRights: number;
  readonly clusterAdmin: Reached | undefined;
  /** What its holder becomes in one step, where no way leads to cluster-admin. */
  readonly next: readonly string[];
  readonly exposure: Tier;
  readonly risk: Risk | undefined;
  /** Who is let in, and on what evidence. */
  readonly trust: TrustReport;
}

/** How the account's token, and others, get into the pods, and how long they live. */
export interface TokenUse {
  readonly mount: TokenMount;
  /** Seconds of the token that is mounted by default; undefined where it is not mounted. */
  readonly seconds: number | undefined;
  /** Seconds for which the API server takes that token all the same unless its extension is switched off; undefined where it is not mounted. */
  readonly extendedSeconds: number | undefined;
  readonly projected: readonly { readonly audience: string | undefined; readonly seconds: number }[];
  /** Mounted Secrets that hold a token without an end. */
  readonly secrets: readonly string[];
}

/** What the kubelet asks for the mounted token (k8s.io/kubernetes pkg/serviceaccount/claims, WarnOnlyBoundTokenExpirationSeconds). */
const mountedSeconds = 3607;
/** A token asked for exactly so long lives a year by default: --service-account-extend-token-expiration (k8s.io/kubernetes pkg/registry/core/serviceaccount/storage/token.go). */
const extendedSeconds = 365 * 86400;
/** Of a projection that does not say (core/v1 defaults.go). */
const projectedSeconds = 3600;

/** Every workload identity of one scope, in the order of the files: one for each owner's pods. */
export function inventoryOf(graph: Graph, rbac: Authorizer): IdentityEntry[] {
  const reach = reachIn(graph, rbac);
  const tokenSecrets = new Set(graph.all('secret').filter(({ fact }) => known(fact.type) === 'kubernetes.io/service-account-token').map(({ object }) => `${object.namespace}/${object.name}`));
  const ofAccount = remember((account: Account) => {
    const clusterAdmin = reach.toClusterAdmin(account);
    return {
      cloud: cloudIdentitiesOf(graph, account),
      spiffe: spiffeIdOf(graph, account),
      rights: rbac.permissionsOfAccount(account).filter(({ binding }) => binding.object),
      unknownRights: rbac.doubtsOfAccount(account).length,
      clusterAdmin,
      next: clusterAdmin ? [] : [...new Set(reach.next(account).map(({ to }) => powerLabel(to)))],
    };
  });
  return graph.workloads.filter((workload) => !workload.repeated && !isPartial(workload.fact)).map((workload) => {
    const account = graph.accountOf(workload);
    return {
      workload,
      account,
      use: account.name === 'default' ? 'default' : sharersOf(workload, account, graph).count > 0 ? 'shared' : 'own',
      token: tokenUse(workload, account, tokenSecrets),
      ...ofAccount(account),
      exposure: tierOf(workload, graph),
      risk: riskOf(workload),
      trust: trustReport(graph, workload),
    };
  });
}

function tokenUse(workload: Workload, account: Account, tokenSecrets: ReadonlySet<string>): TokenUse {
  const mount = tokenMount(workload, account);
  const { volumes } = workload.fact;
  return {
    mount,
    seconds: mount.mounted === false ? undefined : mountedSeconds,
    extendedSeconds: mount.mounted === false ? undefined : extendedSeconds,
    projected: volumes.flatMap(({ tokens }) => tokens.map(({ audience, expirationSeconds }) => ({ audience: known(audience), seconds: known(expirationSeconds) ?? projectedSeconds }))),
    secrets: volumes.flatMap(({ secrets }) => secrets.flatMap(({ name }) => known(name) ?? [])).filter((name) => tokenSecrets.has(`${workload.namespace}/${name}`)),
  };
}

const areas: Readonly<Record<Area, string>> = {
  secrets: 'Secrets', rbac: 'roles and bindings', impersonation: 'impersonation', credentials: 'credentials of others', workloads: 'pods and workloads', nodes: 'nodes', admission: 'admission', trust: 'network and mesh policies', delivery: 'what is delivered', evidence: 'deletion of traces or data',
};

/** Effective rights in words, the telling ones first: `Secrets, pods and workloads everywhere; Secrets in shop; 3 other rules`. */
export function rightsWords({ account, rights, unknownRights }: Pick<IdentityEntry, 'account' | 'rights' | 'unknownRights'>): string {
  const places = new Map<string, Set<string>>();
  if (rights.some(({ binding, rule }) => binding.cluster && allPowerfulRule([rule]))) return 'everything everywhere';
  let others = 0;
  for (const { binding, rule } of rights) {
    const told = grantedBy(rule).filter(isWide).map(({ right }) => areas[right.area]);
    if (told.length === 0) others++;
    const where = binding.cluster ? 'everywhere' : `in ${binding.namespace || 'its namespace'}`;
    for (const area of told) places.set(where, (places.get(where) ?? new Set()).add(area));
  }
  const parts = [
    ...[...places].sort(([a], [b]) => Number(b === 'everywhere') - Number(a === 'everywhere')).map(([where, words]) => `${[...words].join(', ')} ${where}`),
    ...(others > 0 ? [`${others} ${places.size > 0 ? 'other ' : ''}${others === 1 ? 'rule' : 'rules'}`] : []),
    ...(unknownRights > 0 ? [`${unknownRights} ${unknownRights === 1 ? 'binding' : 'bindings'} not known`] : []),
  ];
  return parts.length === 0 ? nothingFound(account) : parts.join('; ');
}

/** One right in words. */
export function rightWords({ binding, rule }: Permission): string {
  return `${ruleWords(rule)} ${binding.cluster ? 'everywhere' : `in namespace "${binding.namespace}"`}`;
}

/** What its token leads to, in words. */
export function reachWords({ account, clusterAdmin, next }: Pick<IdentityEntry, 'account' | 'clusterAdmin' | 'next'>): string {
  if (clusterAdmin) return `cluster-admin in ${clusterAdmin.path.length} ${clusterAdmin.path.length === 1 ? 'step' : 'steps'}`;
  return next.length === 0 ? nothingFound(account) : next.join('; ');
}

/** Whether it is not told which account it is: an operator decides, or an expression does and no account of the files is called so. */
export function isUnnamed(account: Account): boolean {
  return isUntold(account) || (isSymbol(account.name) && account.objects.length === 0);
}

/** Of an account that is not told nothing is known, where of others nothing is there. */
function nothingFound(account: Account): string {
  return isUnnamed(account) ? 'not known' : 'none';
}

function remember<T>(answer: (account: Account) => T): (account: Account) => T {
  const kept = new Map<string, T>();
  return (account) => {
    const before = kept.get(account.key);
    if (before) return before;
    const now = answer(account);
    kept.set(account.key, now);
    return now;
  };
}
