import type { RequestAuthenticationFact } from '../kubernetes/istio.ts';
import type { ClaimRouteFact, GatewayPodsFact } from '../kubernetes/istio-traffic.ts';
import type { LabelSelector } from '../kubernetes/selector.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import { symbol, type GraphObject } from '../identity/objects.ts';
import { isGateway } from './exposure.ts';
import { allTargets, isNear, targetsIn } from './index.ts';
import { dataPlane, rootNamespace } from './istio-mesh.ts';
import { isAbout, istioLayer, speaksOfTokens } from './istio.ts';
import { selects, unseenTarget, type Target } from './target.ts';
import { demandsIdentity, trustIn } from './trust.ts';

/*
 * A RequestAuthentication turns away tokens that are not valid, and lets requests without any pass: that one is required,
 * only an AuthorizationPolicy can say (istio/api security/v1beta1/request_authentication.proto; semantics.md 6.5).
 */

export type TokenCheck = ObjectWith<RequestAuthenticationFact>;

/** Where a token check has no teeth. */
export interface Toothless {
  /** `optional`: requests without a token pass. `ignored`: no proxy there reads tokens at all. */
  readonly how: 'optional' | 'ignored';
  /** What it is about; none where no file holds a workload that it selects. */
  readonly targets: readonly Target[];
  /** Whether the program behind gets what the token says, and may ask for one itself. */
  readonly forwards: boolean;
}

/** Whether a check asks for nothing, wherever it applies. Undefined where a token, or an identity of another kind, is demanded anywhere there, and where the files do not tell. */
export function toothless(graph: Graph, check: TokenCheck): Toothless | undefined {
  const { object, fact } = check;
  if (fact.open || fact.target.open || fact.rules.length === 0) return undefined;
  const forwards = fact.rules.some((rule) => rule.forwards);
  const candidates = object.namespace === rootNamespace ? allTargets(graph) : targetsIn(graph, object.namespace, fact.target.refs.length > 0 ? undefined : fact.target.selector);
  const near = candidates.filter((target) => isNear(graph, object, target)).map((target) => ({ target, about: isAbout(graph, object, fact.target, target) })).filter(({ about }) => about !== false);
  const targets = near.filter(({ target, about }) => about === true && dataPlane(graph, target) !== 'out').map(({ target }) => target);
  if (targets.length === 0) {
    const unseen = near.length === 0 ? unseenOf(check) : undefined;
    return unseen && isUnasked(graph, unseen) ? { how: 'optional', targets: [], forwards } : undefined;
  }
  // Nothing but a waypoint reads tokens in ambient mode, and that takes only policies that name it or its Services.
  if (fact.target.refs.length === 0 && targets.every((target) => dataPlane(graph, target) === 'ambient' && !isGateway(target))) return { how: 'ignored', targets, forwards };
  return targets.every((target) => isUnasked(graph, target)) ? { how: 'optional', targets, forwards } : undefined;
}

/** What a check is about where no file holds it: the pods of a selector or of a Gateway. Those of a whole namespace are too many to judge unseen. */
function unseenOf({ object, fact: { target } }: TokenCheck): Target | undefined {
  const [ref, ...more] = target.refs;
  if (!ref) return target.selector && !target.selector.open ? unseenTarget(object, target.selector) : undefined;
  if (more.length > 0 || known(ref.kind) !== 'Gateway') return undefined;
  const unseen = unseenTarget(object, undefined);
  return { ...unseen, labels: { ...unseen.labels, entries: { 'gateway.networking.k8s.io/gateway-name': ref.name } } };
}

/** Whether nothing asks a target's callers for a token, nor for any other identity on every way in. */
function isUnasked(graph: Graph, target: Target): boolean {
  const trust = trustIn(graph, target);
  const layer = istioLayer(graph, target);
  if (layer.unsure || trust.elsewhere !== false || demandsIdentity(trust).demanded !== false) return false;
  if (layer.policies.some(({ resource }) => resource.facts.some((fact) => fact.fact === 'istioAuthorizationPolicy' && (fact.open || fact.rules.some(speaksOfTokens))))) return false;
  // A gateway that chooses routes by claims leads nobody without them anywhere that is not meant for everyone.
  return !graph.all('claimRoute').some(({ object }) => isNear(graph, object, target)) || !mayBeGateway(graph, target);
}

function mayBeGateway(graph: Graph, target: Target): boolean {
  return target.workload === undefined || isGateway(target) || graph.all('gatewayPods').some((gateway) => selects(selectorOf(gateway.fact), target) === true);
}

/** A gateway that routes by claims though nothing among the files checks the tokens that they are from. */
export interface UncheckedClaims {
  readonly gateway: GraphObject;
  /** The pods of the gateway, where they are among the files. */
  readonly targets: readonly Target[];
}

/** The gateways of a route by claims that no RequestAuthentication among the files may be about (as Istio's analyzer IST0149 asks). A gateway in no file read is not judged. */
export function uncheckedClaims(graph: Graph, { object, fact }: ObjectWith<ClaimRouteFact>): UncheckedClaims[] {
  return fact.gateways.flatMap(({ group, name, namespace }) => {
    const where = namespace.state === 'absent' ? object.namespace : symbol(namespace);
    const named = graph.all('gatewayPods').filter((one) => one.object.resource.header.group === group && one.object.name === known(name) && one.object.namespace === where);
    return graph.proximity.nearest(object.document.file, named.map((one) => one.object)).flatMap((gateway) => {
      const pods = podsOf(graph, named.find((one) => one.object === gateway)!);
      return isUnchecked(graph, gateway, pods) ? [{ gateway, targets: pods }] : [];
    });
  });
}

function selectorOf({ labels }: Pick<GatewayPodsFact, 'labels'>): LabelSelector {
  return { matchLabels: labels, matchExpressions: [], open: labels.open, at: labels.at };
}

/** The workloads that are a gateway: of Istio wherever its selector matches, of the Gateway API beside it. */
function podsOf(graph: Graph, { object, fact: { labels } }: ObjectWith<GatewayPodsFact>): Target[] {
  const selector = selectorOf({ labels });
  return (object.resource.header.group === 'networking.istio.io' ? allTargets(graph) : targetsIn(graph, object.namespace)).filter((target) => isNear(graph, object, target) && selects(selector, target) === true);
}

function isUnchecked(graph: Graph, gateway: GraphObject, pods: readonly Target[]): boolean {
  const checks = graph.all('istioRequestAuthentication').filter(({ object }) => !graph.proximity.alternatives(gateway.document.file, object.document.file));
  // Pods that are in no file read may be anywhere, and so may what is about them.
  if (pods.length === 0) return checks.length === 0;
  return pods.every((target) => checks.every(({ object, fact }) => isAbout(graph, object, fact.target, target) === false));
}

/** Whether keys are fetched without TLS, by whom nothing proves that they come from the issuer. Undefined where they are not, or are written into the policy. */
export function plaintextKeys(uri: string | undefined): 'inside' | 'outside' | undefined {
  const host = /^http:\/\/([^/:]+)/i.exec(uri ?? '')?.[1]?.toLowerCase();
  if (host === undefined) return undefined;
  return !host.includes('.') || /\.svc(?:\.|$)|\.(?:local|internal|localhost)$/.test(host) ? 'inside' : 'outside';
}

const controlPlane = 'BLOCKED_CIDRS_IN_JWKS_URIS';

/** Whether a target is an Istio control plane that fetches keys from whatever address a RequestAuthentication names (as Istio's analyzer IST0175 asks). */
export function fetchesKeysFromAnywhere(target: Target): boolean {
  const { workload } = target;
  if (!workload || workload.fact.containersOpen) return false;
  const own = workload.fact.containers.filter(({ image }) => /(?:^|\/)pilot(?:[:@]|$)/.test(known(image) ?? ''));
  return own.length > 0 && own.every(({ env }) => env[controlPlane] === undefined || (env[controlPlane].state !== 'hole' && (known(env[controlPlane]) ?? '') === ''));
}
