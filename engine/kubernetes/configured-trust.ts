import { known, type Cursor, type Place, type Value } from '../yaml/cursor.ts';

/** Configuration by which a program lets callers in by their address: as text, with its place. */
export interface ConfiguredTrustFact {
  readonly fact: 'configuredTrust';
  readonly entries: readonly ConfiguredTrust[];
}

export interface ConfiguredTrust {
  /** A line of PostgreSQL's pg_hba.conf with the method `trust`, trusted_ips of oauth2-proxy, or [auth.proxy] of Grafana. */
  readonly of: 'postgres' | 'oauth2-proxy' | 'Grafana';
  /** Addresses and networks as they are written; `all` is everyone. */
  readonly addresses: readonly string[];
  readonly at: Place;
  /** The value that holds nothing but this line. */
  readonly line?: Value<string>;
}

/** A ConfigMap that mentions none of these configures no such trust. */
export const trustWords: readonly string[] = ['trusted_ips', 'TRUSTED_IPS', 'auth.proxy', 'trust\n', 'trust\r', 'trust '];

/** Reads the files and variables of a ConfigMap. */
export function readConfiguredTrust(cursor: Cursor): ConfiguredTrustFact[] {
  return factOf(cursor.get('data').fields().flatMap(({ key, value }): ConfiguredTrust[] => {
    const text = known(value.string());
    if (text === undefined) return [];
    const at = value.keyPlace();
    const trusted = key === 'OAUTH2_PROXY_TRUSTED_IPS' ? text : /^\s*trusted_ips\s*=\s*(\[[^\]]*\]|"[^"]*")/m.exec(text)?.[1];
    const addresses = trusted?.match(/[0-9a-fA-F:.]+(?:\/\d+)?/g) ?? [];
    const lines = trustedLines(text.split(/\r?\n/)).map(({ address }) => address);
    const proxies = grafanaProxies(text);
    return [
      ...(proxies ? [{ of: 'Grafana' as const, addresses: proxies, at }] : []),
      ...(addresses.length > 0 ? [{ of: 'oauth2-proxy' as const, addresses, at }] : []),
      ...(lines.length > 0 ? [{ of: 'postgres' as const, addresses: lines, at }] : []),
    ];
  }));
}

/** Reads the lines of pg_hba.conf that operators of PostgreSQL take as a list: CloudNativePG and Zalando's. */
export function readPostgresTrust(cursor: Cursor): ConfiguredTrustFact[] {
  const spec = cursor.get('spec');
  const lists = [spec.at('postgresql', 'pg_hba'), spec.at('patroni', 'pg_hba')];
  return factOf(lists.flatMap((list) => {
    const values = list.strings();
    return trustedLines(values.map((value) => known(value) ?? '')).map(({ index, address }): ConfiguredTrust => ({ of: 'postgres', addresses: [address], at: values[index]!.at, line: values[index]! }));
  }));
}

/**
 * From where Grafana believes a header that says who the user is; an empty whitelist is everyone (grafana conf/defaults.ini,
 * pkg/services/contexthandler/authproxy/authproxy.go). Undefined where it is off.
 */
function grafanaProxies(text: string): string[] | undefined {
  const section = /^\[auth\.proxy\][ \t]*$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(text)?.[1];
  if (section === undefined || !/^\s*enabled\s*=\s*true\s*$/m.test(section)) return undefined;
  return listOfProxies(/^[ \t]*whitelist[ \t]*=(.*)$/m.exec(section)?.[1] ?? '');
}

/** Addresses separated by commas; none is everyone. */
export function listOfProxies(text: string): string[] {
  const proxies = text.split(',').map((part) => part.trim()).filter((part) => part !== '');
  return proxies.length > 0 ? proxies : ['all'];
}

function factOf(entries: readonly ConfiguredTrust[]): ConfiguredTrustFact[] {
  return entries.length > 0 ? [{ fact: 'configuredTrust', entries }] : [];
}

/**
 * The lines of pg_hba.conf that let a network in without a password: `host` and its kin, method `trust`. The first line that
 * matches decides, so one that repeats an earlier one's database, user and address says nothing
 * (postgresql.org/docs/current/auth-pg-hba-conf.html). `local`, samehost and loopback are the pod itself.
 */
function trustedLines(lines: readonly string[]): { index: number; address: string }[] {
  const seen = new Set<string>();
  return lines.flatMap((line, index) => {
    const [type, database, user, address, ...rest] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (!/^host(?:ssl|nossl|gssenc|nogssenc)?$/.test(type ?? '') || address === undefined) return [];
    const masked = /^[\d.]+$/.test(address) && /^[\d.]+$/.test(rest[0] ?? '');
    const method = masked ? rest[1] : rest[0];
    const key = `${database} ${user} ${address}`;
    const repeated = seen.has(key);
    seen.add(key);
    const inside = address === 'samehost' || address === 'localhost' || /^127\.|^::1(?:\/|$)/.test(address);
    return method === 'trust' && !repeated && !inside ? [{ index, address: masked ? `${address}/${prefixOf(rest[0]!)}` : address }] : [];
  });
}

/** The prefix length of a mask such as 255.255.0.0. */
function prefixOf(mask: string): number {
  return mask.split('.').map((part) => Number(part).toString(2).replace(/0/g, '').length).reduce((sum, bits) => sum + bits, 0);
}
