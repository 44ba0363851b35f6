import type { AuthorizationRule, AuthorizationSource } from '../kubernetes/istio.ts';
import { known, type Place } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import { exposureOf, isGateway } from './exposure.ts';
import { evidenceOfRule } from './istio-evidence.ts';
import { actionOf, extentOf, type Authorization } from './istio.ts';
import { isProved, type Admission } from './layer.ts';
import { protectedByAuthorization } from './protected.ts';
import type { Target } from './target.ts';
import { trustIn } from './trust.ts';

/** A rule of an ALLOW policy that lets everyone in, or whoever has any identity of the mesh. */
export interface OpenAuthorization {
  readonly openness: 'anyone' | 'anyIdentity';
  /** Whether it is so on part of the traffic only. */
  readonly part: boolean;
  readonly at: Place;
  readonly rule: AuthorizationRule;
  readonly source: AuthorizationSource | undefined;
  readonly targets: readonly Target[];
  /** A rule that demands an identity, and that this one goes past. */
  readonly past: Admission | undefined;
}

/**
 * The rules of a policy that let everyone in. Silent where another layer or a DENY or CUSTOM rule asks for an identity,
 * at gateways and exposed workloads, which everyone is meant to reach, and for health checks.
 */
export function openAuthorizations(graph: Graph, policy: Authorization): OpenAuthorization[] {
  if (actionOf(policy) !== 'ALLOW' || policy.fact.dryRun !== false) return [];
  const rules = policy.fact.rules.flatMap((rule) => openingsOf(rule).map((opening) => ({ ...opening, rule })));
  if (rules.length === 0) return [];
  const judged = protectedByAuthorization(graph, policy).filter((target) => !isGateway(target) && !exposureOf(graph, target)).map((target) => trustIn(graph, target));
  const open = judged.filter(({ elsewhere, layers }) => elsewhere === false && layers.every(({ demands }) => demands.length === 0));
  if (open.length === 0) return [];
  const past = open.flatMap(({ layers }) => layers).flatMap(({ admissions }) => admissions).find(({ evidence, extent }) => isProved(evidence) && evidence !== 'anyIdentity' && extent !== 'health');
  return rules.map((rule) => ({ ...rule, targets: open.map(({ target }) => target).filter(({ workload }) => workload), past }));
}

type Opening = Pick<OpenAuthorization, 'openness' | 'part' | 'at' | 'source'>;

function openingsOf(rule: AuthorizationRule): Opening[] {
  const extent = extentOf(rule);
  if (rule.open || extent === 'health') return [];
  return evidenceOfRule(rule).flatMap(({ evidence, source }): Opening[] => {
    if (source?.open) return [];
    if (evidence === 'nothing') return [{ openness: 'anyone', part: extent !== 'all', at: placeOf(rule, source), source }];
    const star = evidence === 'anyIdentity' ? starOf(rule, source) : undefined;
    return star ? [{ openness: 'anyIdentity', part: extent !== 'all', at: star, source }] : [];
  });
}

/** Where a source says nothing: the universal range, the source that only takes away, or the rule that has none. */
function placeOf(rule: AuthorizationRule, source: AuthorizationSource | undefined): Place {
  return (source?.fields.ipBlocks ?? source?.fields.remoteIpBlocks)?.[0]?.at ?? source?.at ?? rule.at;
}

/**
 * The `*` that stands for any mesh identity. Any valid token (`requestPrincipals: ["*"]`) is another matter: whose tokens
 * are valid is for the RequestAuthentication to say.
 */
function starOf(rule: AuthorizationRule, source: AuthorizationSource | undefined): Place | undefined {
  if (source?.fields.requestPrincipals || rule.conditions.some(({ key }) => (known(key) ?? '').startsWith('request.auth.'))) return undefined;
  const values = [...(source?.fields.principals ?? []), ...(source?.fields.namespaces ?? []), ...rule.conditions.filter(({ key }) => known(key) === 'source.principal' || known(key) === 'source.namespace').flatMap((condition) => condition.values)];
  return values.find((value) => known(value) === '*')?.at;
}
