import type { NetworkPort } from '../kubernetes/network-policy.ts';
import type { Place, Value } from '../yaml/cursor.ts';
import type { Workload } from '../identity/parts.ts';
import type { GraphObject, Location } from '../identity/objects.ts';

/**
 * What a caller shows to be let in, from weakest to strongest: nothing at all; its address; a label that the network
 * plug-in knows of it; something that cannot be told from the files; any identity, proved; any account of a namespace,
 * proved; a named identity, proved.
 */
export const evidences = ['nothing', 'address', 'label', 'unknown', 'anyIdentity', 'namespace', 'identity'] as const;
export type Evidence = (typeof evidences)[number];

/** The strongest of evidence that is demanded together; nothing where nothing is. */
export function strongest(all: readonly Evidence[]): Evidence {
  return evidences[Math.max(0, ...all.map((one) => evidences.indexOf(one)))]!;
}

/** Whether evidence is proved by the caller, rather than believed of it. */
export function isProved(evidence: Evidence): boolean {
  return evidences.indexOf(evidence) >= evidences.indexOf('anyIdentity');
}

/** How much of the traffic a rule is about: all, only health checks, or some part. */
export type Extent = 'all' | 'health' | 'some';

/** One way in: a rule of a policy, and what it asks for. */
export interface Admission {
  readonly evidence: Evidence;
  readonly extent: Extent;
  /** The addresses that are let in, where the evidence is an address: ranges, lone addresses, or names that a plug-in has for nodes. */
  readonly addresses: readonly Value<string>[];
  /** The principals, accounts or namespaces that are let in, as they are written, where the evidence is one of them. `kubewho trust` finds the callers by them. */
  readonly named?: readonly Value<string>[];
  readonly policy: GraphObject;
  /** The rule; the ways in of one rule share it. */
  readonly rule: Place;
  /** Where the addresses or identities stand in an object of their own: that object, and where the policy names it. */
  readonly shared?: { readonly object: GraphObject; readonly at: Place };
  /** Whom it opens the target to, where that is everyone of a kind. */
  readonly opening?: Opening;
  /** The ports that it is about; none or nothing for all. */
  readonly ports?: readonly NetworkPort[];
  /** Who comes in by label. */
  readonly peer?: Peer;
}

/**
 * Everyone of a kind: whoever can send packets at all, because no peer is named or by a name for that (`entityAll`); every
 * address of a family, also only those outside the cluster (`outside`); every pod of every namespace, also with the nodes (`cluster`).
 */
export type Openness = 'anyone' | 'entityAll' | 'everyAddress' | 'outside' | 'everyPod' | 'cluster';

export interface Opening {
  readonly to: Openness;
  /** Of `everyAddress`, where it is every address of one family only. */
  readonly family?: 4 | 6;
  /** What says so. */
  readonly at: Place;
}

/** Pods that a rule lets in by their labels or account, as the network plug-in knows them. */
export interface Peer {
  readonly at: Place;
  /** Whether it tells some pods of a namespace from others. */
  readonly particular: boolean;
  /** Whether a workload's pods are among them. */
  readonly includes: (workload: Workload) => boolean | 'unknown';
}

/** Something that every caller has to show, whichever way it comes in. */
export interface Demand {
  readonly evidence: Evidence;
  readonly extent: Extent;
  readonly at: Location;
}

/** What decides who gets in. */
export type Technology = 'NetworkPolicy' | 'AdminNetworkPolicy' | 'Cilium' | 'Calico' | 'Istio' | 'Linkerd' | 'Consul' | 'Kuma';

/** All that one technology says of a target. */
export interface Layer {
  readonly technology: Technology;
  /** The policies that select the target. */
  readonly policies: readonly GraphObject[];
  /** Whether what no admission lets in is turned away. */
  readonly isolates: boolean | 'unknown';
  readonly admissions: readonly Admission[];
  readonly demands: readonly Demand[];
  /** Policies that may select the target: what their selectors say cannot be read. */
  readonly perhaps?: readonly GraphObject[];
  /** Whether a policy may or may not select the target, or is about some of its ports only: then nothing that is missing here can be relied on. */
  readonly unsure: boolean;
}
