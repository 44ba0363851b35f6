/*
 * npm run bench: how fast kubewho is, as ratios against a raw read or against the YAML library in the same run. Times are
 * printed for reading; no test asserts one.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { Workspace } from '../../engine/lint/workspace.ts';
import { rules } from '../../rules/index.ts';
import { timeChart } from './chart.ts';
import { timeIdentity } from './identity.ts';
import { timeEdits } from './server.ts';

const milliseconds = (task: () => void): number => {
  const start = process.hrtime.bigint();
  task();
  return Number(process.hrtime.bigint() - start) / 1e6;
};
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const quantile = (values: readonly number[], q: number): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]!;
const show = (label: string, text: string) => console.log(`${label.padEnd(62)} ${text}`);

/** One Deployment of 17 lines, so that 300 of them make a file of about 5,000 lines. */
const deployment = (i: number, image: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${i}
  namespace: team-${i % 10}
spec:
  selector:
    matchLabels: { app: app-${i} }
  template:
    metadata:
      labels: { app: app-${i} }
    spec:
      serviceAccountName: account-${i % 150}
      containers:
        - name: main
          image: ${image}
`;

function benchEdit(): void {
  const documents = Array.from({ length: 300 }, (_, i) => deployment(i, 'registry.example/app:1'));
  const text = () => documents.join('---\n');
  const workspace = new Workspace(rules);
  const put = () => workspace.set({ path: 'all.yaml', text: text(), dialect: 'kubernetes', scope: '', role: 'manifest' });
  const cold = milliseconds(() => { put(); workspace.findingsOf('all.yaml'); });
  const times: number[] = [];
  const parsed: number[] = [];
  for (let i = 0; i < 300; i++) {
    documents[(i * 7) % 300] = deployment((i * 7) % 300, `registry.example/app:${i + 2}`);
    const before = workspace.work.parsed;
    times.push(milliseconds(() => { put(); workspace.findingsOf('all.yaml'); }));
    parsed.push(workspace.work.parsed - before);
  }
  const lines = text().split('\n').length;
  show(`edit in a file of ${lines} lines, 300 documents`, `p50 ${median(times).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms; documents parsed per edit: ${Math.max(...parsed)}; ${(cold / median(times)).toFixed(0)}x faster than from scratch`);
}

/** The same edits over the language server's real process: text in, diagnostics out. Needs the build. */
async function benchServer(): Promise<void> {
  const lines = Array.from({ length: 300 }, (_, i) => deployment(i, 'registry.example/app:1')).join('---\n').split('\n');
  const images = lines.flatMap((line, i) => (line.startsWith('          image:') ? [i] : []));
  const edits = Array.from({ length: 200 }, (_, i) => ({ line: images[(i * 7) % images.length]!, text: `          image: registry.example/app:${i + 2}` }));
  const times = await timeEdits(lines, edits);
  show('the same over the language server, answer included', `p50 ${median(times).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms`);
}

function benchLarge(): void {
  const folder = '../shared/corpus/large';
  if (!existsSync(folder)) return console.log('corpus: not present, large files not measured');
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8');
    const read = median(Array.from({ length: 5 }, () => milliseconds(() => readFileSync(path, 'utf8'))));
    const lint = median(Array.from({ length: 5 }, () => milliseconds(() => {
      const workspace = new Workspace(rules);
      workspace.set({ path: name, text, dialect: 'kubernetes', scope: '', role: 'manifest' });
      workspace.findings();
    })));
    const library = milliseconds(() => { parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false }); });
    show(`${name} (${(text.length / 1e6).toFixed(1)} MB)`, `${lint.toFixed(0)} ms; ${(lint / read).toFixed(0)}x a raw read; the YAML library alone takes ${(library / lint).toFixed(library < lint ? 2 : 0)}x as long`);
  }
}

function benchCorpus(): void {
  const folder = '../shared/corpus/manifests';
  if (!existsSync(folder)) return console.log('corpus: not present, its projects not measured');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ya?ml$/.test(name));
  let texts: string[] = [];
  const read = milliseconds(() => { texts = files.map((name) => readFileSync(join(folder, name), 'utf8')); });
  const workspace = new Workspace(rules);
  let findings = 0;
  const lint = milliseconds(() => {
    files.forEach((name, i) => workspace.set({ path: name, text: texts[i]!, dialect: 'kubernetes', scope: name.split(/[\\/]/)[0]!, role: 'manifest' }));
    findings = workspace.findings().length;
  });
  const megabytes = texts.reduce((sum, text) => sum + text.length, 0) / 1e6;
  show(`corpus: ${files.length} files, ${megabytes.toFixed(1)} MB, ${findings} findings`, `${(lint / 1000).toFixed(2)} s; ${(lint / read).toFixed(1)}x a raw read (${read.toFixed(0)} ms)`);
}

function benchIdentity(): void {
  const { accounts, bindings, megabytes, read, link, permissions, questions, reach, inventory, admins, memory } = timeIdentity(milliseconds);
  const total = link + permissions + questions + reach + inventory;
  show(`identity: ${accounts} accounts, ${bindings} bindings (${megabytes.toFixed(1)} MB)`, `${total.toFixed(0)} ms for all below; ${(total / read).toFixed(1)}x the reading of the text (${read.toFixed(0)} ms); ${memory.toFixed(0)} MiB`);
  show('  graph; permissions of each; a question of each', `${link.toFixed(0)} ms; ${permissions.toFixed(0)} ms; ${questions.toFixed(0)} ms`);
  show(`  reach of each (${admins} to cluster-admin); inventory`, `${reach.toFixed(0)} ms; ${inventory.toFixed(0)} ms`);
}

function benchChart(): void {
  const { templates, load, template, helper, values } = timeChart(milliseconds);
  const of = (times: readonly number[]) => `p50 ${median(times).toFixed(1)} ms (${((100 * median(times)) / load).toFixed(0)} %)`;
  show(`chart of ${templates} templates: reading it whole takes ${load.toFixed(0)} ms, of which`, `an edit of a template ${of(template)}; of a helper ${of(helper)}; of values ${of(values)}`);
}

async function main(): Promise<void> {
  // First, so that the memory is its own.
  benchIdentity();
  benchEdit();
  benchChart();
  await benchServer();
  benchLarge();
  benchCorpus();
}

void main();
