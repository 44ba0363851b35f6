import type { AuthorizationCondition, AuthorizationRule, AuthorizationSource, SourceField } from '../kubernetes/istio.ts';
import { known, type Value } from '../yaml/cursor.ts';
import { coversFamily, parseNetworkOrAddress, type Network } from './address.ts';
import { isProved, strongest, type Evidence } from './layer.ts';

/** What one source of a rule asks of its callers, together with the conditions of the rule. */
export interface RuleEvidence {
  readonly evidence: Evidence;
  readonly addresses: readonly Value<string>[];
  /** The principals, accounts or namespaces that are named. */
  readonly named: readonly Value<string>[];
  /** The source it is from; undefined where the rule has none and its conditions decide. */
  readonly source: AuthorizationSource | undefined;
}

/** The alternatives that a rule lets in: its sources are OR-ed, each AND-ed with all conditions. No source is anyone. */
export function evidenceOfRule(rule: AuthorizationRule): RuleEvidence[] {
  const conditions = rule.conditions.map(evidenceOfCondition);
  const sources = rule.sources.length > 0 ? rule.sources.map((source) => ({ source, ...evidenceOfSource(source) })) : [{ source: undefined, evidence: 'nothing' as const, addresses: [] }];
  return sources.map((one) => {
    const evidence = strongest([one.evidence, ...conditions.map((condition) => condition.evidence), ...(rule.open ? ['unknown' as const] : [])]);
    const addresses = one.addresses.length > 0 ? one.addresses : conditions.find((condition) => condition.addresses.length > 0)?.addresses ?? [];
    return { source: one.source, evidence, addresses: evidence === 'address' ? addresses : [], named: isProved(evidence) ? namedBy(rule, one.source) : [] };
  });
}

/** Of what is demanded together the most telling: accounts before namespaces, before tokens. */
function namedBy({ conditions }: AuthorizationRule, source: AuthorizationSource | undefined): readonly Value<string>[] {
  const fields = (['principals', 'serviceAccounts', 'namespaces', 'requestPrincipals'] as const).map((field) => source?.fields[field] ?? []);
  const keys = ['source.principal', 'source.serviceAccount', 'source.namespace', 'request.auth.principal'].map((name) => conditions.find(({ key }) => known(key) === name)?.values ?? []);
  return fields.flatMap((values, i) => [values, keys[i]!]).find((values) => values.length > 0) ?? [];
}

/** The fields of a source are AND-ed, so the strongest counts. The `not…` fields only take away. */
function evidenceOfSource(source: AuthorizationSource): { evidence: Evidence; addresses: readonly Value<string>[] } {
  const { fields } = source;
  const names = Object.keys(fields) as SourceField[];
  // The API server refuses a source that says nothing.
  if (names.length === 0) return { evidence: 'unknown', addresses: [] };
  const addresses = fields.ipBlocks ?? fields.remoteIpBlocks ?? [];
  const both = fields.ipBlocks && fields.remoteIpBlocks && isUniversal(fields.ipBlocks) ? fields.remoteIpBlocks : addresses;
  return { evidence: strongest([...names.map((name) => evidenceOfField(name, fields[name]!)), ...(source.open ? ['unknown' as const] : [])]), addresses: both };
}

function evidenceOfField(field: SourceField, values: readonly Value<string>[]): Evidence {
  switch (field) {
    case 'principals': return isAny(values) ? 'anyIdentity' : values.some((value) => namespaceOfPattern(value) !== undefined) ? 'namespace' : 'identity';
    case 'requestPrincipals': return isAny(values) ? 'anyIdentity' : 'identity';
    case 'serviceAccounts': return 'identity';
    case 'trustDomains': return 'anyIdentity';
    case 'namespaces': return isAny(values) ? 'anyIdentity' : 'namespace';
    case 'ipBlocks': case 'remoteIpBlocks': return isUniversal(values) ? 'nothing' : 'address';
    default: return 'nothing';
  }
}

/** A value `*` is presence: any identity. */
function isAny(values: readonly Value<string>[]): boolean {
  return values.some((value) => known(value) === '*');
}

/**
 * The namespace of a principal that is a pattern for all its accounts: `cluster.local/ns/shop/*`, `.../ns/shop/sa/*`.
 * Patterns match by prefix or by suffix (istio.io, AuthorizationPolicy, Source).
 */
export function namespaceOfPattern(value: Value<string>): string | undefined {
  return /^[^*]*\/ns\/([^/*]+)\/(?:sa\/)?\*$/.exec(known(value) ?? '')?.[1];
}

function isUniversal(values: readonly Value<string>[]): boolean {
  return coversFamily(values.map((value) => parseNetworkOrAddress(known(value) ?? '')).filter((network): network is Network => network !== undefined));
}

/** Headers that hold a credential: who checks it is outside the files, but the caller has to have it. */
const credentialHeader = /^request\.headers\[(?:authorization|proxy-authorization|cookie|.*(?:api-?key|token|secret).*)\]$/i;

/** Conditions by their key (istio pilot/pkg/security/authz/model/model.go). `notValues` only take away. */
function evidenceOfCondition({ key, values, open }: AuthorizationCondition): { evidence: Evidence; addresses: readonly Value<string>[] } {
  const name = known(key);
  if (name === undefined || open) return { evidence: 'unknown', addresses: [] };
  if (values.length === 0) return { evidence: 'nothing', addresses: [] };
  return { evidence: evidenceOfKey(name, values), addresses: name === 'source.ip' || name === 'remote.ip' ? values : [] };
}

function evidenceOfKey(key: string, values: readonly Value<string>[]): Evidence {
  if (key === 'source.ip' || key === 'remote.ip') return isUniversal(values) ? 'nothing' : 'address';
  if (key === 'source.namespace') return isAny(values) ? 'anyIdentity' : 'namespace';
  if (key === 'source.trustDomain') return 'anyIdentity';
  if (key === 'source.principal' || key === 'request.auth.principal') return isAny(values) ? 'anyIdentity' : 'identity';
  if (key === 'source.serviceAccount' || key.startsWith('request.auth.')) return 'identity';
  // Filters that Istio knows nothing of may be any check at all.
  return key.startsWith('experimental.') || credentialHeader.test(key) ? 'unknown' : 'nothing';
}

const lacksIdentity: ReadonlySet<string> = new Set<SourceField>(['notPrincipals', 'notRequestPrincipals', 'notServiceAccounts', 'notNamespaces', 'notTrustDomains']);
const lacksIdentityKey = /^(?:source\.(?:principal|serviceAccount|namespace|trustDomain)|request\.auth\..*)$/;

/**
 * Whether a DENY rule turns away everyone who lacks some identity: a source that is only about that, or conditions that
 * are. A plaintext caller has no principal, so it is turned away too. One source that is narrower (AND) demands nothing.
 */
export function isIdentityDemand({ sources, conditions, open }: AuthorizationRule): boolean {
  if (open || conditions.some((condition) => condition.values.length > 0 || condition.open)) return false;
  const lacking = conditions.every(({ key }) => lacksIdentityKey.test(known(key) ?? ''));
  if (sources.length === 0) return conditions.length > 0 && lacking;
  return lacking && sources.some(({ fields, open: more }) => !more && Object.keys(fields).length > 0 && Object.keys(fields).every((name) => lacksIdentity.has(name)));
}
