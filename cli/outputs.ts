import { UsageError, type Arguments } from './args.ts';
import type { Format } from './reporters/index.ts';

/** A report to write: to a file, or to standard output where there is none. */
export interface OutputPlan {
  readonly format: Format;
  readonly file: string | undefined;
}

/**
 * Which format goes where. `--output` takes the `--format` before it, else the one after it, else the default; what is
 * left goes to standard output, which holds one format only. Files alone leave standard output empty.
 */
export function outputPlans(args: Arguments): OutputPlan[] {
  const plans: { format: Format | undefined; file: string | undefined }[] = [];
  for (const { name, value } of args.given) {
    const last = plans.at(-1);
    if (name === 'format') {
      if (last?.file !== undefined && last.format === undefined) last.format = value as Format;
      else plans.push({ format: value as Format, file: undefined });
    }
    if (name === 'output') {
      const file = value === '-' ? undefined : value;
      if (last && last.file === undefined) last.file = file;
      else plans.push({ format: undefined, file });
    }
  }
  const made = plans.length === 0 ? [{ format: 'pretty' as const, file: undefined }] : plans.map(({ format, file }) => ({ format: format ?? 'pretty', file }));
  const shown = made.filter((plan) => plan.file === undefined);
  if (shown.length > 1) throw new UsageError(`standard output holds one format: give ${shown.slice(0, -1).map((plan) => `--format ${plan.format}`).join(' and ')} an --output FILE`);
  return made;
}
