import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../engine/lint/finding.ts';
import { Cursor } from '../../engine/yaml/cursor.ts';
import { parseYaml } from '../../engine/yaml/parse.ts';
import { splitStream } from '../../engine/yaml/split.ts';

/*
 * A second opinion on places, by Helm itself: every line of a template that ends in plain text gets a comment with its
 * number, and what Helm writes then says from which line it is.
 */

/** A copy of a chart with marked lines, in a scratch folder that goes when `use` is done. */
export async function withMarks<T>(folder: string, templates: readonly string[], use: (marked: string) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'kubewho-marks-'));
  try {
    cpSync(folder, scratch, { recursive: true });
    for (const path of templates) writeFileSync(join(scratch, path), marked(readFileSync(join(folder, path), 'utf8')));
    return await use(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Marks the lines that end outside of actions and block texts, where no trim mark would eat what follows. */
function marked(text: string): string {
  const actions = [...text.matchAll(/\{\{[\s\S]*?\}\}/g)].map((match) => [match.index, match.index + match[0].length] as const);
  const inAction = (at: number): boolean => actions.some(([start, end]) => at >= start && at < end);
  let block = -1;
  let offset = 0;
  return text.split('\n').map((line, i, lines) => {
    const end = offset + line.length;
    const indent = /^ */.exec(line)![0].length;
    if (line.trim() !== '' && indent <= block) block = -1;
    const plain = block < 0 && /\S/.test(line) && !inAction(end) && !inAction(offset) && !/-\}\}\s*$/.test(line) && !/^\s*\{\{-/.test(line) && !/^\s*\{\{-/.test(lines[i + 1] ?? '') && !line.includes('#') && !/^---/.test(line) && !/["'][^"']*$/.test(line.replace(/"[^"]*"|'[^']*'/g, ''));
    if (/[|>][-+0-9]*\s*$/.test(line)) block = indent;
    offset = end + 1;
    return plain && block < 0 ? `${line} #@${i + 1}` : line;
  }).join('\n');
}

/**
 * The lines, from 1, that a finding in a template may be on according to marked output: that of what was found, or where it
 * says that it is somewhere else, those of what that is in. None where no mark tells.
 */
export function markedLines(stream: string, finding: Finding, source: string): number[] {
  const { path, mapping } = finding;
  const paths = mapping === 'exact' ? [path] : [...path.keys()].map((length) => path.slice(0, length + 1)).concat([['kind']]);
  return paths.flatMap((one) => markedLine(stream, { ...finding, path: one }, source) ?? []);
}

function markedLine(stream: string, finding: Finding, source: string): number | undefined {
  let from: string | undefined;
  for (const { text } of splitStream(stream)) {
    from = [...text.matchAll(/^# Source: [^/]+\/(.+?)[ \t]*$/gm)].at(-1)?.[1] ?? from;
    if (from !== source) continue;
    const root = Cursor.root(parseYaml(text, 'kubernetes').root);
    const kind = root.get('kind').string();
    const name = root.at('metadata', 'name').string();
    if (kind.state !== 'known' || kind.value !== finding.resource.kind || (name.state === 'known' && name.value !== finding.resource.name)) continue;
    const place = finding.path.reduce<Cursor | undefined>((at, step) => (typeof step === 'number' ? at?.items()[step] : at?.get(step)), root)?.place();
    if (!place) return undefined;
    const end = text.indexOf('\n', place.span.start);
    const mark = /#@(\d+)\s*$/.exec(text.slice(text.lastIndexOf('\n', place.span.start - 1) + 1, end < 0 ? undefined : end));
    return mark ? Number(mark[1]) : undefined;
  }
  return undefined;
}
