import { messageOf, type Finding } from '../../engine/lint/finding.ts';
import type { Fix } from '../../engine/lint/fix.ts';
import { defineRule, type Rule, type Signal } from '../../engine/lint/rule.ts';
import { indexLines } from '../../engine/yaml/text.ts';
import { makeReport, reportFinding, type Naming, type Report } from '../../cli/report.ts';

const rule = (id: string, more: Partial<Rule>): Rule => defineRule({ id, title: id.replace(/-/g, ' '), family: 'tokens', severity: 'warning', persona: 'regular', frameworks: [], unit: 'workload', reads: [], messages: {}, *check() {}, ...more } as Rule);

const rules = [
  rule('automounted-token', { title: 'API token mounted where nothing needs it', frameworks: ['owasp-nhi:NHI5:2025'], messages: { unneeded: 'The token of account "{account}" is mounted here' } }),
  rule('shared-account', { family: 'accounts', messages: { shared: '{count} workloads run as account "{account}"' } }),
  rule('wide-binding', { family: 'access', severity: 'error', messages: { wide: 'Everyone may <read> & write "secrets", 100% | 名' } }),
];

const workloads = ['web', 'api', 'worker', 'mailer', 'cron'].map((name) => `kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  serviceAccountName: shared
`);
const texts: Readonly<Record<string, string>> = {
  'shop/workloads.yaml': workloads.join('---\n'),
  'shop/accounts.yaml': 'kind: ServiceAccount\nmetadata:\n  name: shared\n  namespace: shop\n',
  'platform/100% [rbac].yaml': '# 🔑\r\nkind: ClusterRoleBinding\r\nsubjects: [{kind: Group, name: "system:authenticated"}]\r\n',
};

/** A finding on the n-th place where a word stands in a file. */
function finding(id: string, messageId: string, file: string, word: string, nth: number, more: Partial<Finding>, args: Signal['args'] = {}): Finding {
  const found = rules.find((one) => one.id === id)!;
  const start = texts[file]!.split(word, nth + 1).join(word).length;
  return {
    rule: id, messageId, message: messageOf(found, { messageId, args } as Signal), severity: found.severity, confidence: 'high', persona: found.persona,
    file, document: nth, span: { start, end: start + word.length }, source: null, tier: 'plain', mapping: 'exact', instances: 1,
    resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: ['web', 'api', 'worker', 'mailer', 'cron'][nth]! },
    path: ['spec', 'serviceAccountName'], related: [], group: null, frameworks: found.frameworks, fingerprint: `${id}-${nth}`.padEnd(16, '0'), ...more,
  };
}

const span = (file: string, word: string, nth = 0) => {
  const start = texts[file]!.split(word, nth + 1).join(word).length;
  return { start, end: start + word.length };
};

/**
 * A report by hand that holds one of everything: several files, a group, equal findings to fold, fixes of every sort, a
 * file name and a message full of what formats have to escape, a suppression, a skipped document.
 */
export function sampleReport({ edits = false } = {}): Report {
  const lines = new Map(Object.entries(texts).map(([file, text]) => [file, indexLines(text)]));
  const naming: Naming = { nameOf: (path) => path, linesOf: (path) => lines.get(path)! };
  const at = (one: Finding, fixes: readonly Fix[] = []) => reportFinding(one, fixes, naming, { edits, ruleUrl: `https://kubewho.example/${one.rule}` });
  const shared = workloads.map((_, nth) => finding('shared-account', 'shared', 'shop/workloads.yaml', 'shared', nth, {
    group: 'account shop/shared',
    related: nth > 0 ? [] : [
      { file: 'shop/workloads.yaml', span: span('shop/workloads.yaml', 'shared', 1), message: 'also runs as it' },
      { file: 'shop/accounts.yaml', span: span('shop/accounts.yaml', 'shared'), message: 'the account' },
    ],
  }, { count: 5, account: 'shop/shared' }));
  const tokens = workloads.map((_, nth) => finding('automounted-token', 'unneeded', 'shop/workloads.yaml', 'spec', nth, {}, { account: 'shop/shared' }));
  const wide = finding('wide-binding', 'wide', 'platform/100% [rbac].yaml', '"system:authenticated"', 0, { confidence: 'medium', instances: 2, source: 'chart/templates/rbac.yaml', resource: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', namespace: null, name: null }, path: ['subjects', 0, 'name'] });
  const fix = (more: Partial<Fix>): Fix => ({ id: 'fix', title: 'Do it', safe: true, choice: false, edits: [], ...more });
  const optOut = (nth: number) => fix({ id: 'opt-out', title: 'Set automountServiceAccountToken to false', edits: [{ file: 'shop/workloads.yaml', span: { start: span('shop/workloads.yaml', 'spec:\n', nth).end, end: span('shop/workloads.yaml', 'spec:\n', nth).end }, newText: '  automountServiceAccountToken: false\n', create: false }] });
  const report = makeReport({
    findings: [
      ...tokens.map((one, nth) => at(one, [optOut(nth)])),
      at(shared[0]!, [fix({ id: 'own-account', title: 'Give it an account of its own', safe: false, edits: [{ file: 'shop/workloads.yaml', span: span('shop/workloads.yaml', 'shared'), newText: 'web', create: false }, { file: 'shop/web.yaml', span: { start: 0, end: 0 }, newText: 'kind: ServiceAccount\n', create: true }] })]),
      ...shared.slice(1).map((one) => at(one)),
      at(wide, [fix({ id: 'delete', title: 'Remove the binding', safe: false, choice: true })]),
    ],
    suppressed: [{ ...at(finding('wide-binding', 'wide', 'shop/accounts.yaml', 'shop', 0, {})), reason: 'reviewed' }],
    skipped: [{ file: 'shop/broken.yaml', document: 1, reason: 'syntax', detail: 'unexpected end', line: 7 }],
    rules,
    texts: lines,
    summary: { files: 4, documents: 9, resources: 8, baselined: 0, fixed: 0, durationMs: 42 },
  });
  return { ...report, tool: { name: 'kubewho', version: '1.2.3' } };
}

/** A report of a run that found nothing. */
export function emptyReport(): Report {
  const report = makeReport({ findings: [], suppressed: [], skipped: [], rules, texts: new Map(), summary: { files: 2, documents: 3, resources: 3, baselined: 0, fixed: 0, durationMs: 7 } });
  return { ...report, tool: { name: 'kubewho', version: '1.2.3' } };
}
