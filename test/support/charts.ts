import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A chart of test/charts: its files by path. */
export interface TestChart {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

const folder = 'test/charts';

/** The charts of test/charts, each one text with `#- path` before every file. */
export function testCharts(): TestChart[] {
  return readdirSync(folder).filter((name) => name.endsWith('.chart')).sort().map((name) => {
    const pieces = readFileSync(join(folder, name), 'utf8').split(/^#- (.+)\n/m).slice(1);
    const files = pieces.flatMap((path, i) => (i % 2 === 0 ? [{ path, text: pieces[i + 1]! }] : []));
    return { name: name.replace('.chart', ''), files };
  });
}

/** Writes a chart into a folder; gives the folder. */
export function writeChart({ name, files }: TestChart, into: string): string {
  const root = join(into, name);
  for (const { path, text } of files) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
