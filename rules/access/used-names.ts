import { isTold } from '../../engine/identity/grants.ts';
import { isSymbol, symbol } from '../../engine/identity/objects.ts';
import { boundSubjects } from '../../engine/identity/rbac-subjects.ts';
import type { Workload } from '../../engine/identity/parts.ts';
import { known, type Value } from '../../engine/yaml/cursor.ts';
import type { Grant } from './grant-rule.ts';

/*
 * Names that the workloads which have a role name themselves, for `resourceNames`. None where somebody else has the role
 * too, where nothing runs as an account that has it, or where a template decides: a limit must not be a guess.
 */

/** The Secrets that they mount, take variables from, or are told of by a flag or a variable that says so. */
export function secretNames(grant: Grant): readonly string[] {
  return namesOf(grant, ({ fact }) => [
    ...fact.containers.flatMap((container) => [...container.secrets.map(({ name }) => name), ...told(container, /^--[a-z-]*secret(?:-name)?$/, /SECRET_NAME$/)]),
    ...fact.volumes.flatMap(({ secrets }) => secrets.map(({ name }) => name)),
  ]);
}

/** The accounts that a flag or a variable tells them of. */
export function accountNames(grant: Grant): readonly string[] {
  return namesOf(grant, ({ fact }) => fact.containers.flatMap((container) => told(container, /^--[a-z-]*service-?account(?:-name)?$/, /SERVICE_?ACCOUNT(?:_NAME)?$/)));
}

/** Those as whom they are told to act: kubectl's and client-go's flags. */
export function impersonatedNames(grant: Grant): readonly string[] {
  const flag = grant.resources.includes('groups') ? /^--as-group$/ : /^--as$/;
  if (grant.resources.length !== 1) return [];
  const account = grant.resources[0] === 'serviceaccounts';
  return namesOf(grant, ({ fact }) => fact.containers.flatMap((container) => told(container, flag, /^$/))).flatMap((name) => {
    const [, , namespace, own] = name.split(':');
    if (!account) return [name];
    return name.startsWith('system:serviceaccount:') && own && grant.use.namespaces.includes(namespace!) ? [own] : [];
  });
}

function namesOf({ use, graph, rule }: Grant, namesIn: (workload: Workload) => readonly Value<string>[]): readonly string[] {
  if (use.open || rule.open.length > 0) return [];
  const names = new Set<string>();
  for (const binding of use.bindings) {
    for (const { name, accounts } of boundSubjects(graph, binding)) {
      const workloads = accounts.flatMap((account) => account.workloads);
      // In another namespace than theirs they name nothing of their own.
      if (name?.kind !== 'ServiceAccount' || workloads.length === 0 || (!binding.fact.cluster && isTold(binding.object.namespace) && binding.object.namespace !== name.namespace)) return [];
      for (const value of workloads.flatMap(namesIn)) if (value.state !== 'absent') names.add(symbol(value));
    }
  }
  return [...names].some(isSymbol) ? [] : [...names].sort();
}

type Words = { readonly command: readonly Value<string>[]; readonly args: readonly Value<string>[]; readonly env: Readonly<Record<string, Value<string>>> };

/** The values of flags, in both spellings, and of variables. */
function told({ command, args, env }: Words, flag: RegExp, variable: RegExp): Value<string>[] {
  const words = [...command, ...args];
  const flags = words.flatMap((word, i): Value<string>[] => {
    const [name, ...rest] = (known(word) ?? '').split('=') as [string, ...string[]];
    if (!flag.test(name)) return [];
    const next = words[i + 1];
    const value = rest.length > 0 ? rest.join('=') : next && known(next);
    return value && isName(value) ? [{ state: 'known', value: value.split('/').at(-1)!, at: word.at }] : [];
  });
  return [...flags, ...Object.entries(env).flatMap(([name, value]) => (variable.test(name) && (value.state === 'hole' || isName(known(value) ?? '')) ? [value] : []))];
}

/** `name` or `namespace/name`, or the user name of an account. */
function isName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9.:/-]*[a-z0-9])?$/i.test(text);
}
