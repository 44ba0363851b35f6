import { constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { access, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { sep } from 'node:path';
import { HostError, type DirectoryEntry, type Host } from './host.ts';

/** What a program may say before it is stopped. */
const maxOutputBytes = 256 * 1024 * 1024;

/** What ends this process without `exit` being told to it (nodejs.org/api/process.html, "Signal events"): programs that it runs are ended first. */
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * The host of the command line and of the language server under Node. Files are read with blocking calls: 5,000 manifests
 * take a quarter of the time that they take through the thread pool. Who reads many lets the event loop breathe between them.
 */
export const nodeHost: Host = {
  async readFile(path, limit = Infinity) {
    return attempt(path, () => {
      const { size } = statSync(path);
      if (size > limit) throw new HostError(path, 'large', `larger than ${Math.floor(limit / 1024 / 1024)} MB`);
      return readFileSync(path);
    });
  },
  async readDirectory(path) {
    const entries = attempt(path, () => readdirSync(path, { withFileTypes: true }));
    return entries.flatMap((entry): DirectoryEntry[] => (entry.isFile() ? [{ name: entry.name, kind: 'file' }] : entry.isDirectory() ? [{ name: entry.name, kind: 'directory' }] : []));
  },
  async links(path, within) {
    const links = attempt(path, () => readdirSync(path, { withFileTypes: true })).filter((entry) => entry.isSymbolicLink());
    if (links.length === 0) return [];
    const folder = await realpath(within);
    return Promise.all(links.map(async ({ name }) => {
      const target = await realpath(`${path}/${name}`).catch(() => undefined);
      const isInside = target !== undefined && target.startsWith(`${folder.replace(/[\\/]$/, '')}${sep}`);
      const found = isInside ? await stat(target).catch(() => undefined) : undefined;
      return { name, kind: found?.isFile() ? 'file' : found?.isDirectory() ? 'directory' : undefined };
    }));
  },
  async stat(path) {
    const found = await stat(path).catch(() => undefined);
    return found && (found.isFile() || found.isDirectory()) ? { kind: found.isFile() ? 'file' : 'directory', size: found.size } : undefined;
  },
  async writeFile(path, bytes) {
    try {
      // A link stays a link: what it leads to is written.
      const target = await realpath(path).catch(() => path);
      const before = await stat(target).catch(() => undefined);
      if (before) await access(target, constants.W_OK);
      // A device or a pipe has no content to replace.
      if (before && !before.isFile()) await writeFile(target, bytes);
      else await replaceFile(target, bytes, before?.mode ?? 0o644);
    } catch (error) {
      throw hostError(path, error as NodeJS.ErrnoException);
    }
  },
  async run(command, args, { cwd, timeoutMs, signal, environment }) {
    // Loaded where it is used: most runs start no program.
    const { execFile } = await import('node:child_process');
    // Windows looks for programs in the working folder first, unless this is set (libuv, src/win/process.c): what lies in a chart is none of them.
    process.env['NoDefaultCurrentDirectoryInExePath'] = '1';
    return new Promise((resolve, reject) => {
      // Helm takes SIGTERM for a wish to cancel, and goes on with the template that it is at.
      const options = { cwd, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: maxOutputBytes, encoding: 'utf8', windowsHide: true, env: { ...process.env, ...environment } } as const;
      const child = execFile(command, [...args], options, (error, stdout, stderr) => {
        process.off('exit', end);
        for (const one of signals) process.off(one, pass);
        signal?.removeEventListener('abort', end);
        if (signal?.aborted) reject(new HostError(command, 'other', 'no longer wanted'));
        else if (error?.killed && error.signal === options.killSignal) reject(new HostError(command, 'other', `took longer than ${timeoutMs / 1000} s`));
        else if (error && typeof error.code !== 'number') reject(hostError(command, error as NodeJS.ErrnoException));
        else resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
      const end = (): void => {
        // What it started itself may hold these open.
        child.stdout?.destroy();
        child.stderr?.destroy();
        child.kill(options.killSignal);
      };
      const pass = (one: NodeJS.Signals): void => {
        end();
        process.kill(process.pid, one);
      };
      process.once('exit', end);
      for (const one of signals) process.once(one, pass);
      if (signal?.aborted) end();
      else signal?.addEventListener('abort', end);
    });
  },
  async withFolder(use) {
    const { mkdtemp } = await import('node:fs/promises');
    const { tmpdir } = await import('node:os');
    // The way back from it is counted in folders as they are, not in links to them.
    const folder = await mkdtemp(`${await realpath(tmpdir())}/kubewho-`);
    try {
      return await use(folder.replaceAll('\\', '/'));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  now: () => Date.now(),
};

/** A rename within one directory is atomic: a reader sees the old text or the new one. */
async function replaceFile(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const temporary = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`;
  try {
    // wx: whatever has this name already is not ours to write to.
    await writeFile(temporary, bytes, { mode, flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof HostError ? error : hostError(path, error as NodeJS.ErrnoException);
  }
}

function hostError(path: string, error: NodeJS.ErrnoException): HostError {
  if (error.code === 'ENOENT') return new HostError(path, 'missing', 'no such file or directory');
  if (error.code === 'EACCES' || error.code === 'EPERM') return new HostError(path, 'denied', 'permission denied');
  return new HostError(path, 'other', error.message);
}
