import type { Account } from '../../engine/identity/parts.ts';
import { isTold } from '../../engine/identity/grants.ts';

/** The group of findings that one account causes, the same from run to run: where no namespace tells accounts apart, the file does. */
export function accountGroup({ namespace, name, objects, workloads }: Account): string {
  const file = (objects[0] ?? workloads[0])?.object.document.file ?? '';
  return `account ${namespace}/${name}${isTold(namespace) ? '' : ` in ${file}`}`;
}
