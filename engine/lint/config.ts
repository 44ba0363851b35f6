import type { Severity } from './rule.ts';

/** The settings of one rule in kubewho.yaml. */
export interface RuleSettings {
  readonly severity?: Severity | 'off';
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Files that belong together, by path patterns relative to kubewho.yaml. */
export interface ScopeSettings {
  readonly name: string;
  readonly paths: readonly string[];
  /** All Namespaces, workloads, accounts and bindings of its namespaces are in these files (contract.md, safe and unsafe). */
  readonly complete: boolean;
}

/** kubewho.yaml after validation: plain data. */
export interface Configuration {
  readonly rules: Readonly<Record<string, RuleSettings>>;
  readonly scopes: readonly ScopeSettings[];
  /** Path patterns of objects of a cluster that resolve references and are never reported on. */
  readonly context: readonly string[];
  /** Whether a suppression without a reason is a finding. */
  readonly requireReasons: boolean;
  /** The Kubernetes minor version to judge by. */
  readonly kubernetesMinor: number;
}

export const defaultConfiguration: Configuration = { rules: {}, scopes: [], context: [], requireReasons: false, kubernetesMinor: 36 };

/** A fault in kubewho.yaml. Lines and columns from 1. */
export interface ConfigurationProblem {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** What can be used of a kubewho.yaml, and what is wrong with the rest. */
export interface ParsedConfiguration {
  readonly configuration: Configuration;
  readonly problems: readonly ConfigurationProblem[];
}
