/** A range of addresses: the bits before `prefix` are the network's, the rest are any. */
export interface Network {
  readonly family: 4 | 6;
  /** The first address, as a number of 32 or 128 bits. */
  readonly first: bigint;
  readonly prefix: number;
}

/** What kind of place a range is. `public` is all that no registry sets apart; a range that reaches beyond one kind is `public` too. */
export type AddressKind = 'private' | 'shared' | 'link-local' | 'loopback' | 'public';

const width = { 4: 32, 6: 128 } as const;

/** Reads `address/prefix`; undefined for anything else. Host bits may be set, as Kubernetes still allows. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const prefix = /^(0|[1-9]\d{0,2})$/.test(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) : Infinity;
  if (!address || prefix > width[address.family]) return undefined;
  return { family: address.family, first: address.value & mask(address.family, prefix), prefix };
}

/** Reads a network or a lone address, which stands for itself (Istio's ipBlocks take both). */
export function parseNetworkOrAddress(text: string): Network | undefined {
  if (text.includes('/')) return parseNetwork(text);
  const address = parseAddress(text);
  return address && { family: address.family, first: address.value, prefix: width[address.family] };
}

/** The networks among some texts; what is none is left out. */
export function networksIn(texts: readonly (string | undefined)[]): Network[] {
  return texts.map((text) => parseNetwork(text ?? '')).filter((network): network is Network => network !== undefined);
}

interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = parseIPv4(text);
    return value === undefined ? undefined : { family: 4, value };
  }
  const value = parseIPv6(text);
  return value === undefined ? undefined : { family: 6, value };
}

/** Four decimal numbers without leading zeros (Go's netip refuses them: other tools read them as octal). */
function parseIPv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

/** RFC 4291: eight groups, one `::`, the last two groups also as IPv4. Zones are refused: no policy can mean one. */
function parseIPv6(text: string): bigint | undefined {
  let rest = text;
  const dotted = /^(.*:)([\d.]+)$/.exec(text);
  if (dotted && dotted[2]!.includes('.')) {
    const low = parseIPv4(dotted[2]!);
    if (low === undefined) return undefined;
    rest = `${dotted[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  }
  const halves = rest.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':'))) as [string[], string[] | undefined];
  const groups = tail ? [...head, ...Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail] : head;
  if (groups.length !== 8 || (tail && head.length + tail.length > 7) || !groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function mask(family: 4 | 6, prefix: number): bigint {
  const host = BigInt(width[family] - prefix);
  return ((1n << BigInt(width[family])) - 1n) >> host << host;
}

/** Whether every address of `inner` is one of `outer`. */
export function contains(outer: Network, inner: Network): boolean {
  return outer.family === inner.family && outer.prefix <= inner.prefix && (inner.first & mask(outer.family, outer.prefix)) === outer.first;
}

/** Whether a range is one address. */
export function isSingleHost(network: Network): boolean {
  return network.prefix === width[network.family];
}

/** Whether some ranges together hold every address of a family: 0.0.0.0/0 or ::/0, also in pieces. */
export function coversFamily(networks: readonly Network[]): boolean {
  return familiesCovered(networks).length > 0;
}

/** The families of which some ranges together hold every address. */
export function familiesCovered(networks: readonly Network[]): (4 | 6)[] {
  return ([4, 6] as const).filter((family) => covers({ family, first: 0n, prefix: 0 }, networks.filter((network) => network.family === family)));
}

/** Whether a text means to be an address or a range, and is none: the API server refuses such an object, or its controller passes it over. */
export function isBrokenAddress(text: string): boolean {
  return /^[\d.]+(?:\/.*)?$|^[\da-f:.]*:[\da-f:.]*(?:\/.*)?$/i.test(text) && parseNetworkOrAddress(text) === undefined;
}

function covers(range: Network, networks: readonly Network[]): boolean {
  if (networks.some((network) => contains(network, range))) return true;
  // Pieces can only add up to the range where there are some in both of its halves.
  const inside = networks.filter((network) => contains(range, network));
  if (inside.length < 2) return false;
  const half = { family: range.family, prefix: range.prefix + 1 } as const;
  const upper = 1n << BigInt(width[range.family] - half.prefix);
  return covers({ ...half, first: range.first }, inside) && covers({ ...half, first: range.first | upper }, inside);
}

const special: readonly [AddressKind, readonly Network[]][] = (
  [
    // RFC 1918, RFC 4193
    ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
    // RFC 6598: carrier-grade NAT, which clouds hand out to nodes and pods too
    ['shared', ['100.64.0.0/10']],
    // RFC 3927, RFC 4291
    ['link-local', ['169.254.0.0/16', 'fe80::/10']],
    // RFC 1122, RFC 4291
    ['loopback', ['127.0.0.0/8', '::1/128']],
  ] as const
).map(([kind, ranges]) => [kind, ranges.map((range) => parseNetwork(range)!)]);

/** What kind of place a range is: the one that holds all of it. IPv4 written as IPv6 (`::ffff:a.b.c.d`) counts as IPv4. */
export function kindOf(network: Network): AddressKind {
  const plain = unmapped(network);
  return special.find(([, ranges]) => ranges.some((range) => contains(range, plain)))?.[0] ?? 'public';
}

const mapped = parseNetwork('::ffff:0:0/96')!;

function unmapped(network: Network): Network {
  return contains(mapped, network) ? { family: 4, first: network.first & 0xffffffffn, prefix: network.prefix - 96 } : network;
}
