import { known, type Value } from '../yaml/cursor.ts';
import type { Graph } from './graph.ts';
import type { Account } from './parts.ts';
import { displayName, symbol, type Location } from './objects.ts';

/** An identity outside of the cluster that an account's tokens are exchanged for. */
export interface CloudIdentity {
  readonly provider: 'AWS' | 'Google Cloud' | 'Azure';
  /** What the cloud calls it. */
  readonly kind: string;
  /** How the account comes by it. */
  readonly mechanism: string;
  /** The role, account or client, as the files name it; the symbol of a template's expression. */
  readonly identity: string;
  /** The account that gets it, wherever that is said. */
  readonly account: { readonly namespace: string; readonly name: string };
  readonly at: Location;
}

type How = Pick<CloudIdentity, 'provider' | 'kind' | 'mechanism'>;

/**
 * Annotations of a ServiceAccount that give it an identity in a cloud. Sources: github.com/aws/amazon-eks-pod-identity-webhook;
 * cloud.google.com/kubernetes-engine/docs/how-to/workload-identity; azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html.
 */
const annotations: Readonly<Record<string, How>> = {
  'eks.amazonaws.com/role-arn': { provider: 'AWS', kind: 'IAM role', mechanism: 'IAM roles for service accounts' },
  'iam.gke.io/gcp-service-account': { provider: 'Google Cloud', kind: 'Google service account', mechanism: 'GKE workload identity' },
  'azure.workload.identity/client-id': { provider: 'Azure', kind: 'Azure identity', mechanism: 'Azure workload identity' },
};

/** An association names the account in fields of its own (docs.aws.amazon.com/eks/latest/userguide/pod-identities.html). */
const association: How = { provider: 'AWS', kind: 'IAM role', mechanism: 'EKS Pod Identity' };

const cache = new WeakMap<Graph, { readonly all: readonly CloudIdentity[]; readonly byAccount: ReadonlyMap<string, readonly CloudIdentity[]> }>();

/** Every cloud identity that the files give an account: by its annotations, or by an EKS Pod Identity association that names it. Found once a graph. */
export function cloudIdentities(graph: Graph): readonly CloudIdentity[] {
  return identitiesIn(graph).all;
}

function identitiesIn(graph: Graph) {
  const before = cache.get(graph);
  if (before) return before;
  const annotated = graph.all('account').flatMap(({ object }) => Object.entries(annotations).flatMap(([key, how]): CloudIdentity[] => {
    const value: Value<string> | undefined = object.resource.header.annotations.entries[key];
    const { namespace, name } = object;
    return value && symbol(value) !== '' ? [{ ...how, identity: symbol(value), account: { namespace, name }, at: { object, place: value.at } }] : [];
  }));
  const associated = graph.all('podIdentity').flatMap(({ object, fact }): CloudIdentity[] => {
    const [namespace, name] = [known(fact.namespace), known(fact.account)];
    if (namespace === undefined || name === undefined || symbol(fact.role) === '') return [];
    return [{ ...association, identity: symbol(fact.role), account: { namespace, name }, at: { object, place: fact.role.at } }];
  });
  const all = [...annotated, ...associated];
  const byAccount = new Map<string, CloudIdentity[]>();
  for (const one of all) {
    const key = displayName(one.account);
    const list = byAccount.get(key);
    if (list) list.push(one);
    else byAccount.set(key, [one]);
  }
  const now = { all, byAccount };
  cache.set(graph, now);
  return now;
}

/** The cloud identities of one account. */
export function cloudIdentitiesOf(graph: Graph, account: Account): CloudIdentity[] {
  const named = identitiesIn(graph).byAccount.get(displayName(account)) ?? [];
  // Of several objects of that name, those that this account is.
  return named.filter(({ at, mechanism }) => mechanism === association.mechanism || account.objects.some(({ object }) => object === at.object));
}
