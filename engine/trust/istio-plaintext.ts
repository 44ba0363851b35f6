import type { AuthorizationCondition, AuthorizationRule, AuthorizationSource, SourceField } from '../kubernetes/istio.ts';
import { known, type Value } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import { actionOf, mutualTls, type Authorization, type MutualTls } from './istio.ts';
import { protectedByAuthorization } from './protected.ts';
import type { Target } from './target.ts';

/*
 * Peer identities come from mutual TLS alone. A plaintext caller has none, so it does not match what names one: an ALLOW
 * rule on principals fails closed, a DENY rule on them and an ALLOW rule on `not…` fail open (semantics.md 6.5).
 */

/** A rule on peer identities where plaintext is accepted. */
export interface PlaintextGap {
  readonly effect: 'failsOpen' | 'failsClosed';
  /** The identity that plaintext callers do not have, or the one that they are not. */
  readonly value: Value<string>;
  readonly tls: MutualTls;
  readonly target: Target;
  /** The port on which alone plaintext is accepted. */
  readonly port: { readonly port: string; readonly mode: Value<string> } | undefined;
}

/** The rules of an enforced policy that mean a peer identity, where plaintext is accepted at something that it protects. */
export function plaintextGaps(graph: Graph, policy: Authorization): PlaintextGap[] {
  const action = actionOf(policy);
  if ((action !== 'ALLOW' && action !== 'DENY') || policy.fact.dryRun !== false) return [];
  const rules = policy.fact.rules.filter((rule) => !rule.open).flatMap((rule) => identitiesOf(rule, action).map((found) => ({ ...found, rule })));
  if (rules.length === 0) return [];
  const weak = protectedByAuthorization(graph, policy).map((target) => ({ target, tls: mutualTls(graph, target) })).map((one) => ({ ...one, port: one.tls.own?.fact.ports.find(({ mode }) => acceptsPlaintext(known(mode))) }));
  // What a policy has decided says more than a default; all of the workload more than one port of it.
  const decided = weak.find(({ tls }) => acceptsPlaintext(tls.mode) && tls.decidedBy) ?? weak.find(({ tls }) => acceptsPlaintext(tls.mode));
  const at = decided ?? weak.find(({ tls, port }) => tls.mode === 'STRICT' && port);
  if (!at) return [];
  return rules.filter(({ rule }) => decided || rule.operations.length === 0).map(({ effect, value }) => ({ effect, value, target: at.target, tls: at.tls, port: decided ? undefined : at.port }));
}

function acceptsPlaintext(mode: string | undefined): boolean {
  return mode === 'PERMISSIVE' || mode === 'DISABLE';
}

const names: readonly SourceField[] = ['principals', 'serviceAccounts', 'namespaces', 'trustDomains'];
const negations: readonly SourceField[] = ['notPrincipals', 'notServiceAccounts', 'notNamespaces', 'notTrustDomains'];
const conditionKeys = new Set(['source.principal', 'source.serviceAccount', 'source.namespace', 'source.trustDomain']);

/** The peer identities that a rule hangs on, one for each of its sources, and what plaintext does to it. */
function identitiesOf(rule: AuthorizationRule, action: 'ALLOW' | 'DENY'): { effect: PlaintextGap['effect']; value: Value<string> }[] {
  const conditions = rule.conditions.filter(({ key }) => conditionKeys.has(known(key) ?? ''));
  const sources: readonly (AuthorizationSource | undefined)[] = rule.sources.length > 0 ? rule.sources : [undefined];
  return sources.flatMap((source) => {
    const named = first(source, names) ?? firstOf(conditions, 'values');
    const negated = first(source, negations) ?? firstOf(conditions, 'notValues');
    // Fields are AND-ed: whoever has to have a name cannot come in by not being another.
    if (named) return [{ effect: action === 'DENY' ? 'failsOpen' as const : 'failsClosed' as const, value: named }];
    return negated && action === 'ALLOW' ? [{ effect: 'failsOpen' as const, value: negated }] : [];
  });
}

function first(source: AuthorizationSource | undefined, fields: readonly SourceField[]): Value<string> | undefined {
  return fields.flatMap((field) => source?.fields[field] ?? [])[0];
}

function firstOf(conditions: readonly AuthorizationCondition[], list: 'values' | 'notValues'): Value<string> | undefined {
  return conditions.flatMap((condition) => condition[list])[0];
}
