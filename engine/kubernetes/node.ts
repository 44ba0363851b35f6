import { known, type Cursor, type Value } from '../yaml/cursor.ts';

/** A Node, as dumps of a cluster show it: the addresses under which it calls. */
export interface NodeFact {
  readonly fact: 'node';
  readonly addresses: readonly Value<string>[];
}

/** Reads a Node (core/v1 NodeAddress): host names and DNS names are no addresses. */
export function readNode(cursor: Cursor): NodeFact[] {
  const addresses = cursor.at('status', 'addresses').items().filter((item) => /^(?:Internal|External)IP$/.test(known(item.get('type').string()) ?? ''));
  return [{ fact: 'node', addresses: addresses.map((item) => item.get('address').string()) }];
}
