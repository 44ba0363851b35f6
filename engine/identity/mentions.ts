import { known, type Value } from '../yaml/cursor.ts';
import type { Path } from '../yaml/node.ts';
import type { Graph } from './graph.ts';
import type { Account } from './parts.ts';
import { isTold } from './grants.ts';
import type { GraphObject } from './objects.ts';

/** A list of a mesh policy that names an account, so that whoever takes the account's place must be named there, too. */
export interface Mention {
  readonly object: GraphObject;
  readonly list: Path;
  /** The same mention for an account of another name. */
  as(name: string): string;
}

/**
 * Where Istio policies name an account: `principals` as `TRUST-DOMAIN/ns/NS/sa/NAME`, `serviceAccounts` as `NS/NAME` or
 * `NAME` (istio/api security/v1beta1/authorization_policy.proto), and the same negated.
 */
export function mentionsOf(account: Account, graph: Graph): Mention[] {
  if (!isTold(account.namespace)) return [];
  const { namespace, name } = account;
  const found: Mention[] = [];
  for (const { object, fact } of graph.all('istioAuthorizationPolicy')) {
    if (object.context) continue;
    const see = (value: Value<string>, end: string) => {
      const text = known(value);
      if (text === undefined || !(text === end || (end.startsWith('/') && text.endsWith(end)))) return;
      found.push({ object, list: value.at.path.slice(0, -1), as: (other) => `${text.slice(0, text.length - name.length)}${other}` });
    };
    for (const source of fact.rules.flatMap((rule) => rule.sources)) {
      const { principals = [], notPrincipals = [], serviceAccounts = [], notServiceAccounts = [] } = source.fields;
      for (const value of [...principals, ...notPrincipals]) see(value, `/ns/${namespace}/sa/${name}`);
      for (const value of [...serviceAccounts, ...notServiceAccounts]) {
        see(value, `${namespace}/${name}`);
        if (object.namespace === namespace) see(value, name);
      }
    }
  }
  return found;
}
