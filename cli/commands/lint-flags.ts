import type { Flag } from '../args.ts';
import { reporters } from '../reporters/index.ts';

const severities = ['error', 'warning', 'info'] as const;

/** The flags of `lint`. */
export const lintFlags: readonly Flag[] = [
  { name: 'format', value: 'FORMAT', choices: Object.keys(reporters), repeatable: true, default: 'pretty', help: 'how to print the report' },
  { name: 'output', value: 'FILE', repeatable: true, help: 'write the report of the --format beside it to a file; repeat both for more' },
  { name: 'fix', value: 'safe|all', bare: 'safe', choices: ['safe', 'all'], help: 'apply fixes: safe ones, or unsafe ones too' },
  { name: 'diff', help: 'print what --fix or --fix=all would write as a unified diff, write nothing; exit 1 if it is not empty' },
  { name: 'show-fixes', help: 'show each fix as a diff; in JSON and SARIF as edits' },
  { name: 'persona', value: 'PERSONA', choices: ['regular', 'pedantic', 'auditor'], default: 'regular', help: 'how much to hear; each includes the ones before it' },
  { name: 'min-severity', value: 'SEVERITY', choices: severities, default: 'info', help: 'report from this severity up' },
  { name: 'min-confidence', value: 'CONFIDENCE', choices: ['high', 'medium', 'low'], default: 'low', help: 'report from this confidence up' },
  { name: 'fail-on', value: 'SEVERITY', choices: [...severities, 'never'], default: 'warning', help: 'exit 1 from this severity up' },
  { name: 'select', value: 'IDS', repeatable: true, help: 'only these rules or families, comma separated, whatever their persona' },
  { name: 'ignore', value: 'IDS', repeatable: true, help: 'not these rules or families, comma separated' },
  { name: 'config', value: 'FILE', help: 'read this configuration instead of kubewho.yaml' },
  { name: 'no-config', help: 'read no kubewho.yaml, .kubewhoignore or baseline' },
  { name: 'workspace', value: 'DIR', help: 'analyse this folder as one workspace' },
  { name: 'namespace', value: 'NS', help: 'the namespace of objects that name none' },
  { name: 'kubernetes-version', value: '1.NN', help: 'the Kubernetes version to judge by' },
  { name: 'no-ignores', help: 'report what suppressions silence too' },
  { name: 'baseline', value: 'FILE', help: 'findings that are known: not reported, not fixed, not failed on' },
  { name: 'update-baseline', help: 'write the findings of this run to the --baseline' },
  { name: 'changed-since', value: 'REF', help: 'report only what concerns files that changed since a git revision, or was not found then' },
  { name: 'render', value: 'WHEN', choices: ['auto', 'never', 'always'], default: 'auto', help: 'whether Helm and kustomize are run: where they are on PATH and have something to tell, not at all, or always' },
  { name: 'stdin-filename', value: 'NAME', help: 'with "-": the file whose place the text takes in its workspace' },
  { name: 'strict', help: 'exit 1 if a document cannot be read, or a values file or something that a kustomization names is not there; with --render always also if something does not render' },
  { name: 'quiet', help: 'findings only: no summary, no hints' },
  { name: 'statistics', help: 'count findings by rule' },
  { name: 'color', value: 'WHEN', choices: ['auto', 'always', 'never'], default: 'auto', help: 'colour; auto heeds NO_COLOR' },
  { name: 'no-fold', help: 'show every finding where equal ones would be folded' },
  { name: 'helm-chart', value: 'DIR', help: 'with "-": the chart whose output the text is' },
  { name: 'cache', later: true, value: 'DIR', bare: '', help: 'keep what was read of files for the next run' },
  { name: 'facts', later: true, value: 'GLOB', repeatable: true, help: 'merge facts that other runs wrote' },
];
