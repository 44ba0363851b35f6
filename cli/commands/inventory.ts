import { inventoryOf, isUnnamed, reachWords, rightsWords, rightWords, type IdentityEntry } from '../../engine/inventory/inventory.ts';
import { nameInCluster } from '../../engine/identity/build.ts';
import { displayName } from '../../engine/identity/objects.ts';
import { authorizer } from '../../engine/identity/permissions.ts';
import { nameOfAccount } from '../../engine/identity/subjects.ts';
import { trustWords } from '../../engine/trust/words.ts';
import type { Arguments } from '../args.ts';
import { csv } from '../csv.ts';
import { visible } from '../display.ts';
import { noteLines, placeLabel, readEstate, type Estate } from '../estate.ts';
import { exitCode, type Io } from '../io.ts';
import { count } from '../reporters/words.ts';
import { table } from '../table.ts';

/** `kubewho inventory`: every workload identity, with its account, token, rights, reach, exposure, risk and who is let in. */
export async function inventory(args: Arguments, io: Io): Promise<number> {
  const estate = await readEstate(args.operands, args, io);
  const entries = estate.graphs.flatMap((graph) => inventoryOf(graph, authorizer(graph, { defaults: true, minor: estate.minor })));
  const format = args.value('format');
  if (format === 'json') io.out.write(`${JSON.stringify({ schemaVersion: 1, identities: entries.map((entry) => shown(entry, estate)), notes: estate.notes }, null, 2)}\n`);
  else if (format === 'csv') io.out.write(csv(Object.keys(columns), entries.map((entry) => Object.values(columns).map((column) => column(entry, estate)))));
  else io.out.write(entries.length === 0 ? 'no workloads among the files read\n' : table(inTable.map((name) => name.toUpperCase()), entries.map((entry) => inTable.map((name) => visible(columns[name]!(entry, estate))))));
  // Whatever reads csv reads every line of it.
  if (format !== 'json') (format === 'csv' ? io.err : io.out).write(noteLines(estate.notes));
  return estate.complete ? exitCode.ok : exitCode.usage;
}

/** What csv has; the table leaves out what is too long or seldom there. */
const columns: Readonly<Record<string, (entry: IdentityEntry, estate: Estate) => string>> = {
  namespace: ({ workload }) => workload.namespace,
  workload: ({ workload }) => `${workload.object.resource.header.kind}/${nameInCluster(workload.object)}`,
  account: ({ account, use }) => (isUnnamed(account) ? 'not told' : `${nameOfAccount(account)} (${use})`),
  token: tokenWords,
  cloud: ({ cloud }) => cloud.map(({ provider, identity }) => `${provider}: ${identity}`).join('; ') || 'none',
  spiffe: ({ spiffe }) => (spiffe ? `${spiffe.id}${spiffe.known ? '' : ' (default trust domain)'}` : 'not known'),
  rights: rightsWords,
  reach: reachWords,
  exposure: ({ exposure }) => exposure.tier,
  risk: ({ risk }) => risk?.class ?? 'none',
  'lets in': ({ trust }) => trustWords(trust.layers, trust.elsewhere),
  source: ({ workload: { object, accountAt } }, { place }) => placeLabel(place({ object, place: accountAt })),
};
const inTable = ['namespace', 'workload', 'account', 'token', 'rights', 'reach', 'exposure', 'risk', 'lets in'];

function tokenWords({ token: { mount, seconds, extendedSeconds, projected, secrets } }: IdentityEntry): string {
  return [
    mount.mounted === true ? `mounted, ${duration(seconds!)} (by default taken for ${duration(extendedSeconds!)})` : mount.mounted === false ? 'not mounted' : 'not known',
    ...projected.map(({ audience, seconds: lifetime }) => `projected for ${audience ?? 'the API server'}, ${duration(lifetime)}`),
    ...secrets.map((name) => `Secret ${name}, without an end`),
  ].join('; ');
}

function duration(seconds: number): string {
  if (seconds < 3600) return count(Math.round(seconds / 60), 'minute');
  if (seconds < 2 * 86400) return count(Math.round(seconds / 3600), 'hour');
  return count(Math.round(seconds / 86400), 'day');
}

function shown(entry: IdentityEntry, { place }: Estate): Record<string, unknown> {
  const { workload, account, use, token, cloud, spiffe, rights, unknownRights, clusterAdmin, next, exposure, risk, trust } = entry;
  const { object, fact, accountAt } = workload;
  return {
    workload: { apiVersion: object.resource.header.apiVersion, kind: object.resource.header.kind, namespace: workload.namespace, name: nameInCluster(object), part: fact.part, at: place({ object, place: accountAt }) },
    account: { namespace: account.namespace, name: nameOfAccount(account), use, read: account.objects.length > 0, at: account.objects.map((one) => place({ object: one.object, place: one.object.resource.header.name.at })) },
    token: { mounted: token.mount.mounted === 'unknown' ? null : token.mount.mounted, decidedBy: token.mount.decidedBy, at: place(token.mount.at), seconds: token.seconds ?? null, extendedSeconds: token.extendedSeconds ?? null, projected: token.projected.map(({ audience, seconds }) => ({ audience: audience ?? null, seconds })), secrets: token.secrets },
    cloud: cloud.map(({ at, ...identity }) => ({ ...identity, at: place(at) })),
    spiffe: spiffe ?? null,
    rights: { words: rightsWords(entry), unknownBindings: unknownRights, rules: rights.map((permission) => ({ words: rightWords(permission), binding: displayName({ namespace: permission.binding.namespace, name: permission.binding.name }), at: permission.rule.source ? place({ object: permission.rule.source.object, place: permission.rule.source.rule.at }) : null })) },
    reach: { words: reachWords(entry), clusterAdminSteps: clusterAdmin?.path.length ?? null, path: clusterAdmin?.path.map(({ reason }) => reason) ?? [], next },
    exposure: { tier: exposure.tier, at: exposure.at ? place(exposure.at) : null },
    risk: risk ? { class: risk.class, because: risk.because, at: place(risk.at) } : null,
    letsIn: {
      words: trustWords(trust.layers, trust.elsewhere),
      identityDemanded: trust.identity.demanded === 'unknown' ? null : trust.identity.demanded,
      callers: trust.callers.map(({ workload: { object: caller }, evidence }) => ({ kind: caller.resource.header.kind, namespace: caller.namespace, name: nameInCluster(caller), evidence: evidence ?? null })),
      layers: trust.layers.filter(({ policies }) => policies.length > 0).map(({ technology, isolates, admissions, policies }) => ({ technology, isolates: isolates === 'unknown' ? null : isolates, policies: policies.map((one) => displayName(one)), ways: admissions.map(({ evidence, extent, policy, rule }) => ({ evidence, extent, policy: displayName(policy), at: place({ object: policy, place: rule }) })) })),
    },
  };
}
