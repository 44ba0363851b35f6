// The injected grammars as VS Code applies them: its own tokenizer, its own grammar of YAML.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
// @ts-expect-error -- plain JavaScript, which runs before anything is compiled
import { codeServer } from '../../scripts/setup/places.mjs';

const vscode = join((codeServer as { dir: string }).dir, 'lib/vscode');
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { contributes: { grammars: { scopeName: string; path: string; injectTo: string[] }[] } };

interface Token { startIndex: number; endIndex: number; scopes: string[] }
interface Grammar { tokenizeLine(line: string, stack: unknown): { tokens: Token[]; ruleStack: unknown } }

let grammar: Grammar;

before(async () => {
  const require = createRequire(join(vscode, 'package.json'));
  const { Registry, INITIAL: _, parseRawGrammar } = require('vscode-textmate');
  const { loadWASM, OnigScanner, OnigString } = require('vscode-oniguruma');
  await loadWASM(readFileSync(join(vscode, 'node_modules/vscode-oniguruma/release/onig.wasm')));
  const yaml = join(vscode, 'extensions/yaml');
  const own = (JSON.parse(readFileSync(join(yaml, 'package.json'), 'utf8')) as typeof manifest).contributes.grammars;
  const paths = new Map([...own.map(({ scopeName, path }) => [scopeName, join(yaml, path)] as const), ...manifest.contributes.grammars.map(({ scopeName, path }) => [scopeName, path] as const)]);
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner: (patterns: string[]) => new OnigScanner(patterns), createOnigString: (text: string) => new OnigString(text) }),
    loadGrammar: async (scope: string) => (paths.has(scope) ? parseRawGrammar(readFileSync(paths.get(scope)!, 'utf8'), 'grammar.json') : null),
    getInjections: (scope: string) => manifest.contributes.grammars.filter(({ injectTo }) => injectTo.includes(scope)).map(({ scopeName }) => scopeName),
  });
  grammar = await registry.loadGrammar('source.yaml');
});

/** The pieces of a text with their innermost scopes, those of this project's grammars and what stands around them. */
function coloured(text: string): string[] {
  let stack: unknown = null;
  return text.split('\n').flatMap((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    return tokens.map(({ startIndex, endIndex, scopes }) => [line.slice(startIndex, endIndex), scopes.at(-1)!] as const).filter(([piece]) => piece.trim() !== '').map(([piece, scope]) => `${piece.trim()}  ${scope.replace(/\.(?:go-template|kubewho)$/, '')}`);
  });
}

describe('Go templates in YAML', () => {
  const rows: [string, string, string[]][] = [
    ['are told apart from the YAML around them', 'name: {{ .Values.name | default "web" }}', [
      'name  entity.name.tag.yaml', ':  punctuation.separator.map.value.yaml', '{{  punctuation.section.embedded.begin', '.Values  support.variable', '.name  variable.other.member', '|  keyword.operator', 'default  support.function', '"  string.quoted.double', 'web  string.quoted.double', '"  string.quoted.double', '}}  punctuation.section.embedded.end',
    ]],
    ['are control flow on lines of their own', '{{- range $i, $one := .Values.list }}\n- {{ $one.name }}\n{{- end }}', [
      '{{-  punctuation.section.embedded.begin', 'range  keyword.control', '$i  variable.other', ',  keyword.operator', '$one  variable.other', ':=  keyword.operator', '.Values  support.variable', '.list  variable.other.member', '}}  punctuation.section.embedded.end',
      '-  punctuation.definition.block.sequence.item.yaml', '{{  punctuation.section.embedded.begin', '$one  variable.other', '.name  variable.other.member', '}}  punctuation.section.embedded.end',
      '{{-  punctuation.section.embedded.begin', 'end  keyword.control', '}}  punctuation.section.embedded.end',
    ]],
    ['stand in strings', 'image: "{{ .Values.image }}:1"', [
      'image  entity.name.tag.yaml', ':  punctuation.separator.map.value.yaml', '"  punctuation.definition.string.begin.yaml', '{{  punctuation.section.embedded.begin', '.Values  support.variable', '.image  variable.other.member', '}}  punctuation.section.embedded.end', ':1  string.quoted.double.yaml', '"  punctuation.definition.string.end.yaml',
    ]],
    ['may be comments over several lines', '{{- /* one\ntwo: {{ .three }} */ -}}\na: 1', [
      '{{- /*  comment.block', 'one  comment.block', 'two: {{ .three }}  comment.block', '*/ -}}  comment.block', 'a  entity.name.tag.yaml', ':  punctuation.separator.map.value.yaml', '1  constant.numeric.integer.decimal.yaml',
    ]],
  ];
  for (const [title, text, expected] of rows) it(title, () => assert.deepEqual(coloured(text), expected));

  it('leave expressions of GitHub Actions, comments and flow mappings alone', () => {
    for (const text of ['run: ${{ github.ref }}', '# {{ .Values.name }}', 'a: {b: {c: d}}']) assert.ok(coloured(text).every((piece) => !piece.includes('embedded')), text);
  });
});

describe('suppression comments', () => {
  it('are coloured rule by rule, with their end and their reason', () => {
    assert.deepEqual(coloured('a: 1 # kubewho: ignore[automounted-token] until=2027-03-31 -- why').slice(3), [
      '#  punctuation.definition.comment.yaml', 'kubewho:  keyword.control.directive', 'ignore  keyword.control.directive', '[  punctuation.definition.list.begin', 'automounted-token  entity.name.function.rule', ']  punctuation.definition.list.end', 'until  keyword.other.until', '=  comment.line.number-sign.yaml', '2027-03-31  constant.other.date', '--  punctuation.separator.reason', 'why  string.unquoted.reason',
    ]);
  });
});
