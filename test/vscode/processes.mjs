// Which processes belong to one test run: a server and a browser start others, and all of them have to go in the end.
import fs from 'node:fs';

export const RUN_MARK = 'KUBEWHO_TEST_RUN';

/**
 * Ids of the living processes that carry the run's mark in their environment or its temporary folder on their command line,
 * and of all their descendants. Chromium's helpers drop the environment, hence the second sign. Without /proc: none.
 */
export function processesOf(runId, folder) {
  const read = (file) => { try { return fs.readFileSync(file, 'latin1'); } catch { return ''; } };
  const parents = new Map();
  const own = new Set();
  for (const entry of fs.existsSync('/proc/self/stat') ? fs.readdirSync('/proc') : []) {
    const pid = Number(entry);
    if (!(pid > 0) || pid === process.pid) continue;
    const stat = read(`/proc/${pid}/stat`);
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (!state || state === 'Z') continue;
    parents.set(pid, Number(parent));
    const marked = `${read(`/proc/${pid}/environ`)}\0`.includes(`${RUN_MARK}=${runId}\0`);
    if (marked || read(`/proc/${pid}/cmdline`).includes(folder)) own.add(pid);
  }
  for (let before = -1; before !== own.size;) {
    before = own.size;
    for (const [pid, parent] of parents) if (own.has(parent)) own.add(pid);
  }
  return [...own];
}

/** Ends them at once; one that is gone already is fine. */
export function killAll(pids) {
  for (const pid of pids) try { process.kill(pid, 'SIGKILL'); } catch { /* gone */ }
}
