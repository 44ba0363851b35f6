import type { AuthorizationOperation, AuthorizationPolicyFact, AuthorizationRule, PeerAuthenticationFact, PolicyTarget } from '../kubernetes/istio.ts';
import { known, type Place } from '../yaml/cursor.ts';
import { isHealthPath } from './health.ts';
import { factsNear } from './index.ts';
import { servicesNear, sharesNamespace, standsFor } from './exposure.ts';
import { evidenceOfRule, isIdentityDemand } from './istio-evidence.ts';
import { dataPlane, membership, rootNamespace, waypointsOf } from './istio-mesh.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import type { GraphObject } from '../identity/objects.ts';
import { allOf, labelOf, sameNamespace, selects, type Target } from './target.ts';
import type { Admission, Demand, Extent, Layer } from './layer.ts';

export type Authorization = ObjectWith<AuthorizationPolicyFact>;

/** The action of a policy; ALLOW where it is not said. Undefined for one that a template or a slip hides. */
export function actionOf({ fact }: Authorization): 'ALLOW' | 'DENY' | 'CUSTOM' | 'AUDIT' | undefined {
  if (fact.action.state === 'absent') return 'ALLOW';
  const action = known(fact.action);
  return action === 'ALLOW' || action === 'DENY' || action === 'CUSTOM' || action === 'AUDIT' ? action : undefined;
}

/** Whether an AuthorizationPolicy is enforced at a target (semantics.md 6.5, scope). */
export function appliesTo(graph: Graph, { object, fact }: Authorization, target: Target): boolean | 'unknown' {
  const enforced = fact.dryRun === 'unknown' ? 'unknown' : !fact.dryRun;
  return allOf(enforced, isAbout(graph, object, fact.target, target));
}

/** Whether a filter that was put into proxies by hand may check who calls a target. */
function isFiltered(graph: Graph, target: Target): boolean {
  return factsNear(graph, 'proxyFilter', target, rootNamespace).some(({ object, fact }) => isAbout(graph, object, fact.target, target) !== false);
}

/** Whether a policy of Istio, by its namespace and by what it selects or names, is about a target. */
export function isAbout(graph: Graph, object: GraphObject, policy: PolicyTarget, target: Target): boolean | 'unknown' {
  const here = object.namespace === rootNamespace ? true : policy.refs.length > 0 ? sameNamespace(object, target) : sharesNamespace(object, target, policy.selector);
  if (here === false || policy.open) return here && 'unknown';
  return allOf(here, policy.refs.length > 0 ? isNamed(graph, policy.refs, target) : selects(policy.selector, target));
}

const gatewayName = 'gateway.networking.k8s.io/gateway-name';

/**
 * By reference: a Gateway is the pods that carry its name, or a waypoint, which also checks for the Services named; a
 * proxy of any other pod ignores the policy (istio pilot/pkg/model/policyattachment.go, ShouldAttachPolicy).
 */
function isNamed(graph: Graph, refs: PolicyTarget['refs'], target: Target): boolean | 'unknown' {
  const gateway = labelOf(target.labels, gatewayName);
  if (gateway === undefined && dataPlane(graph, target) === 'sidecar') return false;
  const waypoints = waypointsOf(graph, target);
  const answers = refs.map(({ kind, name }): boolean | 'unknown' => {
    if (known(kind) === 'Gateway' && gateway !== undefined) return gateway === known(name);
    if (known(kind) === undefined || known(name) === undefined || gateway !== undefined) return 'unknown';
    if (waypoints?.length === 0) return false;
    if (known(kind) === 'Gateway') return waypoints ? waypoints.includes(known(name)!) : 'unknown';
    if (known(kind) !== 'Service') return 'unknown';
    const services = servicesNear(graph, target).filter((service) => service.object.name === known(name)).map(({ fact }) => standsFor(fact, target));
    return services.length === 0 ? 'unknown' : services.includes(true) || (services.includes('unknown') && 'unknown');
  });
  return answers.includes(true) ? true : answers.includes('unknown') ? 'unknown' : false;
}

/** What AuthorizationPolicies let in to a target: DENY and CUSTOM demand, ALLOW admits, and without any ALLOW everyone is let in. */
export function istioLayer(graph: Graph, target: Target): Layer {
  const nothing: Layer = { technology: 'Istio', policies: [], isolates: false, admissions: [], demands: [], unsure: false };
  // Whoever writes a policy for pods that are in no file read means them to be in the mesh.
  if (target.workload && membership(graph, target) === 'out') return nothing;
  const concerning = factsNear(graph, 'istioAuthorizationPolicy', target, rootNamespace)
    .map((policy) => ({ policy, action: actionOf(policy), answer: appliesTo(graph, policy, target) }))
    .filter(({ action, answer }) => answer !== false && action !== 'AUDIT');
  // ztunnel takes no CUSTOM policy, and what names something is for a waypoint (istio pilot/pkg/serviceregistry/ambient/authorization.go).
  const ztunnel = dataPlane(graph, target) === 'ambient';
  const byZtunnel = ({ fact }: Authorization) => ztunnel && fact.target.refs.length === 0;
  const sure = concerning.filter(({ policy, action, answer }) => answer === true && action !== undefined && !(action === 'CUSTOM' && byZtunnel(policy)));
  const allow = sure.filter(({ action }) => action === 'ALLOW').map(({ policy }) => policy);
  return {
    technology: 'Istio',
    policies: sure.map(({ policy }) => policy.object),
    isolates: allow.length > 0,
    admissions: allow.flatMap((policy) => [
      ...policy.fact.rules.filter((rule) => !(byZtunnel(policy) && usesHttp(rule))).flatMap((rule) => admissionsOf(policy.object, rule)),
      ...(policy.fact.open ? [{ evidence: 'unknown' as const, extent: 'all' as const, addresses: [], policy: policy.object, rule: policy.fact.rulesAt }] : []),
    ]),
    demands: sure.flatMap(({ policy, action }) => (action === 'DENY' ? denials(policy, byZtunnel(policy)) : action === 'CUSTOM' ? delegations(policy) : [])),
    unsure: concerning.some(({ action, answer }) => answer !== true || action === undefined) || isFiltered(graph, target),
  };
}

function admissionsOf(policy: GraphObject, rule: AuthorizationRule): Admission[] {
  const extent = extentOf(rule);
  return evidenceOfRule(rule).map(({ evidence, addresses, named }) => ({ evidence, addresses, named, extent, policy, rule: rule.at }));
}

/** A DENY rule on what lacks an identity demands one; plaintext lacks it too, and a rule on nothing turns everyone away. Of tokens, ztunnel sees nothing. */
function denials({ object, fact }: Authorization, byZtunnel: boolean): Demand[] {
  const everyone = (rule: AuthorizationRule) => !rule.open && rule.sources.length + rule.operations.length + rule.conditions.length === 0;
  return fact.rules.filter((rule) => everyone(rule) || (isIdentityDemand(rule) && !(byZtunnel && speaksOfTokens(rule)))).map((rule) => ({ evidence: 'identity', extent: exceptHealth(rule.operations) ? 'all' : extentOf({ ...rule, conditions: [] }), at: { object, place: rule.at } }));
}

/** A CUSTOM rule hands the decision to an external authorizer, which counts as an identity check (semantics.md 6.0). */
function delegations({ object, fact }: Authorization): Demand[] {
  return fact.rules.map((rule) => ({ evidence: 'identity', extent: rule.sources.length > 0 ? 'some' : exceptHealth(rule.operations) ? 'all' : extentOf(rule), at: { object, place: rule.at } }));
}

const allHealth = (values: readonly { readonly state: string; readonly value?: string }[] | undefined) => values !== undefined && values.length > 0 && values.every((value) => value.state === 'known' && isHealthPath(value.value!));

/** How much of the traffic a rule is about, by its operations and by conditions on other things than the caller. */
export function extentOf({ operations, conditions }: Pick<AuthorizationRule, 'operations' | 'conditions'>): Extent {
  if (operations.length > 0) return operations.every(({ fields }) => allHealth(fields.paths)) ? 'health' : 'some';
  return conditions.some(({ key }) => !/^(?:source|remote)\.|^request\.auth\./.test(known(key) ?? '')) ? 'some' : 'all';
}

/** Whether operations leave out nothing but health checks. */
function exceptHealth(operations: readonly AuthorizationOperation[]): boolean {
  return operations.some(({ fields }) => Object.keys(fields).join() === 'notPaths' && allHealth(fields.notPaths));
}

/** Whether a rule looks at what a token says. */
export function speaksOfTokens({ sources, conditions }: Pick<AuthorizationRule, 'sources' | 'conditions'>): boolean {
  return sources.some(({ fields }) => fields.requestPrincipals || fields.notRequestPrincipals) || conditions.some(({ key }) => (known(key) ?? '').startsWith('request.auth.'));
}

/** Attributes that only a proxy of layer 7 sees; ztunnel drops ALLOW rules that use them, and of DENY rules these parts (semantics.md 6.5). */
function usesHttp({ sources, operations, conditions }: AuthorizationRule): boolean {
  return sources.some(({ fields }) => fields.requestPrincipals || fields.notRequestPrincipals || fields.remoteIpBlocks || fields.notRemoteIpBlocks)
    || operations.some(({ fields }) => fields.hosts || fields.notHosts || fields.methods || fields.notMethods || fields.paths || fields.notPaths)
    || conditions.some(({ key }) => /^(?:request\.|remote\.)/.test(known(key) ?? ''));
}

/** The mutual TLS that a target asks of its callers, and the policy that decided it. */
export interface MutualTls {
  readonly mode: 'STRICT' | 'PERMISSIVE' | 'DISABLE' | 'unknown';
  /** Undefined where no policy says anything: PERMISSIVE is what Istio does then. */
  readonly decidedBy: ObjectWith<PeerAuthenticationFact> | undefined;
  /** The policy of the workload itself, whether or not it decides. */
  readonly own: ObjectWith<PeerAuthenticationFact> | undefined;
  readonly at: Place | undefined;
}

/** The effective PeerAuthentication: workload over namespace over mesh, UNSET inherits (semantics.md 6.5). */
export function mutualTls(graph: Graph, target: Target): MutualTls {
  const near = factsNear(graph, 'istioPeerAuthentication', target, rootNamespace);
  const inNamespace = near.filter(({ object }) => sameNamespace(object, target) === true && object.namespace !== rootNamespace);
  const own = inNamespace.filter(({ fact }) => fact.selector !== undefined && selects(fact.selector, target) === true);
  const scopes = [own, inNamespace.filter(({ fact }) => fact.selector === undefined), near.filter(({ object, fact }) => object.namespace === rootNamespace && fact.selector === undefined)];
  const maybe = near.some(({ object, fact }) => allOf(object.namespace === rootNamespace ? fact.selector === undefined : sameNamespace(object, target), selects(fact.selector, target)) === 'unknown');
  for (const policies of scopes) {
    const said = policies.filter(({ fact }) => fact.mode.state === 'hole' || !['UNSET', undefined].includes(known(fact.mode)));
    if (said.length === 0) continue;
    const modes = new Set(said.map(({ fact }) => known(fact.mode)));
    // Within one scope the oldest policy wins, which the files do not tell.
    const mode = modes.size > 1 || maybe ? 'unknown' : asMode([...modes][0]);
    // ztunnel tells STRICT from the rest only (istio pilot/pkg/serviceregistry/ambient/authorization.go, convertPeerAuthentication).
    const enforced = mode === 'DISABLE' && dataPlane(graph, target) === 'ambient' ? 'PERMISSIVE' : mode;
    return { mode: enforced, decidedBy: said[0], own: own[0], at: said[0]!.fact.mode.at };
  }
  return { mode: maybe ? 'unknown' : 'PERMISSIVE', decidedBy: undefined, own: own[0], at: undefined };
}

function asMode(text: string | undefined): MutualTls['mode'] {
  return text === 'STRICT' || text === 'PERMISSIVE' || text === 'DISABLE' ? text : 'unknown';
}
