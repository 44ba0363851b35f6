import { displayName, type GraphObject } from '../../engine/identity/objects.ts';
import type { Place } from '../../engine/yaml/cursor.ts';

/** One id for a peer of a policy: that it lets in a whole namespace, and by a label that anyone can set, is one fault. */
export function peerGroup(policy: GraphObject, peer: Place): string {
  return `peer ${peer.path.join('/')} of ${displayName(policy)} in ${policy.document.file}`;
}
