import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import Ajv from 'ajv';
import { reporters, type Format } from '../../../cli/reporters/index.ts';
import type { ReporterOptions } from '../../../cli/reporters/reporter.ts';
import { makeStyle } from '../../../cli/style.ts';
import { emptyReport, sampleReport } from '../../support/sample-report.ts';

const folder = new URL('./goldens/', import.meta.url);
const options: ReporterOptions = { style: makeStyle(false), width: 100, fold: true, quiet: false, showFixes: false, statistics: false };
const formats = Object.keys(reporters) as Format[];

/** Compares with a checked-in file; UPDATE_GOLDENS=1 writes it anew. */
function golden(name: string, text: string): void {
  const file = new URL(name, folder);
  if (process.env['UPDATE_GOLDENS'] === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  assert.equal(text, readFileSync(file, 'utf8'));
}

describe('every format', () => {
  for (const format of formats) {
    test(`${format}: a report with one of everything is as checked in`, () => golden(`${format}.txt`, reporters[format](sampleReport(), options)));
    test(`${format}: a report without findings is as checked in`, () => golden(`${format}.empty.txt`, reporters[format](emptyReport(), options)));
  }
});

describe('pretty', () => {
  test('--show-fixes shows each fix as a diff', () => golden('pretty.show-fixes.txt', reporters.pretty(sampleReport({ edits: true }), { ...options, showFixes: true })));
  test('colour paints severities, frames and notes', () => golden('pretty.colour.txt', reporters.pretty(sampleReport(), { ...options, style: makeStyle(true, true) })));
  test('--statistics adds a table of rules', () => golden('pretty.statistics.txt', reporters.pretty(sampleReport(), { ...options, statistics: true })));

  test('folds equal messages of a namespace after three and says how to see the rest', () => {
    const text = reporters.pretty(sampleReport(), options);
    assert.equal(text.match(/^warning\[automounted-token\]/gm)!.length, 3);
    assert.match(text, /= 2 more in shop; --no-fold/);
    assert.equal(reporters.pretty(sampleReport(), { ...options, fold: false }).match(/^warning\[automounted-token\]/gm)!.length, 5);
  });

  test('folds what has no namespace, too, and speaks of none', () => {
    const report = sampleReport();
    const findings = report.findings.map((finding) => ({ ...finding, resource: { ...finding.resource, namespace: null } }));
    assert.match(reporters.pretty({ ...report, findings }, options), /= 2 more; --no-fold/);
  });

  test('folds what one line of a helper writes in several places after the first, and speaks of the namespace of a release in words', () => {
    const report = sampleReport();
    const written = (line: number) => ({ file: 'shop/accounts.yaml', range: { ...report.findings[0]!.range, start: { ...report.findings[0]!.range.start, line } }, message: 'written here' });
    const findings = report.findings.map((finding, i) => ({ ...finding, resource: { ...finding.resource, namespace: '{{.Release.Namespace}}' }, related: finding.rule === 'automounted-token' ? [written(i === 0 ? 1 : 2)] : finding.related }));
    const text = reporters.pretty({ ...report, findings }, options);
    assert.equal(text.match(/^warning\[automounted-token\]/gm)!.length, new Set(findings.filter(({ rule }) => rule === 'automounted-token').map(({ related }) => related[0]!.range.start.line)).size);
    assert.match(text, /= \d more in the release's namespace; --no-fold/);
  });

  test('shows a group once, its other findings as "also"', () => {
    const text = reporters.pretty(sampleReport(), options);
    assert.equal(text.match(/^warning\[shared-account\]/gm)!.length, 1);
    assert.match(text, /= also: shop\/workloads\.yaml:9:23 Deployment shop\/api/);
  });

  test('--quiet leaves summary and hints out', () => assert.doesNotMatch(reporters.pretty(sampleReport(), { ...options, quiet: true }), /findings \(|explain/));
});

describe('json', () => {
  const schema = JSON.parse(readFileSync(new URL('../../../schemas/report.schema.json', import.meta.url), 'utf8'));

  for (const report of [sampleReport(), sampleReport({ edits: true }), emptyReport()]) {
    test(`${report.findings.length} findings, ${report.findings.some((one) => one.fixes.some((fix) => fix.edits)) ? 'with' : 'without'} edits: valid by the published schema, and with no key that it does not name`, () => {
      const validate = new Ajv({ allowUnionTypes: true }).compile(closed(schema) as object);
      assert.ok(validate(JSON.parse(reporters.json(report, options))), JSON.stringify(validate.errors));
    });
  }

  test('is sorted by file, start and rule', () => {
    const { findings } = JSON.parse(reporters.json(sampleReport(), options)) as { findings: { file: string; range: { start: { offset: number } }; rule: string }[] };
    const keys = findings.map(({ file, range, rule }) => [file, range.start.offset, rule] as const);
    assert.deepEqual(keys, [...keys].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1] || (a[2] < b[2] ? -1 : 1))));
  });
});

describe('what other programs read', () => {
  test('SARIF: percent-encoded relative URIs, fingerprints, suppressions with their reason, fixes only with edits', () => {
    const { runs: [run] } = JSON.parse(reporters.sarif(sampleReport({ edits: true }), options));
    assert.equal(run.columnKind, 'utf16CodeUnits');
    assert.deepEqual(run.results[0].locations[0].physicalLocation.artifactLocation, { uri: 'platform/100%25%20%5Brbac%5D.yaml', uriBaseId: '%SRCROOT%' });
    assert.ok(run.results.every((result: { partialFingerprints: object }) => 'kubewho/v1' in result.partialFingerprints));
    assert.deepEqual(run.results.at(-1).suppressions, [{ kind: 'inSource', justification: 'reviewed' }]);
    assert.ok(run.results.slice(0, -1).every((result: { suppressions: unknown[] }) => result.suppressions.length === 0));
    assert.ok(run.results.some((result: { fixes?: unknown[] }) => result.fixes?.length === 1));
    const [bare] = JSON.parse(reporters.sarif(sampleReport(), options)).runs;
    assert.ok(bare.results.every((result: { fixes?: unknown[] }) => result.fixes === undefined));
  });

  test('GitHub: the gravest first, message and properties escaped', () => {
    const [first] = reporters.github(sampleReport(), options).split('\n');
    assert.equal(first, '::error file=platform/100%25 [rbac].yaml,line=3,endLine=3,col=32,endColumn=54,title=wide-binding::Everyone may <read> & write "secrets", 100%25 | 名');
  });

  test('XML and HTML hold no character of a message as markup, and none that XML forbids', () => {
    for (const format of ['junit', 'checkstyle', 'html'] as const) {
      const text = reporters[format](sampleReport(), options);
      assert.doesNotMatch(text, /<read>/);
      assert.match(text, /&#60;read&#62; &#38; write/);
    }
  });
});

/** The schema with every object closed: the published one lets later versions add keys. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, closed(value)]);
  return Object.fromEntries('properties' in schema ? [...entries, ['additionalProperties', false]] : entries);
}
