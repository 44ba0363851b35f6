import type { Finding } from '../engine/lint/finding.ts';
import type { SourceFile, Workspace } from '../engine/lint/workspace.ts';
import type { Skipped } from '../engine/lint/skipped.ts';
import type { Encoding } from '../sources/encoding.ts';
import type { Naming } from './report.ts';

/** A workspace with its findings, and what is needed to report on it and to write to it. */
export interface OpenWorkspace {
  /** Absolute path; "" where text stands alone. */
  readonly root: string;
  readonly workspace: Workspace;
  readonly naming: Naming;
  readonly skipped: readonly Skipped[];
  /** Whether a file is reported on: it lies in a PATH, and changed where only what changed counts. */
  reports(path: string): boolean;
  /** Whether a finding is reported, for its place or, where only what changed counts, for a related one. */
  concerns(finding: Finding): boolean;
  /** Whether this run looked at a file, by its absolute path: also one that is no longer there. */
  covers(absolute: string): boolean;
  /** How a file is read, also one that a fix makes; undefined for a file that must not be written. */
  sourceOf(path: string): Omit<SourceFile, 'text'> | undefined;
  encodingOf(path: string): Encoding;
  absolute(path: string): string;
}
