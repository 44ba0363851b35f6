import type { Cursor, Place } from '../yaml/cursor.ts';
import type { Path } from '../yaml/node.ts';
import type { Header } from './header.ts';
import { podCarrier, walk } from './podspec.ts';

/**
 * A field that says who a pod is or whether it gets a token, where the API server does not read it: written in another
 * case (`case`), in a place that has no such field (`place`), or as a string where a boolean is read (`type`).
 */
export interface MisplacedFact {
  readonly fact: 'misplaced';
  readonly reason: 'case' | 'place' | 'type';
  /** The field that is meant. */
  readonly field: string;
  /** What it says; undefined for what a template says. */
  readonly value: string | boolean | undefined;
  readonly at: Place;
  /** Where the API server reads the field. */
  readonly target: Path;
  /** Whether something is written there already. */
  readonly taken: boolean;
}

const podFields = ['automountServiceAccountToken', 'serviceAccountName'];
const accountFields = ['automountServiceAccountToken'];

/** Spellings that are met: the API server decodes with case (sigs.k8s.io/json). */
const meant = new Map([
  ...podFields.map((field): [string, string] => [field.toLowerCase(), field]),
  ['automountserviceaccount', 'automountServiceAccountToken'], ['automountserviceaccounttokens', 'automountServiceAccountToken'], ['mountserviceaccounttoken', 'automountServiceAccountToken'],
]);

const builtIn = new Set(['', 'apps', 'batch', 'extensions']);

/** Reads the misplaced fields of ServiceAccounts and of the kinds of Kubernetes itself that carry pods. Of other kinds it is not known what fields they have. */
export function readMisplaced(cursor: Cursor, { group, kind }: Header): MisplacedFact[] {
  if (group === '' && kind === 'ServiceAccount') return inPlaces(cursor, accountFields, [cursor.get('metadata'), cursor.get('spec')]);
  const path = builtIn.has(group) ? podCarrier(group, kind)?.podSpec[0] : undefined;
  if (path === undefined) return [];
  const keys = path.split('.');
  const spec = cursor.at(...keys);
  const above = keys.map((_, i) => cursor.at(...keys.slice(0, i)));
  const containers = ['containers', 'initContainers'].flatMap((list) => walk(spec, `${list}[]`));
  const below = [spec, ...containers].flatMap((one) => [one.get('securityContext'), ...(one === spec ? [] : [one])]);
  return inPlaces(spec, podFields, [...above, ...above.map((one) => one.get('metadata')), ...below]);
}

function inPlaces(right: Cursor, fields: readonly string[], wrong: readonly Cursor[]): MisplacedFact[] {
  const fact = (reason: MisplacedFact['reason'], field: string, value: Cursor): MisplacedFact => ({
    fact: 'misplaced', reason, field, value: scalar(value), at: reason === 'type' ? value.place() : value.keyPlace(), target: [...right.path, field], taken: right.get(field).exists,
  });
  const here = right.fields().flatMap(({ key, value }): MisplacedFact[] => {
    const field = meant.get(key.toLowerCase());
    if (field === undefined || !fields.includes(field)) return [];
    if (key !== field) return [fact('case', field, value)];
    return field === 'automountServiceAccountToken' && isBooleanInWords(scalar(value)) ? [fact('type', field, value)] : [];
  });
  const elsewhere = wrong.flatMap((place) => place.fields().flatMap(({ key, value }): MisplacedFact[] => {
    const field = meant.get(key.toLowerCase());
    return field !== undefined && fields.includes(field) ? [fact('place', field, value)] : [];
  }));
  return [...here, ...elsewhere];
}

function scalar({ node }: Cursor): string | boolean | undefined {
  return node?.kind === 'scalar' && (typeof node.value === 'string' || typeof node.value === 'boolean') ? node.value : undefined;
}

function isBooleanInWords(value: string | boolean | undefined): boolean {
  return typeof value === 'string' && /^(?:true|false)$/i.test(value);
}
