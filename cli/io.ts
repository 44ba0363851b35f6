import type { Host } from '../sources/host.ts';

/** One of the two streams that a command writes to. */
export interface Output {
  /** Text, or bytes that are to stay as they are. */
  write(text: string | Uint8Array): void;
  /** Whether a terminal, so presumably a person, reads it. */
  readonly isTTY: boolean;
  /** Cells of the terminal's width, where it is one. */
  readonly columns: number | undefined;
}

/** All that a command sees of the world. */
export interface Io {
  /** The current folder, absolute, with `/`. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly host: Host;
  readonly out: Output;
  readonly err: Output;
  /** All of standard input. */
  readStdin(): Promise<Uint8Array>;
}

/** Exit codes of contract.md. */
export const exitCode = { ok: 0, found: 1, usage: 2, internal: 4 } as const;
