import { bindingLabel, requestWords, roleLabel, ruleWords, subjectNameLabel } from '../../engine/identity/access-words.ts';
import type { Arguments } from '../args.ts';
import { visible } from '../display.ts';
import { authorizersOf, noteLines, readEstate } from '../estate.ts';
import { exitCode, type Io } from '../io.ts';
import { at, doubtLine, showPermission } from '../permission.ts';
import { oddities, requestOf } from '../request.ts';
import { table } from '../table.ts';

/** `kubewho who-can`: every subject to which a binding grants a request. Exit code 0, also where nobody can. */
export async function whoCan(args: Arguments, io: Io): Promise<number> {
  const request = requestOf(args);
  const estate = await readEstate(args.all('in'), args, io);
  const authorizers = authorizersOf(estate, args);
  const seen = new Set<string>();
  const found = authorizers.flatMap((authorizer) => authorizer.whoCan(request)).flatMap(({ subject, by }) => {
    const one = showPermission(by, estate);
    const row = [subjectNameLabel(subject), `${bindingLabel(by.binding)} (${at(one.subject?.at ?? null)})`, `${roleLabel(by)}: ${ruleWords(by.rule)} (${at(one.rule.at)})`].map(visible);
    const key = row.join('\n');
    return seen.has(key) || !seen.add(key) ? [] : [{ row, shown: { subject, by: one } }];
  });
  const doubts = [...new Set(authorizers.flatMap((authorizer) => authorizer.whoMight(request)).map((doubt) => doubtLine(doubt, estate)))];
  const notes = [...oddities(request, estate.minor), ...estate.notes];
  if (args.value('format') === 'json') io.out.write(`${JSON.stringify({ schemaVersion: 1, request, subjects: found.map(({ shown }) => shown), doubts, notes }, null, 2)}\n`);
  else {
    io.out.write(found.length === 0 ? `nobody can ${visible(requestWords(request))} through the files read\n` : table(['SUBJECT', 'BINDING', 'ROLE AND RULE'], found.map(({ row }) => row)));
    io.out.write(`${doubts.map((doubt) => `not known: ${visible(doubt)}\n`).join('')}${noteLines(notes)}`);
  }
  return estate.complete ? exitCode.ok : exitCode.usage;
}
