import { displayName, type GraphObject, type Location } from '../../engine/identity/objects.ts';
import type { Workload } from '../../engine/identity/parts.ts';
import { isBrokenAddress } from '../../engine/trust/address.ts';
import type { Edge } from '../../engine/trust/edge.ts';
import type { Evidence, Openness } from '../../engine/trust/layer.ts';
import { trustReport, type KnownCaller, type TrustReport, type WayIn } from '../../engine/trust/report.ts';
import { everyAddress, evidenceWords } from '../../engine/trust/words.ts';
import { known } from '../../engine/yaml/cursor.ts';
import { isPartial } from '../../engine/identity/token-need.ts';
import { UsageError, type Arguments } from '../args.ts';
import { visible } from '../display.ts';
import { accountName, noteLines, placeLabel, readEstate, type Estate } from '../estate.ts';
import { exitCode, type Io } from '../io.ts';
import { table } from '../table.ts';

/** `kubewho trust`: for each workload who is let in and on what evidence; with `--to` for one, with every layer looked at. */
export async function trust(args: Arguments, io: Io): Promise<number> {
  const to = args.value('to');
  const asked = to === undefined ? undefined : accountName(to, `--to ${to}`);
  const estate = await readEstate(args.operands, args, io);
  const reports = estate.graphs.flatMap((graph) => graph.workloads
    .filter((workload) => !workload.repeated && !isPartial(workload.fact) && (!asked || (workload.namespace === asked.namespace && workload.object.name === asked.name)))
    .map((workload) => trustReport(graph, workload)));
  if (asked && reports.length === 0) throw new UsageError(`no workload "${to!}" is among the files read`);
  const format = args.value('format') ?? (asked ? 'pretty' : 'table');
  if (format === 'json') io.out.write(`${JSON.stringify({ schemaVersion: 1, workloads: reports.map((report) => shown(report, estate)), notes: estate.notes }, null, 2)}\n`);
  else if (reports.length === 0) io.out.write('no workloads among the files read\n');
  else if (format === 'table') io.out.write(table(['WORKLOAD', 'CALLERS', 'EVIDENCE', 'BY', 'SOURCE'], reports.flatMap((report) => rows(report, estate)).map((row) => row.map(visible))));
  else io.out.write(reports.map((report) => pretty(report, estate).map((line) => `${visible(line)}\n`).join('')).join('\n'));
  if (format !== 'json') io.out.write(noteLines(estate.notes));
  return estate.complete ? exitCode.ok : exitCode.usage;
}

/** One line of the table: who, on what evidence, by which object, and where that is written. */
interface Row {
  readonly callers: string;
  readonly evidence: string;
  readonly by: string;
  readonly at: Location | undefined;
}

function rows(report: TrustReport, estate: Estate): string[][] {
  const { object } = report.workload;
  return rowsOf(report).map(({ callers, evidence, by, at }) => [`${object.resource.header.kind}/${displayName(object)}`, callers, evidence, by, at ? placeLabel(estate.place(at)) : '-']);
}

function rowsOf(report: TrustReport): Row[] {
  const { edges, ways, layers, callers, elsewhere } = report;
  const perhaps = layers.flatMap((layer) => layer.perhaps ?? []);
  const closed = layers.filter(({ isolates, admissions, policies }) => isolates === true && admissions.length === 0 && policies.length > 0);
  const demands = layers.flatMap((layer) => layer.demands.map((demand) => ({ layer, demand })));
  const isolated = layers.some(({ isolates }) => isolates !== false);
  return [
    ...edges.map((edge): Row => ({ callers: 'from outside the cluster', evidence: edgeWords(edge), by: objectLabel(edge.object), at: { object: edge.object, place: edge.entry.at } })),
    ...ways.map((way): Row => ({ callers: callersOfWay(way), evidence: evidenceOfWay(way), by: objectLabel(way.policy), at: { object: way.policy, place: way.rule } })),
    ...closed.map(({ policies: [policy] }): Row => ({ callers: 'nobody', evidence: '-', by: objectLabel(policy!), at: { object: policy!, place: policy!.resource.header.at } })),
    ...demands.map(({ demand: { evidence, extent, at } }): Row => ({ callers: extent === 'all' ? 'everyone' : 'everyone, on part of the traffic', evidence: `has to show it: ${evidenceWords[evidence]}`, by: objectLabel(at.object), at })),
    ...(elsewhere ? [{ callers: 'everyone', evidence: 'has to log in at a proxy or a check of its own', by: '-', at: undefined }] : []),
    ...perhaps.map((policy): Row => ({ callers: 'not known', evidence: 'not known: what it selects cannot be read', by: objectLabel(policy), at: { object: policy, place: policy.resource.header.at } })),
    ...(isolated || perhaps.length > 0 || demands.length > 0 || elsewhere ? [] : [{ callers: 'anyone in the cluster', evidence: 'none: no policy among the files read', by: '-', at: undefined }]),
    ...callers.filter(({ evidence }) => evidence === undefined).map(({ workload, shown: [first] }): Row => ({ callers: workloadLabel(workload), evidence: isolated ? `${first!.how}; no rule lets it in` : first!.how, by: '-', at: first!.at })),
  ];
}

function callersOfWay({ broken, callers, notRead, evidence, opening, ...way }: WayIn): string {
  const written = way.written.map((one) => (broken.includes(one) ? addressWords(one) : one));
  const names = callers.map(workloadLabel);
  const all = [...names, ...(callers.length > 0 ? notRead : written)];
  if (opening) return [opening.to === 'everyAddress' ? everyAddress(opening.family) : opennessWords[opening.to], ...written].join(', ');
  if (evidence === 'nothing' && written.length === 0) return 'anyone';
  return all.length > 0 ? all.join(', ') : unnamed[evidence];
}

const opennessWords: Readonly<Record<Exclude<Openness, 'everyAddress'>, string>> = {
  anyone: 'anyone', entityAll: 'anyone', outside: 'every address outside the cluster', everyPod: 'every pod', cluster: 'every pod and node of the cluster',
};

/** An address as it is written; what is none is no fact. */
function addressWords(text: string): string {
  return isBrokenAddress(text) ? `${text} (no address or range)` : text;
}

/** Callers that no file names. */
const unnamed: Readonly<Record<Evidence, string>> = {
  nothing: 'anyone', address: 'addresses that are not told', label: 'pods with labels; none among the files read', unknown: 'not known', anyIdentity: 'whoever has an identity', namespace: 'a namespace that is not told', identity: 'identities that are not told',
};

function evidenceOfWay({ evidence, extent }: Pick<WayIn, 'evidence' | 'extent'>): string {
  const words = evidence === 'nothing' ? 'none' : evidenceWords[evidence];
  return extent === 'all' ? words : `${words} (${extent === 'health' ? 'health checks' : 'part of the traffic'})`;
}

function edgeWords({ login, logins, lists, either }: Edge): string {
  const means = [...new Set(logins.filter(({ login: one }) => one.demanded !== false).map(({ login: one }) => one.means))].join(', ');
  const addresses = lists.flatMap(({ list }) => list.entries.flatMap((entry) => known(entry) ?? []));
  const list = lists.length === 0 ? '' : `by address${addresses.length > 0 ? ` (${addresses.map(addressWords).join(', ')})` : ''}`;
  const asked = login === true ? `a login${means && `: ${means}`}` : login === 'unknown' ? 'a login that is not known' : '';
  return [asked, list].filter((part) => part !== '').join(either ? ', or ' : ' and ') || 'none';
}

function pretty(report: TrustReport, estate: Estate): string[] {
  const { workload, layers, callers, identity, edges, ways, elsewhere } = report;
  const { object, accountAt } = workload;
  const where = (at: Location) => placeLabel(estate.place(at));
  const looked = layers.filter(({ policies }) => policies.length > 0);
  const perhaps = layers.flatMap((layer) => layer.perhaps ?? []);
  const empty = layers.filter((layer) => layer.policies.length === 0 && !layer.perhaps?.length).map(({ technology }) => technology);
  const missing = [...new Set(ways.flatMap(({ notRead }) => notRead))];
  return [
    `${workloadLabel(workload)} (${where({ object, place: object.resource.header.name.at })}), account "${workload.accountName}" (${where({ object, place: accountAt })})`,
    `  identity is ${identity.demanded === true ? 'demanded of every caller' : identity.demanded === false ? 'not demanded of every caller' : 'perhaps demanded of every caller: the files do not tell'}`,
    ...identity.gaps.map((gap) => `    past it: ${evidenceWords[gap.evidence]}, ${objectLabel(gap.policy)} (${where({ object: gap.policy, place: gap.rule })})`),
    ...(edges.length > 0 ? ['  from outside the cluster:'] : []),
    ...edges.map((edge) => `    ${objectLabel(edge.object)} (${where({ object: edge.object, place: edge.entry.at })}): ${edgeWords(edge)}`),
    ...looked.flatMap((layer) => [
      `  ${layer.technology}: ${layer.isolates === true ? (layer.admissions.length === 0 ? 'lets nobody in' : 'lets in only') : layer.isolates === 'unknown' ? 'may let in only' : 'turns nobody away by itself'}${layer.unsure ? ' (another policy may concern this workload)' : ''}`,
      ...ways.filter((way) => way.layer === layer).map((way) => `    ${callersOfWay(way)}: ${evidenceOfWay(way)}; ${objectLabel(way.policy)} (${where({ object: way.policy, place: way.rule })})`),
      ...layer.demands.map(({ evidence, extent, at }) => `    demands of everyone${extent === 'all' ? '' : ', on part of the traffic'}: ${evidenceWords[evidence]}; ${objectLabel(at.object)} (${where(at)})`),
    ]),
    ...perhaps.map((policy) => `  not known whether ${objectLabel(policy)} (${where({ object: policy, place: policy.resource.header.at })}) is about it: what it selects cannot be read`),
    ...(elsewhere ? ['  a proxy beside the container, or a check of its own, asks for an identity'] : []),
    `  callers among the files:${callers.length === 0 ? ' none that the files show' : ''}`,
    ...callers.flatMap((caller) => callerLines(caller, where)),
    ...(missing.length > 0 ? [`  not among the files read: ${missing.map((name) => `"${name}"`).join(', ')}`] : []),
    ...(empty.length > 0 ? [`  looked at without finding a policy for it: ${empty.join(', ')}`] : []),
  ];
}

function callerLines({ workload, shown: evidence, evidence: strongest }: KnownCaller, where: (at: Location) => string): string[] {
  return [
    `    ${workloadLabel(workload)}, account "${workload.accountName}": ${strongest === undefined ? 'no rule speaks of it' : evidenceWords[strongest]}`,
    ...evidence.map(({ how, at }) => `      ${how} (${where(at)})`),
  ];
}

function objectLabel(object: GraphObject): string {
  return `${object.resource.header.kind} ${displayName(object)}`;
}

function workloadLabel({ object }: Workload): string {
  return objectLabel(object);
}

function shown(report: TrustReport, { place }: Estate): Record<string, unknown> {
  const { workload, layers, ways, callers, edges, identity, elsewhere } = report;
  const nullable = (answer: boolean | 'unknown'): boolean | null => (answer === 'unknown' ? null : answer);
  const named = (one: Workload) => ({ kind: one.object.resource.header.kind, namespace: one.namespace, name: one.object.name, account: one.accountName });
  const written = (object: GraphObject) => ({ kind: object.resource.header.kind, namespace: object.namespace, name: object.name });
  return {
    workload: { ...named(workload), at: place({ object: workload.object, place: workload.object.resource.header.name.at }) },
    identityDemanded: nullable(identity.demanded),
    pastIt: identity.gaps.map(({ evidence, policy, rule }) => ({ evidence, policy: written(policy), at: place({ object: policy, place: rule }) })),
    elsewhere,
    edges: edges.map((edge) => ({ object: written(edge.object), at: place({ object: edge.object, place: edge.entry.at }), login: nullable(edge.login), means: [...new Set(edge.logins.map(({ login }) => login.means))], addresses: edge.lists.flatMap(({ list }) => list.entries.flatMap((entry) => known(entry) ?? [])) })),
    layers: layers.map((layer) => ({
      technology: layer.technology,
      policies: layer.policies.map(written),
      isolates: nullable(layer.isolates),
      unsure: layer.unsure,
      perhaps: (layer.perhaps ?? []).map(written),
      ways: ways.filter((way) => way.layer === layer).map((way) => ({ evidence: way.evidence satisfies Evidence, extent: way.extent, openTo: way.opening?.to ?? null, policy: written(way.policy), at: place({ object: way.policy, place: way.rule }), written: way.written, notAddresses: way.broken, callers: way.callers.map(named), notRead: way.notRead })),
      demands: layer.demands.map(({ evidence, extent, at }) => ({ evidence, extent, policy: written(at.object), at: place(at) })),
    })),
    callers: callers.map((caller) => ({ ...named(caller.workload), evidence: caller.evidence ?? null, shown: caller.shown.map(({ how, at }) => ({ how, at: place(at) })) })),
  };
}
