import type { Flag } from '../args.ts';

const format = (...choices: readonly string[]): Flag => ({ name: 'format', value: 'FORMAT', choices, default: choices[0], help: 'how to print it' });
const input: Flag = { name: 'in', value: 'PATH', rest: true, repeatable: true, default: 'the current folder', help: 'the files and folders that are read, and nothing else' };
const asked: Flag = { name: 'namespace', short: '-n', value: 'NS', help: 'the namespace that is asked about; without it all namespaces, or what is cluster-scoped' };
const defaultRoles: Flag = { name: 'no-default-roles', help: 'leave out the roles and bindings that every API server creates itself' };
const profile: Flag = { name: 'profile', value: 'NAME', default: "each chart's own values", help: 'ask about charts as a profile of kubewho.yaml, or an Application or HelmRelease among the files, installs them' };

/** How the files are read: the flags of every command that answers questions. */
const reading: readonly Flag[] = [
  { name: 'config', value: 'FILE', help: 'read this configuration instead of kubewho.yaml' },
  { name: 'no-config', help: 'read neither kubewho.yaml nor .kubewhoignore' },
  { name: 'workspace', value: 'DIR', help: 'the folder whose kubewho.yaml counts, and from which its paths count' },
  { name: 'kubernetes-version', value: '1.NN', help: 'the Kubernetes version to judge by' },
];

/** The flags of `can-i`. */
export const canIFlags: readonly Flag[] = [
  { name: 'as', value: 'NS/NAME', help: 'the account that asks, with the groups that every account is in' },
  { name: 'as-group', value: 'GROUP', repeatable: true, help: 'a group that it is in besides' },
  { name: 'list', help: 'list everything that it may do' },
  { name: 'questions', value: 'FILE', help: 'answer a JSON array of SubjectAccessReview objects; "-" is standard input' },
  asked, input, profile, defaultRoles, ...reading, format('table', 'json'),
];

/** The flags of `who-can`. */
export const whoCanFlags: readonly Flag[] = [asked, input, profile, defaultRoles, ...reading, format('table', 'json')];

/** The flags of `reach`. */
export const reachFlags: readonly Flag[] = [input, profile, ...reading, format('pretty', 'table', 'json')];

/** The flags of `trust`. */
export const trustFlags: readonly Flag[] = [
  { name: 'to', value: 'NS/NAME', help: 'one workload, with every layer that was looked at' },
  profile, ...reading,
  { name: 'format', value: 'FORMAT', choices: ['table', 'pretty', 'json'], default: 'table; pretty with --to', help: 'how to print it' },
];

/** The flags of `phase`. */
export const phaseFlags: readonly Flag[] = [
  { name: 'on', value: 'DATE', default: 'today', help: 'as if it were this day: phases start and exceptions end by it' },
  { name: 'show-blockers', help: 'list what blocks each phase, with file and line' },
  ...reading, format('table', 'json'),
];

/** The flags of `inventory`. */
export const inventoryFlags: readonly Flag[] = [profile, ...reading, format('table', 'json', 'csv')];
