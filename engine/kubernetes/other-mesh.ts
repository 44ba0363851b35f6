import { known, type Cursor } from '../yaml/cursor.ts';
import type { Header } from './header.ts';

/** A policy of a mesh whose rules are not evaluated: it may demand an identity of the callers of its namespace, or of all. */
export interface OtherMeshFact {
  readonly fact: 'otherMesh';
  readonly technology: 'Linkerd' | 'Cilium' | 'Consul' | 'Kuma';
  /** Whether it may be about workloads of every namespace. */
  readonly anywhere: boolean;
}

/** Reads a policy that by its kind is about caller identities (semantics.md 6.6, 6.7). */
export function readMeshPolicy(_: Cursor, { group }: Header): OtherMeshFact[] {
  const technology = group === 'policy.linkerd.io' ? 'Linkerd' : group === 'kuma.io' ? 'Kuma' : 'Consul';
  return [{ fact: 'otherMesh', technology, anywhere: technology !== 'Linkerd' }];
}

/** Reads a Cilium policy as far as identity goes: only `authentication.mode: required` demands one (semantics.md 6.3). */
export function readCiliumPolicy(cursor: Cursor, header: Header): OtherMeshFact[] {
  const specs = [cursor.get('spec'), ...cursor.get('specs').items()];
  const required = specs.flatMap((spec) => spec.get('ingress').items()).some((rule) => known(rule.at('authentication', 'mode').string()) === 'required');
  return required ? [{ fact: 'otherMesh', technology: 'Cilium', anywhere: header.kind === 'CiliumClusterwideNetworkPolicy' }] : [];
}
