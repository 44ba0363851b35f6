import type { Finding } from '../engine/lint/finding.ts';
import { knownOf, type Baseline } from './baseline.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import { isSelected } from './select.ts';
import type { LintSettings } from './settings.ts';

/** A finding and the workspace that it is of. */
export interface Found {
  readonly opened: OpenWorkspace;
  readonly finding: Finding;
}

/** The findings that were asked for, as the workspaces are now; those that a baseline knows apart. */
export interface Findings {
  readonly reported: readonly Found[];
  readonly known: readonly Found[];
}

/** Chooses by PATHs, flags and baseline. */
export function chooseFindings(workspaces: readonly OpenWorkspace[], { selection }: LintSettings, baseline: Baseline | undefined): Findings {
  const chosen = workspaces.flatMap((opened) => opened.workspace.findings().filter((finding) => opened.concerns(finding) && isSelected(selection, finding)).map((finding): Found => ({ opened, finding })));
  if (!baseline) return { reported: chosen, known: [] };
  const known = knownOf(baseline, chosen.map(({ finding }) => finding));
  return { reported: chosen.filter(({ finding }) => !known.has(finding)), known: chosen.filter(({ finding }) => known.has(finding)) };
}

/** The same finding before and after an edit elsewhere in its file. */
export function keyOf({ file, fingerprint }: Finding): string {
  return `${file}\n${fingerprint}`;
}
