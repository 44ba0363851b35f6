import type { Finding } from '../engine/lint/finding.ts';
import type { Persona, Severity } from '../engine/lint/rule.ts';

/** What the client sets for everybody who uses it; what belongs to the files is in kubewho.yaml. */
export interface Settings {
  readonly enable: boolean;
  readonly persona: Persona;
  readonly minSeverity: Severity;
  /** Whether Helm renders charts, in workspaces that are trusted. */
  readonly render: 'auto' | 'never';
}

export const defaultSettings: Settings = { enable: true, persona: 'regular', minSeverity: 'info', render: 'auto' };

const personas: readonly Persona[] = ['regular', 'pedantic', 'auditor'];
const severities: readonly Severity[] = ['info', 'warning', 'error'];

/**
 * Reads settings as a client sends them: anything; what is not a valid value counts as not set.
 * @param otherwise what holds where nothing is set
 */
export function readSettings(sent: unknown, otherwise: Settings = defaultSettings): Settings {
  const { enable, persona, minSeverity, render } = (typeof sent === 'object' && sent !== null ? sent : {}) as Partial<Record<keyof Settings, unknown>>;
  return {
    enable: typeof enable === 'boolean' ? enable : otherwise.enable,
    persona: personas.find((one) => one === persona) ?? otherwise.persona,
    minSeverity: severities.find((one) => one === minSeverity) ?? otherwise.minSeverity,
    render: render === 'never' || render === 'auto' ? render : otherwise.render,
  };
}

/** Whether a finding is shown: personas are cumulative (contract.md, lint). */
export function isShown({ persona, severity }: Finding, settings: Settings): boolean {
  return settings.enable && personas.indexOf(persona) <= personas.indexOf(settings.persona) && severities.indexOf(severity) >= severities.indexOf(settings.minSeverity);
}
