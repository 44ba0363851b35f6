import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Ajv from 'ajv';
import { defaultConfiguration, parseConfiguration, type Configuration } from '../../../engine/lint/config.ts';
import { configurationSchema } from '../../../engine/lint/config-schema.ts';
import { defineRule, type Rule } from '../../../engine/lint/rule.ts';
import compiled from '../../../generated/validate-configuration.mjs';

const rule = (id: string, family: Rule['family'], options?: Rule['options']): Rule => defineRule({ id, family, title: `Title of ${id}`, severity: 'warning', persona: 'regular', frameworks: [], unit: 'scope', reads: [], messages: {}, options, *check() {} });
const rules = [
  rule('long-lived-token', 'tokens', { maxSeconds: { type: 'integer', default: 3600, description: 'limit' }, allow: { type: 'array', default: [], description: 'names', items: { type: 'string' } } }),
  rule('unscoped-token', 'tokens'),
  rule('wildcard-role', 'access'),
  rule('network-only-trust', 'trust'),
];
const validate = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true }).compile(configurationSchema(rules));

function read(text: string): { configuration: Configuration; problems: string[] } {
  const { configuration, problems } = parseConfiguration(text, 'kubewho.yaml', validate, rules);
  return { configuration, problems: problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`) };
}

describe('kubewho.yaml', () => {
  test('may say nothing', () => {
    for (const text of ['', '# nothing yet\n', '---\n', '{}\n', 'rules:\nscopes: # none yet\ncontext:\n']) assert.deepEqual(read(text), { configuration: defaultConfiguration, problems: [] });
  });

  test('says everything that can be said', () => {
    const { configuration, problems } = read(`
rules:
  long-lived-token: {severity: error, options: {maxSeconds: 600}}
  wildcard-role: off
scopes:
  - name: production
    paths: [clusters/production]
    complete: true
  - {name: staging, paths: [clusters/staging, "apps/*/staging"]}
context: [cluster-dump.yaml]
profiles:
  - {name: production, values: [values-prod.yaml]}
  - {name: api in staging, chart: charts/api, values: [values-staging.yaml, ../../env/staging.yaml]}
risk:
  - {class: payment, workloads: [shop/checkout, "billing/*"]}
  - {class: none, workloads: [billing/website]}
phases:
  - {phase: observe}
  - phase: enforce
    from: 2027-03-31
    namespaces: [shop, "team-*"]
    selector: {matchLabels: {tier: backend}, matchExpressions: [{key: app, operator: In, values: [a]}]}
    risk: [payment]
    rules: [tokens, wildcard-role]
exceptions:
  - rule: wildcard-role
    target: shop/reader
    reason: until the operator is split
    until: 2027-03-31
requireReasons: true
kubernetesVersion: 1.30
`);
    assert.deepEqual(problems, []);
    const { exceptions: [exception], ...rest } = configuration;
    assert.deepEqual({ ...exception, at: undefined }, { rule: 'wildcard-role', target: 'shop/reader', reason: 'until the operator is split', until: '2027-03-31', at: undefined });
    assert.deepEqual(rest, {
      rules: { 'long-lived-token': { severity: 'error', options: { maxSeconds: 600 } }, 'wildcard-role': { severity: 'off' } },
      scopes: [{ name: 'production', paths: ['clusters/production'], complete: true }, { name: 'staging', paths: ['clusters/staging', 'apps/*/staging'], complete: false }],
      context: ['cluster-dump.yaml'],
      profiles: [{ name: 'production', values: ['values-prod.yaml'] }, { name: 'api in staging', chart: 'charts/api', values: ['values-staging.yaml', '../../env/staging.yaml'] }],
      risk: [{ class: 'payment', workloads: ['shop/checkout', 'billing/*'] }, { class: 'none', workloads: ['billing/website'] }],
      phases: [
        // A phase is about the family trust unless it says otherwise.
        { phase: 'observe', from: undefined, namespaces: undefined, selector: undefined, risk: undefined, rules: ['network-only-trust'] },
        { phase: 'enforce', from: '2027-03-31', namespaces: ['shop', 'team-*'], selector: { matchLabels: { tier: 'backend' }, matchExpressions: [{ key: 'app', operator: 'In', values: ['a'] }] }, risk: ['payment'], rules: ['long-lived-token', 'unscoped-token', 'wildcard-role'] },
      ],
      requireReasons: true,
      kubernetesMinor: 30,
    });
  });

  test('may speak of a family; what it says of one rule goes before', () => {
    const { configuration, problems } = read('rules:\n  tokens: info\n  unscoped-token: off\n  long-lived-token: {options: {maxSeconds: 1}}\n');
    assert.deepEqual(problems, []);
    assert.deepEqual(configuration.rules, { 'long-lived-token': { severity: 'info', options: { maxSeconds: 1 } }, 'unscoped-token': { severity: 'off' } });
  });

  test('reads off as a word, and versions as they are written', () => {
    assert.equal(read('rules: {wildcard-role: off}').configuration.rules['wildcard-role']?.severity, 'off');
    for (const [text, minor] of [['1.30', 30], ['"1.9"', 9], ['v1.34', 34], ['1.3', 3]] as const) assert.equal(read(`kubernetesVersion: ${text}`).configuration.kubernetesMinor, minor);
  });
});

describe('a fault in kubewho.yaml is said with its place, a proposal, and the rest counts', () => {
  const rows: [name: string, text: string, ...problems: string[]][] = [
    ['unknown key', 'rulez: {}\n', '1:1 unknown key "rulez"; did you mean "rules"?'],
    ['unknown rule', 'rules:\n  unscoped-tokens: off\n', '2:3 unknown rule "unscoped-tokens"; did you mean "unscoped-token"?'],
    ['unknown rule that is like none', 'rules:\n  zzz: off\n', '2:3 unknown rule "zzz"; there are access, tokens, trust, long-lived-token, network-only-trust, unscoped-token, wildcard-role'],
    ['unknown severity', 'rules:\n  wildcard-role: warn\n', '2:18 rules.wildcard-role is "warn", not one of off, error, warning, info'],
    ['near severity', 'rules:\n  tokens: eror\n', '2:11 rules.tokens is "eror", not one of off, error, warning, info; did you mean "error"?'],
    ['severity of another type', 'rules:\n  wildcard-role: false\n', '2:18 rules.wildcard-role is false, not one of off, error, warning, info'],
    ['severity of a mapping', 'rules:\n  wildcard-role: {severity: of}\n', '2:29 rules.wildcard-role.severity is "of", not one of off, error, warning, info; did you mean "off"?'],
    ['unknown key of a rule', 'rules:\n  wildcard-role: {severty: off}\n', '2:19 unknown key "severty" in rules.wildcard-role; did you mean "severity"?'],
    ['options where a rule has none', 'rules:\n  wildcard-role: {options: {}}\n', '2:19 unknown key "options" in rules.wildcard-role; there is severity'],
    ['unknown option', 'rules:\n  long-lived-token: {options: {maxSecond: 1}}\n', '2:32 unknown key "maxSecond" in rules.long-lived-token.options; did you mean "maxSeconds"?'],
    ['option of another type', 'rules:\n  long-lived-token: {options: {maxSeconds: soon}}\n', '2:44 rules.long-lived-token.options.maxSeconds must be a whole number'],
    ['scope without a name', 'scopes:\n  - paths: [a]\n', '2:5 scopes[0] has no "name"; add it'],
    ['scope without paths', 'scopes: [{name: a, paths: []}]\n', '1:20 scopes[0].paths is empty; fill it in or take it out'],
    ['pattern that nobody writes', `context: [${'a'.repeat(501)}, b]\n`, '1:11 context[0] is longer than 500 characters; shorten it'],
    ['scope that is no list', 'scopes: {}\n', '1:1 scopes must be a list'],
    ['word for a boolean', 'requireReasons: yes\n', '1:17 requireReasons must be true or false'],
    ['a risk class that there is not', 'risk: [{class: payments, workloads: [a/b]}]\n', '1:16 risk[0].class is "payments", not one of secrets-manager, payment, admin-api, data-store, ci-runner, gitops-controller, agent, none; did you mean "payment"?'],
    ['a risk class of nothing', 'risk: [{class: payment}]\n', '1:8 risk[0] has no "workloads"; add it'],
    ['unknown phase', 'phases: [{phase: warning}]\n', '1:18 phases[0].phase is "warning", not one of observe, warn, enforce'],
    ['phase that is nearly one', 'phases: [{phase: enforced}]\n', '1:18 phases[0].phase is "enforced", not one of observe, warn, enforce; did you mean "enforce"?'],
    ['phase without its name', 'phases: [{namespaces: [a]}]\n', '1:10 phases[0] has no "phase"; add it'],
    ['unknown key of a phase', 'phases: [{phase: warn, namespace: [a]}]\n', '1:24 unknown key "namespace" in phases[0]; did you mean "namespaces"?'],
    ['a phase of rules that there are not', 'phases: [{phase: warn, rules: [tokenz]}]\n', '1:32 phases[0].rules[0] is "tokenz", not one of access, tokens, trust, long-lived-token, network-only-trust, unscoped-token, wildcard-role; did you mean "tokens"?'],
    ['unknown risk class', 'phases: [{phase: warn, risk: [payments]}]\n', '1:31 phases[0].risk[0] is "payments", not one of secrets-manager, payment, admin-api, data-store, ci-runner, gitops-controller, agent; did you mean "payment"?'],
    ['a day in other words', 'phases: [{phase: warn, from: tomorrow}]\n', '1:30 phases[0].from is "tomorrow"; write it like 2027-03-31'],
    ['a day that is none', 'phases: [{phase: warn, from: 2027-02-31}]\n', '1:30 phases[0].from is "2027-02-31", which is no day of the calendar; write it like 2027-03-31'],
    ['exception without a reason', 'exceptions: [{rule: wildcard-role, target: a/b, until: 2027-03-31}]\n', '1:14 exceptions[0] has no "reason"; add it'],
    ['exception with an empty reason', 'exceptions: [{rule: wildcard-role, target: a/b, reason: " ", until: 2027-03-31}]\n', '1:57 exceptions[0].reason is " "; write it like "the mainframe cannot present a certificate"'],
    ['exception without an end', 'exceptions: [{rule: wildcard-role, target: a/b, reason: because}]\n', '1:14 exceptions[0] has no "until"; add it'],
    ['exception to no rule', 'exceptions: [{rule: wildcard-rule, target: a/b, reason: because, until: 2027-03-31}]\n', '1:21 exceptions[0].rule is "wildcard-rule", not one of long-lived-token, network-only-trust, unscoped-token, wildcard-role; did you mean "wildcard-role"?'],
    ['two profiles of one name', 'profiles:\n  - {name: prod, values: [a.yaml]}\n  - {name: prod, values: [b.yaml]}\n', '3:12 profiles[1].name is "prod", as is profiles[0].name; give it a name of its own, or each a chart of its own'],
    ['two profiles of one name, one of them for every chart', 'profiles:\n  - {name: prod, chart: web, values: [a.yaml]}\n  - {name: prod, values: [b.yaml]}\n', '3:12 profiles[1].name is "prod", as is profiles[0].name; give it a name of its own, or each a chart of its own'],
    ['two profiles of one name, each for its own chart', 'profiles:\n  - {name: prod, chart: web, values: [a.yaml]}\n  - {name: prod, chart: api, values: [a.yaml]}\n'],
    ['another kind of file', '- a\n', '1:1 kubewho.yaml must be a mapping'],
    ['key said twice', 'context: []\ncontext: [a]\n', '2:1 "context" is said twice; the last one counts'],
    ['second document', 'context: []\n---\ncontext: [a]\n', '3:1 a second document; only the first is read'],
    ['several at once, in order', 'rulez: {}\nrequireReasons: 1\nscope: []\n', '1:1 unknown key "rulez"; did you mean "rules"?', '2:17 requireReasons must be true or false', '3:1 unknown key "scope"; did you mean "scopes"?'],
    ['behind a marker and a comment', '# ours\n---\nrulez: {}\n', '3:1 unknown key "rulez"; did you mean "rules"?'],
  ];
  for (const [name, text, ...problems] of rows) {
    test(name, () => assert.deepEqual(read(text).problems, problems.map((problem) => `kubewho.yaml:${problem}`)));
    test(`${name}, CRLF`, () => assert.deepEqual(read(text.replace(/\n/g, '\r\n')).problems, problems.map((problem) => `kubewho.yaml:${problem}`)));
  }

  test('broken YAML', () => {
    const { configuration, problems } = read('rules:\n  a: [\n');
    assert.deepEqual(configuration, defaultConfiguration);
    assert.match(problems.join(), /^kubewho\.yaml:\d+:\d+ ./);
  });

  test('the rest counts', () => {
    const { configuration } = read('rules:\n  wildcard-role: {severity: of}\n  unscoped-token: off\n  long-lived-token: {options: {maxSeconds: soon, allow: [a]}}\nrequireReasons: true\nscopes: [{name: a, paths: [x], complete: perhaps}, {paths: [y]}]\n');
    assert.deepEqual(configuration.rules, { 'unscoped-token': { severity: 'off' }, 'long-lived-token': { options: { allow: ['a'] } } });
    assert.deepEqual([configuration.requireReasons, configuration.scopes], [true, [{ name: 'a', paths: ['x'], complete: false }]]);
  });
});

test('the compiled validator is made from the schema as it stands (else: npm run build)', () => {
  assert.equal(compiled({ rules: {}, scopes: [{ name: 'a', paths: ['b'] }], kubernetesVersion: '1.30' }), true);
  assert.equal(compiled({ rulez: {} }), false);
  assert.deepEqual(compiled.errors?.map((error) => [error.keyword, error.params['additionalProperty']]), [['additionalProperties', 'rulez']]);
});
