import type { GatewayFact } from '../../../engine/kubernetes/edge/gateway.ts';
import { displayName, isSymbol, type GraphObject } from '../../../engine/identity/objects.ts';
import { edgeName } from '../edge-login.ts';
import { namespacesOn, openDashboards, openListeners, staticLogins } from '../../../engine/trust/gateways.ts';
import { trustReads } from '../../../engine/trust/trust.ts';
import { defineRule, pathIn, type FixProposal, type RuleContext, type Signal } from '../../../engine/lint/rule.ts';
import { known } from '../../../engine/yaml/cursor.ts';

const messages = {
  listener: 'This listener is for {host} and asks clients for no certificate; no login is asked for on its routes among the files read either',
  eastWest: 'This listener is the way between clusters and asks clients for no certificate',
  allNamespaces: 'Routes of every namespace may hang on this listener: whoever may write a route in any of them takes part of its traffic',
  allSecrets: 'Namespace {from} may refer to every Secret of this namespace: this entry names none',
  staticLogin: 'The only login here is {means}: one secret that every caller sends, and that who sees it can send as well',
  dashboard: '{way} opens {of} to callers from outside: nothing on the way asks for a login, and {of} has none unless it is told to',
  toldDashboard: '{way} opens {of} to callers from outside: nothing on the way asks for a login, and {of} has been told to ask nobody',
  program: 'this is what they reach',
};

export default defineRule({
  id: 'gateway-without-client-identity',
  title: 'A way in that asks nobody who they are, or asks for a shared secret',
  family: 'trust',
  severity: 'info',
  persona: 'pedantic',
  frameworks: ['owasp-nhi:NHI4:2025', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-6', 'mitre-attack:T1190'],
  unit: 'object',
  on: ['gateway', 'referenceGrant', 'edge', 'guard'],
  reads: [...trustReads, 'edge', 'guard', 'gateway', 'referenceGrant'],
  // A Gateway's routes may be of any namespace.
  wide: true,
  messages,
  *check({ unit: { object }, graph }) {
    for (const fact of object.resource.facts) {
      if (fact.fact === 'gateway') yield* ofGateway({ unit: { object }, graph }, fact);
      if (fact.fact === 'referenceGrant') for (const at of fact.secrets) yield { messageId: 'allSecrets', args: { from: fact.from.map((one) => known(one) ?? '').filter(Boolean).join(', ') || 'of the template' }, at: { object, place: at } };
    }
    for (const { login } of staticLogins(graph, object)) yield { messageId: 'staticLogin', args: { means: login.means === 'API key' ? 'an API key' : login.means }, at: { object, place: login.at } };
    for (const { edge, target, of, told, at } of openDashboards(graph, object)) {
      yield {
        messageId: told ? 'toldDashboard' : 'dashboard', args: { way: edgeName(edge), of }, at: { object, place: at }, severity: edge.entry.internal ? 'info' : 'warning',
        related: [{ at: { object: target.workload!.object, place: target.workload!.object.resource.header.name.at }, message: messages.program }],
      };
    }
  },
  fixes({ unit: { object }, graph }, signal) {
    const fact = object.resource.facts.find((one): one is GatewayFact => one.fact === 'gateway');
    if (fact && signal.messageId === 'allNamespaces') return nameNamespaces(object, signal, namespacesOn(graph, object));
    return fact && (signal.messageId === 'listener' || signal.messageId === 'eastWest') ? askCertificate(object, fact, signal) : [];
  },
});

function* ofGateway({ unit: { object }, graph }: { unit: { object: GraphObject }; graph: RuleContext<'object'>['graph'] }, fact: GatewayFact): Generator<Signal> {
  for (const { listener, host, eastWest } of openListeners(graph, { object, fact })) {
    const at = listener.mode.state === 'known' ? listener.mode.at : listener.hosts[0]?.at ?? listener.at;
    yield { messageId: eastWest && host === '' ? 'eastWest' : 'listener', args: { host }, at: { object, place: at } };
  }
  for (const { from } of fact.listeners) if (known(from) === 'All') yield { messageId: 'allNamespaces', at: { object, place: from.at } };
}

/** The namespaces whose routes are among the files, by the label that the API server sets. */
function nameNamespaces(object: GraphObject, { at }: Signal, names: readonly string[] | undefined): FixProposal[] {
  if (!names || isSymbol(object.namespace)) return [];
  const own = names.length === 1 && names[0] === object.namespace;
  const value = own ? { from: 'Same' } : { from: 'Selector', selector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: names }] } };
  return [{ id: 'name-namespaces', title: `Let routes of ${names.join(', ')} hang on it, whose routes are among the files read; those of other namespaces are detached`, safe: false, steps: [{ object, change: { op: 'set', path: at.place.path.slice(0, -1), value } }] }];
}

function askCertificate(object: GraphObject, fact: GatewayFact, { at }: Signal): FixProposal[] {
  const title = (bring: string) => `Ask clients for a certificate; you bring ${bring}: nobody comes in before that, and only who has one afterwards`;
  if (!fact.istio) {
    const value = { default: { validation: { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'client-ca' }] } } };
    return [{ id: 'ask-client-certificate', title: title(`ConfigMap ${displayName({ ...object, name: 'client-ca' })} (ca.crt: your certificate authority), for all listeners of this Gateway`), safe: false, choice: true, steps: [{ object, change: { op: 'set', path: pathIn(object, 'spec', 'tls', 'frontend'), value } }] }];
  }
  const listener = fact.listeners.find(({ mode }) => mode.at.stable === at.place.stable);
  return listener ? [{ id: 'ask-client-certificate', title: title('the authority (ca.crt) in the Secret that credentialName names, or in NAME-cacert beside it'), safe: false, choice: true, steps: [{ object, change: { op: 'set', path: listener.mode.at.path, value: 'MUTUAL' } }] }] : [];
}
