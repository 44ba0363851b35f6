import type { Cursor } from '../yaml/cursor.ts';
import type { Header } from './header.ts';

/** A policy of a mesh whose rules are not evaluated: it may demand an identity of the callers of its namespace, or of all. */
export interface OtherMeshFact {
  readonly fact: 'otherMesh';
  readonly technology: 'Linkerd' | 'Consul' | 'Kuma';
  /** Whether it may be about workloads of every namespace. */
  readonly anywhere: boolean;
}

/** Reads a policy that by its kind is about caller identities (semantics.md 6.6, 6.7). */
export function readMeshPolicy(_: Cursor, { group }: Header): OtherMeshFact[] {
  const technology = group === 'policy.linkerd.io' ? 'Linkerd' : group === 'kuma.io' ? 'Kuma' : 'Consul';
  return [{ fact: 'otherMesh', technology, anywhere: technology !== 'Linkerd' }];
}
