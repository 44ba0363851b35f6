import type { Container, WorkloadFact } from '../kubernetes/workload.ts';
import { known } from '../yaml/cursor.ts';
import surfaces from './admin-surfaces.json' with { type: 'json' };
import type { Target } from './target.ts';

interface Program {
  readonly name: string;
  readonly of: string;
  readonly unless?: string;
  readonly with?: string;
}

/** A program that asks nobody for a login; `told` where it would ask by itself. */
interface OpenProgram {
  readonly of: string;
  readonly told: boolean;
}

const programs = (surfaces.dashboards as readonly Program[]).map((line) => ({
  of: line.of,
  image: new RegExp(`(?:^|/)(?:${line.name})(?:[:@]|$)`),
  unless: line.unless === undefined ? undefined : new RegExp(line.unless),
  with: line.with === undefined ? undefined : new RegExp(line.with),
}));

const logins = new RegExp(`(?:^|/)(?:${surfaces.logins.map(({ name }) => name).join('|')})(?:[:@]|$)`);

/** Whether a target is a program that asks everyone for a login of its own, and has not been told otherwise. */
export function asksForLogin(target: Target): boolean {
  return (target.workload?.fact.containers ?? []).some(({ image }) => logins.test(known(image) ?? '')) && openProgramOf(target) === undefined;
}

/** A function of the workload's fact alone, which outlives the graphs of a file's edits. */
const opened = new WeakMap<WorkloadFact, OpenProgram | 'none'>();

/**
 * The program of a target that asks nobody for a login: because it does not by itself, or because it has been told to
 * (`told`). Undefined where it is none of those known.
 */
export function openProgramOf({ workload }: Target): OpenProgram | undefined {
  if (!workload) return undefined;
  let program = opened.get(workload.fact);
  if (!program) opened.set(workload.fact, (program = openProgramIn(workload.fact) ?? 'none'));
  return program === 'none' ? undefined : program;
}

function openProgramIn(fact: WorkloadFact): OpenProgram | undefined {
  // A container that cannot be seen may be the one that asks for a login.
  if (fact.containersOpen) return undefined;
  for (const container of fact.containers) {
    const program = programs.find(({ image }) => image.test(known(container.image) ?? ''));
    if (!program) continue;
    const words = wordsOf(container);
    const says = (pattern: RegExp | undefined) => pattern !== undefined && words.some((word) => pattern.test(word));
    if (program.with ? says(program.with) : !says(program.unless)) return { of: program.of, told: program.with !== undefined };
  }
  return undefined;
}

/** The arguments of a container, each also with its next one, and its variables as NAME=value. */
function wordsOf({ command, args, env }: Container): string[] {
  const all = [...command, ...args].map((arg) => known(arg) ?? '');
  return [...all, ...all.slice(1).map((arg, i) => `${all[i]} ${arg}`), ...Object.entries(env).map(([name, value]) => `${name}=${known(value) ?? ''}`)];
}
