import { isSymbol } from '../../../engine/identity/objects.ts';
import type { Graph } from '../../../engine/identity/graph.ts';
import { tellingLabels } from '../../../engine/identity/telling-labels.ts';
import { callableBy, isUnauthorized } from '../../../engine/trust/unauthorized.ts';
import { targetOf, type Target } from '../../../engine/trust/target.ts';
import { trustReads } from '../../../engine/trust/trust.ts';
import { defineRule } from '../../../engine/lint/rule.ts';
import { withFreeNames } from '../free-names.ts';
import { closePorts } from '../linkerd-callers.ts';
import { workloadsOf } from '../listed.ts';
import { nameCallers, type Naming } from '../name-callers.ts';

export default defineRule({
  id: 'missing-authorization-policy',
  title: 'A meshed workload that no authorization policy is about',
  family: 'trust',
  severity: 'info',
  persona: 'pedantic',
  // Policies are often applied from elsewhere.
  confidence: 'medium',
  frameworks: ['owasp-nhi:NHI4:2025', 'nist-csf-2.0:PR.AA-05', 'nist-sp-800-207:2.1-6', 'mitre-attack:T1210'],
  unit: 'workload',
  reads: [...trustReads, 'callback'],
  messages: {
    anyIdentity: 'Every workload of the mesh may call {workload}: mutual TLS proves who calls, and no authorization policy among the files read says who may',
    anyone: 'Whoever reaches {workload} may call it, with an identity or without: no authorization policy among the files read is about it',
    linkerd: 'Whoever reaches {workload} may call it, with an identity or without: no Server or authorization among the files read is about it, and its default inbound policy is {policy}',
    linkerdUntold: 'Whoever reaches {workload} may call it, unless Linkerd was installed with another default inbound policy than its own: no Server or authorization among the files read is about it',
  },
  *check({ unit: workload, graph }) {
    if (workload.repeated) return;
    const target = targetOf(workload);
    const mesh = isUnauthorized(graph, target);
    if (!mesh) return;
    const { messageId, policy } = callableBy(graph, target, mesh);
    const { namespace } = workload;
    yield {
      messageId,
      args: { workload: workloadsOf([target], ''), policy: policy ?? '' },
      at: { object: workload.object, place: workload.object.resource.header.name.at },
      confidence: messageId === 'linkerdUntold' ? 'low' : 'medium',
      // One policy for the namespace would answer for all of them.
      ...(namespace === '' || isSymbol(namespace) ? {} : { group: `missing-authorization-policy ${mesh} ${namespace}` }),
    };
  },
  fixes({ unit: workload, graph }) {
    const target = targetOf(workload);
    const mesh = isUnauthorized(graph, target);
    const naming = mesh && nameCallers(graph, [target]);
    const add = naming && (mesh === 'Istio' ? allowCallers(graph, target, naming) : closePorts(graph, naming.each));
    return add ? withFreeNames(graph, [{ id: 'allow-callers', title: naming.title, safe: false, steps: [{ after: workload.object, add }] }]) : [];
  },
});

/** An ALLOW policy for the workload denies everyone whom it does not name. */
function allowCallers(graph: Graph, { workload, namespace }: Target, { source }: Naming): unknown[] | undefined {
  const { name } = workload!.object;
  const matchLabels = tellingLabels(graph, workload!);
  if (!matchLabels || name === '' || isSymbol(name) || isSymbol(namespace) || workload!.fact.part !== '') return undefined;
  const metadata = { name: `${name}-callers`, ...(namespace === '' ? {} : { namespace }) };
  return [{ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata, spec: { selector: { matchLabels }, action: 'ALLOW', rules: [{ from: [{ source }] }] } }];
}
