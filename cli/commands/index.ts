import type { Arguments, Flag } from '../args.ts';
import type { Io } from '../io.ts';
import { canIFlags, inventoryFlags, phaseFlags, reachFlags, trustFlags, whoCanFlags } from './access-flags.ts';
import { lintFlags } from './lint-flags.ts';

/** A command as data; its code is loaded when it runs. */
export interface Command {
  readonly name: string;
  /** What it takes besides flags, for `--help`. */
  readonly operands: string;
  readonly summary: string;
  /** Paragraphs of `--help` below the flags. */
  readonly notes?: readonly string[];
  readonly flags: readonly Flag[];
  run(args: Arguments, io: Io): Promise<number>;
}

const tableFormats: readonly Flag[] = [{ name: 'format', value: 'FORMAT', choices: ['table', 'json'], default: 'table', help: 'how to print it' }];

/** Every command, in the order of `--help`. */
export const commands: readonly Command[] = [
  {
    name: 'lint',
    operands: '[PATH…|-]',
    summary: 'find identity problems in manifests',
    notes: [
      'PATHs (default: the current folder) narrow what is reported, never what is analysed: the workspace of a PATH is the nearest folder above it with kubewho.yaml, else the git top level, else the PATH itself. "-" reads one stream from standard input.',
      'Exit code: 0 nothing at or above --fail-on, 1 something is, 2 wrong usage or configuration or a missing PATH, 4 internal error.',
    ],
    flags: lintFlags,
    run: async (args, io) => (await import('./lint.ts')).lint(args, io),
  },
  { name: 'explain', operands: 'RULE', summary: 'say what a rule finds, why it matters and how to fix it', flags: [], run: async (args, io) => (await import('./explain.ts')).explain(args, io) },
  { name: 'rules', operands: '', summary: 'list the rules', flags: tableFormats, run: async (args, io) => (await import('./rules.ts')).listRules(args, io) },
  { name: 'init', operands: '', summary: 'write a kubewho.yaml to begin with', flags: [], run: async (args, io) => (await import('./init.ts')).init(args, io) },
  { name: 'print-config', operands: 'PATH', summary: 'show the workspace and the settings of a PATH', flags: [], run: async (args, io) => (await import('./print-config.ts')).printConfig(args, io) },
  {
    name: 'can-i',
    operands: 'VERB RESOURCE[.GROUP][/SUB] [NAME]',
    summary: 'say whether RBAC lets an account do something, and by which binding and rule',
    notes: [
      'Offline, over the files of --in; a Kustomize overlay there is read with all that it builds on. A RESOURCE that begins with "/" is a path. With --questions FILE the operands are the PATHs that are read.',
      'Exit code: 0 yes, 1 no, 2 wrong usage or a missing PATH; --list and --questions: 0, or 2. What a template hides, or what is not among the files read, never makes a yes: it is said.',
    ],
    flags: canIFlags,
    run: async (args, io) => (await import('./can-i.ts')).canI(args, io),
  },
  {
    name: 'who-can',
    operands: 'VERB RESOURCE[.GROUP][/SUB] [NAME]',
    summary: 'list whom RBAC lets do something, and by which binding and rule',
    notes: ['The group system:masters may do everything, whatever roles say. Exit code: 0, also where nobody can; 2 wrong usage or a missing PATH.'],
    flags: whoCanFlags,
    run: async (args, io) => (await import('./who-can.ts')).whoCan(args, io),
  },
  {
    name: 'reach',
    operands: 'NAMESPACE/NAME',
    summary: 'say what the holder of a token can become, step by step',
    notes: [
      'NAMESPACE/NAME is a workload or an account. Each step has its reason, the rule that allows it and where that rule is written; the shortest way to cluster-admin comes first.',
      'A right in a namespace reaches what that namespace holds among the files. Exit code: 0; 2 wrong usage, a missing PATH, or a name that is not among the files read.',
    ],
    flags: reachFlags,
    run: async (args, io) => (await import('./reach.ts')).reach(args, io),
  },
  {
    name: 'inventory',
    operands: '[PATH…]',
    summary: 'list every workload identity with its account, token, rights, reach and risk',
    notes: [
      'PATHs (default: the current folder) are all that is read; of a Kustomize overlay also what it builds on. csv and json also have cloud identities, the predicted SPIFFE ID and where things are written.',
      'A risk class is a guess from names, images and configuration; the annotation kubewho.dev/risk-class of a pod or a workload sets it (or "none").',
    ],
    flags: inventoryFlags,
    run: async (args, io) => (await import('./inventory.ts')).inventory(args, io),
  },
  {
    name: 'trust',
    operands: '[PATH…]',
    summary: 'list who is let in to every workload, and on what evidence',
    notes: [
      'PATHs (default: the current folder) are all that is read; of a Kustomize overlay also what it builds on. Evidence is graded: an identity that the caller proves, a label or a namespace, an address, nothing. Callers are named where a policy names their account or selects their labels, or where they name the Service; none is guessed from an address.',
      'Exit code: 0; 2 wrong usage, a missing PATH, or a name that is not among the files read.',
    ],
    flags: trustFlags,
    run: async (args, io) => (await import('./trust.ts')).trust(args, io),
  },
  {
    name: 'phase',
    operands: '[PATH…]',
    summary: 'say where each namespace stands on its way to identity, and what blocks it',
    notes: [
      'PATHs (default: the current folder) are all that is read, of a Kustomize overlay also what it builds on; phases and exceptions come from the kubewho.yaml there. What blocks a phase is what would be a warning or an error in it.',
      'Exit code: 0, whatever is blocked; 2 wrong usage or configuration or a missing PATH.',
    ],
    flags: phaseFlags,
    run: async (args, io) => (await import('./phase.ts')).phase(args, io),
  },
  {
    name: 'lsp',
    operands: '',
    summary: 'serve an editor: the language server',
    flags: [{ name: 'stdio', help: 'speak over standard input and output (the only way)' }],
    run: async (args, io) => (await import('./lsp.ts')).lsp(args, io),
  },
];

/** Commands that the contract names and this version does not have yet. */
export const laterCommands: readonly string[] = ['baseline', 'report', 'graph', 'right-size', 'audit-policy', 'export', 'facts', 'test-rules'];
