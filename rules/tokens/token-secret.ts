import type { Graph } from '../../engine/identity/graph.ts';
import type { ObjectWith } from '../../engine/identity/parts.ts';
import { symbol, type GraphObject } from '../../engine/identity/objects.ts';
import type { AccountFact } from '../../engine/kubernetes/account.ts';
import type { SecretFact } from '../../engine/kubernetes/secret.ts';
import { known, type Value } from '../../engine/yaml/cursor.ts';

/** Types of Secrets that hold a token (core/v1 types.go; k8s.io/cluster-bootstrap token/api). */
export const tokenType = 'kubernetes.io/service-account-token';
export const bootstrapType = 'bootstrap.kubernetes.io/token';

/** The account that a token Secret is for, as its annotation says; "" where it says none. */
export function accountOfSecret({ resource }: GraphObject): string {
  const value = resource.header.annotations.entries['kubernetes.io/service-account.name'];
  return value ? symbol(value) : '';
}

/** The Secret of a name that a file's object means: in its namespace, and never applied in place of it. */
export function secretNamed(name: string, from: GraphObject, graph: Graph): ObjectWith<SecretFact> | undefined {
  if (name === '') return undefined;
  return graph.all('secret').find(({ object }) => object.name === name && object.namespace === from.namespace && !graph.proximity.alternatives(from.document.file, object.document.file));
}

/** A Secret in an account's list that holds its token: by its type, or, in no file read, by the name that Kubernetes before 1.24 gave it. */
export function tokenSecretsOf(object: GraphObject, fact: AccountFact, graph: Graph): { name: Value<string>; secret: ObjectWith<SecretFact> | undefined }[] {
  return fact.secrets.flatMap((name) => {
    const secret = secretNamed(known(name) ?? '', object, graph);
    const isToken = secret ? known(secret.fact.type) === tokenType : isGeneratedName(known(name) ?? '', object.name);
    return isToken ? [{ name, secret }] : [];
  });
}

/** `NAME-token-xxxxx` (pkg/controller/serviceaccount/tokens_controller.go of 1.23); the tail has no vowels (apimachinery pkg/util/rand). */
export function isGeneratedName(secret: string, account = secret.replace(/-token-[^-]*$/, '')): boolean {
  return account !== '' && secret.startsWith(`${account}-token-`) && /^[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(secret.slice(account.length + '-token-'.length));
}
