import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { rules } from '../../rules/index.ts';
import { applyFix, chosenFix, describeFinding, examplesOf, findingsOf, fixAll, parseCase, place, printTexts, textsOf, workspaceOf, type Case, type Texts } from '../support/cases.ts';

/*
 * What holds for every rule, run over every case file and every example of its documentation: findings are exactly those
 * marked, a fix clears its finding, is idempotent, and does the same under CRLF and behind an emoji.
 */
for (const rule of rules) {
  const folder = join('rules', rule.family, rule.id);
  describe(rule.id, () => {
    test('stands in its folder with documentation and cases', () => {
      for (const part of ['rule.ts', 'README.md', 'cases']) assert.ok(existsSync(join(folder, part)), `${folder}/${part}`);
    });
    if (!existsSync(join(folder, 'README.md')) || !existsSync(join(folder, 'cases'))) return;

    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    test('is documented under the headings that every rule has', () => {
      const headings = [...readme.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^(#{1,2} .*)$/gm)].map((match) => match[1]);
      assert.deepEqual(headings.slice(0, 6), [`# ${rule.id}`, '## What it finds', '## Why it matters', '## Example', '## Fix safety', '## References']);
    });
    test('has texts for its messages, and none that nothing says', () => {
      const source = readFileSync(join(folder, 'rule.ts'), 'utf8');
      for (const id of Object.keys(rule.messages)) assert.ok(new RegExp(`['"]${id}['"]|messages\\.${id}|\\b${id}\\b`).test(source.slice(source.indexOf('messages') + 1)), `message ${id} is never used`);
    });

    const examples = examplesOf(readme);
    const fixed = examples.find((example) => example.kind === 'fixed');
    test('has a bad and a good example', () => {
      assert.ok(examples.some((example) => example.kind === 'bad') && examples.some((example) => example.kind === 'good'));
    });
    for (const [index, example] of examples.entries()) {
      const one = parseCase(example.yaml);
      if (example.kind === 'bad') test(`example ${index + 1} is found`, () => {
        const found = findingsOf(one, textsOf(one), rules, rule.id).filter((finding) => finding.rule === rule.id);
        assert.ok(found.length > 0, 'the bad example has no finding');
        if (one.files.some((file) => file.expected.length > 0)) checkFindings(one, textsOf(one), rule.id);
        if (fixed) assert.equal(printTexts(fixAll(one, textsOf(one), rules, rule.id)).trim(), printTexts(textsOf(parseCase(fixed.yaml))).trim());
      });
      else test(`example ${index + 1} (${example.kind}) is clean`, () => {
        assert.deepEqual(findingsOf(one, textsOf(one), rules, rule.id).filter((finding) => finding.rule === rule.id).map((finding) => finding.message), []);
      });
    }

    for (const name of readdirSync(join(folder, 'cases')).filter((file) => file.endsWith('.yaml') && !file.endsWith('.fixed.yaml'))) {
      const path = join(folder, 'cases', name);
      const one = parseCase(readFileSync(path, 'utf8'));
      test(`${name}: findings are those marked`, () => checkFindings(one, textsOf(one), rule.id));
      test(`${name}: the same under CRLF and behind an emoji`, () => {
        for (const change of [toCrlf, behindEmoji]) {
          const texts = new Map([...textsOf(one)].map(([file, text]) => [file, change(text)]));
          const shift = change === behindEmoji ? 1 : 0;
          const moved: Case = { flags: one.flags, files: one.files.map((file) => ({ ...file, expected: file.expected.map((e) => ({ ...e, line: e.line + shift })), related: file.related.map((r) => ({ ...r, line: r.line + shift })) })) };
          checkFindings(moved, texts, rule.id);
        }
      });
      checkFixes(path, one, rule.id);
    }
  });
}

const toCrlf = (text: string) => text.replace(/\n/g, '\r\n');
const behindEmoji = (text: string) => `# 🚀 ünïcode\n${text}`;

function checkFindings(one: Case, texts: Texts, about: string): void {
  const found = findingsOf(one, texts, rules, about);
  const said = found.map((finding) => describeFinding(finding, texts));
  const wanted = one.files.flatMap((file) => file.expected.map((expectation) => {
    const same = found.find((finding) => finding.file === file.path && finding.rule === expectation.rule && place(texts.get(file.path)!, finding.span) === `${expectation.line + 1}:${expectation.start + 1}-${expectation.end + 1}` && (!expectation.messageId || finding.messageId === expectation.messageId));
    if (same) assert.ok(same.message.includes(expectation.message), `message is: ${same.message}`);
    return `${file.path} ${expectation.line + 1}:${expectation.start + 1}-${expectation.end + 1} ${expectation.rule}/${expectation.messageId ?? same?.messageId ?? '*'}`;
  }));
  assert.deepEqual(said.sort(), wanted.sort());
  for (const file of one.files) {
    for (const { line, message } of file.related) {
      const all = found.flatMap((finding) => finding.related).filter((related) => related.file === file.path).map((related) => `${place(texts.get(file.path)!, related.span)} ${related.message}`);
      assert.ok(all.some((related) => related.startsWith(`${line + 1}:`) && related.includes(message)), `no related place "${message}" on line ${line + 1} of ${file.path}; there are: ${all.join('; ')}`);
    }
  }
}

function checkFixes(path: string, one: Case, about: string): void {
  const texts = textsOf(one);
  const golden = path.replace(/\.yaml$/, '.fixed.yaml');
  const workspace = workspaceOf(texts, one.flags, rules);
  const fixable = workspace.findings().filter((finding) => finding.rule === about && chosenFix(workspace, finding, one.flags));
  if (fixable.length === 0) {
    if (existsSync(golden)) test(`${path}: has a golden`, () => assert.fail('but nothing in it has a fix'));
    return;
  }
  test(`${path}: each fix clears its finding and can be applied once only`, () => {
    for (const finding of fixable) {
      const fix = chosenFix(workspace, finding, one.flags)!;
      const after = applyFix(texts, fix);
      const next = workspaceOf(after, one.flags, rules);
      const again = next.findings().find((other) => other.fingerprint === finding.fingerprint);
      assert.equal(again, undefined, `${finding.rule}/${finding.messageId} is still there after "${fix.title}"`);
      assert.deepEqual(next.skipped(), [], 'the fixed text no longer parses');
    }
  });
  test(`${path}: fixed, it is its golden, under LF and CRLF`, () => {
    const result = printTexts(fixAll(one, texts, rules, about));
    if (process.env['UPDATE_GOLDENS'] || !existsSync(golden)) {
      assert.ok(process.env['UPDATE_GOLDENS'], `no golden ${golden}: run with UPDATE_GOLDENS=1 and read it`);
      writeFileSync(golden, result);
    }
    assert.equal(result, readFileSync(golden, 'utf8'));
    const crlf = fixAll(one, new Map([...texts].map(([file, text]) => [file, toCrlf(text)])), rules, about);
    assert.equal(printTexts(new Map([...crlf].map(([file, text]) => [file, text.replace(/\r\n/g, '\n')]))), result);
    for (const text of crlf.values()) assert.ok(!/[^\r]\n/.test(text), 'a lone LF came into a CRLF file');
  });
}
