import type { Graph } from '../../../engine/identity/graph.ts';
import { displayName, type GraphObject } from '../../../engine/identity/objects.ts';
import { openAuthorizations, type OpenAuthorization } from '../../../engine/trust/istio-open.ts';
import { trustReads } from '../../../engine/trust/trust.ts';
import { defineRule, type Related } from '../../../engine/lint/rule.ts';
import { nameCallers } from '../name-callers.ts';

const messages = {
  anyone: 'Everyone may call {workloads}: this ALLOW rule asks nothing of its callers',
  anyonePart: 'Everyone may call {workloads} for what this ALLOW rule is about: it asks nothing of its callers',
  anyIdentity: 'Every workload of the mesh may call {workloads}: "*" is any identity',
  anyIdentityPart: 'Every workload of the mesh may call {workloads} for what this rule is about: "*" is any identity',
  opened: 'this is what it opens',
  past: 'this rule demands an identity; ALLOW rules are OR-ed, so the open one goes past it',
};

export default defineRule({
  id: 'open-authorization-policy',
  title: 'An authorization policy that lets everyone in',
  family: 'trust',
  severity: 'warning',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI4:2025', 'mitre-attack:T1210', 'nist-csf-2.0:PR.AA-05'],
  unit: 'object',
  reads: [...trustReads],
  messages,
  *check({ unit: { object }, graph }) {
    for (const open of openingsIn(graph, object)) {
      const workloads = open.targets.map(({ workload }) => workload!.object);
      const names = [...new Set(workloads.map((one) => `${one.resource.header.kind} ${displayName(one)}`))];
      yield {
        messageId: `${open.openness}${open.part ? 'Part' : ''}`,
        args: { workloads: names.length === 0 ? 'what this policy is about (no such workload among the files read)' : names.length <= shown ? names.join(', ') : `${names.slice(0, shown - 1).join(', ')} and ${names.length - shown + 1} more` },
        at: { object, place: open.at },
        confidence: names.length === 0 ? 'medium' : 'high',
        // Public operations beside guarded ones are common and often meant.
        ...(open.part ? { severity: 'info' as const, persona: 'pedantic' as const } : {}),
        related: [
          ...workloads.slice(0, shown).map((one): Related => ({ at: { object: one, place: one.resource.header.name.at }, message: messages.opened })),
          ...(open.past && open.past.rule.path !== open.rule.at.path ? [{ at: { object: open.past.policy, place: open.past.rule }, message: messages.past }] : []),
        ],
      };
    }
  },
  fixes({ unit: { object }, graph }, signal) {
    const open = openingsIn(graph, object).find(({ at }) => at.stable === signal.at.place.stable);
    const naming = open && nameCallers(graph, open.targets);
    if (!open || !naming) return [];
    const [[field, values]] = Object.entries(naming.source) as [[string, readonly string[]]];
    const change = open.source
      ? { op: 'set' as const, path: [...open.source.at.path, field], value: values }
      : { op: 'set' as const, path: [...open.rule.at.path, 'from'], value: [{ source: naming.source }] };
    return [{ id: 'name-callers', title: naming.title, safe: false, steps: [{ object, change }] }];
  },
});

/** How many names a message or a list of places holds. */
const shown = 4;

function openingsIn(graph: Graph, object: GraphObject): OpenAuthorization[] {
  return object.resource.facts.flatMap((fact) => (fact.fact === 'istioAuthorizationPolicy' ? openAuthorizations(graph, { object, fact }) : []));
}
