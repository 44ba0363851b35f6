import { isTold } from '../../../engine/identity/grants.ts';
import { isSymbol } from '../../../engine/identity/objects.ts';
import { tellingLabels } from '../../../engine/identity/telling-labels.ts';
import { podCarrier } from '../../../engine/kubernetes/podspec.ts';
import type { Graph } from '../../../engine/identity/graph.ts';
import type { Workload } from '../../../engine/identity/parts.ts';
import { defineRule } from '../../../engine/lint/rule.ts';
import { exposureOf, isCalledByApiServer, isGateway, servicesOf } from '../../../engine/trust/exposure.ts';
import { hasIngressPolicy } from '../../../engine/trust/ingress-cover.ts';
import { endsByItself, targetOf, type Target } from '../../../engine/trust/target.ts';
import { demandsIdentity, trustIn, trustReads } from '../../../engine/trust/trust.ts';
import { workloadsOf } from '../listed.ts';
import { withFreeNames } from '../free-names.ts';
import { namePeers } from '../name-peers.ts';

const messages = {
  unprotected: 'No ingress policy among the files read selects {workload}, and none denies by default in {namespace}: as far as they tell, every pod of the cluster may reach it',
};

export default defineRule({
  id: 'unprotected-workload',
  title: 'A workload that no ingress policy selects',
  family: 'trust',
  severity: 'info',
  persona: 'pedantic',
  // Policies are often applied from elsewhere.
  confidence: 'medium',
  frameworks: ['owasp-nhi:NHI8:2025', 'cis-kubernetes:5.3.2', 'nist-csf-2.0:PR.IR-01', 'mitre-attack:T1046'],
  unit: 'workload',
  reads: [...trustReads],
  messages,
  *check({ unit: workload, graph }) {
    if (workload.repeated || !isPlain(workload)) return;
    const target = targetOf(workload);
    if (servesNobody(graph, target)) return;
    if (target.hostNetwork !== false || hasIngressPolicy(graph, target) !== false) return;
    // Where every caller has to prove who it is, the network decides nothing.
    if (demandsIdentity(trustIn(graph, target)).demanded !== false) return;
    const namespace = isTold(workload.namespace) ? `namespace ${workload.namespace}` : 'its namespace';
    yield { messageId: 'unprotected', args: { workload: workloadsOf([target], ''), namespace }, at: { object: workload.object, place: workload.object.resource.header.name.at } };
  },
  fixes({ unit: workload, graph }) {
    const target = targetOf(workload);
    const { name } = workload.object;
    // Who comes from outside, through a gateway or from the API server has no labels to be named by.
    if (exposureOf(graph, target) || isGateway(target) || isCalledByApiServer(graph, target) || name === '' || isSymbol(name) || isSymbol(workload.namespace)) return [];
    const labels = tellingLabels(graph, workload);
    const peers = namePeers(graph, workload.namespace, [target]);
    if (!labels || !peers) return [];
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `${name}-callers`, ...(workload.namespace === '' ? {} : { namespace: workload.namespace }) },
      spec: { podSelector: { matchLabels: labels }, policyTypes: ['Ingress'], ingress: [{ from: peers.map(({ peer }) => peer) }] },
    };
    return withFreeNames(graph, [{ id: 'allow-callers', title: `Turn everyone away but the callers that these files show (${[...new Set(peers.map(({ caller }) => caller))].join(', ')}); its own replicas lose access to each other too: check scrapers and callers of other repositories first`, safe: false, steps: [{ after: workload.object, add: [policy] }] }]);
  },
});

/** A Job does its work and ends: nobody calls it unless it names a port or a Service stands before it. A chart's test pods carry the labels of what they test, so its Service stands before them by accident. */
function servesNobody(graph: Graph, target: Target): boolean {
  const { workload } = target;
  if (!workload || !endsByItself(workload) || workload.fact.containers.some(({ ports }) => ports.listed.length > 0 || ports.open)) return false;
  return workload.object.resource.header.kind === 'Pod' || servicesOf(graph, target).length === 0;
}

/** Kinds whose pods are made of the template that is written, in the object's own namespace: operators of other kinds often write policies of their own. */
const plain = new Set(['', 'apps', 'batch', 'extensions', 'apps.openshift.io']);

function isPlain({ object, fact }: Workload): boolean {
  const { group, kind } = object.resource.header;
  // What holds no image is a patch of a workload.
  return fact.containers.some(({ image }) => image.state !== 'absent') && plain.has(group) && kind !== 'PodTemplate' && podCarrier(group, kind)?.cluster !== true;
}
