import type { Graph } from '../../../engine/identity/graph.ts';
import type { ObjectWith } from '../../../engine/identity/parts.ts';
import { displayName, type GraphObject, shownName } from '../../../engine/identity/objects.ts';
import { mutualTls } from '../../../engine/trust/istio.ts';
import { labelOf, unseenTarget } from '../../../engine/trust/target.ts';
import { plaintextAccepted, type AcceptsPlaintext } from '../../../engine/trust/plaintext.ts';
import { guardedByPolicy, isOutsideMesh, scopeOf, servesApiServer, workloadsBehind } from '../../../engine/trust/tls.ts';
import type { ClientTls, DestinationRuleFact } from '../../../engine/kubernetes/destination-rule.ts';
import type { PeerAuthenticationFact } from '../../../engine/kubernetes/istio.ts';
import { policyKinds, trustReads } from '../../../engine/trust/trust.ts';
import { defineRule, type FixStep, type Signal } from '../../../engine/lint/rule.ts';
import { known } from '../../../engine/yaml/cursor.ts';

const messages = {
  accepted: '{scope} accepts callers without mutual TLS, who have no identity: mode is {mode}',
  disabled: '{scope} has mutual TLS switched off: no caller has an identity',
  port: 'Port {port} accepts callers without mutual TLS, who have no identity: mode is {mode}',
  unsaid: 'Namespace {namespace} is in the mesh, and no PeerAuthentication among the files read says that mutual TLS is required: the default is PERMISSIVE',
  stripped: 'Callers reach {host} without their mesh identity: mode is {mode}',
  unverified: 'The certificate of {host} is not verified against a CA that is named here',
  linkerd: 'Callers without a mesh identity are accepted: the default inbound policy is {said}',
  linkerdServer: 'Callers without a mesh identity are accepted on port {port}: the access policy of this Server is {said}',
  consul: 'Callers without mutual TLS are accepted, and no intention is checked for them: the mode is {said}',
  consulAllowed: 'Services of this mesh may be made to accept callers without mutual TLS',
  kuma: 'Callers without mutual TLS are accepted, who have no identity: the mode is {said}',
  kumaOff: 'Mutual TLS is off in this mesh, so no caller has an identity: it has certificate authorities and enables none',
  cilium: 'Callers are let in without mutual authentication, also where another rule demands it',
};

export default defineRule({
  id: 'mutual-tls-not-required',
  title: 'Callers accepted without mutual TLS',
  family: 'trust',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI4:2025', 'owasp-agentic-2026:ASI07', 'nist-csf-2.0:PR.AA-03', 'nist-sp-800-207:2.1-2', 'mitre-attack:T1557'],
  unit: 'object',
  on: [...policyKinds, 'namespace', 'workload', 'destinationRule'],
  reads: [...trustReads, 'destinationRule', 'callback'],
  messages,
  *check({ unit: { object }, graph }) {
    for (const fact of object.resource.facts) {
      if (fact.fact === 'istioPeerAuthentication') yield* peerSignals(graph, { object, fact });
      if (fact.fact === 'destinationRule') yield* destinationSignals(graph, { object, fact });
      if (fact.fact === 'namespace') yield* namespaceSignals(graph, object);
    }
    for (const one of plaintextAccepted(graph, object)) yield acceptedSignal(object, one);
  },
  fixes({ unit: { object }, graph }, signal) {
    const path = signal.at.place.path;
    const instead = plaintextAccepted(graph, object).find(({ at }) => at.stable === signal.at.place.stable)?.instead;
    if (instead !== undefined) return [fix('require-mutual-tls', `Demand an identity of the mesh (${instead}); callers without a proxy lose access: check gateways outside the mesh, scrapers and jobs first`, { object, change: { op: 'set', path, value: instead } })];
    if (signal.messageId === 'accepted' || signal.messageId === 'disabled') {
      return [fix('require-mutual-tls', 'Require mutual TLS (STRICT); callers without a sidecar lose access: check gateways outside the mesh, scrapers and jobs first', { object, change: { op: 'set', path, value: 'STRICT' } })];
    }
    const ownCertificate = object.resource.facts.some((fact) => fact.fact === 'destinationRule' && fact.tls.some((tls) => tls.mode.at.stable === signal.at.place.stable && (tls.clientCertificate.state !== 'absent' || tls.caCertificates.state !== 'absent' || tls.credentialName.state !== 'absent')));
    if (signal.messageId !== 'stripped' || ownCertificate) return [];
    return [fix('use-mesh-identity', 'Call with the mesh identity (ISTIO_MUTUAL); it fails where the called workload has no sidecar', { object, change: { op: 'set', path, value: 'ISTIO_MUTUAL' } })];
  },
});

function fix(id: string, title: string, step: FixStep) {
  return { id, title, safe: false, steps: [step] };
}

function* peerSignals(graph: Graph, policy: ObjectWith<PeerAuthenticationFact>): Generator<Signal> {
  const { object, fact } = policy;
  const scope = scopeOf(policy);
  if (scope === 'ignored') return;
  const mode = known(fact.mode);
  // Where every way in asks for an identity, plaintext callers are turned away by the policy instead.
  const severity = guardedByPolicy(graph, policy) ? ('info' as const) : undefined;
  const subject = scope === 'mesh' ? 'The mesh' : scope === 'namespace' ? (object.namespace === '' ? 'This namespace' : `Namespace ${object.namespace}`) : 'What this policy selects';
  if (mode === 'PERMISSIVE') yield { messageId: 'accepted', args: { scope: subject, mode }, at: { object, place: fact.mode.at }, severity };
  if (mode === 'DISABLE') yield { messageId: 'disabled', args: { scope: subject }, at: { object, place: fact.mode.at } };
  // Modes by port count only beside a selector.
  if (scope !== 'workload' || mode === 'PERMISSIVE' || mode === 'DISABLE' || servesApiServer(graph, policy)) return;
  for (const { port, mode: own } of fact.ports) {
    const said = known(own);
    if (said === 'PERMISSIVE' || said === 'DISABLE') yield { messageId: 'port', args: { port, mode: said }, at: { object, place: own.at }, severity: 'info' };
  }
}

/** Labels that put a namespace into the mesh, with the value that does; any revision does. */
const meshed: readonly [string, string | undefined][] = [['istio-injection', 'enabled'], ['istio.io/dataplane-mode', 'ambient'], ['istio.io/rev', undefined]];

/** A meshed namespace where nothing requires mutual TLS: a pedantic hint, since the policy may live elsewhere. */
function* namespaceSignals(graph: Graph, object: GraphObject): Generator<Signal> {
  const { labels } = object.resource.header;
  const disabled = labelOf(labels, 'istio-injection') === 'disabled';
  const said = meshed.find(([key, value]) => labelOf(labels, key) !== undefined && (value === undefined || labelOf(labels, key) === value));
  if (!said || disabled) return;
  const target = { ...unseenTarget(object, undefined), namespace: object.name };
  if (mutualTls(graph, target).decidedBy || mutualTls(graph, target).mode !== 'PERMISSIVE') return;
  yield { messageId: 'unsaid', args: { namespace: shownName(object.name) }, at: { object, place: labels.entries[said[0]]!.at }, severity: 'info', persona: 'pedantic', confidence: 'low' };
}

function acceptedSignal(object: GraphObject, { by, said, port, at, confidence, guarded }: AcceptsPlaintext): Signal {
  return { messageId: by, args: { said, port }, at: { object, place: at }, confidence, ...(guarded ? { severity: 'info' } : {}), ...(guarded && by === 'cilium' ? { persona: 'pedantic' } : {}) };
}

function* destinationSignals(graph: Graph, rule: ObjectWith<DestinationRuleFact>): Generator<Signal> {
  const behind = workloadsBehind(graph, rule);
  const { object, fact } = rule;
  const host = known(fact.host);
  if (host === undefined) return;
  for (const tls of fact.tls) {
    const mode = known(tls.mode);
    const args = { host, mode: mode ?? '' };
    if (behind && !isOutsideMesh(graph, behind) && (mode === 'DISABLE' || mode === 'SIMPLE')) {
      yield { messageId: 'stripped', args, at: { object, place: tls.mode.at }, confidence: behind.length > 0 ? 'high' : 'medium', related: behind.slice(0, 3).map((workload) => ({ at: { object: workload.object, place: workload.object.resource.header.name.at }, message: `${host} leads to ${displayName(workload.object)}` })) };
    }
    if (known(tls.insecureSkipVerify) === true) yield { messageId: 'unverified', args, at: { object, place: tls.insecureSkipVerify.at } };
    // Since Istio 1.20 the CAs of the operating system are used then; before, none.
    else if ((mode === 'SIMPLE' || mode === 'MUTUAL') && !namesCa(tls, fact)) yield { messageId: 'unverified', args, at: { object, place: tls.mode.at }, severity: 'info', persona: 'pedantic', confidence: 'medium' };
  }
}

/** A credential is looked up at gateways, and at sidecars only beside a workloadSelector (istio/api destination_rule.proto, credentialName). */
function namesCa(tls: ClientTls, { hasWorkloadSelector }: DestinationRuleFact): boolean {
  return tls.caCertificates.state !== 'absent' || (tls.credentialName.state !== 'absent' && hasWorkloadSelector);
}
