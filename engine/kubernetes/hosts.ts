/** Names of variables, flags and settings whose value is a host. */
const hostName = /(?:^|[._-])(?:host|hostname|addr|address|url|uri|endpoint|server|service|backend|upstream|target)s?$/i;
const hostAndMore = /^([a-z][a-z0-9+.-]*:\/\/)?(?:[^@/]*@)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)\.?(:\d+)?(?:[/?].*)?$/;
/** Longer than any URL that is written into a manifest. */
const longest = 500;

/**
 * The hosts that a value names: of URLs, of `host:port`, of lists of these; after a flag's `=`. A lone word is a host only
 * where the name of its variable or flag says so: `redis` alone may be anything.
 */
export function hostsIn(text: string, variable: string): string[] {
  const flag = /^--?([\w.-]+)=(.*)$/.exec(text);
  const name = flag?.[1] ?? variable;
  return hostsAmong((flag?.[2] ?? text).split(/[,;\s]+/), (scheme, host, port) => scheme || port || host.includes('.') || hostName.test(name));
}

/** The hosts that a file of settings names: of URLs and names of Services in full, wherever they stand. Anything else may be anything there. */
export function hostsInFile(text: string): string[] {
  return [...new Set(hostsAmong(text.split(/[\s,;"'`()<>[\]{}=|]+/), (scheme, host) => scheme || /\.svc(?:\.|$)/.test(host)))];
}

function hostsAmong(parts: readonly string[], isHost: (scheme: boolean, host: string, port: boolean) => boolean): string[] {
  return parts.filter((part) => part.length <= longest).flatMap((part) => {
    const [, scheme, host, port] = hostAndMore.exec(part) ?? [];
    return host !== undefined && isHost(scheme !== undefined, host, port !== undefined) ? [host] : [];
  });
}
