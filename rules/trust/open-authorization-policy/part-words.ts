import type { AuthorizationOperation, AuthorizationRule } from '../../../engine/kubernetes/istio.ts';
import type { NetworkPort } from '../../../engine/kubernetes/network-policy.ts';
import { known, type Value } from '../../../engine/yaml/cursor.ts';

/** The part of the traffic that a rule of Istio is about: `with GET on /public/*`, `where request.headers[x-team] is shop`. */
export function partOfRule({ operations, conditions }: AuthorizationRule): string {
  const asked = [
    ...(operations.length > 0 ? [`${operations.slice(0, shown).map(operationWords).join(', or ')}${operations.length > shown ? ' …' : ''}`] : []),
    ...conditions.filter(({ key }) => !(known(key) ?? '').startsWith('source.')).map(({ key, values, notValues }) => `where ${said([key])} is ${values.length > 0 ? said(values) : `not ${said(notValues)}`}`),
  ];
  return asked.length === 0 ? otherwise : asked.join(' ');
}

/** The part of the traffic that a way in is about, by its ports. */
export function partOfPorts(ports: readonly NetworkPort[] = []): string {
  return ports.length === 0 ? otherwise : onPorts(ports.map(({ port }) => port));
}

function onPorts(ports: readonly Value<string | number>[]): string {
  return `on ${ports.length === 1 ? 'port' : 'ports'} ${said(ports)}`;
}

const otherwise = 'on part of the traffic';

/** How many values a message holds. */
const shown = 3;

function operationWords({ fields }: AuthorizationOperation): string {
  const { methods, paths, ports, hosts } = fields;
  const parts = [
    ...(methods ? [`with ${said(methods)}`] : []),
    ...(paths ? [`${methods ? 'on' : 'with'} ${said(paths)}`] : []),
    ...(hosts ? [`for host ${said(hosts)}`] : []),
    ...(ports ? [onPorts(ports)] : []),
    ...(['notMethods', 'notPaths', 'notHosts', 'notPorts'] as const).flatMap((field) => (fields[field] ? [`with all but ${said(fields[field])}`] : [])),
  ];
  return parts.length === 0 ? 'with anything' : parts.join(' ');
}

function said(values: readonly Value<string | number>[]): string {
  const texts = values.slice(0, shown).map((value) => String(known(value) ?? 'what a template says'));
  return `${texts.join(', ')}${values.length > shown ? ' …' : ''}`;
}
