import { HostError, type Host } from './host.ts';
import { offline, wantedToFetch } from './offline.ts';

/** How Helm is asked. */
export interface RenderOptions {
  /** The program: a name on PATH, or a path. */
  readonly helm: string;
  /** The release's name and namespace. */
  readonly release: string;
  readonly namespace: string;
  readonly kubernetesMinor: number;
  /** Ends Helm when its output is no longer wanted. */
  readonly signal?: AbortSignal;
  /** What Helm may write, in UTF-16 code units; without it, what a program may say at all. */
  readonly limit?: number;
}

/** What Helm wrote, or why it wrote nothing: its own words, or that it is not there. */
export type Rendering = { readonly text: string } | { readonly failed: string } | { readonly missing: true };

/** Longer than any chart takes; a chart that takes longer is stopped. */
const timeoutMs = 60_000;

/**
 * Renders a chart with the user's own Helm: no shell, no network (dependencies that are not there are not fetched), and no
 * longer than a minute. Values that are checked against a schema of the network go unchecked.
 * @param chart the chart's folder, absolute
 * @param values further values files, absolute
 */
export async function renderChart(host: Host, chart: string, values: readonly string[], { helm, release, namespace, kubernetesMinor, signal, limit = Infinity }: RenderOptions): Promise<Rendering> {
  if (!host.run) return { missing: true };
  const args = ['template', release, chart, '--kube-version', `1.${kubernetesMinor}.0`, '--namespace', namespace, ...values.flatMap((file) => ['--values', listed(file)])];
  try {
    const options = { cwd: chart, timeoutMs, signal, environment: offline };
    let { code, stdout, stderr } = await host.run(helm, args, options);
    if (code !== 0 && wantedToFetch(stderr)) ({ code, stdout, stderr } = await host.run(helm, [...args, '--skip-schema-validation'], options));
    // Helm before 3.16 checks always.
    if (code !== 0 && stderr.includes('unknown flag: --skip-schema-validation')) return { failed: 'its values are checked against a schema on the network, and nothing is fetched' };
    if (code !== 0) return { failed: firstWords(stderr) };
    return stdout.length > limit ? { failed: `its output is longer than ${limit / 1024 / 1024} MB` } : { text: stdout };
  } catch (error) {
    if (error instanceof HostError && error.code === 'missing') return { missing: true };
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

/** A path as an item of the comma-separated list that Helm takes values files for (pflag, StringSlice: read as CSV). */
function listed(file: string): string {
  return /[,"\n]/.test(file) ? `"${file.replaceAll('"', '""')}"` : file;
}

/** Helm's message without its hints. */
function firstWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('Use --debug') && !line.startsWith('WARNING'));
  return lines.join(' ').replace(/^Error: /, '').slice(0, 1000) || 'helm template failed';
}
