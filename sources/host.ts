/**
 * Everything that is not computation: files, processes, the clock. One small asynchronous interface with a Node and a
 * browser implementation, so that the same server runs in a web worker. Paths are absolute, with `/`.
 */
export interface Host {
  /** The bytes of a file. Rejects with a HostError where it cannot be read, `large` where it has more than `limit` bytes. */
  readFile(path: string, limit?: number): Promise<Uint8Array>;
  /** The entries of a directory, symlinks left out; rejects with a HostError where it cannot be read. */
  readDirectory(path: string): Promise<readonly DirectoryEntry[]>;
  /** The symlinks of a directory, and of each what it leads to, if that lies in a folder. Absent where there are none. */
  links?(path: string, within: string): Promise<readonly { readonly name: string; readonly kind: DirectoryEntry['kind'] | undefined }[]>;
  /** What a path is, or undefined where nothing is there. */
  stat(path: string): Promise<{ readonly kind: 'file' | 'directory'; readonly size: number } | undefined>;
  /** Replaces a file's content as a whole or not at all. */
  writeFile?(path: string, bytes: Uint8Array): Promise<void>;
  /** Runs a program without a shell, in the environment of this process with some variables set; rejects with a HostError where it cannot be started, takes too long or is no longer wanted. Absent where there are no processes. */
  run?(command: string, args: readonly string[], options: { readonly cwd: string; readonly timeoutMs: number; readonly signal?: AbortSignal | undefined; readonly environment?: Readonly<Record<string, string>> }): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  /** Makes an empty folder outside of every workspace for as long as it is used. Absent where there are no processes. */
  withFolder?<T>(use: (folder: string) => Promise<T>): Promise<T>;
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory';
}

/** A file or directory that cannot be read or written, with a sentence for the user. */
export class HostError extends Error {
  constructor(readonly path: string, readonly code: 'missing' | 'denied' | 'large' | 'other', message: string) { super(message); }
}
