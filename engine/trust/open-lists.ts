import type { AddressList, Guard } from '../kubernetes/edge/fact.ts';
import type { GraphObject } from '../identity/objects.ts';
import { known, type Place } from '../yaml/cursor.ts';
import { coversFamily, parseNetworkOrAddress, type Network } from './address.ts';

/**
 * The lists of allowed addresses at the edge that let every address in, where the object that holds them asks for no login
 * beside. Told from the object alone: the entry that opens the list, else its first.
 */
export function openListsOf({ resource }: GraphObject): Place[] {
  const guards = resource.facts.flatMap((fact): readonly Guard[] => (fact.fact === 'edge' ? fact.entries : fact.fact === 'guard' ? [fact] : []));
  const open = guards.filter(({ logins }) => logins.every(({ demanded }) => demanded === false)).flatMap(({ lists }) => lists.filter(({ flaw }) => !flaw).filter(isOpen)).map(openingEntry);
  return open.filter((place, i) => open.findIndex(({ stable }) => stable === place.stable) === i);
}

function isOpen({ entries }: AddressList): boolean {
  return coversFamily(entries.map((entry) => parseNetworkOrAddress(known(entry) ?? '')).filter((network): network is Network => network !== undefined));
}

function openingEntry(list: AddressList): Place {
  return (list.entries.find((entry) => isOpen({ ...list, entries: [entry] })) ?? list.entries[0]!).at;
}
