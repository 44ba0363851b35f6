import type { Cursor, Place, Value } from '../yaml/cursor.ts';

/** Istio's DestinationRule as far as it says how callers reach a host: with which TLS, so as whom. */
export interface DestinationRuleFact {
  readonly fact: 'destinationRule';
  readonly host: Value<string>;
  /** Whether it is about the callers that a selector names. */
  readonly hasWorkloadSelector: boolean;
  /** The client TLS settings of the rule, its ports and its subsets; those that are not there say nothing. */
  readonly tls: readonly ClientTls[];
}

export interface ClientTls {
  readonly mode: Value<string>;
  readonly caCertificates: Value<string>;
  readonly credentialName: Value<string>;
  readonly insecureSkipVerify: Value<boolean>;
  readonly clientCertificate: Value<string>;
  readonly at: Place;
}

/** Reads a DestinationRule (istio/api networking/v1alpha3/destination_rule.proto). */
export function readDestinationRule(cursor: Cursor): DestinationRuleFact[] {
  const spec = cursor.get('spec');
  const policies = [spec.get('trafficPolicy'), ...spec.get('subsets').items().map((subset) => subset.get('trafficPolicy'))];
  const settings = policies.flatMap((policy) => [policy.get('tls'), ...policy.get('portLevelSettings').items().map((port) => port.get('tls'))]);
  return [{
    fact: 'destinationRule',
    host: spec.get('host').string(),
    hasWorkloadSelector: spec.get('workloadSelector').isMap,
    tls: settings.filter((tls) => tls.isMap).map((tls) => ({
      mode: tls.get('mode').string(),
      caCertificates: tls.get('caCertificates').string(),
      credentialName: tls.get('credentialName').string(),
      insecureSkipVerify: tls.get('insecureSkipVerify').boolean(),
      clientCertificate: tls.get('clientCertificate').string(),
      at: tls.place(),
    })),
  }];
}
