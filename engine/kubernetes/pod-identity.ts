import type { Cursor, Value } from '../yaml/cursor.ts';
import type { Header } from './header.ts';

/** An EKS Pod Identity association: which role of AWS an account gets, said outside of the account. */
export interface PodIdentityFact {
  readonly fact: 'podIdentity';
  readonly account: Value<string>;
  readonly namespace: Value<string>;
  readonly role: Value<string>;
}

/**
 * Reads a PodIdentityAssociation of the controllers that make one: ACK (eks.services.k8s.aws, its CRD's spec) and Crossplane
 * (eks.aws.upbound.io, spec.forProvider).
 */
export function readPodIdentity(cursor: Cursor, { group }: Header): PodIdentityFact[] {
  const ack = group === 'eks.services.k8s.aws';
  const spec = ack ? cursor.get('spec') : cursor.at('spec', 'forProvider');
  return [{ fact: 'podIdentity', account: spec.get('serviceAccount').string(), namespace: spec.get('namespace').string(), role: spec.get(ack ? 'roleARN' : 'roleArn').string() }];
}
