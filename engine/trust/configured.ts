import type { GraphObject } from '../identity/objects.ts';
import { listOfProxies, type ConfiguredTrust } from '../kubernetes/configured-trust.ts';
import type { WorkloadFact } from '../kubernetes/workload.ts';
import { known, type Place, type Value } from '../yaml/cursor.ts';
import { coversFamily, kindOf, parseNetworkOrAddress, type Network } from './address.ts';

/** Callers that the configuration of a program lets in by their address (semantics.md 6.10). */
export interface ConfiguredGrant {
  readonly of: ConfiguredTrust['of'];
  readonly addresses: readonly string[];
  /** Whether the addresses are every one. */
  readonly everyone: boolean;
  readonly at: Place;
  /** A list item that says nothing else: what a fix may change or take out. */
  readonly item: Value<string> | undefined;
  /** Whether the address may come from a header that callers write. */
  readonly byHeader: boolean;
}

/** The addresses that configuration among an object's own text believes: of files, lists, arguments and variables. */
export function configuredGrants(object: GraphObject): ConfiguredGrant[] {
  return object.resource.facts.flatMap((fact): ConfiguredGrant[] => {
    if (fact.fact === 'configuredTrust') return fact.entries.flatMap(({ of, addresses, at, line }) => grantOf(of, addresses, at, line, false));
    return fact.fact === 'workload' ? ofArguments(fact) : [];
  });
}

function grantOf(of: ConfiguredTrust['of'], written: readonly string[], at: Place, item: Value<string> | undefined, byHeader: boolean): ConfiguredGrant[] {
  const addresses = written.filter((text) => !isLoopback(text));
  if (addresses.length === 0) return [];
  const networks = addresses.map(parseNetworkOrAddress).filter((network): network is Network => network !== undefined);
  return [{ of, addresses, everyone: addresses.includes('all') || coversFamily(networks), at, item, byHeader }];
}

function isLoopback(text: string): boolean {
  const network = parseNetworkOrAddress(text);
  return network !== undefined && kindOf(network) === 'loopback';
}

/**
 * oauth2-proxy lets callers from trusted addresses skip the login; with --reverse-proxy and no trusted proxies it takes the
 * address from a header of anyone (oauth2-proxy docs/docs/configuration/overview.md).
 */
function ofArguments({ containers }: WorkloadFact): ConfiguredGrant[] {
  return containers.flatMap(({ command, args, env }) => {
    const all = [...command, ...args];
    const said = (name: string) => all.some((arg) => new RegExp(`^--${name}(?:=(?!false$)|$)`).test(known(arg) ?? ''));
    const byHeader = said('reverse-proxy') && !said('trusted-proxy-ip');
    const flags = all.flatMap((arg, i) => {
      const joined = /^--trusted-ip=(.+)$/.exec(known(arg) ?? '')?.[1];
      if (joined !== undefined) return grantOf('oauth2-proxy', joined.split(','), arg.at, arg, byHeader);
      const next = all[i + 1];
      return known(arg) === '--trusted-ip' && next?.state === 'known' ? grantOf('oauth2-proxy', next.value.split(','), next.at, undefined, byHeader) : [];
    });
    const variable = env['OAUTH2_PROXY_TRUSTED_IPS'];
    return [
      ...flags,
      ...(variable?.state === 'known' ? grantOf('oauth2-proxy', variable.value.split(','), variable.at, undefined, byHeader) : []),
      ...ofGrafana(env),
    ];
  });
}

/** GF_AUTH_PROXY_*: the variables that stand for [auth.proxy] (grafana.com/docs, override configuration with environment variables). */
function ofGrafana(env: WorkloadFact['containers'][number]['env']): ConfiguredGrant[] {
  const enabled = env['GF_AUTH_PROXY_ENABLED'];
  const list = env['GF_AUTH_PROXY_WHITELIST'];
  if (!enabled || known(enabled) !== 'true' || list?.state === 'hole') return [];
  return grantOf('Grafana', listOfProxies(list ? known(list) ?? '' : ''), (list ?? enabled).at, undefined, true);
}
