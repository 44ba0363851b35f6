import { test } from 'node:test';

/** Says that checks on the corpus were not run; they count as neither passed nor failed. */
export function corpusAbsent(checks: number): void {
  console.log(`corpus: not present, ${checks} checks not run`);
}

/** Runs a check on each of some corpus projects, or says how many were not run. */
export function eachProject(projects: readonly string[], wouldBe: number, check: (project: string) => void): void {
  if (projects.length === 0) corpusAbsent(wouldBe);
  for (const project of projects) test(project, () => check(project));
}
