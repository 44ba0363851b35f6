import type { SyntaxProblem } from '../yaml/node.ts';
import type { Span } from '../yaml/text.ts';

/** What is not judged, and why. */
export interface Skipped {
  readonly file: string;
  readonly document: number | null;
  /** `builds`: more Kustomize builds than are judged each for itself. */
  readonly reason: SyntaxProblem['reason'] | 'encoding' | 'size' | 'unreadable' | 'missing' | 'builds';
  readonly detail: string;
  /** Where in the file, as far as known. */
  readonly span?: Span;
}
