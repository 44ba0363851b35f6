// What the integration tests share: real programs, run in temporary folders, and the manifests they are given.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after } from 'node:test';

export const root = resolve(import.meta.dirname, '../..');

/** Tools that `node scripts/setup.mjs --tests` installs. A test whose tool is missing fails. */
export const vsce = join(root, 'test/tools/node_modules/.bin/vsce');
export const preCommit = join(root, '.tools/pre-commit/bin/pre-commit');

/** An account, and a Deployment that mounts its token and shows no use for it, and the same without the mount. */
export const badManifest = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: ledger
  namespace: payments
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ledger
  namespace: payments
spec:
  selector:
    matchLabels: {app: ledger}
  template:
    metadata:
      labels: {app: ledger}
    spec:
      serviceAccountName: ledger
      automountServiceAccountToken: true
      containers:
        - name: ledger
          image: registry.example/ledger:2.0
`;
export const goodManifest = badManifest.replace('Token: true', 'Token: false');

/** A temporary folder that goes when the test file is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubewho-integration-'));
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Writes files below a folder. */
export function writeFiles(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

export interface Ended { code: number | null; stdout: string; stderr: string }

/** What npm, git and Node tell the programs that they start: it names this repository, and is not for programs that work elsewhere. */
const OF_THE_CALLER = /^(npm_(package|lifecycle|command|execpath|node_execpath)|npm_config_(.*prefix|global|user_agent)$|GIT_(DIR|INDEX_FILE|WORK_TREE|PREFIX)$|NODE_(OPTIONS|TEST_CONTEXT)$)/i;

/** Runs a program to its end, as if it had been started from a fresh terminal. */
export function run(program: string, args: string[], options: { cwd: string; env?: Record<string, string>; input?: string }): Ended {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_THE_CALLER.test(name)));
  const ended = spawnSync(program, args, { cwd: options.cwd, env: { ...env, ...options.env }, input: options.input ?? '', encoding: 'utf8', maxBuffer: 1 << 28 });
  if (ended.error) throw new Error(`${program} could not be started (is \`node scripts/setup.mjs --tests\` done?): ${ended.error.message}`);
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr };
}

/** As run(), for a program that has to succeed: fails with everything it said otherwise. Returns its standard output. */
export function runOk(program: string, args: string[], options: Parameters<typeof run>[2]): string {
  const ended = run(program, args, options);
  if (ended.code !== 0) throw new Error(`${program} ${args.join(' ')}: exit ${ended.code}\n${ended.stdout}${ended.stderr}`);
  return ended.stdout;
}
