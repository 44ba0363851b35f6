import type { Path } from '../yaml/node.ts';
import { didYouMean } from './suggest.ts';

/** What a compiled JSON Schema validator says; the shape is ajv's (with `verbose`), so that the engine needs no ajv. */
export interface ConfigurationValidator {
  (data: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

export interface SchemaError {
  readonly keyword: string;
  /** A JSON pointer. */
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  readonly data?: unknown;
  readonly parentSchema?: Readonly<Record<string, unknown>>;
}

/** A fault at a path of the file, or at a key there that should not be. */
export interface Fault {
  readonly path: Path;
  readonly key: string | undefined;
  readonly error: SchemaError;
}

/** Validates the data of a kubewho.yaml: one fault for each place. */
export function faultsOf(data: unknown, validate: ConfigurationValidator): Fault[] {
  if (validate(data)) return [];
  const errors = (validate.errors ?? []).filter((error) => error.keyword !== 'anyOf');
  // A rule's settings are a word or a mapping. The branch that was not meant complains too: of the kind of value it did not get.
  const meant = errors.filter((error) => !(error.keyword === 'enum' && typeof error.data === 'object') && !(error.keyword === 'type' && errors.some((other) => other !== error && other.instancePath === error.instancePath && other.keyword === 'enum')));
  const faults = meant.map((error): Fault => ({
    path: pathOf(error.instancePath),
    key: error.keyword === 'additionalProperties' ? String(error.params['additionalProperty']) : undefined,
    error,
  }));
  const seen = new Set<string>();
  return faults.filter((fault) => {
    const place = JSON.stringify([fault.path, fault.key]);
    return !seen.has(place) && seen.add(place);
  });
}

/** The sentence for a fault, with a proposal where one word was nearly right. */
export function describeFault({ path, key, error }: Fault): string {
  const here = labelOf(path);
  switch (error.keyword) {
    case 'additionalProperties': {
      const what = path.length === 1 && path[0] === 'rules' ? `unknown rule "${key}"` : `unknown key "${key}"${path.length > 0 ? ` in ${here}` : ''}`;
      const names = Object.keys(error.parentSchema?.['properties'] ?? {});
      const near = didYouMean(key ?? '', names);
      return what + (near !== '' ? near : names.length > mostListed ? '; `kubewho rules` lists them' : `; there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`);
    }
    case 'enum': {
      const words = [error.parentSchema?.['enum'] ?? []].flat().map(String);
      // Rule ids are too many to list.
      const none = words.length > mostListed ? 'which is no such name (`kubewho rules` lists them)' : `not one of ${words.join(', ')}`;
      return `${here} is ${JSON.stringify(error.data)}, ${none}${typeof error.data === 'string' ? didYouMean(error.data, words) : ''}`;
    }
    case 'type': return `${here} must be ${[error.params['type']].flat().map((type) => typeNames.get(String(type)) ?? String(type)).join(' or ')}`;
    case 'required': return `${here} has no "${String(error.params['missingProperty'])}"; add it`;
    case 'pattern': {
      const [like] = [error.parentSchema?.['examples'] ?? []].flat();
      return like === undefined ? `${here} ${error.message ?? 'is not valid'}` : `${here} is ${JSON.stringify(error.data)}; write it like ${String(like)}`;
    }
    case 'maxLength': return `${here} is longer than ${String(error.params['limit'])} characters; shorten it`;
    case 'minItems':
    case 'minLength': return `${here} is empty; fill it in or take it out`;
    default: return `${here} ${error.message ?? 'is not valid'}`;
  }
}

/** A day that looks like one and is none. */
export function describeImpossibleDay(path: Path, text: string): string {
  return `${labelOf(path)} is ${JSON.stringify(text)}, which is no day of the calendar; write it like 2027-03-31`;
}

/** Names that a message lists. */
const mostListed = 12;

const typeNames = new Map([['object', 'a mapping'], ['array', 'a list'], ['string', 'text'], ['boolean', 'true or false'], ['number', 'a number'], ['integer', 'a whole number']]);

/** `scopes[0].paths`, as one would say it. */
function labelOf(path: Path): string {
  return path.length === 0 ? 'kubewho.yaml' : path.reduce<string>((label, step) => (typeof step === 'number' ? `${label}[${step}]` : label === '' ? step : `${label}.${step}`), '');
}

/** A JSON pointer as a path. A step of digits is an index: no key of kubewho.yaml is one. */
function pathOf(pointer: string): Path {
  return pointer.split('/').slice(1).map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~')).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
