import { known, type Cursor, type Place, type Value } from '../yaml/cursor.ts';
import type { Header } from './header.ts';
import { readSelector, type LabelSelector } from './selector.ts';

/* Readers of security.istio.io (istio/api security/v1beta1; v1 has the same fields). Kept as written: what follows from it is engine/trust/istio.ts. */

export interface AuthorizationPolicyFact {
  readonly fact: 'istioAuthorizationPolicy';
  readonly action: Value<string>;
  readonly target: PolicyTarget;
  readonly rules: readonly AuthorizationRule[];
  /** Whether a template may add rules that cannot be seen. */
  readonly open: boolean;
  /** Annotation `istio.io/dry-run: "true"`: evaluated, never enforced. */
  readonly dryRun: boolean | 'unknown';
  readonly rulesAt: Place;
}

/** What a policy is about: workloads by label, objects by name, or (neither) its whole namespace. */
export interface PolicyTarget {
  readonly selector: LabelSelector | undefined;
  readonly refs: readonly TargetRef[];
  readonly open: boolean;
}

export interface TargetRef {
  readonly kind: Value<string>;
  readonly name: Value<string>;
  readonly at: Place;
}

/** from AND to AND when; each list is OR-ed within (`when`: AND-ed). */
export interface AuthorizationRule {
  readonly sources: readonly AuthorizationSource[];
  readonly operations: readonly AuthorizationOperation[];
  readonly conditions: readonly AuthorizationCondition[];
  readonly open: boolean;
  readonly at: Place;
}

/** Fields that have values, AND-ed. A field without values says nothing. */
export interface AuthorizationSource {
  readonly fields: Readonly<Partial<Record<SourceField, readonly Value<string>[]>>>;
  readonly open: boolean;
  readonly at: Place;
}

export interface AuthorizationOperation {
  readonly fields: Readonly<Partial<Record<OperationField, readonly Value<string>[]>>>;
  readonly open: boolean;
  readonly at: Place;
}

export interface AuthorizationCondition {
  readonly key: Value<string>;
  readonly values: readonly Value<string>[];
  readonly notValues: readonly Value<string>[];
  readonly open: boolean;
  readonly at: Place;
}

const sourceFields = [
  'principals', 'notPrincipals', 'requestPrincipals', 'notRequestPrincipals', 'namespaces', 'notNamespaces', 'serviceAccounts', 'notServiceAccounts',
  'trustDomains', 'notTrustDomains', 'ipBlocks', 'notIpBlocks', 'remoteIpBlocks', 'notRemoteIpBlocks',
] as const;
export type SourceField = (typeof sourceFields)[number];

const operationFields = ['hosts', 'notHosts', 'ports', 'notPorts', 'methods', 'notMethods', 'paths', 'notPaths'] as const;
export type OperationField = (typeof operationFields)[number];

/** Reads an AuthorizationPolicy. */
export function readAuthorizationPolicy(cursor: Cursor, header: Header): AuthorizationPolicyFact[] {
  const spec = cursor.get('spec');
  const rules = spec.get('rules');
  const dryRun = header.annotations.entries['istio.io/dry-run'];
  return [{
    fact: 'istioAuthorizationPolicy',
    action: spec.get('action').string(),
    target: readTarget(spec),
    rules: rules.items().map(readRule),
    open: rules.open || spec.open,
    dryRun: dryRun?.state === 'hole' ? 'unknown' : dryRun !== undefined && known(dryRun) === 'true',
    rulesAt: rules.keyPlace(),
  }];
}

/** Reads what a policy is about. */
export function readTarget(spec: Cursor): PolicyTarget {
  const selector = spec.get('selector');
  const refs = [...spec.get('targetRefs').items(), ...(spec.get('targetRef').isMap ? [spec.get('targetRef')] : [])];
  return {
    selector: selector.isMap || selector.open ? readSelector(selector) : undefined,
    refs: refs.map((ref) => ({ kind: ref.get('kind').string(), name: ref.get('name').string(), at: ref.get('name').place() })),
    open: spec.get('targetRefs').open,
  };
}

function readRule(rule: Cursor): AuthorizationRule {
  const lists = ['from', 'to', 'when'].map((key) => rule.get(key));
  const [from, to, when] = lists as [Cursor, Cursor, Cursor];
  return {
    sources: from.items().map((item) => readFields(item.get('source'), sourceFields)),
    operations: to.items().map((item) => readFields(item.get('operation'), operationFields)),
    conditions: when.items().map(readCondition),
    open: rule.open || lists.some((list) => list.open),
    at: rule.place(),
  };
}

function readFields<K extends string>(cursor: Cursor, names: readonly K[]): { fields: Partial<Record<K, readonly Value<string>[]>>; open: boolean; at: Place } {
  const fields: Partial<Record<K, readonly Value<string>[]>> = {};
  for (const name of names) {
    const values = readList(cursor.get(name));
    if (values.length > 0) fields[name] = values;
  }
  return { fields, open: cursor.open, at: cursor.place() };
}

/** The values of a list; a list that is a hole as a whole is one hole. */
function readList(cursor: Cursor): Value<string>[] {
  return cursor.isSeq ? cursor.strings() : cursor.hiddenBy !== undefined && cursor.exists ? [cursor.string()] : [];
}

function readCondition(cursor: Cursor): AuthorizationCondition {
  return { key: cursor.get('key').string(), values: readList(cursor.get('values')), notValues: readList(cursor.get('notValues')), open: cursor.open, at: cursor.place() };
}

export interface PeerAuthenticationFact {
  readonly fact: 'istioPeerAuthentication';
  readonly selector: LabelSelector | undefined;
  /** UNSET (also where absent) inherits. */
  readonly mode: Value<string>;
  /** By workload port; counts only beside a selector. */
  readonly ports: readonly { readonly port: string; readonly mode: Value<string> }[];
}

/** Reads a PeerAuthentication. */
export function readPeerAuthentication(cursor: Cursor): PeerAuthenticationFact[] {
  const spec = cursor.get('spec');
  return [{
    fact: 'istioPeerAuthentication',
    selector: readTarget(spec).selector,
    mode: spec.at('mtls', 'mode').string(),
    ports: spec.get('portLevelMtls').fields().map(({ key, value }) => ({ port: key, mode: value.get('mode').string() })),
  }];
}

export interface RequestAuthenticationFact {
  readonly fact: 'istioRequestAuthentication';
  readonly target: PolicyTarget;
  readonly rules: readonly TokenRule[];
  readonly open: boolean;
  readonly rulesAt: Place;
}

/** Whose tokens are checked, with which keys, and whether what they say is handed on. */
export interface TokenRule {
  readonly issuer: Value<string>;
  readonly jwksUri: Value<string>;
  /** Whether the program behind the proxy gets the token, or claims of it. */
  readonly forwards: boolean;
}

/** Reads a RequestAuthentication: which tokens are checked. That one is required, only an AuthorizationPolicy can say. */
export function readRequestAuthentication(cursor: Cursor): RequestAuthenticationFact[] {
  const rules = cursor.at('spec', 'jwtRules');
  return [{ fact: 'istioRequestAuthentication', target: readTarget(cursor.get('spec')), rules: rules.items().map(readTokenRule), open: rules.open, rulesAt: rules.keyPlace() }];
}

function readTokenRule(rule: Cursor): TokenRule {
  const forwards = rule.open || known(rule.get('forwardOriginalToken').boolean()) === true || rule.get('outputPayloadToHeader').exists || rule.get('outputClaimToHeaders').exists;
  return { issuer: rule.get('issuer').string(), jwksUri: rule.get('jwksUri').string(), forwards };
}
