import { defaultConfiguration } from '../../engine/lint/config.ts';
import type { Finding } from '../../engine/lint/finding.ts';
import { applyEdits, type Fix } from '../../engine/lint/fix.ts';
import type { Rule } from '../../engine/lint/rule.ts';
import { Workspace } from '../../engine/lint/workspace.ts';
import type { Dialect } from '../../engine/yaml/node.ts';
import { indexLines, positionAt } from '../../engine/yaml/text.ts';
import { isKustomizationName } from '../../sources/kustomization.ts';
import { makePlan } from '../../sources/plan.ts';

/*
 * Case files are YAML that says itself what is to be found in it. Markers are comment lines under the line they speak of:
 *
 *     serviceAccountName: default
 *     #                   ^^^^^^^ automounted-token/unneeded: nothing in the files read needs it
 *
 * Carets stand under the columns of the span; `#@ 1-5 rule-id` names columns (from 1, end exclusive) where carets cannot
 * stand; `#~ part of the message` expects a related place on the line above. `#- path.yaml` starts another file, `#: flag`
 * lines at the top set flags: persona=pedantic, complete, dialect=kustomization, fix=ID, scope=NAME. Where one of the files
 * is a kustomization, it says how the others are read, as it does in a workspace.
 */
export interface Case {
  readonly flags: ReadonlyMap<string, string>;
  readonly files: readonly CaseFile[];
}

export interface CaseFile {
  readonly path: string;
  readonly text: string;
  readonly expected: readonly Expectation[];
  readonly related: readonly { readonly line: number; readonly message: string }[];
}

/** Line and columns from 0, end exclusive. */
export interface Expectation {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly rule: string;
  readonly messageId: string | undefined;
  readonly message: string;
}

/** Reads a case file. Marker lines are taken out of the text, so that columns and lines are those of plain YAML. */
export function parseCase(text: string): Case {
  const flags = new Map<string, string>();
  const files: { path: string; lines: string[]; expected: Expectation[]; related: { line: number; message: string }[] }[] = [];
  let file = { path: 'case.yaml', lines: [] as string[], expected: [] as Expectation[], related: [] as { line: number; message: string }[] };
  for (const line of text.split('\n')) {
    const flag = /^#: *([\w-]+)(?:=(.*))?$/.exec(line);
    const header = /^#- (\S+)$/.exec(line);
    const carets = /^( *# *)(\^+) ([\w-]+)(?:\/([\w-]+))?(?:: (.*))?$/.exec(line);
    const columns = /^ *#@ (\d+)-(\d+) ([\w-]+)(?:\/([\w-]+))?(?:: (.*))?$/.exec(line);
    const related = /^ *#~ (.*)$/.exec(line);
    const above = file.lines.length - 1;
    if (flag) flags.set(flag[1]!, flag[2] ?? '');
    else if (header) {
      if (file.lines.some((one) => one.trim() !== '')) files.push(file);
      file = { path: header[1]!, lines: [], expected: [], related: [] };
    } else if (carets) file.expected.push({ line: above, start: carets[1]!.length, end: carets[1]!.length + carets[2]!.length, rule: carets[3]!, messageId: carets[4], message: carets[5] ?? '' });
    else if (columns) file.expected.push({ line: above, start: Number(columns[1]) - 1, end: Number(columns[2]) - 1, rule: columns[3]!, messageId: columns[4], message: columns[5] ?? '' });
    else if (related) file.related.push({ line: above, message: related[1]! });
    else file.lines.push(line);
  }
  files.push(file);
  return { flags, files: files.map(({ lines, ...rest }) => ({ ...rest, text: lines.join('\n') })) };
}

export type Texts = ReadonlyMap<string, string>;

/** The texts of a case by path. */
export function textsOf(one: Case): Map<string, string> {
  return new Map(one.files.map((file) => [file.path, file.text]));
}

/** A workspace that holds some texts, under the flags of a case. */
export function workspaceOf(texts: Texts, flags: ReadonlyMap<string, string>, rules: readonly Rule[]): Workspace {
  const workspace = new Workspace(rules, { isComplete: () => flags.has('complete'), kubernetesMinor: 36 }, { today: () => '2027-01-01' });
  workspace.configure({ ...defaultConfiguration, requireReasons: true });
  if ([...texts.keys()].some(isKustomizationName)) {
    const plan = makePlan({ paths: [...texts.keys()], textOf: (path) => texts.get(path), configuration: defaultConfiguration });
    for (const [path, text] of texts) {
      const planned = plan.of(path);
      if (planned) workspace.set({ path, text, ...planned });
    }
    return workspace;
  }
  for (const [path, text] of texts) workspace.set({ path, text, dialect: (flags.get('dialect') ?? 'kubernetes') as Dialect, scope: flags.get('scope') ?? '', role: path.startsWith('context/') ? 'context' : 'manifest' });
  return workspace;
}

const personas = ['regular', 'pedantic', 'auditor'];

/** The findings that a case is about: those of its rule at its persona, and those of other rules that it marks. */
export function findingsOf(one: Case, texts: Texts, rules: readonly Rule[], about: string): Finding[] {
  const persona = personas.indexOf(one.flags.get('persona') ?? 'regular');
  const marked = new Set(one.files.flatMap((file) => file.expected.map((expectation) => expectation.rule)));
  return workspaceOf(texts, one.flags, rules).findings().filter((finding) => (finding.rule === about || marked.has(finding.rule)) && personas.indexOf(finding.persona) <= persona);
}

/** A finding as a marker would say it, for readable differences. */
export function describeFinding(finding: Finding, texts: Texts): string {
  return `${finding.file} ${place(texts.get(finding.file)!, finding.span)} ${finding.rule}/${finding.messageId}`;
}

export function place(text: string, span: { start: number; end: number }): string {
  const lines = indexLines(text);
  const start = positionAt(lines, span.start);
  const end = positionAt(lines, span.end);
  return `${start.line + 1}:${start.character + 1}-${end.line === start.line ? '' : `${end.line + 1}:`}${end.character + 1}`;
}

/** The fix of a finding that a case is about: the one it names, else the first. */
export function chosenFix(workspace: Workspace, finding: Finding, flags: ReadonlyMap<string, string>): Fix | undefined {
  const fixes = workspace.fixesOf(finding);
  return flags.has('fix') ? fixes.find((fix) => fix.id === flags.get('fix')) : fixes[0];
}

/** Texts with a fix applied. Throws where its edits overlap: a fix must not. */
export function applyFix(texts: Texts, fix: Fix): Map<string, string> {
  const out = new Map(texts);
  for (const path of new Set(fix.edits.map((edit) => edit.file))) {
    const edited = applyEdits(out.get(path) ?? '', fix.edits.filter((edit) => edit.file === path));
    if (edited === undefined) throw new Error(`the edits of fix ${fix.id} overlap in ${path}`);
    out.set(path, edited);
  }
  return out;
}

/** Applies the chosen fix of one finding after the other until none is left. */
export function fixAll(one: Case, texts: Texts, rules: readonly Rule[], about: string): Map<string, string> {
  let now = new Map(texts);
  for (let round = 0; round < 60; round++) {
    const workspace = workspaceOf(now, one.flags, rules);
    const persona = personas.indexOf(one.flags.get('persona') ?? 'regular');
    const fix = workspace.findings().filter((finding) => finding.rule === about && personas.indexOf(finding.persona) <= persona).map((finding) => chosenFix(workspace, finding, one.flags)).find((found) => found !== undefined);
    if (!fix) return now;
    now = applyFix(now, fix);
  }
  throw new Error(`the fixes of ${about} do not come to an end`);
}

/** All files of a case as one text again: the golden's format. */
export function printTexts(texts: Texts): string {
  if (texts.size === 1 && texts.has('case.yaml')) return texts.get('case.yaml')!;
  return [...texts].map(([path, text]) => `#- ${path}\n${text.endsWith('\n') ? text : `${text}\n`}`).join('');
}

/** The fenced YAML examples of a rule's documentation, by the word behind `yaml`. */
export function examplesOf(markdown: string): { kind: string; yaml: string }[] {
  return [...markdown.matchAll(/^```yaml (bad|good|fixed)\n([\s\S]*?)^```$/gm)].map((match) => ({ kind: match[1]!, yaml: match[2]! }));
}
