import type { Change } from './change.ts';
import type { Path } from './node.ts';

/** The change made to plain data. */
export function changed(data: unknown, path: Path, change: Change): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return change.op === 'append' ? [...(Array.isArray(data) ? data : []), change.value] : change.op === 'set' ? change.value : data;
  if (Array.isArray(data)) {
    if (rest.length === 0 && change.op === 'remove') return data.filter((_, index) => index !== step);
    const copy = [...data];
    copy[Number(step)] = changed(data[Number(step)], rest, change);
    return copy;
  }
  const own = typeof data === 'object' && data !== null ? Object.entries(data) : [];
  if (data === undefined || data === null) {
    if (change.op === 'remove' || change.op === 'rename') return data;
    if (typeof step === 'number') return [changed(undefined, rest, change)];
  }
  if (rest.length === 0 && change.op === 'remove') return object(own.filter(([key]) => key !== step));
  if (rest.length === 0 && change.op === 'rename') return object(own.map(([key, value]) => [key === step ? change.key : key, value]));
  const inner = changed(own.find(([key]) => key === step)?.[1], rest, change);
  return object(own.some(([key]) => key === step) ? own.map(([key, value]) => [key, key === step ? inner : value]) : inner === undefined ? own : [...own, [String(step), inner]]);
}

function object(entries: [string, unknown][]): Record<string, unknown> {
  const out: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries) out[key] = value;
  return out;
}

/** Whether two pieces of plain data are equal; a key without a value counts as no key, the order of keys does not count. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || (a === 0 && b === 0)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a, b].map((one) => Object.entries(one).filter(([, value]) => value !== undefined)) as [[string, unknown][], [string, unknown][]];
  if (left.length !== right.length) return false;
  const other = new Map(right);
  return left.every(([key, value]) => other.has(key) && isSame(value, other.get(key)));
}
