import type { Graph } from '../../../engine/identity/graph.ts';
import { isSymbol, type GraphObject } from '../../../engine/identity/objects.ts';
import { plaintextGaps, type PlaintextGap } from '../../../engine/trust/istio-plaintext.ts';
import { permissiveGaps } from '../../../engine/trust/permissive.ts';
import { rootNamespace } from '../../../engine/trust/istio-mesh.ts';
import { policyKinds, trustReads } from '../../../engine/trust/trust.ts';
import { selectorData } from '../../../engine/kubernetes/selector.ts';
import { defineRule, type FixStep, type Signal } from '../../../engine/lint/rule.ts';
import { known } from '../../../engine/yaml/cursor.ts';

const messages = {
  failsOpen: 'Plaintext callers get past this rule: it is about a peer identity, they have none, and mutual TLS is {mode} here',
  failsOpenByDefault: 'Plaintext callers get past this rule: it is about a peer identity, they have none, and no PeerAuthentication among the files read requires mutual TLS (the default is PERMISSIVE)',
  failsOpenOnPort: 'Plaintext callers get past this rule on port {port}: it is about a peer identity, they have none, and mutual TLS is {mode} there',
  neverMatches: 'This rule never matches: it asks for a peer identity, and with mutual TLS switched off no caller has one',
  failsClosed: 'Plaintext callers never match this rule, which asks for a peer identity, though mutual TLS is {mode} here',
  failsOpenInMesh: 'Plaintext callers get past this policy: it is about identities, and is checked only for callers that show one, while mutual TLS is {mode} here',
  mode: 'this accepts callers without a peer identity',
};

export default defineRule({
  id: 'identity-policy-without-mutual-tls',
  title: 'A policy on identities where callers need none',
  family: 'trust',
  severity: 'error',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI4:2025', 'owasp-agentic-2026:ASI07', 'nist-csf-2.0:PR.AA-03', 'nist-sp-800-207:2.1-2', 'mitre-attack:T1557'],
  unit: 'object',
  on: policyKinds,
  reads: [...trustReads],
  messages,
  *check({ unit: { object }, graph }) {
    for (const { at, mode, said, confidence } of permissiveGaps(graph, object)) yield { messageId: 'failsOpenInMesh', args: { mode: said, port: '' }, at: { object, place: at }, confidence, related: [{ at: mode, message: messages.mode }] };
    for (const gap of gapsIn(graph, object)) {
      const signal = judge(gap);
      if (!signal) continue;
      const { decidedBy } = gap.tls;
      const mode = gap.port ? { object: gap.tls.own!.object, place: gap.port.mode.at } : decidedBy && { object: decidedBy.object, place: decidedBy.fact.mode.at };
      yield { ...signal, args: { mode: known(gap.port?.mode ?? { state: 'known', value: gap.tls.mode, at: gap.value.at }) ?? '', port: gap.port?.port ?? '' }, at: { object, place: gap.value.at }, related: mode ? [{ at: mode, message: messages.mode }] : [] };
    }
  },
  fixes({ unit: { object }, graph }, signal) {
    const gap = gapsIn(graph, object).find(({ value }) => value.at.stable === signal.at.place.stable);
    const permissive = permissiveGaps(graph, object).find(({ at }) => at.stable === signal.at.place.stable);
    const step = permissive ? ({ object: permissive.mode.object, change: { op: 'set', path: permissive.mode.place.path, value: permissive.strict } } as const) : gap && requireMutualTls(object, gap);
    return step ? [{ id: 'require-mutual-tls', title: 'Require mutual TLS (STRICT) where this policy hangs on it; callers without a sidecar lose access: check gateways outside the mesh, scrapers and jobs first', safe: false, steps: [step] }] : [];
  },
});

function gapsIn(graph: Graph, object: GraphObject): PlaintextGap[] {
  return object.resource.facts.flatMap((fact) => (fact.fact === 'istioAuthorizationPolicy' ? plaintextGaps(graph, { object, fact }) : []));
}

/** Open is an error; closed is as safe as the rule was meant, and worth a hint where somebody may wonder why nobody comes in. */
function judge({ effect, tls, port }: PlaintextGap): Pick<Signal, 'messageId' | 'severity' | 'confidence' | 'persona'> | undefined {
  if (effect === 'failsOpen') {
    if (port) return { messageId: 'failsOpenOnPort', severity: 'warning', confidence: 'medium' };
    return tls.decidedBy ? { messageId: 'failsOpen', confidence: 'high' } : { messageId: 'failsOpenByDefault', severity: 'warning', confidence: 'low', persona: 'pedantic' };
  }
  if (!tls.decidedBy || port) return undefined;
  if (tls.mode === 'DISABLE') return { messageId: 'neverMatches', severity: 'warning', confidence: 'high' };
  return { messageId: 'failsClosed', severity: 'info', persona: 'pedantic', confidence: 'high' };
}

/** STRICT where it was decided otherwise; a policy of its own where nothing decides. */
function requireMutualTls(object: GraphObject, { tls, port, target }: PlaintextGap): FixStep | undefined {
  if (port) return { object: tls.own!.object, change: { op: 'set', path: port.mode.at.path, value: 'STRICT' } };
  if (tls.decidedBy) return { object: tls.decidedBy.object, change: { op: 'set', path: tls.decidedBy.fact.mode.at.path, value: 'STRICT' } };
  const fact = object.resource.facts.find((one) => one.fact === 'istioAuthorizationPolicy');
  const { selector, refs } = fact?.fact === 'istioAuthorizationPolicy' ? fact.target : { selector: undefined, refs: [] };
  const written = selector && selectorData(selector);
  // In the root namespace a selector would make the new policy be ignored, and a name has to be known to be written.
  if (refs.length > 0 || (selector && (!written || object.namespace === rootNamespace)) || isSymbol(object.name) || object.name === '' || isSymbol(object.namespace) || target.workload === undefined) return undefined;
  const metadata = { name: `${object.name}-mutual-tls`, ...(object.namespace === '' ? {} : { namespace: object.namespace }) };
  return { after: object, add: [{ apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata, spec: { ...(written ? { selector: written } : {}), mtls: { mode: 'STRICT' } } }] };
}
