import type { Graph } from '../../../engine/identity/graph.ts';
import { displayName, type GraphObject } from '../../../engine/identity/objects.ts';
import { stakeIn } from '../../../engine/inventory/stakes.ts';
import { addressGrants, type AddressGrant } from '../../../engine/trust/by-address.ts';
import { policyKinds, trustReads } from '../../../engine/trust/trust.ts';
import { defineRule, type Related, type Signal } from '../../../engine/lint/rule.ts';
import { known, type Place } from '../../../engine/yaml/cursor.ts';
import { configuredFixes, configuredSignals } from './configured.ts';
import { fixesOf } from './fix.ts';

const messages = {
  noLayer: 'Callers from {ranges} are let in to {workloads} by address alone: no mesh or other identity check is among the files read; whether the application has its own, they do not tell',
  unauthenticated: 'Callers from {ranges} are let in to {workloads} by address alone: these files use the authentication of Cilium, but no policy among them demands it here',
  leftOut: 'Callers from {ranges} are let in to {workloads} by address alone: these files use {mesh}, but no {policy} among them demands an identity here',
  outside: 'Callers from {ranges} are let in to {workloads} by address alone: these files use {mesh}, but leave this workload outside the mesh',
  anyIdentity: 'Callers from {ranges} are told apart by address alone at {workloads}: mutual TLS proves that they are in the mesh, but no AuthorizationPolicy among the files read says which of them may call',
  partial: 'Callers from {ranges} are let in to {workloads} by address alone on part of the traffic: a policy beside it demands an identity in some of its rules only',
  weak: 'Callers from {ranges} are let in to {workloads} by address alone: what {mesh} lets in beside it demands no identity either',
  unseen: 'Callers from {ranges} are let in by address alone, as far as the files read tell: no workload that this policy selects and no identity check is among them',
  alone: 'Callers from {ranges} are let in to {workloads} by address alone: this rule names no principal, service account or token',
  bypass: 'Callers from {ranges} are let in to {workloads} by address alone: rules are OR-ed, and this one goes past those that demand an identity',
  aloneUnseen: 'Callers from {ranges} are let in by address alone: this rule names no principal, service account or token (no workload that it selects is among the files read)',
  bypassUnseen: 'Callers from {ranges} are let in by address alone: rules are OR-ed, and this one goes past those that demand an identity (no workload that it selects is among the files read)',
  passwordless: 'PostgreSQL lets callers from {ranges} in by address alone: the method trust asks them for no password',
  loginSkipped: 'oauth2-proxy lets callers from {ranges} past the login by address alone',
  loginSkippedByHeader: 'oauth2-proxy lets callers from {ranges} past the login by address alone, and with --reverse-proxy and no --trusted-proxy-ip it takes the address from a header that anyone may write',
  headerBelieved: 'Grafana believes callers from {ranges} who they say they are: a header names the user, and the address is all that it checks',
  range: 'this address range',
  alsoRange: 'and from this address range',
  protected: 'this is what they reach',
  gap: 'this rule asks for no identity',
  wall: 'this rule demands an identity',
};

export default defineRule({
  id: 'network-only-trust',
  title: 'Callers let in by network address alone',
  family: 'trust',
  severity: 'warning',
  persona: 'regular',
  bounded: true,
  frameworks: ['owasp-nhi:NHI4:2025', 'owasp-agentic-2026:ASI07', 'nist-csf-2.0:PR.AA-03', 'nist-sp-800-207:2.1-2', 'mitre-attack:T1090'],
  unit: 'object',
  on: [...policyKinds, 'workload', 'configuredTrust'],
  reads: [...trustReads, 'callback', 'configuredTrust'],
  messages,
  *check({ unit: { object }, graph }) {
    for (const grant of addressGrants(graph, object)) yield signalOf(graph, object, grant);
    yield* configuredSignals(object);
  },
  fixes({ unit: { object }, graph }, signal) {
    const grant = addressGrants(graph, object).find((one) => placeOf(one).stable === signal.at.place.stable);
    return grant ? fixesOf(graph, object, grant) : configuredFixes(object, signal);
  },
});

/** Where the policy says the first address, or names the object that does. */
function placeOf({ shared, addresses }: AddressGrant): Place {
  return shared?.at ?? addresses[0]!.at;
}

function signalOf(graph: Graph, object: GraphObject, grant: AddressGrant): Signal {
  const more = grant.shared ? grant.addresses : grant.addresses.slice(1);
  const workloads = grant.targets.flatMap(({ workload }) => (workload ? [workload] : []));
  // Where it is sure, what is at stake raises it: the riskiest workloads come first on the way to identity.
  const stake = grant.confidence === 'high' ? stakeIn(graph, workloads) : undefined;
  return {
    messageId: workloads.length > 0 ? grant.situation : unseenId(grant),
    args: { ranges: listed(grant.addresses.map((value) => known(value) ?? '')), workloads: listed([...new Set(workloads.map((workload) => `${workload.object.resource.header.kind} ${displayName(workload.object)}`))]), mesh: grant.mesh?.technology ?? '', policy: grant.mesh?.policy ?? '' },
    at: { object, place: placeOf(grant) },
    ...(stake ? { severity: 'error' as const } : {}),
    confidence: grant.confidence,
    about: workloads.map(({ object: one }) => one),
    related: [
      ...more.map((value): Related => ({ at: { object: grant.shared?.object ?? object, place: value.at }, message: grant.shared ? messages.range : messages.alsoRange })),
      ...workloads.slice(0, shown).map(({ object: one }): Related => ({ at: { object: one, place: one.resource.header.name.at }, message: messages.protected })),
      ...(grant.beside ? [{ at: { object: grant.beside.policy, place: grant.beside.rule }, message: grant.situation === 'bypass' ? messages.wall : messages.gap }] : []),
      ...(stake ? [stake] : []),
    ],
  };
}

function unseenId({ situation }: AddressGrant): keyof typeof messages {
  return situation === 'alone' ? 'aloneUnseen' : situation === 'bypass' ? 'bypassUnseen' : 'unseen';
}

/** How many names a message or a list of places holds. */
const shown = 4;

function listed(names: readonly string[]): string {
  return names.length <= shown ? names.join(', ') : `${names.slice(0, shown - 1).join(', ')} and ${names.length - shown + 1} more`;
}
