import { known, type Cursor, type Place, type Value } from '../../yaml/cursor.ts';

/** What stands at the edge of a cluster and decides who passes. */
export type EdgeTechnology =
  | 'ingress-nginx' | 'NGINX Ingress Controller' | 'HAProxy Kubernetes Ingress Controller' | 'HAProxy Ingress' | 'Traefik' | 'Kong' | 'Contour' | 'APISIX'
  | 'AWS Load Balancer Controller' | 'GKE' | 'OpenShift router' | 'Envoy Gateway' | 'Gateway API' | 'Service';

/** A list of the addresses that are let in. */
export interface AddressList {
  readonly technology: EdgeTechnology;
  readonly at: Place;
  /** One for each address or network; those of an annotation share its place. Holes are kept. */
  readonly entries: readonly Value<string>[];
  /** Whether addresses are named here, or by a policy that is in no file (Cloud Armor, service tags). */
  readonly elsewhere?: boolean;
  readonly flaw?: ListFlaw;
  /** Where it is said that the address is read from X-Forwarded-For. */
  readonly byHeader?: Place;
}

/** Why a list is not applied as it is written: how it is spelled, or another setting that takes its place. */
export interface ListFlaw {
  readonly reason: 'separators' | 'blanks' | 'lineBreak' | 'invalid' | 'overridden' | 'switchedOff';
  readonly at: Place;
}

export type LoginMeans = 'client certificate' | 'OIDC' | 'token' | 'external authorisation' | 'basic authentication' | 'API key' | 'unknown';

/** A login that callers are asked for. */
export interface Login {
  readonly means: LoginMeans;
  /** Whether callers without it are turned away; unknown where a template, a snippet or a file not read decides. */
  readonly demanded: boolean | 'unknown';
  readonly at: Place;
}

/** Another object by kind and name. */
export interface ObjectRef {
  /** As `group/Kind`; any of them may be meant. */
  readonly kinds: readonly string[];
  readonly name: Value<string>;
  /** Absent: the namespace of the object that names it. */
  readonly namespace: Value<string>;
  readonly at: Place;
  /** `name` is `namespace-name`, as Traefik joins them; or no object can be meant at all. */
  readonly form?: 'joined' | 'outside';
}

/** What is asked of callers at one point. */
export interface Guard {
  readonly lists: readonly AddressList[];
  readonly logins: readonly Login[];
  /** Objects that ask for more. */
  readonly refs: readonly ObjectRef[];
}

/** One way in: a route of an object, or all of it. */
export interface EdgeEntry extends Guard {
  readonly at: Place;
  readonly backends: readonly Backend[];
  /** What policies may be attached to in its place: its Gateway. */
  readonly parents: readonly ObjectRef[];
  /** Where it is said that an address or a login is enough (`satisfy: any`). */
  readonly either: Place | undefined;
  /** TLS or TCP goes through to the application, which may ask for what nobody sees here. */
  readonly passthrough: boolean;
  /** TLS ends here, as the object itself says: then client certificates can be asked for. */
  readonly tls: boolean;
  /** What is asked of all routes is not asked of this one. */
  readonly exempt: boolean;
  /** Reachable from private networks only, as far as the object says. */
  readonly internal: boolean;
  /** Objects that its routing goes on to, which stand under its guard. */
  readonly delegates: readonly ObjectRef[];
  /** Whether it is reached through another object only, which may ask for more. */
  readonly delegated: boolean;
}

export interface Backend {
  readonly service: Value<string>;
  readonly namespace: Value<string>;
}

/** The ways in of an Ingress, a route or a Service, with what is asked of callers there. */
export interface EdgeFact {
  readonly fact: 'edge';
  readonly entries: readonly EdgeEntry[];
}

/** What an object asks of callers on behalf of others: those that refer to it, or those that it names. */
export interface GuardFact extends Guard {
  readonly fact: 'guard';
  readonly technology: EdgeTechnology;
  /** Routes, Gateways and Services that it attaches itself to. */
  readonly targets: readonly ObjectRef[];
  /** Rules that let in who sends a header, with nothing that proves it. */
  readonly headers: readonly Place[];
  /** Whether it is about all routes of its technology. */
  readonly global: boolean;
  /** Whether, attached to a route, it takes the place of what is attached to the route's parents. */
  readonly replaces: boolean;
}

export const noGuard: Guard = { lists: [], logins: [], refs: [] };

/** Puts what is asked at several points together. */
export function joinGuards(...guards: readonly Guard[]): Guard {
  return { lists: guards.flatMap(({ lists }) => lists), logins: guards.flatMap(({ logins }) => logins), refs: guards.flatMap(({ refs }) => refs) };
}

/** A way in with nothing said about it but some of its parts. */
export function entryOf(at: Place, parts: Partial<EdgeEntry>): EdgeEntry {
  return { ...noGuard, at, backends: [], parents: [], either: undefined, passthrough: false, tls: false, exempt: false, internal: false, delegates: [], delegated: false, ...parts };
}

/** What an object asks for on behalf of others. */
export function guardOf(technology: EdgeTechnology, parts: Partial<GuardFact>): GuardFact {
  return { ...noGuard, fact: 'guard', technology, targets: [], headers: [], global: false, replaces: false, ...parts };
}

/** A list that stands as a YAML list of strings. None where it is empty or absent; holes are entries. */
export function listIn(technology: EdgeTechnology, cursor: Cursor): AddressList[] {
  const entries = cursor.strings();
  if (entries.length > 0) return [{ technology, at: entries[0]!.at, entries }];
  return cursor.open ? [{ technology, at: cursor.place(), entries: [cursor.string()] }] : [];
}

/** Cuts one text into entries that share its place. */
export function splitList(value: Value<string>, separator: RegExp): Value<string>[] {
  if (value.state !== 'known') return [value];
  return value.value.split(separator).map((part) => part.trim()).filter((part) => part !== '').map((part) => ({ state: 'known', value: part, at: value.at }));
}

/** A login that is asked for where a block is written. `optional` blocks ask, and let pass who has none. */
export function loginIn(means: LoginMeans, cursor: Cursor, demanded: Login['demanded'] = true): Login[] {
  if (cursor.exists && !cursor.isNull) return [{ means, demanded: cursor.node?.kind === 'hole' ? 'unknown' : demanded, at: cursor.keyPlace() }];
  return cursor.hiddenBy === undefined ? [] : [{ means, demanded: 'unknown', at: cursor.place() }];
}

/** A reference to an object by the fields `name` and `namespace` of a mapping. */
export function refIn(kinds: readonly string[], cursor: Cursor): ObjectRef {
  return { kinds, name: cursor.get('name').string(), namespace: cursor.get('namespace').string(), at: cursor.get('name').place() };
}

/** Whether a field says true; unknown where a template decides. */
export function truth(value: Value<boolean>): boolean | 'unknown' {
  return value.state === 'hole' ? 'unknown' : known(value) === true;
}

/** The opposite of an answer. */
export function not(answer: boolean | 'unknown'): boolean | 'unknown' {
  return answer === 'unknown' ? 'unknown' : !answer;
}
