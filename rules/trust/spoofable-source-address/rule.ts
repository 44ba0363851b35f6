import { spoofableIn, type Spoofable } from '../../../engine/trust/spoofable.ts';
import type { GraphObject } from '../../../engine/identity/objects.ts';
import { trustReads } from '../../../engine/trust/trust.ts';
import { defineRule, pathIn, type FixProposal, type Related, type Signal } from '../../../engine/lint/rule.ts';
import { known } from '../../../engine/yaml/cursor.ts';

const messages = {
  forwarded: 'Callers can write the address that {lists} compared with: {technology} takes it from the header {header} and believes that of everyone',
  header: 'Callers can write the address that the list of this route is compared with: it is taken from the header {header}',
  identity: 'Whoever sends this header is let in: nothing in this policy proves who set it',
  hidden: 'Behind this Service callers may have the address of a node: with externalTrafficPolicy: Cluster, nodes replace theirs by their own, which {lists} may let in',
  separators: 'This list is void and the route open to every address: the OpenShift router separates entries by blanks, so these are one invalid entry',
  blanks: 'This list is void and the route open to every address: the OpenShift router drops a list that starts or ends with a blank',
  lineBreak: 'This list is void and the route open to every address: the OpenShift router drops a list with a line break in it',
  invalid: 'This list may be void and the route open to every address: it holds what is no address, for which {technology} makes no rule',
  overridden: 'This list is not applied: the security groups that are named beside it take its place',
  switchedOff: 'This list is not applied: the provider is told beside it to write no rules for the load balancer',
  list: 'this list depends on it',
};

export default defineRule({
  id: 'spoofable-source-address',
  title: 'A list of addresses that is compared with an address the caller can choose, or with none',
  family: 'trust',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI4:2025', 'nist-csf-2.0:PR.AA-03', 'nist-sp-800-207:2.1-2', 'mitre-attack:T1090'],
  unit: 'object',
  on: ['addressSource', 'workload', 'service', 'edge', 'guard'],
  reads: [...trustReads, 'edge', 'guard', 'addressSource'],
  // A controller's settings matter to lists of every namespace.
  wide: true,
  messages,
  *check({ unit: { object }, graph }) {
    for (const found of distinct(spoofableIn(graph, object))) yield signalOf(object, found);
  },
  fixes({ unit: { object }, graph }, signal) {
    const found = spoofableIn(graph, object).find(({ at, situation }) => situation === signal.messageId && at.stable === signal.at.place.stable);
    const fix = found && fixOf(object, found);
    return fix ? [fix] : [];
  },
});

/** A list of a virtual host stands at each of its routes. */
function distinct(found: readonly Spoofable[]): Spoofable[] {
  return found.filter((one, i) => found.findIndex(({ at, situation }) => at.stable === one.at.stable && situation === one.situation) === i);
}

function signalOf(object: GraphObject, { situation, at, technology, header, lists }: Spoofable): Signal {
  const places = lists.filter(({ list }) => list.at.stable !== at.stable);
  return {
    messageId: situation,
    args: { technology, header, lists: lists.length === 1 ? 'the list of addresses is' : `${lists.length} lists of addresses are`, ...(situation === 'hidden' ? { lists: lists.length === 1 ? 'a list of addresses' : `${lists.length} lists of addresses` } : {}) },
    at: { object, place: at },
    severity: situation === 'overridden' ? 'info' : 'warning',
    ...(situation === 'hidden' ? { persona: 'pedantic' as const } : {}),
    confidence: situation === 'hidden' ? 'low' : situation === 'forwarded' || situation === 'invalid' ? 'medium' : 'high',
    related: places.slice(0, shown).map((one): Related => ({ at: { object: one.object, place: one.list.at }, message: messages.list })),
  };
}

/** How many places a finding lists. */
const shown = 4;

function fixOf(object: GraphObject, { situation, at, technology, lists }: Spoofable): FixProposal | undefined {
  switch (situation) {
    case 'separators': case 'blanks': case 'lineBreak': {
      const value = lists[0]!.list.entries.map((entry) => known(entry) ?? '').join(' ');
      return { id: 'separate-by-blanks', title: 'Separate the entries by single blanks: the list comes into force, and everyone outside it loses access', safe: false, steps: [{ object, change: { op: 'set', path: at.path, value } }] };
    }
    case 'header':
      return { id: 'ignore-header', title: 'Take the address from the connection; where a proxy stands in front, that is the proxy’s: check first', safe: false, steps: [{ object, change: { op: 'remove', path: at.path } }] };
    case 'forwarded':
      return technology === 'ingress-nginx' ? { id: 'ignore-header', title: 'Take the address from the connection; where a proxy stands in front, name its ranges in proxy-real-ip-cidr instead', safe: false, steps: [{ object, change: { op: 'set', path: at.path, value: 'false' } }] } : undefined;
    case 'hidden':
      return { id: 'keep-address', title: 'Keep the caller’s address (externalTrafficPolicy: Local): nodes without a pod of the controller then answer nothing, and load spreads by node', safe: false, steps: [{ object, change: { op: 'set', path: pathIn(object, 'spec', 'externalTrafficPolicy'), value: 'Local' } }] };
    default: return undefined;
  }
}
