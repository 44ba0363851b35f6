import { HostError, type DirectoryEntry, type Host } from './host.ts';
import { parentOf } from './path.ts';

/**
 * A host over files held in memory: for a web worker, which has no others, and for tests.
 * @param files contents by absolute path; a caller may change the map while the host is in use
 * @param now milliseconds since the epoch
 */
export function memoryHost(files: Map<string, string | Uint8Array>, now: () => number = Date.now): Host {
  const encoder = new TextEncoder();
  const bytesOf = (path: string): Uint8Array | undefined => {
    const content = files.get(path);
    return typeof content === 'string' ? encoder.encode(content) : content;
  };
  return {
    async readFile(path, limit = Infinity) {
      const bytes = bytesOf(path);
      if (!bytes) throw new HostError(path, 'missing', 'no such file or directory');
      if (bytes.length > limit) throw new HostError(path, 'large', `larger than ${Math.floor(limit / 1024 / 1024)} MB`);
      return bytes;
    },
    async readDirectory(path) {
      const entries = new Map<string, DirectoryEntry>();
      for (const file of files.keys()) {
        if (!file.startsWith(prefixOf(path))) continue;
        const [name, ...below] = file.slice(prefixOf(path).length).split('/') as [string, ...string[]];
        entries.set(name, { name, kind: below.length > 0 ? 'directory' : 'file' });
      }
      if (entries.size === 0 && parentOf(path) !== undefined) throw new HostError(path, 'missing', 'no such file or directory');
      return [...entries.values()];
    },
    async stat(path) {
      const bytes = bytesOf(path);
      if (bytes) return { kind: 'file', size: bytes.length };
      for (const file of files.keys()) if (file.startsWith(prefixOf(path))) return { kind: 'directory', size: 0 };
      return undefined;
    },
    async writeFile(path, bytes) {
      files.set(path, bytes);
    },
    now,
  };
}

function prefixOf(directory: string): string {
  return directory.endsWith('/') ? directory : `${directory}/`;
}
