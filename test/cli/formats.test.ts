// What other programs read: checked against their own schemas, from the real process.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import Ajv from 'ajv';
import { reporters, type Format } from '../../cli/reporters/index.ts';
import { makeStyle } from '../../cli/style.ts';
import { emptyReport, sampleReport } from '../support/sample-report.ts';
import { deployment, folderWith, kubewho, root } from './support.ts';

const cwd = folderWith({
  'apps/100% sure/web [1].yaml': `# 🔑\n${deployment('web')}`,
  'apps/crlf.yaml': deployment('crlf').replace(/\n/g, '\r\n'),
  'broken.yaml': 'kind: [\napiVersion: v1\n',
});

describe('--format json', () => {
  const schema = JSON.parse(readFileSync(join(root, 'schemas/report.schema.json'), 'utf8'));
  const validate = new Ajv({ allowUnionTypes: true }).compile(schema);

  for (const flags of [[], ['--show-fixes'], ['--persona', 'auditor', '--no-fold'], ['--diff']]) {
    test(`lint ${flags.join(' ')} is valid by schemas/report.schema.json`, () => {
      kubewho(['lint', ...flags, '--format', 'json', '--output', 'report.out'], { cwd });
      const report = JSON.parse(readFileSync(join(cwd, 'report.out'), 'utf8')) as { findings: unknown[]; summary: { findings: number } };
      assert.ok(validate(report), JSON.stringify(validate.errors));
      assert.ok(report.findings.length > 0);
      assert.equal(report.summary.findings, report.findings.length);
    });
  }

  test('edits are null unless asked for', () => {
    const fixesOf = (...flags: string[]) => JSON.parse(kubewho(['lint', '--format', 'json', ...flags], { cwd }).stdout).findings.flatMap((finding: { fixes: { edits: unknown }[] }) => finding.fixes);
    assert.ok(fixesOf().every((fix: { edits: unknown }) => fix.edits === null));
    assert.ok(fixesOf('--show-fixes').every((fix: { edits: unknown }) => Array.isArray(fix.edits)));
  });

  test('says the same in every run but for the time it took', () => {
    const report = () => kubewho(['lint', '--format', 'json'], { cwd }).stdout.replace(/"durationMs": \d+/, '');
    assert.equal(report(), report());
  });
});

describe('--format sarif', () => {
  // The schema as published is of JSON Schema draft 4; ajv reads it without the two keywords that only name it.
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(join(root, 'test/tools/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'));
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false, allErrors: true }).compile(schema);
  const check = (text: string) => assert.ok(validate(JSON.parse(text)), JSON.stringify(validate.errors?.slice(0, 3)));

  test('is valid by the schema of SARIF 2.1.0', () => check(kubewho(['lint', '--format', 'sarif', '--show-fixes'], { cwd }).stdout));
  test('is valid with one of everything', () => check(reporters.sarif(sampleReport({ edits: true }), { style: makeStyle(false), width: 100, fold: true, quiet: false, showFixes: true, statistics: false })));
  test('is valid with nothing', () => check(reporters.sarif(emptyReport(), { style: makeStyle(false), width: 100, fold: true, quiet: false, showFixes: false, statistics: false })));
  test('a check of the check: a result without a message is refused', () => {
    const log = JSON.parse(kubewho(['lint', '--format', 'sarif'], { cwd }).stdout);
    delete log.runs[0].results[0].message;
    assert.equal(validate(log), false);
  });

  test('URIs lead to the files, percent-encoded', () => {
    const [run] = JSON.parse(kubewho(['lint', '--format', 'sarif'], { cwd }).stdout).runs;
    const uris = new Set(run.results.map((result: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }) => result.locations[0]!.physicalLocation.artifactLocation.uri));
    assert.ok(uris.has('apps/100%25%20sure/web%20%5B1%5D.yaml'), [...uris].join(' '));
    for (const uri of uris) readFileSync(join(cwd, decodeURIComponent(uri as string)));
  });
});

describe('every format', () => {
  for (const format of Object.keys(reporters) as Format[]) {
    test(`${format}: exit code and standard error do not depend on it`, () => {
      const { code, stderr } = kubewho(['lint', '--format', format], { cwd });
      assert.equal(code, 1);
      assert.match(stderr, /^kubewho: broken\.yaml:\d+: skipped \(syntax\)/);
      assert.equal(stderr.trimEnd().split('\n').length, 1);
    });
  }
});
