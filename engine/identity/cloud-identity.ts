import { known, type Value } from '../yaml/cursor.ts';
import type { Account, Graph } from './graph.ts';
import { symbol, type Location } from './objects.ts';

/** An identity outside of the cluster that an account's tokens are exchanged for. */
export interface CloudIdentity {
  readonly provider: 'AWS' | 'Google Cloud' | 'Azure';
  /** How the account comes by it. */
  readonly mechanism: string;
  /** The role, account or client, as the files name it; the symbol of a template's expression. */
  readonly identity: string;
  readonly at: Location;
}

/**
 * Annotations of a ServiceAccount that give it an identity in a cloud. Sources: github.com/aws/amazon-eks-pod-identity-webhook;
 * cloud.google.com/kubernetes-engine/docs/how-to/workload-identity; azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html.
 */
const annotations: Readonly<Record<string, Pick<CloudIdentity, 'provider' | 'mechanism'>>> = {
  'eks.amazonaws.com/role-arn': { provider: 'AWS', mechanism: 'IAM roles for service accounts' },
  'iam.gke.io/gcp-service-account': { provider: 'Google Cloud', mechanism: 'GKE workload identity' },
  'azure.workload.identity/client-id': { provider: 'Azure', mechanism: 'Azure workload identity' },
};

/** The cloud identities of an account: by its annotations, and by EKS Pod Identity associations that name it. */
export function cloudIdentitiesOf(graph: Graph, account: Account): CloudIdentity[] {
  const own = account.objects.flatMap(({ object }) => Object.entries(annotations).flatMap(([key, how]): CloudIdentity[] => {
    const value: Value<string> | undefined = object.resource.header.annotations.entries[key];
    return value && symbol(value) !== '' ? [{ ...how, identity: symbol(value), at: { object, place: value.at } }] : [];
  }));
  const associated = graph.all('podIdentity').flatMap(({ object, fact }): CloudIdentity[] => {
    if (known(fact.account) !== account.name || known(fact.namespace) !== account.namespace) return [];
    return [{ provider: 'AWS', mechanism: 'EKS Pod Identity', identity: symbol(fact.role), at: { object, place: fact.role.at } }];
  });
  return [...own, ...associated];
}
