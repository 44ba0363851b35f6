import type { Graph } from '../../../engine/identity/graph.ts';
import { displayName, type GraphObject } from '../../../engine/identity/objects.ts';
import { stakeIn } from '../../../engine/inventory/stakes.ts';
import { openGrants, type OpenGrant } from '../../../engine/trust/open.ts';
import { configuredGrants } from '../../../engine/trust/configured.ts';
import { sideName } from '../../../engine/trust/bypass-ports.ts';
import { calledPort } from '../../../engine/trust/port-names.ts';
import { mayCallOn } from '../../../engine/trust/port-callers.ts';
import { openListsOf } from '../../../engine/trust/open-lists.ts';
import { policyKinds, trustReads } from '../../../engine/trust/trust.ts';
import { everyAddress } from '../../../engine/trust/words.ts';
import { defineRule, type Signal } from '../../../engine/lint/rule.ts';
import { namePeers } from '../name-peers.ts';

const messages = {
  anyone: 'Everyone may reach {workloads} on {ports}: this rule names no peer',
  everyAddress: 'Everyone may reach {workloads} on {ports}: these ranges hold {every}',
  entityAll: 'Everyone may reach {workloads} on {ports}: the entity `all` is whoever there is, inside and outside the cluster',
  outside: 'Everyone outside the cluster may reach {workloads} on {ports}: this peer is every address there',
  cluster: 'Every pod of every namespace, and every node, may reach {workloads} on {ports}: this is what the entity means',
  everyPod: 'Every pod of every namespace may reach {workloads} on {ports}: this selector is empty',
  openList: 'This list of allowed addresses lets every address in',
  openTrust: 'This setting of {program} lets every address in without {what}',
  opened: 'this is what everyone may reach',
};

export default defineRule({
  id: 'open-network-peer',
  title: 'A network policy or allow-list that lets everyone in',
  family: 'trust',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI4:2025', 'cis-kubernetes:5.3.2', 'nist-csf-2.0:PR.IR-01', 'mitre-attack:T1046'],
  unit: 'object',
  on: [...policyKinds, 'workload', 'configuredTrust', 'edge', 'guard'],
  reads: [...trustReads, 'callback'],
  messages,
  *check({ unit: { object }, graph }) {
    for (const grant of openGrants(graph, object)) yield signalOf(graph, object, grant);
    for (const { of, everyone, at } of configuredGrants(object)) {
      if (everyone) yield { messageId: 'openTrust', args: { program: of === 'postgres' ? 'PostgreSQL' : of, what: of === 'postgres' ? 'a password' : of === 'Grafana' ? 'a login: who sends a header is the user that it names' : 'a login' }, at: { object, place: at } };
    }
    for (const place of openListsOf(object)) yield { messageId: 'openList', at: { object, place }, severity: 'info' };
  },
  fixes({ unit: { object }, graph }, signal) {
    const grant = openGrants(graph, object).find(({ at }) => at.stable === signal.at.place.stable);
    // Peers are written as NetworkPolicies have them.
    const from = grant && object.resource.header.group === 'networking.k8s.io' ? namePeers(graph, object.namespace, grant.targets, (caller, target) => mayCallOn(graph, target, grant.ports, caller)) : undefined;
    if (!grant || !from) return [];
    const names = [...new Set(from.map(({ caller }) => caller))].join(', ');
    return [{ id: 'name-peers', title: `Let in only the callers that these files show (${names}); everyone else loses access`, safe: false, steps: [{ object, change: { op: 'set', path: [...grant.rule.path, 'from'], value: from.map(({ peer }) => peer) } }] }];
  },
});

function signalOf(graph: Graph, object: GraphObject, grant: OpenGrant): Signal {
  const workloads = grant.targets.map(({ workload }) => workload!.object);
  // A port that is open to everyone is how charts offer a service; a workload that is open as a whole is not.
  const stake = grant.ports.length === 0 ? stakeIn(graph, grant.targets.map(({ workload }) => workload!)) : undefined;
  const names = [...new Set(workloads.map((one) => `${one.resource.header.kind} ${displayName(one)}`))];
  return {
    messageId: grant.openness,
    args: { workloads: names.length === 0 ? 'what this policy selects (no workload among the files read)' : names.length <= shown ? names.join(', ') : `${names.slice(0, shown - 1).join(', ')} and ${names.length - shown + 1} more`, ports: portsOf(grant), every: everyAddress(grant.family) },
    at: { object, place: grant.at },
    // A single port that is open to all pods is how shared services and metrics are offered.
    severity: ((grant.openness === 'everyPod' || grant.openness === 'cluster') && grant.ports.length > 0) || isForScrapers(grant) ? 'info' : stake ? 'error' : 'warning',
    about: workloads,
    confidence: workloads.length === 0 ? 'low' : 'high',
    related: [...workloads.slice(0, shown).map((one) => ({ at: { object: one, place: one.resource.header.name.at }, message: messages.opened })), ...(stake ? [stake] : [])],
  };
}

/** Whether a rule is about ports alone that containers call those of metrics and probes. */
function isForScrapers({ ports, targets }: OpenGrant): boolean {
  return ports.length > 0 && targets.length > 0 && targets.every((target) => ports.every((port) => sideName.test(calledPort(port, target) ?? '')));
}

/** How many names a message or a list of places holds. */
const shown = 4;

function portsOf({ ports }: OpenGrant): string {
  // One number of TCP and of UDP, or of several containers, is one port to a reader.
  const names = [...new Set(ports.map(({ port, end }) => (port.state === 'known' ? `${port.value}${end.state === 'known' ? `-${end.value}` : ''}` : 'some')))];
  return names.length === 0 ? 'every port' : `${names.length === 1 ? 'port' : 'ports'} ${names.slice(0, shown).join(', ')}${names.length > shown ? ' …' : ''}`;
}
