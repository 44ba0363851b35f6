import { known, type Cursor, type Value } from '../../yaml/cursor.ts';
import type { Header } from '../header.ts';
import { readRoute } from '../service.ts';
import { entryOf, type AddressList, type EdgeFact, type ListFlaw } from './fact.ts';

const names = ['haproxy.router.openshift.io/ip_allowlist', 'haproxy.router.openshift.io/ip_whitelist'];

/** Reads an OpenShift Route. It has no login of its own; TLS that goes through leaves that to the application. */
export function readOpenshiftRoute(cursor: Cursor, header: Header): EdgeFact[] {
  const values = names.map((name) => header.annotations.entries[name]).filter((value): value is Value<string> => value !== undefined && value.state !== 'absent');
  const [route] = readRoute(cursor, header);
  const termination = cursor.at('spec', 'tls', 'termination').string();
  return [{
    fact: 'edge',
    entries: [entryOf(header.at, {
      lists: listOf(values),
      logins: header.annotations.open ? [{ means: 'unknown', demanded: 'unknown', at: header.annotations.at }] : [],
      backends: route!.backends,
      passthrough: termination.state === 'hole' || known(termination) === 'passthrough',
    })],
  }];
}

/**
 * Entries are separated by blanks. The list is void, and the route open, where the value starts or ends with a blank,
 * holds a line break, or has no valid entry; commas make one invalid entry of several (openshift/router
 * pkg/router/template/template_helper.go parseIPList). The old name is read only where the new one gives nothing.
 */
function listOf(values: readonly Value<string>[]): AddressList[] {
  const lists = values.map((value): AddressList => {
    if (value.state !== 'known') return { technology: 'OpenShift router', at: value.at, entries: [value] };
    const reason = flawIn(value.value);
    // In a void list, what was meant; in one that is in force, what is valid.
    const parts = reason ? value.value.split(/[\s,]+/) : value.value.split(' ').filter((part) => !part.includes(','));
    const entries = parts.filter((part) => part !== '').map((part): Value<string> => ({ ...value, value: part }));
    return { technology: 'OpenShift router', at: value.at, entries, ...(reason ? { flaw: { reason, at: value.at } } : {}) };
  });
  const [first] = [...lists.filter(({ flaw }) => !flaw), ...lists];
  return first ? [first] : [];
}

function flawIn(text: string): ListFlaw['reason'] | undefined {
  if (/[\r\n]/.test(text)) return 'lineBreak';
  if (text !== text.trim()) return 'blanks';
  return text.split(/\s+/).every((part) => part.includes(',')) ? 'separators' : undefined;
}
