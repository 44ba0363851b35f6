import type { Graph } from '../../../engine/identity/graph.ts';
import { displayName, isSymbol, type GraphObject } from '../../../engine/identity/objects.ts';
import { rootNamespace } from '../../../engine/trust/istio-mesh.ts';
import { fetchesKeysFromAnywhere, plaintextKeys, toothless, uncheckedClaims, type TokenCheck } from '../../../engine/trust/istio-tokens.ts';
import { targetOf } from '../../../engine/trust/target.ts';
import { trustReads } from '../../../engine/trust/trust.ts';
import { selectorData } from '../../../engine/kubernetes/selector.ts';
import type { WorkloadFact } from '../../../engine/kubernetes/workload.ts';
import { defineRule, type FixProposal, type Signal } from '../../../engine/lint/rule.ts';
import { known } from '../../../engine/yaml/cursor.ts';
import { placesOf, workloadsOf } from '../listed.ts';

export default defineRule({
  id: 'unenforced-token-check',
  title: 'Tokens are checked, and none is required',
  family: 'trust',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI4:2025', 'nist-csf-2.0:PR.AA-03', 'nist-sp-800-207:2.1-6', 'mitre-attack:T1078'],
  unit: 'object',
  on: ['istioRequestAuthentication', 'claimRoute', 'workload'],
  reads: [...trustReads, 'claimRoute', 'gatewayPods'],
  wide: true,
  messages: {
    optional: 'Requests without a token reach {workloads}: tokens that are sent are checked here, and no AuthorizationPolicy among the files read requires one',
    optionalUnseen: 'Requests without a token pass: tokens that are sent are checked here, and no AuthorizationPolicy among the files read requires one (nor is what this selects among them)',
    forwarded: 'Requests without a token reach {workloads}: no AuthorizationPolicy among the files read requires one; the program gets to see what the token says, and may ask for one itself',
    ignored: 'Nothing checks tokens at {workloads}: in ambient mode only a waypoint reads them, and it takes only policies that name it or its Services (targetRefs)',
    claims: 'Nothing checks tokens at gateway {gateway}, as far as the files read tell, so it knows no claim: this never matches, or, under withoutHeaders, always',
    plaintextKeys: 'The keys for these tokens are fetched without TLS: whoever answers in place of {host} makes tokens that are believed',
    anyAddress: 'istiod fetches keys from whatever address a RequestAuthentication names, inside the network too: BLOCKED_CIDRS_IN_JWKS_URIS is not set',
    reached: 'requests without a token come in here',
    gateway: 'the gateway',
  },
  *check({ unit: { object }, graph }) {
    for (const fact of object.resource.facts) {
      if (fact.fact === 'istioRequestAuthentication') yield* checkSignals(graph, { object, fact }, this.messages);
      if (fact.fact === 'claimRoute') {
        const [unchecked] = uncheckedClaims(graph, { object, fact });
        if (unchecked) {
          const { gateway, targets } = unchecked;
          const related = [{ at: { object: gateway, place: gateway.resource.header.name.at }, message: this.messages['gateway']! }];
          for (const place of fact.claims) yield { messageId: 'claims', args: { gateway: displayName(gateway) }, at: { object, place }, confidence: targets.length > 0 ? 'high' : 'low', related };
        }
      }
      if (fact.fact === 'workload') yield* controlPlaneSignals(graph, object, fact);
    }
  },
  fixes({ unit: { object }, graph }, signal) {
    const check = object.resource.facts.flatMap((fact) => (fact.fact === 'istioRequestAuthentication' ? [{ object, fact }] : []))[0];
    const required = check && ['optional', 'optionalUnseen', 'forwarded'].includes(signal.messageId) && requireToken(graph, check);
    return required ? [required] : [];
  },
});

function* checkSignals(graph: Graph, check: TokenCheck, messages: Readonly<Record<string, string>>): Generator<Signal> {
  const { object, fact } = check;
  const open = toothless(graph, check);
  if (open) {
    const { how, targets, forwards } = open;
    const persona = forwards && how === 'optional' ? 'pedantic' : 'regular';
    yield {
      messageId: how === 'ignored' ? 'ignored' : targets.length === 0 ? 'optionalUnseen' : forwards ? 'forwarded' : 'optional',
      args: { workloads: workloadsOf(targets, '') },
      at: { object, place: fact.rulesAt },
      persona,
      confidence: targets.length === 0 ? 'low' : persona === 'pedantic' ? 'medium' : 'high',
      related: placesOf(targets, messages['reached']!),
    };
  }
  for (const { jwksUri } of fact.rules) {
    const where = plaintextKeys(known(jwksUri));
    if (where) yield { messageId: 'plaintextKeys', args: { host: hostOf(known(jwksUri)!) }, at: { object, place: jwksUri.at }, ...(where === 'inside' ? { severity: 'info' as const, persona: 'pedantic' as const } : {}) };
  }
}

function hostOf(uri: string): string {
  return uri.replace(/^http:\/\//i, '').replace(/[/:?].*$/, '');
}

function* controlPlaneSignals(graph: Graph, object: GraphObject, fact: WorkloadFact): Generator<Signal> {
  if (!fact.containers.some(({ image }) => known(image)?.includes('pilot'))) return;
  const workload = graph.workloads.find((one) => one.object === object && one.fact === fact);
  const checks = graph.all('istioRequestAuthentication').some((check) => !graph.proximity.alternatives(object.document.file, check.object.document.file));
  if (workload && checks && fetchesKeysFromAnywhere(targetOf(workload))) yield { messageId: 'anyAddress', at: { object, place: object.resource.header.name.at }, severity: 'info', persona: 'pedantic', confidence: 'medium' };
}

/** The policy that turns requests without a token away, about what the check is about. One for the whole mesh is nobody's quick fix. */
function requireToken(graph: Graph, { object, fact: { target } }: TokenCheck): FixProposal | undefined {
  const selector = target.selector && selectorData(target.selector);
  const refs = target.refs.map(({ kind, name }) => ({ group: known(kind) === 'Gateway' ? 'gateway.networking.k8s.io' : '', kind: known(kind), name: known(name) }));
  if (object.name === '' || isSymbol(object.name) || isSymbol(object.namespace) || (target.selector && !selector) || refs.some(({ kind, name }) => name === undefined || (kind !== 'Gateway' && kind !== 'Service'))) return undefined;
  if (object.namespace === rootNamespace && !selector && refs.length === 0) return undefined;
  const name = `${object.name}-require-token`;
  const namespace = known(object.resource.header.namespace);
  if (graph.all('istioAuthorizationPolicy').some((policy) => policy.object.name === name && policy.object.namespace === object.namespace)) return undefined;
  const about = refs.length > 0 ? { targetRefs: refs } : selector ? { selector } : {};
  const policy = { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, spec: { ...about, action: 'DENY', rules: [{ from: [{ source: { notRequestPrincipals: ['*'] } }] }] } };
  return { id: 'require-token', title: 'Turn away requests without a valid token; whoever has none loses access: check health checks, scrapers, browsers before login and calls between services first', safe: false, steps: [{ after: object, add: [policy] }] };
}
