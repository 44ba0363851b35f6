import { known, type Cursor, type Place } from '../yaml/cursor.ts';
import { hostsIn, hostsInFile } from './hosts.ts';

/** The hosts that a ConfigMap names, by its key. */
export interface ConfigHostsFact {
  readonly fact: 'configHosts';
  readonly hosts: readonly { readonly key: string; readonly host: string; readonly at: Place }[];
}

/** A ConfigMap without any of these names no host: it is not parsed for that. */
export const hostWords = ['://', '.svc', '_HOST', '_ADDR'];

/** Reads the data of a ConfigMap: short values as environment variables are read, and files for what is a host wherever it stands. */
export function readConfigHosts(cursor: Cursor): ConfigHostsFact[] {
  const hosts = cursor.get('data').fields().flatMap(({ key, value }) => {
    const text = known(value.string());
    if (text === undefined) return [];
    const found = text.includes('\n') ? hostsInFile(text) : hostsIn(text, key);
    return found.map((host) => ({ key, host, at: value.place() }));
  });
  return hosts.length > 0 ? [{ fact: 'configHosts', hosts }] : [];
}
