import { randomBytes } from 'node:crypto';
import { readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { HostError, type DirectoryEntry, type Host } from './host.ts';

/** The host of the command line and of the language server under Node. */
export const nodeHost: Host = {
  async readFile(path) {
    return readFile(path).catch((error: NodeJS.ErrnoException) => { throw hostError(path, error); });
  },
  async readDirectory(path) {
    const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => { throw hostError(path, error); });
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

function hostError(path: string, error: NodeJS.ErrnoException): HostError {
  if (error.code === 'ENOENT') return new HostError(path, 'missing', 'no such file or directory');
  if (error.code === 'EACCES' || error.code === 'EPERM') return new HostError(path, 'denied', 'permission denied');
  return new HostError(path, 'other', error.message);
}
