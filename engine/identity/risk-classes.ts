import { fits } from '../kubernetes/name-pattern.ts';
import { displayName } from './objects.ts';

/** What makes an identity worth more than its neighbours: what its workload keeps, moves or may start. */
export const riskClasses = ['secrets-manager', 'payment', 'admin-api', 'data-store', 'ci-runner', 'gitops-controller', 'agent'] as const;
export type RiskClass = (typeof riskClasses)[number];

/** One entry of `risk:` in kubewho.yaml. */
export interface RiskSettings {
  readonly class: RiskClass | 'none';
  /** `NAMESPACE/NAME` of workloads, `*` standing for any characters. */
  readonly workloads: readonly string[];
}

/** What settings say of a workload; of the entries that match, the one written last. */
export function riskSaid(settings: readonly RiskSettings[], workload: { readonly namespace: string; readonly name: string }): RiskClass | 'none' | undefined {
  const name = displayName(workload);
  return settings.findLast(({ workloads }) => workloads.some((pattern) => fits(pattern, name)))?.class;
}
