import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { defaultConfiguration, type Configuration } from '../../../engine/lint/config.ts';
import { readDocument } from '../../../engine/lint/document.ts';
import type { Finding } from '../../../engine/lint/finding.ts';
import { applyEdits } from '../../../engine/lint/fix.ts';
import { defineRule, type Rule } from '../../../engine/lint/rule.ts';
import { fixesOfSuppression } from '../../../engine/lint/suppress-fix.ts';
import { applySuppressions, readSuppressions, type Applied, type ReadFile } from '../../../engine/lint/suppress.ts';
import { Workspace } from '../../../engine/lint/workspace.ts';
import type { Dialect } from '../../../engine/yaml/node.ts';
import { splitStream } from '../../../engine/yaml/split.ts';
import { metaRules } from '../../../rules/meta/index.ts';

const rule = (id: string): Rule => defineRule({ id, family: 'tokens', title: id, severity: 'warning', persona: 'regular', frameworks: [], unit: 'scope', reads: [], messages: {}, *check() {} });
const rules = [rule('one'), rule('two'), ...metaRules];

function fileOf(text: string, dialect: Dialect = 'kubernetes'): ReadFile {
  return { path: 'x.yaml', text, dialect, documents: splitStream(text).map((one) => ({ ...one, facts: readDocument(one.text, dialect) })) };
}

/** A finding of a rule where some text stands, as `one@image: web`; the text's first occurrence unless `#n` says which. */
function findingAt(file: ReadFile, place: string): Finding {
  const [, id, words, nth] = /^(\w+)@(.*?)(?:#(\d))?$/.exec(place)!;
  let at = -1;
  for (let i = 0; i < Number(nth ?? 1); i++) at = file.text.indexOf(words!, at + 1);
  assert.ok(at >= 0, `no ${words} in the text`);
  const document = file.documents.filter((one) => one.start <= at).length - 1;
  const index = file.documents[document]!.facts.resources.filter((one) => one.header.at.span.start + file.documents[document]!.start <= at).length - 1;
  const root = file.documents[document]!.facts.resources[index]?.header.root ?? [];
  return { rule: id!, file: file.path, document, span: { start: at, end: at + words!.length }, path: [...root, 'spec'], message: place } as unknown as Finding;
}

interface Settings { today?: string; dialect?: Dialect; configuration?: Partial<Configuration> }

function apply(text: string, places: readonly string[], settings: Settings = {}): Applied & { file: ReadFile } {
  const file = fileOf(text, settings.dialect);
  const context = { today: settings.today ?? '2027-01-01', rules, configuration: { ...defaultConfiguration, ...settings.configuration } };
  return { file, ...applySuppressions(file, places.map((place) => findingAt(file, place)), readSuppressions(file), context) };
}

/** What is still reported: findings at their places, and what is said of suppressions. */
function remaining(text: string, places: readonly string[], settings: Settings = {}): string[] {
  const { kept, about } = apply(text, places, settings);
  return [...kept.map((finding) => finding.message), ...about.map(({ finding }) => `${finding.rule}: ${finding.message}`)];
}

/** The text after one fix of everything that is said of its suppressions. */
function fixed(text: string, places: readonly string[] = [], settings: Settings & { fix?: string } = {}): string {
  const { file, about } = apply(text, places, settings);
  const fix = about.map((one) => fixesOfSuppression(file, one, rules.map(({ id }) => id))).flat().find((one) => one.id === (settings.fix ?? 'remove-suppression'));
  assert.ok(fix, 'no such fix');
  return applyEdits(text, fix.edits)!;
}

const pod = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers: []\n';

describe('a comment suppresses a rule', () => {
  test('on its own line', () => {
    assert.deepEqual(remaining(pod.replace('spec:', 'spec: # kubewho: ignore[one] -- a scraper'), ['one@spec', 'two@spec', 'one@name: web']), ['two@spec', 'one@name: web']);
  });

  test('on the line below, also past other comments, not past a blank line', () => {
    const above = (comment: string) => pod.replace('spec:', `${comment}spec:`);
    assert.deepEqual(remaining(above('# kubewho: ignore[one]\n'), ['one@spec']), []);
    assert.deepEqual(remaining(above('# kubewho: ignore[one]\n# why not\n'), ['one@spec']), []);
    assert.deepEqual(remaining(above('# kubewho: ignore[one]\n# kubewho: ignore[two]\n'), ['one@spec', 'two@spec']), []);
    assert.deepEqual(remaining(above('# kubewho: ignore[one]\n\n'), ['one@spec']), ['one@spec', 'unused-suppression: Nothing here is a finding of "one": this suppression is not needed']);
  });

  test('several at once, however it is spaced', () => {
    for (const comment of ['#kubewho:ignore[one,two]', '#  kubewho:  ignore [ one , two ]  -- reason', '## kubewho: ignore[one, two] until=2030-01-01'])
      assert.deepEqual(remaining(pod.replace('spec:', `spec: ${comment}`), ['one@spec', 'two@spec']), [], comment);
  });

  test('before the first key of a document, in the whole document and no other', () => {
    const two = `# kubewho: ignore[one] -- generated\n${pod}---\n${pod}`;
    assert.deepEqual(remaining(two, ['one@name: web', 'one@containers', 'one@spec#2']), ['one@spec#2']);
    assert.deepEqual(remaining(`${pod}--- # kubewho: ignore[one]\n${pod}`, ['one@spec', 'one@spec#2']), ['one@spec']);
    assert.deepEqual(remaining(`--- # kubewho: ignore[one]\n# more\n${pod}`, ['one@spec']), []);
    assert.deepEqual(remaining(`${pod}---\n\n# a licence\n# kubewho: ignore[one]\n\n${pod}`, ['one@spec#2']), []);
  });

  test('in the whole file with ignore-file, wherever it stands', () => {
    assert.deepEqual(remaining(`${pod}---\n${pod}# kubewho: ignore-file[one] -- vendored\n`, ['one@spec', 'one@spec#2', 'two@spec']), ['two@spec']);
  });

  test('only where YAML has a comment', () => {
    for (const text of [
      pod.replace('name: web', 'name: "web # kubewho: ignore[one]"'),
      pod.replace('name: web', 'name: web# kubewho: ignore[one]'),
      pod.replace('name: web', 'note: |\n    # kubewho: ignore[one]'),
      pod.replace('name: web', "note: 'two lines\n\n    # kubewho: ignore[one]'"),
    ]) assert.deepEqual(remaining(text, ['one@metadata', 'one@spec']), ['one@metadata', 'one@spec'], text);
  });

  test('in flow style and in templates', () => {
    assert.deepEqual(remaining('{"apiVersion": "v1", "kind": "Pod", # x\n  # kubewho: ignore[one]\n  "spec": {}}\n', ['one@"spec"']), []);
    const template = `{{- /* don't: # kubewho: ignore[two] */ -}}\n${pod.replace('spec:', '{{- if .Values.a }}\nspec: {{ "#" }} # kubewho: ignore[one]')}`;
    assert.deepEqual(remaining(template, ['one@spec', 'two@spec'], { dialect: 'template' }), ['two@spec']);
  });

  test('under CRLF, behind a BOM and an emoji', () => {
    const text = `# 🚀\n${pod.replace('spec:', '# kubewho: ignore[one] -- 🚀\nspec:')}`;
    assert.deepEqual(remaining(text.replace(/\n/g, '\r\n'), ['one@spec']), []);
    assert.deepEqual(remaining(`\uFEFF# kubewho: ignore[one]\n${pod}`, ['one@spec']), []);
  });
});

describe('an annotation suppresses a rule', () => {
  const annotated = (key: string, value = '"a scraper"') => pod.replace('  name: web', `  name: web\n  annotations: {kubewho.dev/ignore.${key}: ${value}}`);

  test('on its object', () => {
    assert.deepEqual(remaining(`${annotated('one')}---\n${pod}`, ['one@spec', 'two@spec', 'one@spec#2']), ['two@spec', 'one@spec#2']);
  });

  test('on its object in a list, and no other', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a, annotations: {kubewho.dev/ignore.one: x}}\n  spec: {}\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: b}\n  spec: {}\n`;
    assert.deepEqual(remaining(list, ['one@spec', 'one@spec#2']), ['one@spec#2']);
  });

  test('from the pod template', () => {
    const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    metadata:\n      annotations:\n        kubewho.dev/ignore.one: because\n    spec: {containers: []}\n';
    assert.deepEqual(remaining(deployment, ['one@spec', 'one@containers']), []);
  });

  test('also without a reason, and says so where reasons are required', () => {
    assert.deepEqual(remaining(annotated('one', '""'), ['one@spec']), []);
    assert.deepEqual(remaining(annotated('one', '""'), ['one@spec'], { configuration: { requireReasons: true } }), ['suppression-without-reason: This suppression says no reason']);
  });
});

describe('what is wrong with a suppression is a finding', () => {
  const on = (comment: string) => pod.replace('spec:', `spec: ${comment}`);

  test('unused: nothing is found where it counts', () => {
    const said = (id: string) => `unused-suppression: Nothing here is a finding of "${id}": this suppression is not needed`;
    assert.deepEqual(remaining(on('# kubewho: ignore[one, two]'), ['two@spec']), [said('one')]);
    assert.deepEqual(remaining(on('# kubewho: ignore-file[one]'), []), [said('one')]);
    assert.deepEqual(remaining(`# kubewho: ignore-file[one]\n${on('# kubewho: ignore[one]')}`, ['one@spec']), [said('one')], 'the narrower one is the one in use');
  });

  test('unused is not said of rules that are off, of files that could not be read, of templates', () => {
    assert.deepEqual(remaining(on('# kubewho: ignore[one]'), [], { configuration: { rules: { one: { severity: 'off' } } } }), []);
    assert.deepEqual(remaining(on('# kubewho: ignore[one]').replace('[]', '['), []), []);
    assert.deepEqual(remaining(on('# kubewho: ignore[one]'), [], { dialect: 'template' }), []);
  });

  test('expired: it counts through its last day', () => {
    const text = on('# kubewho: ignore[one] until=2027-03-31 -- migration');
    assert.deepEqual(remaining(text, ['one@spec'], { today: '2027-03-31' }), []);
    assert.deepEqual(remaining(text, ['one@spec'], { today: '2027-04-01' }), ['one@spec', 'expired-suppression: This suppression ended on 2027-03-31']);
    assert.deepEqual(remaining(on('# kubewho: ignore[one] until=2027-02-30'), ['one@spec']), ['one@spec', 'expired-suppression: "2027-02-30" is no date (YYYY-MM-DD): this suppression does not count']);
    assert.deepEqual(remaining(on('# kubewho: ignore[one] -- until=2020-01-01 we said'), ['one@spec']), [], 'a reason is no date');
  });

  test('unknown: the id is no rule, or none is named', () => {
    assert.deepEqual(remaining(on('# kubewho: ignore[one, twoo]'), ['one@spec']), ['unknown-rule: There is no rule "twoo"; did you mean "two"?']);
    for (const comment of ['# kubewho: ignore', '# kubewho: ignore[]', '# kubewho: ignore -- reason', '# kubewho: ignore-file'])
      assert.deepEqual(remaining(on(comment), ['one@spec']), ['one@spec', 'unknown-rule: This suppression names no rule: write ignore[rule-id]'], comment);
  });

  test('other comments are left alone', () => {
    for (const comment of ['# kubewho: see the docs', '# kubewho ignores this', '# kubewho: ignored[one]', '# ignore[one]', '# see kubewho: ignore[one]'])
      assert.deepEqual(remaining(on(comment), ['one@spec']), ['one@spec'], comment);
  });

  test('a reason may be required', () => {
    const configuration = { requireReasons: true };
    assert.deepEqual(remaining(on('# kubewho: ignore[one]'), ['one@spec'], { configuration }), ['suppression-without-reason: This suppression says no reason']);
    assert.deepEqual(remaining(on('# kubewho: ignore[one] --'), ['one@spec'], { configuration }), ['suppression-without-reason: This suppression says no reason']);
    assert.deepEqual(remaining(on('# kubewho: ignore[one] -- why'), ['one@spec'], { configuration }), []);
  });

  test('such findings have severities of their own, and can be suppressed too', () => {
    assert.deepEqual(remaining(on('# kubewho: ignore[one]'), [], { configuration: { rules: { 'unused-suppression': { severity: 'off' } } } }), []);
    assert.equal(apply(on('# kubewho: ignore[one]'), [], { configuration: { rules: { 'unused-suppression': { severity: 'error' } } } }).about[0]!.finding.severity, 'error');
    assert.deepEqual(remaining(on('# kubewho: ignore[one, unused-suppression]'), []), []);
    assert.deepEqual(remaining(on('# kubewho: ignore[unused-suppression]'), []), ['unused-suppression: Nothing here is a finding of "unused-suppression": this suppression is not needed']);
  });

  test('such findings point at the id, the date or the comment', () => {
    const text = on('# kubewho: ignore[one, zzz] until=2027-12-31');
    const at = (settings: Settings = {}) => apply(text, [], settings).about.map(({ finding }) => text.slice(finding.span.start, finding.span.end));
    assert.deepEqual(at(), ['one', 'zzz']);
    assert.deepEqual(at({ today: '2028-01-01' }), ['until=2027-12-31']);
    assert.deepEqual(at({ configuration: { requireReasons: true } }), ['# kubewho: ignore[one, zzz] until=2027-12-31', 'one', 'zzz']);
  });
});

test('in a workspace, only manifests are judged: nothing is said of suppressions in patches and context', () => {
  for (const [role, found] of [['manifest', ['unused-suppression']], ['patch', []], ['context', []]] as const) {
    const workspace = new Workspace(rules);
    workspace.set({ path: 'x.yaml', text: `${pod}# kubewho: ignore-file[one] -- x\n`, dialect: 'kubernetes', scope: '', role });
    assert.deepEqual(workspace.findings().map((finding) => finding.rule).filter((rule) => rule.endsWith('suppression')), found, role);
  }
});

describe('fixes of suppressions', () => {
  test('take away a line that holds nothing else, or the comment behind something', () => {
    for (const [eol, final] of [['\n', '\n'], ['\r\n', '\r\n'], ['\n', '']] as const) {
      const clean = `${pod.trimEnd().replace(/\n/g, eol)}${final}`;
      assert.equal(fixed(clean.replace('spec:', `  # kubewho: ignore[one] -- x${eol}spec:`)), clean);
      assert.equal(fixed(clean.replace('spec:', 'spec:   # kubewho: ignore[one] -- x')), clean);
    }
    assert.equal(fixed(`${pod}# kubewho: ignore-file[one]`), pod);
  });

  test('take one id out of several', () => {
    const list = (ids: string) => pod.replace('spec:', `spec: # kubewho: ignore[${ids}] -- x`);
    assert.equal(fixed(list('one, two'), ['two@spec']), list('two'));
    assert.equal(fixed(list('one, two'), ['one@spec']), list('one'));
    assert.equal(fixed(list('one , two,three'), ['one@spec', 'two@spec']), list('one , two'));
  });

  test('correct an id as a choice', () => {
    const text = pod.replace('spec:', 'spec: # kubewho: ignore[onee]');
    assert.equal(fixed(text, [], { fix: 'correct-rule' }), text.replace('onee', 'one'));
    for (const quote of ['', '"', "'"]) {
      const annotated = pod.replace('  name: web', `  name: web\n  annotations: {${quote}kubewho.dev/ignore.onee${quote}: x}`);
      assert.equal(fixed(annotated, [], { fix: 'correct-rule' }), annotated.replace('onee', 'one'));
    }
  });

  test('leave alone what has to be decided', () => {
    const choices = (text: string, settings: Settings = {}) => {
      const { file, about } = apply(text, [], settings);
      return about.flatMap((one) => fixesOfSuppression(file, one, rules.map(({ id }) => id)).map((fix) => `${fix.id} ${fix.safe} ${fix.choice}`));
    };
    assert.deepEqual(choices(pod.replace('spec:', 'spec: # kubewho: ignore[onee] -- x')), ['correct-rule true true', 'remove-suppression true true']);
    assert.deepEqual(choices(pod.replace('spec:', 'spec: # kubewho: ignore[one] -- x')), ['remove-suppression true false']);
    assert.deepEqual(choices(pod.replace('spec:', 'spec: # kubewho: ignore[one] until=2020-01-01')), ['remove-suppression true false']);
  });
});

test('any text is read without an exception, and spans lie within it', () => {
  const pieces = fc.constantFrom('# kubewho: ignore[one]', '# kubewho: ignore-file[', ' until=2027-01-01', ' -- x', '\n', '\r\n', '---', 'a: ', '|', '"', "'", '{', '}', '[', ']', '{{', '}}', 'kubewho.dev/ignore.one: x', '  ', '🚀', '\u0000', '\uFEFF', '#');
  fc.assert(fc.property(fc.array(pieces, { maxLength: 30 }), fc.constantFrom<Dialect>('kubernetes', 'kustomization', 'template'), (parts, dialect) => {
    const text = parts.join('');
    for (const { span, rules: ids } of readSuppressions(fileOf(text, dialect))) {
      for (const one of [span, ...ids.map((id) => id.span)]) assert.ok(one.start >= 0 && one.start <= one.end && one.end <= text.length);
      for (const { id, span: at } of ids) assert.ok(text.slice(at.start, at.end).includes(id));
    }
  }));
});
