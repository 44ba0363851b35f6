// Conversations with the real command: the built bundle, as a process, in a folder of its own.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const program = join(root, 'dist/cli.js');

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly stdin?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the command to its end. */
export function kubewho(args: readonly string[], { cwd, stdin = '', env = {} }: RunOptions = {}): Answer {
  const { NO_COLOR: _, FORCE_COLOR: __, ...rest } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd, input: stdin, env: { ...rest, ...env }, encoding: 'utf8', maxBuffer: 1 << 28 });
  return { code: status, stdout, stderr };
}

/** A folder with some files, removed after the tests of this file. Names may have folders in them. */
export function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubewho-cli-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  write(folder, files);
  return folder;
}

export function write(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

export function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

/** A Deployment; a finding of automounted-token unless the account or `automount` says otherwise. */
export function deployment(name: string, { namespace = 'shop', account = '', automount = '' } = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
${account && `      serviceAccountName: ${account}\n`}${automount && `      automountServiceAccountToken: ${automount}\n`}      containers:
        - name: main
          image: registry.example/${name}:1
`;
}

/** A ServiceAccount that opts out of mounting its token. */
export function account(name: string, namespace = 'shop'): string {
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\nautomountServiceAccountToken: false\n`;
}

/** What most tests here look for, whatever other rules say of the same manifests. */
export const only = ['--select', 'automounted-token'] as const;

/** The files of a JSON report's findings, one for each finding. */
export function places(stdout: string): string[] {
  return (JSON.parse(stdout) as { findings: { file: string }[] }).findings.map((finding) => finding.file);
}
