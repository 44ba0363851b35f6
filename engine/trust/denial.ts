import type { NetworkPort } from '../kubernetes/network-policy.ts';
import { known } from '../yaml/cursor.ts';
import { contains, parseNetworkOrAddress, type Network } from './address.ts';
import type { Admission } from './layer.ts';

/** Traffic that a rule turns away, whatever lets it in elsewhere: of everyone, of all pods, of all that is outside the cluster, or of some networks. */
export interface Denial {
  readonly from: 'everyone' | 'pods' | 'outside' | readonly Network[];
  /** All where there are none. */
  readonly ports: readonly NetworkPort[];
}

/**
 * What denials leave of the ways in. One that is denied as a whole is none; one that is open to everyone of several kinds,
 * of which one is denied, is open to everyone no more. What they only narrow stays as it is.
 */
export function withoutDenied(admissions: readonly Admission[], denials: readonly Denial[]): readonly Admission[] {
  if (denials.length === 0) return admissions;
  return admissions.flatMap((admission): Admission[] => {
    const relevant = denials.filter(({ ports }) => coversPorts(ports, admission));
    if (relevant.some((denial) => coversAll(denial, admission))) return [];
    if (!admission.opening || !relevant.some(({ from }) => typeof from === 'string')) return [admission];
    const { opening: _, ...rest } = admission;
    return [rest];
  });
}

function coversAll({ from }: Denial, { evidence, addresses, opening }: Admission): boolean {
  if (from === 'everyone') return true;
  if (from === 'pods') return evidence === 'label';
  if (from === 'outside') return opening?.to === 'outside' || (evidence === 'address' && addresses.length > 0 && addresses.every((address) => parseNetworkOrAddress(known(address) ?? '')));
  return addresses.length > 0 && addresses.every((address) => {
    const network = parseNetworkOrAddress(known(address) ?? '');
    return network !== undefined && from.some((range) => contains(range, network));
  });
}

function coversPorts(ports: readonly NetworkPort[], admission: Admission): boolean {
  if (ports.length === 0) return true;
  return admission.ports !== undefined && admission.ports.length > 0 && admission.ports.every((port) => ports.some((one) => coversPort(one, port)));
}

/** A port is a number, a range or a name; `ANY` and nothing are every protocol. */
function coversPort(outer: NetworkPort, inner: NetworkPort): boolean {
  if (outer.protocol !== inner.protocol && outer.protocol !== 'ANY' && outer.protocol !== '') return false;
  const [from, to] = [known<number | string>(outer.port), known<number | string>(inner.port)];
  if (typeof from !== 'number' || typeof to !== 'number') return from !== undefined && from === to;
  return from <= to && (known(inner.end) ?? to) <= (known(outer.end) ?? from);
}
