import { known } from '../yaml/cursor.ts';
import type { Target } from './target.ts';
import authenticators from './authenticators.json' with { type: 'json' };

const images = new RegExp(`(?:^|/)(?:${authenticators.images.map(({ name }) => name).join('|')})(?:[:@]|$)`);
const flags = new RegExp(`^--?(?:${authenticators.flags.map(({ name }) => name).join('|')})(?:=(?!false$)|$)`);

/** Whether something asks callers for an identity that is no layer of the trust model: a proxy or a flag of the workload itself. */
export function otherIdentity(target: Target): boolean {
  const containers = target.workload?.fact.containers ?? [];
  if (containers.some(({ image }) => images.test(known(image) ?? ''))) return true;
  if (containers.some(({ command, args }) => [...command, ...args].some((arg) => flags.test(known(arg) ?? '')))) return true;
  return false;
}
