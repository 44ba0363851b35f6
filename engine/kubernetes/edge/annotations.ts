import { known, type Value } from '../../yaml/cursor.ts';
import type { Labels } from '../header.ts';
import table from './annotations.json' with { type: 'json' };
import { splitList, type AddressList, type EdgeEntry, type EdgeTechnology, type Login, type LoginMeans } from './fact.ts';

/** What one controller reads from annotations: an entry of annotations.json. */
interface Controller {
  readonly technology: string;
  readonly prefixes: readonly string[];
  readonly lists: readonly { readonly names: readonly string[]; readonly overriddenBy?: string }[];
  readonly logins: readonly LoginLine[];
  readonly opaque: readonly string[];
  readonly either?: { readonly name: string; readonly value: string };
  readonly passthrough?: string;
  readonly exempt?: { readonly name: string; readonly value: string };
  readonly internal?: { readonly name: string; readonly value: string };
}

interface LoginLine {
  readonly name: string;
  readonly means: string;
  readonly values?: readonly string[];
  readonly contains?: string;
  readonly unless?: { readonly name: string; readonly values: readonly string[] };
}

const controllers: readonly Controller[] = table.controllers;

/** The words by which classes of Ingress name their controllers; a class of another name may be anyone's. */
const families = ['nginx', 'haproxy', 'traefik', 'kong', 'contour', 'apisix', 'alb', 'gce', 'tailscale', 'openshift', 'istio', 'cilium', 'azure'];

/** Whether a class names another family of controllers than a technology's: then nobody reads its annotations. */
function isOthers(technology: string, ingressClass: string): boolean {
  const named = families.filter((family) => ingressClass.split(/[^a-z]+/).includes(family));
  const own = technology.toLowerCase().replace('aws load balancer controller', 'alb');
  return named.length > 0 && !named.some((family) => own.includes(family));
}

/**
 * What the annotations of a route ask of callers, read as every controller that is known reads them; of an Ingress whose
 * class names a controller, as that one does.
 */
export function readAnnotations(annotations: Labels, ingressClass = ''): Pick<EdgeEntry, 'lists' | 'logins' | 'either' | 'passthrough' | 'internal' | 'exempt'> {
  const keys = Object.keys(annotations.entries);
  const spoken = controllers.filter(({ prefixes }) => keys.some((key) => prefixes.some((prefix) => key.startsWith(prefix))));
  const read = spoken.filter(({ technology }) => !isOthers(technology, ingressClass)).map((controller) => readController(controller, annotations));
  return {
    lists: read.flatMap(({ lists }) => lists),
    logins: [...read.flatMap(({ logins }) => logins), ...hiddenIn(annotations)],
    either: read.find(({ either }) => either)?.either,
    passthrough: read.some(({ passthrough }) => passthrough),
    internal: read.some(({ internal }) => internal),
    exempt: read.some(({ exempt }) => exempt),
  };
}

/** Annotations that a template adds may ask for anything. */
function hiddenIn({ open, at }: Labels): Login[] {
  return open ? [{ means: 'unknown', demanded: 'unknown', at }] : [];
}

function readController(controller: Controller, annotations: Labels) {
  const find = (name: string): Value<string> | undefined => controller.prefixes.map((prefix) => annotations.entries[`${prefix}${name}`]).find((value) => value !== undefined && value.state !== 'absent');
  const is = (line: { readonly name: string; readonly value: string } | undefined) => line !== undefined && known(find(line.name) ?? nothing) === line.value;
  const either = is(controller.either) ? find(controller.either!.name)!.at : undefined;
  return {
    lists: controller.lists.flatMap((line) => listOf(controller, line, find)),
    logins: [...controller.logins.flatMap((line) => loginOf(line, find)), ...controller.opaque.flatMap((name) => opaqueOf(find(name)))],
    either,
    passthrough: controller.passthrough !== undefined && known(find(controller.passthrough) ?? nothing) === 'true',
    internal: is(controller.internal),
    exempt: is(controller.exempt),
  };
}

const nothing: Value<string> = { state: 'absent', at: { path: [], stable: '', span: { start: 0, end: 0 } } };

type Find = (name: string) => Value<string> | undefined;

function listOf({ technology }: Controller, { names, overriddenBy }: Controller['lists'][number], find: Find): AddressList[] {
  const value = names.map(find).find((one) => one !== undefined);
  if (!value) return [];
  // `!CIDR` is an exception from HAProxy Ingress' list, not an entry (its documentation, key allowlist-source-range).
  const entries = splitList(value, /,/).filter((entry) => !(known(entry) ?? '').startsWith('!'));
  const instead = overriddenBy === undefined ? undefined : find(overriddenBy);
  return entries.length === 0 ? [] : [{ technology: technology as EdgeTechnology, at: value.at, entries, ...(instead ? { flaw: { reason: 'overridden', at: instead.at } } : {}) }];
}

function loginOf({ name, means, values, contains, unless }: LoginLine, find: Find): Login[] {
  const value = find(name);
  if (!value) return [];
  const text = known(value);
  if (text !== undefined && ((values && !values.includes(text.trim())) || (contains && !text.includes(contains)))) return [];
  const condition = unless && find(unless.name);
  const waived = condition && (condition.state === 'hole' ? 'unknown' : unless.values.includes(known(condition) ?? ''));
  const demanded = text === undefined || waived === 'unknown' ? 'unknown' : waived !== true;
  return [{ means: means as LoginMeans, demanded, at: value.at }];
}

function opaqueOf(value: Value<string> | undefined): Login[] {
  return value ? [{ means: 'unknown', demanded: 'unknown', at: value.at }] : [];
}
