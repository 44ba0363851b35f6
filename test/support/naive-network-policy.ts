/*
 * NetworkPolicy by the letter of its documentation (k8s.io/api networking/v1 types.go), over plain objects, with every
 * question asked anew: what the engine's indexed, three-valued answers are compared with.
 */
export interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

export interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
}

export interface Rule {
  readonly from?: readonly Peer[];
  readonly ports?: readonly { readonly port?: number; readonly endPort?: number }[];
}

export interface Policy {
  readonly namespace: string;
  readonly spec: { readonly podSelector?: Selector; readonly policyTypes?: readonly string[]; readonly ingress?: readonly Rule[]; readonly egress?: readonly object[] };
}

export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly hostNetwork: boolean;
}

export interface Cluster {
  /** Labels of namespaces by name, as their owners write them. */
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly pods: readonly Pod[];
  readonly policies: readonly Policy[];
}

/** Whether a selector selects labels; an empty one selects all. */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Readonly<Record<string, string>>): boolean {
  for (const [key, value] of Object.entries(matchLabels)) if (labels[key] !== value) return false;
  for (const { key, operator, values = [] } of matchExpressions) {
    const there = key in labels;
    const among = there && values.includes(labels[key]!);
    if (operator === 'In' && !among) return false;
    if (operator === 'NotIn' && among) return false;
    if (operator === 'Exists' && !there) return false;
    if (operator === 'DoesNotExist' && there) return false;
  }
  return true;
}

/** The directions that a policy is about: as written, else Ingress, and Egress where it has egress rules. */
export function typesOf({ spec }: Policy): readonly string[] {
  if (spec.policyTypes && spec.policyTypes.length > 0) return spec.policyTypes;
  return spec.egress && spec.egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

/** The policies that hold a pod in a direction; a pod on its node's network is held by none. */
export function policiesOn({ policies }: Cluster, pod: Pod, type: string): readonly Policy[] {
  if (pod.hostNetwork) return [];
  return policies.filter((policy) => policy.namespace === pod.namespace && typesOf(policy).includes(type) && selects(policy.spec.podSelector ?? {}, pod.labels));
}

/** Whether a pod may call another on a port, as far as the callee's policies go. */
export function mayCall(cluster: Cluster, caller: Pod, callee: Pod, port: number): boolean {
  const held = policiesOn(cluster, callee, 'Ingress');
  if (held.length === 0) return true;
  return held.some((policy) => (policy.spec.ingress ?? []).some((rule) => onPort(rule, port) && fromCaller(cluster, policy, rule, caller)));
}

function onPort({ ports }: Rule, port: number): boolean {
  if (!ports || ports.length === 0) return true;
  return ports.some((one) => one.port === undefined || (one.endPort === undefined ? one.port === port : one.port <= port && port <= one.endPort));
}

function fromCaller({ namespaces }: Cluster, policy: Policy, { from }: Rule, caller: Pod): boolean {
  if (!from || from.length === 0) return true;
  return from.some(({ podSelector, namespaceSelector }) => {
    if (podSelector && !selects(podSelector, caller.labels)) return false;
    if (!namespaceSelector) return caller.namespace === policy.namespace;
    return selects(namespaceSelector, { ...namespaces[caller.namespace], 'kubernetes.io/metadata.name': caller.namespace });
  });
}
