import type { NetworkPeer } from '../kubernetes/network-policy.ts';
import type { LabelSelector } from '../kubernetes/selector.ts';
import { known, type Place } from '../yaml/cursor.ts';
import { namespaceName } from './peers.ts';
import type { Target } from './target.ts';

/** Trust that hangs on a label: of a namespace, for whoever may edit one; of a pod in any namespace, for whoever may create pods somewhere. */
export interface LabelTrust {
  readonly bearer: 'namespace' | 'pod';
  /** As `key=value`, `key`, or `key in (a, b)`. */
  readonly label: string;
  readonly at: Place;
  /** Whether a platform documents the label for this, and gives its namespaces to nobody else to edit. */
  readonly platforms: boolean;
  readonly peer: Pick<NetworkPeer, 'namespaceSelector' | 'podSelector' | 'at'>;
  readonly targets: readonly Target[];
}

/**
 * The label of a namespaceSelector that anyone who may edit a Namespace can set; undefined where the name is asked for too,
 * or where labels only take namespaces away. The control plane sets the name's label, immutable
 * (kubernetes.io/docs, Namespaces, automatic labelling); tree labels are managed by the controller of hierarchical
 * namespaces (kubernetes-sigs/hierarchical-namespaces docs/user-guide/concepts.md).
 */
export function mutableLabel(selector: LabelSelector): Pick<LabelTrust, 'label' | 'at' | 'platforms'> | undefined {
  if (firstLabel(selector, (key) => key === namespaceName || key.endsWith('.tree.hnc.x-k8s.io/depth'))) return undefined;
  const platforms = firstLabel(selector, (key) => openshift.test(key));
  const label = platforms ?? firstLabel(selector, () => true);
  return label && { ...label, platforms: platforms !== undefined };
}

/** By these OpenShift's documentation lets its router, its monitoring and the host's network in (docs.redhat.com, OpenShift, About network policy); users of projects may not edit Namespaces there. */
const openshift = /^(?:policy-group\.)?network\.openshift\.io\//;

/** The first label that a selector asks to be there. */
export function firstLabel(selector: LabelSelector, wanted: (key: string) => boolean): { label: string; at: Place } | undefined {
  for (const [key, value] of Object.entries(selector.matchLabels.entries)) if (wanted(key)) return { label: `${key}=${known(value) ?? ''}`, at: value.at };
  const one = selector.matchExpressions.find(({ key, operator }) => (operator === 'In' || operator === 'Exists') && wanted(key));
  return one && { label: one.operator === 'Exists' ? one.key : one.values.length === 1 ? `${one.key}=${one.values[0]}` : `${one.key} in (${one.values.join(', ')})`, at: selector.at };
}
