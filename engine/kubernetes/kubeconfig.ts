import { known, type Cursor, type Place } from '../yaml/cursor.ts';

/** A kubeconfig by whom its users log in as. The tokens themselves are never kept. */
export interface KubeconfigFact {
  readonly fact: 'kubeconfig';
  /** The service accounts whose tokens stand in it. */
  readonly accounts: readonly { readonly namespace: string; readonly name: string; readonly at: Place }[];
}

/** Reads a v1 Config (client-go tools/clientcmd/api/v1 types.go): `users[].user.token`. */
export function readKubeconfig(cursor: Cursor): KubeconfigFact[] {
  const accounts = cursor.get('users').items().flatMap((item) => {
    const token = item.at('user', 'token');
    const account = accountOfToken(known(token.string()) ?? '');
    return account ? [{ ...account, at: token.place() }] : [];
  });
  return accounts.length > 0 ? [{ fact: 'kubeconfig', accounts }] : [];
}

/** The account that a token says it is of, by the subject of its claims (kubernetes pkg/serviceaccount/claims.go, legacy.go). */
function accountOfToken(token: string): { namespace: string; name: string } | undefined {
  const [, payload, signature] = token.split('.');
  if (!payload || !signature || !/^[\w-]+$/.test(payload)) return undefined;
  try {
    const { sub } = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as { sub?: unknown };
    const [, namespace, name] = (typeof sub === 'string' && /^system:serviceaccount:([^:]+):([^:]+)$/.exec(sub)) || [];
    return namespace && name ? { namespace, name } : undefined;
  } catch {
    // Not base64, or no claims: no token of an account.
    return undefined;
  }
}
