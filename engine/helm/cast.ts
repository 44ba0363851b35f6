import { exact, GoNumber, parseInteger } from './number.ts';
import { isMarked, type Value } from './value.ts';

/* How Sprig's arithmetic takes anything for a number (github.com/spf13/cast 1.7, caste.go): what is none is 0. */

/** @throws RangeError for what JavaScript does not hold exactly */
export function castInteger(value: Value): number {
  if (value instanceof GoNumber) return exact(Math.trunc(value.value));
  if (typeof value === 'string') return isMarked(value) ? refuse() : parseInteger(withoutZeroes(value)) ?? 0;
  return simple(value);
}

/** @throws TypeError for forms of numbers that are not read here */
export function castFloat(value: Value): number {
  if (value instanceof GoNumber) return value.value;
  if (typeof value !== 'string') return simple(value);
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(value)) return Number(value);
  return isMarked(value) || /^[-+]?(?:0[xX]|inf|nan)/i.test(value) ? refuse() : 0;
}

function simple(value: Value): number {
  return typeof value === 'number' ? value : value === true ? 1 : 0;
}

function refuse(): never {
  throw new TypeError('not told');
}

/** Without a fraction of zeroes. */
function withoutZeroes(text: string): string {
  return text.replace(/\.0+$/, '');
}
