import type { Cursor } from '../../yaml/cursor.ts';
import type { Header } from '../header.ts';
import { guardOf, refIn, truth, type AddressList, type GuardFact, type Login, type ObjectRef } from './fact.ts';

/*
 * What Google's load balancers ask on behalf of a Service: Identity-Aware Proxy is a login, Cloud Armor a policy whose
 * rules are in no manifest (kubernetes/ingress-gce pkg/apis/backendconfig/v1/types.go).
 */

/** Reads a BackendConfig, which Services name in an annotation. */
export function readBackendConfig(cursor: Cursor): GuardFact[] {
  const spec = cursor.get('spec');
  return [guardOf('GKE', { lists: armourOf(spec.at('securityPolicy', 'name')), logins: proxyOf(spec.at('iap', 'enabled')) })];
}

/** Reads a GCPBackendPolicy, which names the Service it is about (cloud.google.com/kubernetes-engine/docs/how-to/configure-gateway-resources). */
export function readBackendPolicy(cursor: Cursor, header: Header): GuardFact[] {
  const standard = cursor.at('spec', 'default');
  return [guardOf('GKE', { lists: armourOf(standard.get('securityPolicy')), logins: proxyOf(standard.at('iap', 'enabled')), targets: targetOf(cursor.at('spec', 'targetRef'), header) })];
}

function armourOf(name: Cursor): AddressList[] {
  const value = name.string();
  return value.state === 'absent' ? [] : [{ technology: 'GKE', at: value.at, entries: [], elsewhere: true }];
}

function proxyOf(enabled: Cursor): Login[] {
  const demanded = truth(enabled.boolean());
  return demanded === false ? [] : [{ means: 'OIDC', demanded, at: enabled.place() }];
}

function targetOf(ref: Cursor, { namespace }: Header): ObjectRef[] {
  return ref.exists ? [{ ...refIn(['/Service'], ref), namespace }] : [];
}
