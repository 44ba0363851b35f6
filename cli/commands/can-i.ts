import { readReview, type ReviewStatus } from '../../engine/identity/access-review.ts';
import { bindingLabel, grantWords, identityLabel, requestWords, roleLabel, ruleWords } from '../../engine/identity/access-words.ts';
import type { Answer, Authorizer, Doubt, Identity } from '../../engine/identity/permissions.ts';
import { builtNames, namesOfAccount } from '../../engine/identity/subjects.ts';
import type { AccessRequest } from '../../engine/identity/rbac-rules.ts';
import { scopeOf } from '../../engine/kubernetes/cluster-scoped.ts';
import { decodeText } from '../../sources/encoding.ts';
import { HostError } from '../../sources/host.ts';
import { UsageError, type Arguments } from '../args.ts';
import { visible } from '../display.ts';
import { authorizersOf, inRelease, noteLines, placeLabel, readEstate, type Estate } from '../estate.ts';
import { exitCode, type Io } from '../io.ts';
import { resolveFrom } from '../paths.ts';
import { at, doubtLine, permissionLines, showPermission } from '../permission.ts';
import { identityOf, oddities, requestOf } from '../request.ts';
import { table } from '../table.ts';

/** `kubewho can-i`: whether RBAC lets an identity do something, and by which binding and rule. Exit code: 0 yes, 1 no, 2 usage. */
export async function canI(args: Arguments, io: Io): Promise<number> {
  if (args.has('questions')) return answerQuestions(args, io);
  if (args.has('list')) return list(args, io);
  const identity = identityOf(args);
  const request = requestOf(args);
  const estate = await readEstate(args.all('in'), args, io);
  const authorizers = authorizersOf(estate, args);
  const answer = decide(authorizers, identity, request);
  const notes = [
    ...oddities(request, estate.minor),
    ...(answer.allowed ? [] : [...elsewhere(authorizers, identity, request), ...unread(estate, identity)]),
    ...estate.notes,
  ];
  if (args.value('format') === 'json') io.out.write(`${JSON.stringify(shown(answer, identity, request, notes, estate), null, 2)}\n`);
  else io.out.write(lines(answer, identity, request, notes, estate).map((line) => `${visible(line)}\n`).join(''));
  if (!estate.complete) return exitCode.usage;
  return answer.allowed ? exitCode.ok : exitCode.found;
}

/** What is allowed in one scope is allowed; doubts of all scopes stay. */
function decide(authorizers: readonly Authorizer[], identity: Identity, request: AccessRequest): Answer {
  const doubts: Doubt[] = [];
  for (const authorizer of authorizers) {
    const answer = authorizer.allows(identity, request);
    if (answer.allowed) return answer;
    doubts.push(...answer.doubts);
  }
  return { allowed: false, doubts };
}

function lines(answer: Answer, identity: Identity, request: AccessRequest, notes: readonly string[], estate: Estate): string[] {
  const said = `${identityLabel(identity)} ${answer.allowed ? 'can' : 'cannot'} ${requestWords(request)}`;
  if (!answer.allowed) return [`no: ${said}`, ...answer.doubts.map((doubt) => `  not known: ${doubtLine(doubt, estate)}`), ...notes.map((note) => `  note: ${note}`)];
  const why = answer.by === 'system:masters' ? ['the group system:masters may do everything; no role is asked'] : permissionLines(answer.by, showPermission(answer.by, estate));
  return [`yes: ${said}`, ...why.map((line) => `  ${line}`), ...notes.map((note) => `  note: ${note}`)];
}

function shown(answer: Answer, identity: Identity, request: AccessRequest, notes: readonly string[], estate: Estate): Record<string, unknown> {
  const by = answer.allowed && answer.by !== 'system:masters' ? showPermission(answer.by, estate) : null;
  return { schemaVersion: 1, allowed: answer.allowed, reason: reasonOf(answer, estate), identity, request, by, doubts: answer.allowed ? [] : answer.doubts.map((doubt) => doubtLine(doubt, estate)), notes };
}

/** The answer's reason in one sentence. */
function reasonOf(answer: Answer, estate: Estate): string {
  if (!answer.allowed) return ['no binding among the files read grants it', ...answer.doubts.map((doubt) => `not known: ${doubtLine(doubt, estate)}`)].join('; ');
  if (answer.by === 'system:masters') return 'the group system:masters may do everything';
  const { subject, binding, rule } = answer.by;
  const name = subject && binding.meant?.get(subject);
  const source = rule.source ? placeLabel(estate.place({ object: rule.source.object, place: rule.source.rule.at })) : 'built in';
  return `${grantWords(answer.by, name)}; rule: ${ruleWords(rule)} (${source})`;
}

/** Namespaces where a request would be allowed that is not allowed everywhere. */
function elsewhere(authorizers: readonly Authorizer[], identity: Identity, request: AccessRequest): string[] {
  if ('url' in request || request.namespace !== undefined || scopeOf(request.group, request.resource) === 'cluster') return [];
  const namespaces = new Set(authorizers.flatMap((authorizer) => authorizer.permissionsOf(identity).flatMap(({ binding }) => (binding.cluster ? [] : [binding.namespace])))
  );
  const allowed = [...namespaces].filter((namespace) => decide(authorizers, identity, { ...request, namespace }).allowed);
  return allowed.length === 0 ? [] : [`not everywhere, but in ${allowed.map((namespace) => (namespace === '' ? 'a namespace that the files do not tell' : `namespace "${namespace}"`)).join(', ')} (-n)`];
}

/** Whether nothing among the files is about an account. */
function unread({ graphs }: Estate, { user }: Identity): string[] {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  if (name === undefined || graphs.some(({ accounts }) => accounts.some((one) => one.namespace === namespace && namesOfAccount(one).includes(name)))) return [];
  const built = graphs.flatMap(({ accounts }) => builtNames(accounts, { namespace: namespace!, name }));
  if (built.length > 0) return [`account "${namespace}/${name}" is only written so; Kustomize builds it as ${[...new Set(built)].map((one) => `"${namespace}/${one}"`).join(', ')}: ask about that`];
  return [`account "${namespace}/${name}" is not among the files read${inRelease({ graphs }, name)}`];
}

/** `--list`: everything that RBAC gives an identity. */
async function list(args: Arguments, io: Io): Promise<number> {
  if (args.operands.length > 0) throw new UsageError(`--list takes no operand: ${args.operands[0]}`);
  const identity = identityOf(args);
  const namespace = args.value('namespace');
  const estate = await readEstate(args.all('in'), args, io);
  const seen = new Set<string>();
  const rows = authorizersOf(estate, args).flatMap((authorizer) => authorizer.permissionsOf(identity)).flatMap((permission) => {
    const { binding, rule } = permission;
    if (namespace !== undefined && !binding.cluster && binding.namespace !== namespace) return [];
    const one = showPermission(permission, estate);
    const row = [binding.cluster ? 'everywhere' : binding.namespace || 'namespace not told', ruleWords(rule), bindingLabel(binding), `${roleLabel(permission)} (${at(one.rule.at)})`].map(visible);
    const key = row.join('\n');
    return seen.has(key) || !seen.add(key) ? [] : [{ row, one }];
  });
  const doubts = [...new Set(authorizersOf(estate, args).flatMap((authorizer) => authorizer.doubtsOf(identity)).filter(({ binding }) => namespace === undefined || binding.cluster || binding.namespace === namespace).map((doubt) => doubtLine(doubt, estate)))];
  const notes = [...(identity.groups.includes('system:masters') ? ['the group system:masters may do everything; no role is asked'] : []), ...unread(estate, identity), ...estate.notes];
  if (args.value('format') === 'json') io.out.write(`${JSON.stringify({ schemaVersion: 1, identity, namespace: namespace ?? null, permissions: rows.map(({ one }) => one), doubts, notes }, null, 2)}\n`);
  else {
    io.out.write(rows.length === 0 ? `${visible(identityLabel(identity))} has no rights through the files read\n` : table(['WHERE', 'RIGHT', 'BINDING', 'ROLE'], rows.map(({ row }) => row)));
    io.out.write(`${doubts.map((doubt) => `not known: ${visible(doubt)}\n`).join('')}${noteLines(notes)}`);
  }
  return estate.complete ? exitCode.ok : exitCode.usage;
}

/** `--questions FILE`: answers SubjectAccessReviews (contract.md, "Questions"). */
async function answerQuestions(args: Arguments, io: Io): Promise<number> {
  for (const flag of ['as', 'as-group', 'list', 'namespace']) if (args.has(flag)) throw new UsageError(`--${flag} does not go with --questions: each question says it itself`);
  const questions = await readQuestions(args.value('questions')!, io);
  const estate = await readEstate([...args.operands, ...args.all('in')], args, io);
  const authorizers = authorizersOf(estate, args);
  const answered = questions.map((review) => {
    const asked = readReview(review);
    const answer = 'error' in asked ? undefined : decide(authorizers, asked.identity, asked.request);
    const status: ReviewStatus = answer ? { allowed: answer.allowed, reason: reasonOf(answer, estate) } : { allowed: false, evaluationError: (asked as { error: string }).error };
    return typeof review === 'object' && review !== null && !Array.isArray(review) ? { ...review, status } : { status };
  });
  io.out.write(`${JSON.stringify(answered, null, 2)}\n`);
  io.err.write(noteLines(estate.notes));
  return estate.complete ? exitCode.ok : exitCode.usage;
}

async function readQuestions(file: string, io: Io): Promise<readonly unknown[]> {
  const bytes = file === '-' ? await io.readStdin() : await io.host.readFile(resolveFrom(io.cwd, file)).catch((error: unknown) => {
    if (!(error instanceof HostError)) throw error;
    throw new UsageError(`--questions ${file}: ${error.message}`);
  });
  const decoded = decodeText(bytes);
  let questions: unknown;
  try {
    questions = JSON.parse('text' in decoded ? decoded.text : '');
  } catch (error) {
    throw new UsageError(`--questions ${file}: not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(questions)) throw new UsageError(`--questions ${file}: an array of SubjectAccessReview objects is needed`);
  return questions;
}
