/*
 * Draws findings of one rule on the corpus for its precision ledger:
 *
 *     node --import tsx test/precision/draw.ts RULE [SEED] [COUNT] [PERSONA]   > drawn.ndjson
 *
 * The seed orders all findings, so the same seed draws the same ones as long as they exist, and a finding that goes makes
 * room for the next. Lines that test/precision/RULE.ndjson has judged already keep their verdict; new ones come with
 * an empty one, to be filled in by a reader: "true", "false" or "debatable", with a reason and its source.
 *
 * Lines of projects `charts/NAME` are of public charts (docs/charts.md), read without Helm and held against what Helm
 * writes with their default values.
 */
import { existsSync, readFileSync } from 'node:fs';
import { hash, type Finding } from '../../engine/lint/finding.ts';
import { rules } from '../../rules/index.ts';
import { corpusProjects, corpusWorkspace } from '../corpus/projects.ts';

export interface LedgerLine {
  readonly rule: string;
  readonly project: string;
  readonly file: string;
  /** `Kind/namespace/name`; empty where the files do not tell. */
  readonly resource: string;
  readonly path: string;
  readonly messageId: string;
  readonly fingerprint: string;
  readonly verdict: 'true' | 'false' | 'debatable' | '';
  readonly reason: string;
  readonly source: string;
  /** What a second reader found: the line as it stood, or one whose verdict, reason or source had to change. */
  readonly reread?: 'agrees' | 'changed';
}

const personas = ['regular', 'pedantic', 'auditor'];

/** Reads a rule's ledger; none where it has no ledger yet. */
export function readLedger(rule: string): LedgerLine[] {
  const file = new URL(`${rule}.ndjson`, import.meta.url);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as LedgerLine) : [];
}

function lineOf(project: string, finding: Finding): LedgerLine {
  const { kind, namespace, name } = finding.resource;
  return {
    rule: finding.rule, project, file: finding.file, resource: `${kind}/${namespace ?? ''}/${name ?? ''}`, path: finding.path.join('.'), messageId: finding.messageId,
    fingerprint: finding.fingerprint, verdict: '', reason: '', source: '',
  };
}

/** The findings of a rule on the corpus up to a persona, in the order of a seed. */
export function draw(rule: string, seed: string, count: number, persona: string): LedgerLine[] {
  const drawn: { order: string; line: LedgerLine }[] = [];
  const chosen = rules.filter((one) => one.id === rule);
  for (const project of corpusProjects()) {
    for (const finding of corpusWorkspace(project, chosen).findings()) {
      if (finding.rule !== rule || personas.indexOf(finding.persona) > personas.indexOf(persona)) continue;
      drawn.push({ order: hash(`${seed}\n${project}\n${finding.file}\n${finding.fingerprint}`), line: lineOf(project, finding) });
    }
  }
  drawn.sort((a, b) => (a.order < b.order ? -1 : 1));
  return drawn.slice(0, count).map(({ line }) => line);
}

function main([rule, seed = '1', count = '30', persona = 'regular']: string[]): void {
  if (rule === undefined || !rules.some((one) => one.id === rule)) throw new Error(`usage: draw.ts RULE [SEED] [COUNT] [PERSONA]; rules: ${rules.map((one) => one.id).join(', ')}`);
  const judged = new Map(readLedger(rule).map((line) => [`${line.project}\n${line.file}\n${line.fingerprint}`, line]));
  console.error(`${rule}: seed ${seed}, up to ${count} findings, persona ${persona}`);
  for (const line of draw(rule, seed, Number(count), persona)) console.log(JSON.stringify(judged.get(`${line.project}\n${line.file}\n${line.fingerprint}`) ?? line));
}

if (process.argv[1]?.endsWith('draw.ts')) main(process.argv.slice(2));
