import type { Graph } from '../../../engine/identity/graph.ts';
import { displayName, type GraphObject } from '../../../engine/identity/objects.ts';
import { stakeIn } from '../../../engine/inventory/stakes.ts';
import { openAuthorizations, type OpenAuthorization } from '../../../engine/trust/istio-open.ts';
import { meshOpenings, type MeshOpening } from '../../../engine/trust/mesh-open.ts';
import { policyKinds, trustReads } from '../../../engine/trust/trust.ts';
import { defineRule, type FixStep, type Related } from '../../../engine/lint/rule.ts';
import { withFreeNames } from '../free-names.ts';
import { demandCallers } from '../linkerd-callers.ts';
import { nameCallers, type Naming } from '../name-callers.ts';
import { partOfPorts, partOfRule } from './part-words.ts';

const messages = {
  anyone: 'Everyone may call {workloads}: this {rule} asks nothing of its callers',
  anyonePart: 'Everyone may call {workloads} {part}: this {rule} asks nobody there who they are',
  cluster: 'Everyone with an address of the cluster\'s networks may call {workloads}: this {rule} asks for no identity',
  clusterPart: 'Everyone with an address of the cluster\'s networks may call {workloads} {part}: there this {rule} asks for no identity',
  anyIdentity: 'Every workload of the mesh may call {workloads}: {because}',
  anyIdentityPart: 'Every workload of the mesh may call {workloads} {part}: {because}',
  opened: 'this is what it opens',
  past: 'this rule demands an identity; rules that allow are OR-ed, so the open one goes past it',
};

export default defineRule({
  id: 'open-authorization-policy',
  title: 'An authorization policy that lets everyone in',
  family: 'trust',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI4:2025', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-6', 'mitre-attack:T1210'],
  unit: 'object',
  on: policyKinds,
  reads: [...trustReads],
  messages,
  *check({ unit: { object }, graph }) {
    for (const open of openingsIn(graph, object)) {
      const workloads = open.targets.flatMap(({ workload }) => workload?.object ?? []);
      const names = [...new Set(workloads.map((one) => `${one.resource.header.kind} ${displayName(one)}`))];
      const ofIstio = 'rule' in open;
      const stake = open.part ? undefined : stakeIn(graph, open.targets.flatMap(({ workload }) => workload ?? []));
      yield {
        messageId: `${open.openness}${open.part ? 'Part' : ''}`,
        args: {
          workloads: names.length === 0 ? 'what this policy is about (no such workload among the files read)' : names.length <= shown ? names.join(', ') : `${names.slice(0, shown - 1).join(', ')} and ${names.length - shown + 1} more`,
          rule: ofIstio ? 'ALLOW rule' : 'policy',
          part: ofIstio ? partOfRule(open.rule) : partOfPorts(open.admission.ports),
          because: ofIstio ? '"*" is any identity' : 'this names none of them',
        },
        at: { object, place: open.at },
        confidence: names.length === 0 ? 'medium' : 'high',
        about: workloads,
        ...(stake ? { severity: 'error' as const } : {}),
        // Public operations beside guarded ones are common and often meant.
        ...(open.part ? { severity: 'info' as const, persona: 'pedantic' as const } : {}),
        related: [
          ...workloads.slice(0, shown).map((one): Related => ({ at: { object: one, place: one.resource.header.name.at }, message: messages.opened })),
          ...(open.past && !(ofIstio && open.past.rule.path === open.rule.at.path) ? [{ at: { object: open.past.policy, place: open.past.rule }, message: messages.past }] : []),
          ...(stake ? [stake] : []),
        ],
      };
    }
  },
  fixes({ unit: { object }, graph }, signal) {
    // What opens some workloads whole and others in part stands at one place: all their callers are named there.
    const there = openingsIn(graph, object).filter(({ at }) => at.stable === signal.at.place.stable);
    const [open] = there;
    const naming = open && nameCallers(graph, [...new Set(there.flatMap(({ targets }) => targets))]);
    const steps = naming && ('rule' in open ? [nameSource(object, open, naming)] : object.resource.header.group === 'policy.linkerd.io' ? demandCallers(object, naming.accounts) : undefined);
    return steps ? withFreeNames(graph, [{ id: 'name-callers', title: naming.title, safe: false, steps }]) : [];
  },
});

function nameSource(object: GraphObject, open: OpenAuthorization, naming: Naming): FixStep {
  const [[field, values]] = Object.entries(naming.source) as [[string, readonly string[]]];
  return open.source
    ? { object, change: { op: 'set', path: [...open.source.at.path, field], value: values } }
    : { object, change: { op: 'set', path: [...open.rule.at.path, 'from'], value: [{ source: naming.source }] } };
}

/** How many names a message or a list of places holds. */
const shown = 4;

function openingsIn(graph: Graph, object: GraphObject): (OpenAuthorization | MeshOpening)[] {
  const ofIstio = object.resource.facts.flatMap((fact) => (fact.fact === 'istioAuthorizationPolicy' ? openAuthorizations(graph, { object, fact }) : []));
  return [...ofIstio, ...meshOpenings(graph, object)];
}
