import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseArguments, UsageError } from '../../../cli/args.ts';
import { lintFlags } from '../../../cli/commands/lint-flags.ts';
import { renderMarkdown } from '../../../cli/markdown.ts';
import { failsOn, isSelected, selectionOf } from '../../../cli/select.ts';
import { makeStyle, wantsColour } from '../../../cli/style.ts';
import type { Finding } from '../../../engine/lint/finding.ts';
import type { Rule } from '../../../engine/lint/rule.ts';

const rules = [{ id: 'one', family: 'tokens' }, { id: 'two', family: 'tokens' }, { id: 'three', family: 'access' }] as Rule[];
const finding = (more: Partial<Finding>) => ({ rule: 'one', persona: 'regular', severity: 'warning', confidence: 'high', ...more }) as Finding;
const hears = (flags: string[], more: Partial<Finding>) => isSelected(selectionOf(parseArguments(lintFlags, flags), rules), finding(more));

describe('selection', () => {
  test('personas are cumulative', () => {
    const heard = (persona: string) => (['regular', 'pedantic', 'auditor'] as const).filter((one) => hears(['--persona', persona], { persona: one }));
    assert.deepEqual(heard('regular'), ['regular']);
    assert.deepEqual(heard('pedantic'), ['regular', 'pedantic']);
    assert.deepEqual(heard('auditor'), ['regular', 'pedantic', 'auditor']);
    assert.equal(hears([], { persona: 'pedantic' }), false, 'regular is the default');
  });

  test('--select hears a rule whatever its persona, and no other', () => {
    assert.equal(hears(['--select', 'one'], { persona: 'auditor' }), true);
    assert.equal(hears(['--select', 'one'], { rule: 'two' }), false);
    assert.equal(hears(['--select', 'access,one'], { rule: 'three' }), true);
  });

  test('--ignore goes before --select', () => {
    assert.equal(hears(['--select', 'tokens', '--ignore', 'two'], { rule: 'one' }), true);
    assert.equal(hears(['--select', 'tokens', '--ignore', 'two'], { rule: 'two' }), false);
    assert.throws(() => selectionOf(parseArguments(lintFlags, ['--ignore', 'thre']), rules), (error) => error instanceof UsageError && /did you mean "three"/.test(error.message));
  });

  test('thresholds take what is as grave or graver, as sure or surer', () => {
    assert.deepEqual((['error', 'warning', 'info'] as const).filter((severity) => hears(['--min-severity', 'warning'], { severity })), ['error', 'warning']);
    assert.deepEqual((['high', 'medium', 'low'] as const).filter((confidence) => hears(['--min-confidence', 'medium'], { confidence })), ['high', 'medium']);
    assert.deepEqual((['error', 'warning', 'info'] as const).filter((severity) => failsOn('warning', severity)), ['error', 'warning']);
    assert.equal(failsOn('never', 'error'), false);
  });
});

describe('colour', () => {
  test('auto heeds the terminal, NO_COLOR and TERM; the others are as said', () => {
    assert.equal(wantsColour('auto', true, {}), true);
    assert.equal(wantsColour('auto', false, {}), false);
    assert.equal(wantsColour('auto', true, { NO_COLOR: '1' }), false);
    assert.equal(wantsColour('auto', true, { NO_COLOR: '' }), true, 'an empty NO_COLOR says nothing (no-color.org)');
    assert.equal(wantsColour('auto', true, { TERM: 'dumb' }), false);
    assert.equal(wantsColour('always', false, { NO_COLOR: '1' }), true);
    assert.equal(wantsColour('never', true, {}), false);
  });
});

describe('documentation in a terminal', () => {
  test('loses its markup, keeps examples as they are, and fits', () => {
    const words = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
    const text = renderMarkdown(`# a-rule\n\nSee [the page](https://kubewho.example) and \`code\`.\n\n- ${words}\n\n\`\`\`yaml bad\nkind: Pod # \`kept\` [as](is)\n\`\`\`\n`, makeStyle(false));
    assert.deepEqual(text.split('\n').slice(0, 4), ['a-rule', '', 'See the page (https://kubewho.example) and code.', '']);
    assert.match(text, /^ {2}bad\n {4}kind: Pod # `kept` \[as\]\(is\)$/m);
    assert.match(text, /^- word0 .*\n {2}word\d+/m);
    assert.ok(text.split('\n').every((line) => line.length <= 100));
  });
});
