import type { Container, WorkloadFact } from '../kubernetes/workload.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph } from './graph.ts';
import type { Grant } from './grants.ts';
import type { Account, Workload } from './parts.ts';
import { isSymbol, type GraphObject } from './objects.ts';
import { consumersIn, hidesPrograms } from './token-consumers.ts';

/** Where the API token is mounted by default (k8s.io/kubernetes plugin/pkg/admission/serviceaccount/admission.go, DefaultAPITokenMountPath). */
export const tokenMountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What the built-in bindings give everyone anyway: no sign that a pod calls the API (default-clusterroles.json). */
const rolesOfEveryone = new Set(['system:basic-user', 'system:discovery', 'system:public-info-viewer', 'system:service-account-issuer-discovery']);

/**
 * Why a workload may need the API token that is mounted into its pods; undefined where nothing in the files says so.
 * `granted`: its account may do something. `possibly-granted`: a binding may mean its account. `client`: it is, or runs,
 * a known user of the token. `unseen`: the files hide what decides.
 */
export type TokenNeed = 'granted' | 'possibly-granted' | 'client' | 'unseen';

/** Looks for a need of the token, the surest first. */
export function tokenNeed(workload: Workload, account: Account, graph: Graph): TokenNeed | undefined {
  if (workload.fact.apiClient !== undefined) return 'client';
  if (graph.grantsOf(account).some((grant) => grant.via !== 'group' || isNamespaceGroup(grant))) return 'granted';
  if (workload.fact.generated || (isSymbol(account.name) && account.objects.length === 0)) return 'unseen';
  if (graph.possibleGrantOf(account)) return 'possibly-granted';
  if (consumersIn(workload, account).some(({ consumer }) => consumer.token === 'account')) return 'client';
  return undefined;
}

/** Rights that every account of the cluster has through a binding among the files: they show no need, but the token is then worth something to whoever uses it. */
export function grantedToEveryone(account: Account, graph: Graph): readonly Grant[] {
  return graph.grantsOf(account).filter((grant) => grant.via === 'group' && !rolesOfEveryone.has(known(grant.binding.fact.roleName) ?? ''));
}

/** A binding to the accounts of one namespace is made for what runs there. */
function isNamespaceGroup({ subject }: Grant): boolean {
  return (known(subject.name) ?? '').startsWith('system:serviceaccounts:');
}

/** Whether all containers bring a volume of their own to the token's path: then no token is mounted (semantics.md 2.7). */
export function replacesToken({ containers, containersOpen }: WorkloadFact): boolean {
  const own = (container: Container) => container.mounts.some(({ path }) => known(path) === tokenMountPath);
  return !containersOpen && containers.length > 0 && containers.every(own);
}

/** Whether an object is only part of one: the API server takes no pod without a container that has an image (core/v1 validation). Patches look so. */
export function isPartial({ containers, containersOpen }: WorkloadFact): boolean {
  return !containersOpen && !containers.some(({ image }) => image.state !== 'absent');
}

/**
 * Whether an opt-out takes nothing away that anything might use, as contract.md defines it: in a complete scope, where
 * no known consumer runs, not even one that brings a token of its own.
 */
export function canOptOutSafely(workload: Workload, account: Account, graph: Graph, isComplete: (object: GraphObject) => boolean): boolean {
  if (!isComplete(workload.object) || hidesPrograms(workload.fact) || (account.objects.length === 0 && account.name !== 'default')) return false;
  return tokenNeed(workload, account, graph) === undefined && grantedToEveryone(account, graph).length === 0 && consumersIn(workload, account).length === 0;
}
