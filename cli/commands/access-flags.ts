import type { Flag } from '../args.ts';

const format = (...choices: readonly string[]): Flag => ({ name: 'format', value: 'FORMAT', choices, default: choices[0], help: 'how to print it' });
const input: Flag = { name: 'in', value: 'PATH', rest: true, repeatable: true, default: 'the current folder', help: 'the files and folders that are read, and nothing else' };
const namespace: Flag = { name: 'namespace', short: '-n', value: 'NS', help: 'the namespace that is asked about; without it all namespaces, or what is cluster-scoped' };
const defaultRoles: Flag = { name: 'no-default-roles', help: 'leave out the roles and bindings that every API server creates itself' };
const version: Flag = { name: 'kubernetes-version', value: '1.NN', help: 'the Kubernetes version to judge by' };

/** The flags of `can-i`. */
export const canIFlags: readonly Flag[] = [
  { name: 'as', value: 'NS/NAME', help: 'the account that asks, with the groups that every account is in' },
  { name: 'as-group', value: 'GROUP', repeatable: true, help: 'a group that it is in besides' },
  { name: 'list', help: 'list everything that it may do' },
  { name: 'questions', value: 'FILE', help: 'answer a JSON array of SubjectAccessReview objects; "-" is standard input' },
  namespace,
  input,
  defaultRoles,
  version,
  format('table', 'json'),
];

/** The flags of `who-can`. */
export const whoCanFlags: readonly Flag[] = [namespace, input, defaultRoles, version, format('table', 'json')];

/** The flags of `reach`. */
export const reachFlags: readonly Flag[] = [input, version, format('pretty', 'table', 'json')];

/** The flags of `trust`. */
export const trustFlags: readonly Flag[] = [
  { name: 'to', value: 'NS/NAME', help: 'one workload, with every layer that was looked at' },
  version,
  { name: 'format', value: 'FORMAT', choices: ['table', 'pretty', 'json'], default: 'table; pretty with --to', help: 'how to print it' },
];

/** The flags of `phase`. */
export const phaseFlags: readonly Flag[] = [
  { name: 'on', value: 'DATE', default: 'today', help: 'as if it were this day: phases start and exceptions end by it' },
  { name: 'show-blockers', help: 'list what blocks each phase, with file and line' },
  { name: 'config', value: 'FILE', help: 'read this file in place of the kubewho.yaml of the PATH' },
  version,
  format('table', 'json'),
];

/** The flags of `inventory`. */
export const inventoryFlags: readonly Flag[] = [version, format('table', 'json', 'csv')];
