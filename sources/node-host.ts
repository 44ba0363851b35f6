import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { HostError, type DirectoryEntry, type Host } from './host.ts';

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
  async stat(path) {
    const found = await stat(path).catch(() => undefined);
    return found && (found.isFile() || found.isDirectory()) ? { kind: found.isFile() ? 'file' : 'directory', size: found.size } : undefined;
  },
  async writeFile(path, bytes) {
    // A rename within one directory is atomic: a reader sees the old text or the new one.
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      const { mode } = await stat(path).catch(() => ({ mode: 0o644 }));
      await writeFile(temporary, bytes, { mode });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw hostError(path, error as NodeJS.ErrnoException);
    }
  },
  now: () => Date.now(),
};

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
