import { known, type Place, type Value } from '../yaml/cursor.ts';
import type { Container } from '../kubernetes/workload.ts';
import type { Workload } from './parts.ts';

/** The namespaces that a workload is told to work in, and where it is told. */
export interface Watch {
  readonly namespaces: readonly string[];
  readonly at: Place;
}

/** Operator SDK's and controller-runtime's ways to say it; empty means all namespaces there (sdk.operatorframework.io, operator scope). */
const variables = ['WATCH_NAMESPACE', 'WATCH_NAMESPACES'];
const flags = new Set(['--namespace', '--namespaces', '--watch-namespace', '--watch-namespaces']);

/** What a workload's own configuration says about the namespaces it works in; undefined where it says nothing, everything, or something that cannot be read. */
export function watchOf({ fact, namespace }: Workload): Watch | undefined {
  for (const container of fact.containers) {
    for (const said of [...variablesOf(container), ...flagsOf(container)]) {
      const text = expand(said.text, container, namespace);
      const namespaces = text?.split(',').map((one) => one.trim()) ?? [];
      if (namespaces.length > 0 && namespaces.every((one) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(one))) return { namespaces, at: said.at };
    }
  }
  return undefined;
}

interface Said { readonly text: string; readonly at: Place }

function variablesOf({ env, envFields }: Container): Said[] {
  return variables.flatMap((name) => {
    const value = env[name];
    if (value?.state === 'known') return [{ text: value.value, at: value.at }];
    const field = envFields[name];
    return field ? [{ text: `$(${name})`, at: field.at }] : [];
  });
}

/** Both `--flag=value` and `--flag value`. */
function flagsOf({ command, args }: Container): Said[] {
  const words: readonly Value<string>[] = [...command, ...args];
  return words.flatMap((word, i) => {
    const [flag, ...rest] = (known(word) ?? '').split('=');
    if (!flags.has(flag!)) return [];
    const text = rest.length > 0 ? rest.join('=') : known(words[i + 1] ?? word);
    return text === undefined || text === flag ? [] : [{ text, at: word.at }];
  });
}

/** `$(NAME)` in args is the variable's value (core/v1 Container.args); undefined where that is not in the file. */
function expand(text: string, { env, envFields }: Container, namespace: string): string | undefined {
  const reference = /^\$\((\w+)\)$/.exec(text)?.[1];
  if (reference === undefined) return text;
  const field = envFields[reference];
  if (field) return known(field) === 'metadata.namespace' && namespace !== '' ? namespace : undefined;
  const value = env[reference];
  return value && known(value);
}
