import { CodeActionKind, LSPErrorCodes, ResponseError, type CodeAction, type Connection, type WorkspaceEdit } from 'vscode-languageserver';
import type { Finding } from '../../engine/lint/finding.ts';
import type { Fix } from '../../engine/lint/fix.ts';
import { overlaps } from '../../engine/yaml/text.ts';
import { rules } from '../../rules/index.ts';
import type { Place, Session } from '../session.ts';
import { diagnosticOf } from './diagnostics.ts';
import { documentationAction } from './documentation.ts';
import { canApply, workspaceEdit } from './edits.ts';
import { canFixAll, fixAllEdit, fixAllKind } from './fixAll.ts';
import { suppressEdit } from './suppress.ts';

/** What an action needs to know again when it is chosen: its edit is computed then, against the text of then. */
type ActionData = { readonly uri: string } & (
  | { readonly kind: 'fix'; readonly fingerprint: string; readonly fix: string; readonly title: string }
  | { readonly kind: 'suppress'; readonly fingerprint: string }
  | { readonly kind: 'fixAll' });

export const codeActionKinds = [CodeActionKind.QuickFix, fixAllKind];

/** Quick fixes, "ignore here", "show documentation", and the safe fixes of a whole document. */
export function registerCodeActions(connection: Connection, session: Session): void {
  connection.onCodeAction(async ({ textDocument: { uri }, range, context: { only } }): Promise<CodeAction[]> => {
    const place = session.client.actions ? await session.place(uri) : undefined;
    if (!place) return [];
    const { project, path } = place;
    const actions: CodeAction[] = [];
    if (wants(only, CodeActionKind.QuickFix)) {
      const span = project.span(path, range);
      const here = project.findingsOf(path).filter((finding) => overlaps(finding.span, span));
      const fixes = here.map((finding) => fixActions(finding, place));
      actions.push(...fixes.flat(), ...here.flatMap((finding) => [...suppressAction(finding, place), ...documentationAction(finding.rule, session.client)]));
    }
    // Only where it is asked for: among the quick fixes of a finding it would be out of place.
    if (only && wants(only, fixAllKind) && canFixAll(place)) actions.push(...finish({ title: 'Apply all safe fixes of kubewho', kind: fixAllKind }, { kind: 'fixAll', uri }, place));
    return actions;
  });

  connection.onCodeActionResolve(async (action): Promise<CodeAction> => {
    const data = action.data as ActionData | undefined;
    const place = data && (await session.place(data.uri));
    const edit = place && editOf(data, place);
    if (!edit) throw new ResponseError(LSPErrorCodes.ContentModified, 'The text has changed: this no longer applies.');
    return { ...action, edit };
  });

  function fixActions(finding: Finding, place: Place): CodeAction[] {
    const fixes = place.project.workspace.fixesOf(finding).filter(({ edits }) => canApply(edits, session.client));
    const preferred = fixes.find((fix) => fix.safe && !fix.choice);
    return fixes.flatMap((fix) =>
      finish(
        { title: titleOf(fix), kind: CodeActionKind.QuickFix, diagnostics: [diagnosticOf(place.project, finding, session.client)], ...(fix === preferred ? { isPreferred: true } : {}) },
        { kind: 'fix', uri: place.uri, fingerprint: finding.fingerprint, fix: fix.id, title: fix.title },
        place,
      ));
  }

  function suppressAction(finding: Finding, place: Place): CodeAction[] {
    const isAboutSuppressions = rules.some((rule) => rule.id === finding.rule && rule.family === 'meta');
    if (isAboutSuppressions || !suppressEdit(place.project, finding, session.client)) return [];
    const action = { title: `Ignore ${finding.rule} here, with a reason`, kind: CodeActionKind.QuickFix, diagnostics: [diagnosticOf(place.project, finding, session.client)] };
    return finish(action, { kind: 'suppress', uri: place.uri, fingerprint: finding.fingerprint }, place);
  }

  /** An action with its edit, or with what is needed to make it later; none where there would be no edit. */
  function finish(action: CodeAction, data: ActionData, place: Place): CodeAction[] {
    if (session.client.resolvesEdits) return [{ ...action, data }];
    const edit = editOf(data, place);
    return edit ? [{ ...action, edit }] : [];
  }

  function editOf(data: ActionData, { project, path }: Place): WorkspaceEdit | undefined {
    if (data.kind === 'fixAll') return fixAllEdit(project, path, session.client);
    const finding = project.findingsOf(path).find((one) => one.fingerprint === data.fingerprint);
    if (!finding) return undefined;
    if (data.kind === 'suppress') return suppressEdit(project, finding, session.client);
    const fix = project.workspace.fixesOf(finding).find((one) => one.id === data.fix && one.title === data.title);
    return fix && workspaceEdit(project, fix.edits, session.client);
  }
}

/** Whether a kind was asked for: all are, or one that it is or lies under. */
function wants(only: readonly string[] | undefined, kind: string): boolean {
  return only === undefined || only.some((one) => kind === one || kind.startsWith(`${one}.`) || one === '');
}

/** An unsafe fix says what to check (contract.md, safe and unsafe). */
function titleOf({ title, safe }: Fix): string {
  return safe || /\(check\b/.test(title) ? title : `${title} (check: "Fix safety" in the rule's documentation)`;
}
