import { riskClasses, type RiskSettings } from '../identity/risk-classes.ts';
import { holdsFault, records, texts, type Reading } from './config-phases.ts';

/** Reads `risk:`. An entry with a fault in it says nothing. */
export function riskIn(data: unknown, { isFaulty }: Reading): RiskSettings[] {
  return records(data).flatMap(({ index, entry }): RiskSettings[] => {
    const said = ([...riskClasses, 'none'] as const).find((one) => one === entry['class']);
    const workloads = texts(entry['workloads']);
    return said && workloads && !holdsFault(entry, ['risk', index], isFaulty) ? [{ class: said, workloads }] : [];
  });
}
