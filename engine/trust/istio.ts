import type { AuthorizationOperation, AuthorizationPolicyFact, AuthorizationRule, PeerAuthenticationFact } from '../kubernetes/istio.ts';
import { known, type Place } from '../yaml/cursor.ts';
import { factsNear, isNear } from './index.ts';
import { servicesNear, standsFor } from './exposure.ts';
import { evidenceOfRule, isIdentityDemand } from './istio-evidence.ts';
import type { Graph, ObjectWith } from '../identity/graph.ts';
import type { GraphObject } from '../identity/objects.ts';
import { allOf, labelOf, namespacesOf, sameNamespace, selects, type Target } from './target.ts';
import type { Admission, Demand, Extent, Layer } from './layer.ts';

/** Where mesh-wide policies live unless MeshConfig.rootNamespace says otherwise, which is in no manifest. */
export const rootNamespace = 'istio-system';

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
  const here = object.namespace === rootNamespace ? true : sameNamespace(object, target);
  return allOf(enforced, here, attached(graph, fact, target));
}

/** By reference: a Service stands for its pods (a waypoint checks for it), a Gateway for the pods that carry its name or, as a waypoint, for who knows which. */
function attached(graph: Graph, { target: { refs, selector, open } }: AuthorizationPolicyFact, target: Target): boolean | 'unknown' {
  if (open) return 'unknown';
  if (refs.length === 0) return selects(selector, target);
  const answers = refs.map(({ kind, name }): boolean | 'unknown' => {
    if (known(kind) === 'Gateway') return labelOf(target.labels, 'gateway.networking.k8s.io/gateway-name') === known(name) || 'unknown';
    if (known(kind) !== 'Service') return 'unknown';
    const services = servicesNear(graph, target).filter(({ object }) => object.name === known(name));
    return services.length === 0 ? 'unknown' : services.some(({ fact }) => standsFor(fact, target) === true);
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
  const sure = concerning.filter(({ action, answer }) => answer === true && action !== undefined);
  const allow = sure.filter(({ action }) => action === 'ALLOW').map(({ policy }) => policy);
  const withoutHttp = ambientWithoutWaypoint(graph, target);
  return {
    technology: 'Istio',
    policies: sure.map(({ policy }) => policy.object),
    isolates: allow.length > 0,
    admissions: allow.flatMap(({ object, fact }) => [
      ...fact.rules.filter((rule) => !(withoutHttp && usesHttp(rule))).flatMap((rule) => admissionsOf(object, rule)),
      ...(fact.open ? [{ evidence: 'unknown' as const, extent: 'all' as const, addresses: [], policy: object, rule: fact.rulesAt }] : []),
    ]),
    demands: sure.flatMap(({ policy, action }) => (action === 'DENY' ? denials(policy) : action === 'CUSTOM' ? delegations(policy) : [])),
    unsure: sure.length < concerning.length,
  };
}

function admissionsOf(policy: GraphObject, rule: AuthorizationRule): Admission[] {
  const extent = extentOf(rule);
  return evidenceOfRule(rule).map(({ evidence, addresses }) => ({ evidence, addresses, extent, policy, rule: rule.at }));
}

/** A DENY rule on what lacks an identity demands one; plaintext lacks it too. */
function denials({ object, fact }: Authorization): Demand[] {
  return fact.rules.filter(isIdentityDemand).map((rule) => ({ evidence: 'identity', extent: exceptHealth(rule.operations) ? 'all' : extentOf({ ...rule, conditions: [] }), at: { object, place: rule.at } }));
}

/** A CUSTOM rule hands the decision to an external authorizer, which counts as an identity check (semantics.md 6.0). */
function delegations({ object, fact }: Authorization): Demand[] {
  return fact.rules.map((rule) => ({ evidence: 'identity', extent: rule.sources.length > 0 ? 'some' : exceptHealth(rule.operations) ? 'all' : extentOf(rule), at: { object, place: rule.at } }));
}

const healthPath = /^\/(?:-\/|actuator\/)?(?:health|healthy|healthz|live|livez|liveness|ready|readyz|readiness|ping)(?:[/*].*)?$/;
const allHealth = (values: readonly { readonly state: string; readonly value?: string }[] | undefined) => values !== undefined && values.length > 0 && values.every((value) => value.state === 'known' && healthPath.test(value.value!));

/** How much of the traffic a rule is about, by its operations and by conditions on other things than the caller. */
export function extentOf({ operations, conditions }: Pick<AuthorizationRule, 'operations' | 'conditions'>): Extent {
  if (operations.length > 0) return operations.every(({ fields }) => allHealth(fields.paths)) ? 'health' : 'some';
  return conditions.some(({ key }) => !/^(?:source|remote)\.|^request\.auth\./.test(known(key) ?? '')) ? 'some' : 'all';
}

/** Whether operations leave out nothing but health checks. */
function exceptHealth(operations: readonly AuthorizationOperation[]): boolean {
  return operations.some(({ fields }) => Object.keys(fields).join() === 'notPaths' && allHealth(fields.notPaths));
}

/** Attributes that only a proxy of layer 7 sees; ztunnel drops ALLOW rules that use them (semantics.md 6.5). */
function usesHttp({ sources, operations, conditions }: AuthorizationRule): boolean {
  return sources.some(({ fields }) => fields.requestPrincipals || fields.notRequestPrincipals || fields.remoteIpBlocks || fields.notRemoteIpBlocks)
    || operations.some(({ fields }) => fields.hosts || fields.notHosts || fields.methods || fields.notMethods || fields.paths || fields.notPaths)
    || conditions.some(({ key }) => /^(?:request\.|remote\.)/.test(known(key) ?? ''));
}

/**
 * Whether a target is in the mesh. `out` where it says so itself, or its namespace does (istio.io/docs, sidecar injection:
 * one label that disables wins), or it lives on the host's network, where nothing is injected. `in` where a label says so.
 */
export function membership(graph: Graph, target: Target): 'in' | 'out' | 'unknown' {
  const own = labelOf(target.labels, 'sidecar.istio.io/inject') ?? labelOf(target.annotations, 'sidecar.istio.io/inject');
  const mode = labelOf(target.labels, 'istio.io/dataplane-mode');
  const namespaces = namespacesOf(graph, target).map((object) => object.resource.header.labels);
  const says = (key: string, value: string) => namespaces.some((labels) => labelOf(labels, key) === value);
  if (mode === 'ambient' || (mode === undefined && says('istio.io/dataplane-mode', 'ambient'))) return target.hostNetwork === true ? 'out' : 'in';
  if (target.hostNetwork === true || own === 'false' || says('istio-injection', 'disabled')) return 'out';
  if (own === 'true' || says('istio-injection', 'enabled') || namespaces.some((labels) => labelOf(labels, 'istio.io/rev') !== undefined)) return 'in';
  return 'unknown';
}

function ambientWithoutWaypoint(graph: Graph, target: Target): boolean {
  const namespaces = namespacesOf(graph, target).map((object) => object.resource.header.labels);
  return namespaces.length > 0 && namespaces.every((labels) => labelOf(labels, 'istio.io/dataplane-mode') === 'ambient' && labels.entries['istio.io/use-waypoint'] === undefined && !labels.open);
}

/** Whether Istio is anywhere in the files that belong with a target: an object of it, or a label that puts something into the mesh. */
export function istioIsUsed(graph: Graph, target: Target): boolean {
  const near = ({ object }: { object: GraphObject }) => isNear(graph, object, target);
  return (['istioAuthorizationPolicy', 'istioPeerAuthentication', 'istioRequestAuthentication'] as const).some((kind) => graph.all(kind).some(near))
    || graph.all('namespace').filter(near).some(({ object }) => {
      const { labels } = object.resource.header;
      return labelOf(labels, 'istio-injection') === 'enabled' || labelOf(labels, 'istio.io/dataplane-mode') === 'ambient' || labelOf(labels, 'istio.io/rev') !== undefined;
    })
    || membership(graph, target) === 'in';
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
    return { mode, decidedBy: said[0], own: own[0], at: said[0]!.fact.mode.at };
  }
  return { mode: maybe ? 'unknown' : 'PERMISSIVE', decidedBy: undefined, own: own[0], at: undefined };
}

function asMode(text: string | undefined): MutualTls['mode'] {
  return text === 'STRICT' || text === 'PERMISSIVE' || text === 'DISABLE' ? text : 'unknown';
}
