import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { hash, type Finding } from '../../engine/lint/finding.ts';
import { Workspace } from '../../engine/lint/workspace.ts';
import { rules } from '../../rules/index.ts';
import { corpusAbsent } from '../support/absent.ts';
import { examplesOf, parseCase } from '../support/cases.ts';
import { corpusProjects, corpusTexts } from './projects.ts';

/*
 * Planted faults: the bad example of each rule is put into twenty files of the corpus, as further documents, as items of
 * a list, in flow style, under CRLF, in front and behind. It must be found at the same words as in the documentation.
 */
const forms: readonly { name: string; plant: (host: string, fault: string) => string }[] = [
  { name: 'behind', plant: (host, fault) => `${endLine(host)}---\n${fault}` },
  { name: 'in front', plant: (host, fault) => `${endLine(fault)}---\n${host.replace(/^%.*\n/gm, '')}` },
  { name: 'CRLF', plant: (host, fault) => `${endLine(host)}---\n${fault}`.replace(/\r?\n/g, '\r\n') },
  { name: 'List', plant: (host, fault) => `${endLine(host)}---\napiVersion: v1\nkind: List\nitems:\n${documentsOf(fault).map((text) => `  - ${text.trimEnd().replace(/\n/g, '\n    ')}\n`).join('')}` },
  { name: 'flow', plant: (host, fault) => `${endLine(host)}---\n${parseAllDocuments(fault).map((document) => JSON.stringify(document.toJS(), null, 1)).join('\n---\n')}\n` },
];

const projects = corpusProjects();
const filesPerRule = 20;

if (projects.length === 0) corpusAbsent(rules.length * filesPerRule);
else {
  const hosts = projects.flatMap((project) => [...corpusTexts(project)].filter(([path, text]) => /\.ya?ml$/.test(path) && text.length < 60_000 && /^kind:/m.test(text) && !text.includes('{{')).map(([path, text]) => ({ name: `${project}/${path}`, text })));
  for (const rule of rules) {
    const readme = `rules/${rule.family}/${rule.id}/README.md`;
    if (!existsSync(readme)) continue;
    const example = parseCase(examplesOf(readFileSync(readme, 'utf8')).find(({ kind }) => kind === 'bad')?.yaml ?? '');
    const fault = example.files.map((file) => endLine(file.text.replace(/^\s*(?:---\n)?/, ''))).join('---\n');
    // Flow style is written from data here, where comments are gone.
    const usable = forms.filter((form) => rule.family !== 'meta' || form.name !== 'flow');
    const wanted = wordsOf(lint(fault), fault, rule.id);
    describe(`${rule.id} in other people's files`, () => {
      const drawn = [...hosts].sort((a, b) => (hash(rule.id + a.name) < hash(rule.id + b.name) ? -1 : 1)).slice(0, filesPerRule);
      drawn.forEach((host, i) => {
        const { name, plant } = usable[i % usable.length]!;
        test(`${name}: ${host.name}`, () => {
          const text = plant(host.text, fault);
          const found = wordsOf(lint(text), text, rule.id);
          for (const words of wanted) assert.ok(found.includes(words), `"${words}" is not among ${JSON.stringify(found)}`);
        });
      });
    });
  }
}

function lint(text: string): readonly Finding[] {
  const workspace = new Workspace(rules);
  workspace.set({ path: 'file.yaml', text, dialect: 'kubernetes', scope: '', role: 'manifest' });
  return workspace.findings();
}

/** What a finding underlines: object, last steps of the path and the words, without quotes that flow style adds. */
function wordsOf(findings: readonly Finding[], text: string, rule: string): string[] {
  return findings.filter((finding) => finding.rule === rule).map(({ messageId, resource, path, span }) => `${messageId} ${resource.kind}/${resource.name} ${path.slice(path[0] === 'items' ? 2 : 0).join('.')}: ${text.slice(span.start, span.end).replace(/^["']|["']$/g, '')}`);
}

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function documentsOf(text: string): string[] {
  return text.split(/^---\n/m).filter((one) => one.trim() !== '');
}
