import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Rule } from '../../engine/lint/rule.ts';
import { rules } from '../../rules/index.ts';
import { examplesOf, parseCase, textsOf, workspaceOf, type Case, type Texts } from '../support/cases.ts';

/*
 * An object may have no name yet, or only a generateName. Every bad example and every case is read once more with the names
 * taken out, of all its documents and of one after the other: what is said then must not have a gap where the name was.
 */
for (const rule of rules) {
  test(`${rule.id} says nothing with a gap in it about objects without a name`, () => {
    for (const one of casesOf(rule)) {
      for (const texts of unnamed(textsOf(one))) assert.deepEqual(gapsIn(rule, one, texts), []);
    }
  });
}

describe('a gap', () => {
  const texts = new Map([['case.yaml', 'metadata: { name: a, namespace: n }\nspec: {}\n---\nmetadata:\n  labels: { name: x }\n  name: b\nroleRef:\n  name: c\n']]);
  test('is looked for where names were taken out, and nothing else was', () => {
    assert.deepEqual(unnamed(texts).map((one) => one.get('case.yaml')), [
      'metadata: { namespace: n }\nspec: {}\n---\nmetadata:\n  labels: { name: x }\nroleRef:\n  name: c\n',
      'metadata: { namespace: n }\nspec: {}\n---\nmetadata:\n  labels: { name: x }\n  name: b\nroleRef:\n  name: c\n',
      'metadata: { name: a, namespace: n }\nspec: {}\n---\nmetadata:\n  labels: { name: x }\nroleRef:\n  name: c\n',
    ]);
  });
  test('is seen', () => {
    for (const text of ['Service  takes', 'account ""', 'account "shop/"', 'these files show ()', 'at Deployment : mutual TLS', 'undefined takes']) assert.match(text, gap);
    assert.doesNotMatch('Service (unnamed) takes "shop/web", as it is (by a rule): there.', gap);
  });
});

/** Two blanks, nothing in quotes or brackets, a namespace before nothing, a stop behind a blank, and what JavaScript says of nothing. */
const gap = / {2}|""|\/"|\( *\)| [,;:.](?: |$)|^ | $|\bundefined\b|\bNaN\b|\[object /;

function casesOf({ family, id }: Rule): Case[] {
  const folder = join('rules', family, id);
  const examples = examplesOf(readFileSync(join(folder, 'README.md'), 'utf8')).filter(({ kind }) => kind === 'bad').map(({ yaml }) => yaml);
  const cases = readdirSync(join(folder, 'cases')).filter((file) => file.endsWith('.yaml') && !file.endsWith('.fixed.yaml')).map((file) => readFileSync(join(folder, 'cases', file), 'utf8'));
  return [...examples, ...cases].map(parseCase);
}

/** What a rule says with a gap in it. Names of API groups are left out, the core group has an empty one; so are a template's expressions. */
function gapsIn(rule: Rule, one: Case, texts: Texts): string[] {
  const workspace = workspaceOf(texts, one.flags, [rule]);
  return workspace.findings().flatMap((finding) => [finding.message, ...finding.related.map(({ message }) => message), ...workspace.fixesOf(finding).map(({ title }) => title)])
    .filter((text) => gap.test(text.replace(/\{\{.*?\}\}|API groups? [^(]*|core group(?: is|,) ""|"[^"]*" matches no path|Take "[^"]*" out/g, 'x')));
}

/** Texts without the names of objects: of all of them, and of one document after the other. */
function unnamed(texts: Texts): Texts[] {
  return [
    new Map([...texts].map(([file, text]) => [file, split(text).map(withoutName).join('')])),
    ...[...texts].flatMap(([file, text]) => split(text).flatMap((document, i, all) => (all.length > 1 ? [new Map([...texts, [file, all.with(i, withoutName(document)).join('')]])] : []))),
  ];
}

/** The documents of a stream, each with the separator before it. */
function split(text: string): string[] {
  return text.split(/^(?=---$)/m);
}

function withoutName(document: string): string {
  return document
    .replace(/^(metadata: *\{ *)name: *[^,}]+(?:, *)?/m, '$1')
    .replace(/^metadata:\n(?: {2,}.*\n|\n)*/m, (metadata) => metadata.replace(/^ {2}name:.*\n/m, ''));
}
