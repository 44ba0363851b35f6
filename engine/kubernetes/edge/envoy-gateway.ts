import { known, type Cursor, type Place, type Value } from '../../yaml/cursor.ts';
import type { Header } from '../header.ts';
import { guardOf, loginIn, refIn, type AddressList, type GuardFact, type Login, type ObjectRef } from './fact.ts';
import { sourcesOfClientTraffic, type AddressSourceFact } from './source.ts';

/*
 * Envoy Gateway (envoyproxy/gateway api/v1alpha1): policies that attach themselves to routes and Gateways. The policy of
 * a route takes the place of its Gateway's, unless it says `mergeType`.
 */

const gatewayApi = 'gateway.networking.k8s.io';

/** Reads a SecurityPolicy: its rules by address, and the logins beside them. */
export function readSecurityPolicy(cursor: Cursor, header: Header): GuardFact[] {
  const spec = cursor.get('spec');
  const token = spec.get('jwt');
  const optional = [token.get('optional'), token.get('failOpen')].map((flag) => flag.boolean());
  const demanded = optional.some((flag) => known(flag) === true) ? false : optional.some(({ state }) => state === 'hole') ? 'unknown' : true;
  return [guardOf('Envoy Gateway', {
    lists: addressRules(spec.get('authorization')),
    logins: [
      ...loginIn('token', token, demanded), ...loginIn('OIDC', spec.get('oidc')), ...loginIn('basic authentication', spec.get('basicAuth')), ...loginIn('API key', spec.get('apiKeyAuth')),
      ...loginIn('external authorisation', spec.get('extAuth'), known(spec.at('extAuth', 'failOpen').boolean()) !== true),
      ...(spec.open ? [{ means: 'unknown' as const, demanded: 'unknown' as const, at: spec.place() }] : []),
    ],
    targets: targetsOf(spec, header),
    headers: headerRules(spec),
    replaces: spec.get('mergeType').string().state === 'absent',
  })];
}

/**
 * Rules that allow by address, without a token beside it: the kinds of a principal are AND-ed. With `defaultAction: Allow`
 * they decide nothing; a rule with `cel` may ask for anything.
 */
function addressRules(authorization: Cursor): AddressList[] {
  if (known(authorization.get('defaultAction').string()) === 'Allow') return [];
  const rules = authorization.get('rules').items().filter((rule) => known(rule.get('action').string()) === 'Allow' && !rule.get('cel').exists);
  const lists = rules.filter((rule) => !rule.at('principal', 'jwt').exists && !rule.at('principal', 'headers').exists).map((rule) => rule.at('principal', 'clientCIDRs').strings()).filter((entries) => entries.length > 0);
  // Rules are OR-ed: together they are one list.
  return lists.length === 0 ? [] : [{ technology: 'Envoy Gateway', at: lists[0]![0]!.at, entries: lists.flat() }];
}

/** Rules that allow by a header, where nothing of the same policy proves who set it (a token's claims, an external service). */
function headerRules(spec: Cursor): Place[] {
  const authorization = spec.get('authorization');
  if (known(authorization.get('defaultAction').string()) === 'Allow' || ['jwt', 'oidc', 'extAuth', 'basicAuth', 'apiKeyAuth'].some((key) => spec.get(key).exists || spec.get(key).hiddenBy !== undefined)) return [];
  return authorization.get('rules').items().filter((rule) => known(rule.get('action').string()) === 'Allow' && !rule.get('cel').exists && rule.at('principal', 'headers').items().length > 0).map((rule) => rule.at('principal', 'headers').keyPlace());
}

/** Reads a ClientTrafficPolicy: client certificates, and where the address of a client comes from. */
export function readClientTrafficPolicy(cursor: Cursor, header: Header): (GuardFact | AddressSourceFact)[] {
  const spec = cursor.get('spec');
  const clients = spec.at('tls', 'clientValidation');
  const optional = clients.get('optional').boolean();
  const logins: Login[] = loginIn('client certificate', clients, optional.state === 'hole' ? 'unknown' : known(optional) !== true);
  return [...sourcesOfClientTraffic(cursor), ...(logins.length === 0 ? [] : [guardOf('Gateway API', { logins, targets: targetsOf(spec, header) })])];
}

/** What a policy attaches itself to: in its own namespace, by name; by labels it may be anything there. */
function targetsOf(spec: Cursor, { namespace }: Header): ObjectRef[] {
  const refs = [spec.get('targetRef'), ...spec.get('targetRefs').items()].filter((ref) => ref.exists);
  const selected = spec.get('targetSelectors').items().map((one) => refOf(one, namespace, { state: 'hole', expression: 'targetSelectors', at: one.place() }, one.place()));
  return [...refs.map((ref) => refOf(ref, namespace, ref.get('name').string(), ref.get('name').place())), ...selected];
}

function refOf(ref: Cursor, namespace: Value<string>, name: Value<string>, at: Place): ObjectRef {
  return { ...refIn([`${known(ref.get('group').string()) ?? gatewayApi}/${known(ref.get('kind').string()) ?? 'Gateway'}`], ref), name, namespace, at };
}
