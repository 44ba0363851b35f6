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
requireReasons: true
kubernetesVersion: 1.30
`);
    assert.deepEqual(problems, []);
    assert.deepEqual(configuration, {
      rules: { 'long-lived-token': { severity: 'error', options: { maxSeconds: 600 } }, 'wildcard-role': { severity: 'off' } },
      scopes: [{ name: 'production', paths: ['clusters/production'], complete: true }, { name: 'staging', paths: ['clusters/staging', 'apps/*/staging'], complete: false }],
      context: ['cluster-dump.yaml'],
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
    ['unknown rule that is like none', 'rules:\n  zzz: off\n', '2:3 unknown rule "zzz"'],
    ['unknown severity', 'rules:\n  wildcard-role: warn\n', '2:18 rules.wildcard-role is "warn", not one of off, error, warning, info'],
    ['near severity', 'rules:\n  tokens: eror\n', '2:11 rules.tokens is "eror", not one of off, error, warning, info; did you mean "error"?'],
    ['severity of another type', 'rules:\n  wildcard-role: false\n', '2:18 rules.wildcard-role is false, not one of off, error, warning, info'],
    ['severity of a mapping', 'rules:\n  wildcard-role: {severity: of}\n', '2:29 rules.wildcard-role.severity is "of", not one of off, error, warning, info; did you mean "off"?'],
    ['unknown key of a rule', 'rules:\n  wildcard-role: {severty: off}\n', '2:19 unknown key "severty" in rules.wildcard-role; did you mean "severity"?'],
    ['options where a rule has none', 'rules:\n  wildcard-role: {options: {}}\n', '2:19 unknown key "options" in rules.wildcard-role'],
    ['unknown option', 'rules:\n  long-lived-token: {options: {maxSecond: 1}}\n', '2:32 unknown key "maxSecond" in rules.long-lived-token.options; did you mean "maxSeconds"?'],
    ['option of another type', 'rules:\n  long-lived-token: {options: {maxSeconds: soon}}\n', '2:44 rules.long-lived-token.options.maxSeconds must be a whole number'],
    ['scope without a name', 'scopes:\n  - paths: [a]\n', '2:5 scopes[0] has no "name"'],
    ['scope without paths', 'scopes: [{name: a, paths: []}]\n', '1:20 scopes[0].paths is empty'],
    ['pattern that nobody writes', `context: [${'a'.repeat(501)}, b]\n`, '1:11 context[0] is longer than 500 characters'],
    ['scope that is no list', 'scopes: {}\n', '1:1 scopes must be a list'],
    ['word for a boolean', 'requireReasons: yes\n', '1:17 requireReasons must be true or false'],
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
    assert.equal(configuration, defaultConfiguration);
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
