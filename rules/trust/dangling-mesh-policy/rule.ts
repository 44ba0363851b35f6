import type { Graph } from '../../../engine/identity/graph.ts';
import type { GraphObject } from '../../../engine/identity/objects.ts';
import { danglingIn } from '../../../engine/trust/dangling-policy.ts';
import { policyKinds } from '../../../engine/trust/trust.ts';
import { defineRule } from '../../../engine/lint/rule.ts';

export default defineRule({
  id: 'dangling-mesh-policy',
  title: 'A mesh policy about nothing that is there',
  family: 'trust',
  severity: 'info',
  persona: 'regular',
  frameworks: ['owasp-nhi:NHI1:2025', 'nist-csf-2.0:PR.AA-05'],
  unit: 'object',
  on: policyKinds,
  reads: [
    'workload', 'service', 'namespace', 'account', 'gatewayPods',
    'istioAuthorizationPolicy', 'istioPeerAuthentication', 'istioRequestAuthentication',
    'linkerdServer', 'linkerdAuthorization', 'linkerdMeshTls', 'linkerdNetworks', 'linkerdServerAuthorization', 'linkerdRoute',
  ],
  wide: true,
  messages: {
    pods: 'This policy is about no pod: none of the workloads among the files, which are said to be all of its namespace, has {named}',
    podsNear: 'This policy is about no pod among the files read: none has "{named}"; did you mean "{near}"?',
    object: 'Nothing of this kind among the files read is called "{named}"; did you mean "{near}"?',
    namespace: 'Namespace "{named}" is not among the files read; did you mean "{near}"?',
    account: 'Account "{named}" is not among the files read; did you mean "{near}"?',
  },
  *check({ unit: { object }, graph, environment }) {
    for (const { what, at, named, near } of danglingOf(graph, object, environment.isComplete(object))) {
      yield {
        messageId: what === 'pods' && near !== undefined ? 'podsNear' : what,
        args: { named, near: near ?? '' },
        at: { object, place: at },
        confidence: near === undefined ? 'high' : 'medium',
      };
    }
  },
});

function danglingOf(graph: Graph, object: GraphObject, isComplete: boolean) {
  return object.resource.facts.flatMap((fact) => danglingIn(graph, { object, fact }, isComplete));
}
