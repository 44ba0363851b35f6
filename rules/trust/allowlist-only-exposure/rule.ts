import { addressOnlyOf, type AddressOnly } from '../../../engine/trust/address-only.ts';
import { edgeName, loginFor } from '../edge-login.ts';
import { displayName, type GraphObject } from '../../../engine/identity/objects.ts';
import { riskyAmong } from '../../../engine/inventory/stakes.ts';
import { trustReads } from '../../../engine/trust/trust.ts';
import { defineRule, pathIn, type FixProposal, type Related, type Signal } from '../../../engine/lint/rule.ts';
import { known } from '../../../engine/yaml/cursor.ts';

const messages = {
  alone: 'Only the address decides who comes in through {ways}: {technology} lets {ranges} in and asks nobody for a login; whether the application does, the files do not tell',
  service: 'Only the address decides who reaches {ways} from outside: its load balancer lets {ranges} in, and no identity check of what is behind it is among the files read; whether the application has its own, they do not tell',
  either: 'An address is enough to come in through {ways}: {technology} lets {ranges} in without the login that it asks everyone else for (satisfy: any)',
  elsewhere: 'Nobody is asked for a login on the way to {ways}: the security policy {policy}, whose rules are in no file read, is all that decides who comes in',
  alsoRange: 'and from this address range',
  way: 'this way in is guarded by that list alone',
  behind: 'this is what they reach',
  login: 'this login is asked for only where the address does not match',
};

export default defineRule({
  id: 'allowlist-only-exposure',
  title: 'An exposed route or service guarded by a list of addresses alone',
  family: 'trust',
  severity: 'warning',
  persona: 'regular',
  bounded: true,
  frameworks: ['owasp-nhi:NHI4:2025', 'nist-csf-2.0:PR.AA-03', 'nist-sp-800-207:2.1-2', 'mitre-attack:T1190'],
  unit: 'object',
  on: ['edge', 'guard'],
  reads: [...trustReads, 'edge', 'guard'],
  // What a list guards may be routes of any namespace.
  wide: true,
  messages,
  *check({ unit: { object }, graph }) {
    if (!hasLists(object)) return;
    for (const found of addressOnlyOf(graph, object)) yield signalOf(found);
  },
  fixes({ unit: { object }, graph }, signal) {
    const found = addressOnlyOf(graph, object).find(({ list }) => list.list.at.stable === signal.at.place.stable);
    if (!found) return [];
    if (found.situation === 'either') return [demandBoth(found)];
    const login = loginFor(found);
    return login ? [{ id: login.id, title: `Ask for ${login.means} as well, and keep the list; you bring ${login.fill}: nobody comes in before that, and only who has one afterwards`, safe: false, choice: true, steps: login.steps }] : [];
  },
});

function hasLists({ resource }: GraphObject): boolean {
  return resource.facts.some((fact) => (fact.fact === 'guard' ? fact.lists.length > 0 : fact.fact === 'edge' && fact.entries.some(({ lists }) => lists.length > 0)));
}

/** The list and the login that is there already, both demanded. */
function demandBoth({ edges }: AddressOnly): FixProposal {
  const steps = edges.map(({ object }) => ({ object, change: { op: 'set' as const, path: pathIn(object, 'metadata', 'annotations', 'nginx.ingress.kubernetes.io/satisfy'), value: 'all' } }));
  return { id: 'demand-both', title: 'Demand the address and the login; who came in by address alone needs the login from then on', safe: false, steps };
}

function signalOf(found: AddressOnly): Signal {
  const { list: { object, list }, situation, edges, targets } = found;
  const service = list.technology === 'Service';
  const ranges = [...new Set(list.entries.map((value) => known(value) ?? ''))];
  const workloads = targets.flatMap(({ workload }) => workload ?? []);
  const plain = !found.internal && situation !== 'elsewhere';
  const risk = plain && found.confidence === 'high' ? riskyAmong(workloads) : undefined;
  const places = list.entries.filter(({ at }, i) => i > 0 && at.stable !== list.at.stable);
  return {
    messageId: situation === 'alone' && service ? 'service' : situation,
    args: { ways: listed([...new Set(edges.map(edgeName))]) || 'what this policy is attached to (no route there is among the files read)', technology: list.technology, ranges: listed(ranges), policy: list.elsewhere ? nameAt(found) : '' },
    at: { object, place: list.at },
    // What is reached from private networks only is exposed to fewer; a policy that cannot be read may do more than it seems.
    severity: !plain ? 'info' : risk ? 'error' : 'warning',
    about: workloads.map((workload) => workload.object),
    ...(situation === 'elsewhere' ? { persona: 'auditor' as const } : {}),
    confidence: situation === 'elsewhere' ? 'low' : found.confidence,
    related: [
      ...places.slice(0, shown).map((value): Related => ({ at: { object, place: value.at }, message: messages.alsoRange })),
      ...edges.filter((edge) => edge.object !== object).slice(0, shown).map((edge): Related => ({ at: { object: edge.object, place: edge.entry.at }, message: messages.way })),
      ...(situation === 'either' ? edges.flatMap(({ logins }) => logins).slice(0, 1).map((one): Related => ({ at: { object: one.object, place: one.login.at }, message: messages.login })) : []),
      ...workloads.slice(0, shown).map((workload): Related => ({ at: { object: workload.object, place: workload.object.resource.header.name.at }, message: messages.behind })),
      ...(risk ? [risk] : []),
    ],
  };
}

function nameAt({ list: { object } }: AddressOnly): string {
  return `that ${object.resource.header.kind} ${displayName(object)} names`;
}

/** How many names a message or a list of places holds. */
const shown = 4;

function listed(names: readonly string[]): string {
  return names.length <= shown ? names.join(', ') : `${names.slice(0, shown - 1).join(', ')} and ${names.length - shown + 1} more`;
}
