import type { LinkerdAuthorizationFact, LinkerdRouteFact, LinkerdServerAuthorizationFact, LinkerdServerFact } from '../kubernetes/linkerd.ts';
import { matches } from '../kubernetes/selector.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import type { GraphObject } from '../identity/objects.ts';
import { isHealthPath } from './health.ts';
import { factsNear, isNear } from './index.ts';
import { isProved, type Admission, type Evidence, type Extent, type Layer } from './layer.ts';
import { evidenceOfAuthorization, evidenceOfServerAuthorization, isRefTo } from './linkerd-evidence.ts';
import { defaultPolicies, inboundDefault, isProxy, linkerdMembership, portsIn } from './linkerd-mesh.ts';
import { allOf, sameNamespace, selects, type Target } from './target.ts';

export type Server = ObjectWith<LinkerdServerFact>;

/** The metrics and health port of the proxy itself (linkerd2 charts/partials/templates/_proxy.tpl): no caller of the application goes there. */
export const isProxyAdmin = ({ port }: LinkerdServerFact): boolean => port.state === 'known' && (port.value === 'linkerd-admin' || port.value === 4191);
const isProxyPort = ({ port }: LinkerdServerFact) => port.state === 'known' && (port.value === 'linkerd-proxy' || port.value === 4143);

/** Whether a Server may be about a target, by its namespace and labels. */
export function selectsPods({ object, fact }: Server, target: Target): boolean | 'unknown' {
  return fact.podSelector ? allOf(sameNamespace(object, target), selects(fact.podSelector, target)) : false;
}

/** What Servers and their authorizations let in to a target, port by port; where there is no Server, the default policy (semantics.md 6.6). */
export function linkerdLayer(graph: Graph, target: Target): Layer {
  const nothing: Layer = { technology: 'Linkerd', policies: [], isolates: false, admissions: [], demands: [], unsure: false };
  // Whoever writes a Server for pods that are in no file read means them to be in the mesh.
  if (target.workload && linkerdMembership(graph, target) === 'out') return nothing;
  const concerning = factsNear(graph, 'linkerdServer', target).map((server) => ({ server, answer: selectsPods(server, target) })).filter(({ answer }) => answer !== false);
  const ports = portsOf(target);
  const covering = concerning.filter(({ answer }) => answer === true).map(({ server }) => ({ server, covered: ports.covered(server.fact) })).filter(({ server, covered }) => covered !== undefined || isProxyPort(server.fact));
  const rest = ports.numbers.filter((port) => !covering.some(({ covered }) => covered?.includes(port)));
  const isCovered = covering.some(({ server }) => !isProxyAdmin(server.fact));
  const groups = [
    ...covering.map(({ server, covered }) => groupOf(graph, target, server, isProxyAdmin(server.fact) ? 'health' : rest.length === 0 && covered && covered.length === ports.numbers.length ? 'all' : 'some')),
    ...(rest.length > 0 || !isCovered ? defaultGroups(graph, target, rest, isCovered ? 'some' : 'all') : []),
  ];
  const application = groups.filter(({ extent }) => extent !== 'health');
  const closed = application.filter(({ isolates, admissions }) => isolates && admissions.every(({ evidence, extent }) => isProved(evidence) || extent === 'health'));
  return {
    technology: 'Linkerd',
    policies: groups.flatMap(({ policies }) => policies),
    isolates: application.length > 0 && application.every(({ isolates }) => isolates),
    admissions: groups.flatMap(({ admissions }) => admissions),
    demands: [],
    // Some ports ask for an identity and others do not: which of them a question is about, a layer does not know.
    unsure: concerning.some(({ answer }) => answer === 'unknown') || (isCovered && ports.open) || groups.some(({ unsure }) => unsure) || (closed.length > 0 && closed.length < application.length),
  };
}

/** Some ports of a target that one thing decides for: a Server, or the default policy. */
interface Group {
  readonly policies: readonly GraphObject[];
  readonly isolates: boolean;
  readonly admissions: readonly Admission[];
  readonly extent: Extent;
  readonly unsure: boolean;
}

/** The ways in through a Server: its access policy, and what authorizes it, its namespace, or a route to it. */
function groupOf(graph: Graph, target: Target, server: Server, extent: Extent): Group {
  const authorized = authorizationsOf(graph, target, server, extent);
  const access = known(server.fact.accessPolicy);
  const evidence = server.fact.accessPolicy.state === 'hole' ? 'unknown' : defaultPolicies[access ?? 'deny'] ?? 'nobody';
  const byAccess: Admission[] = evidence === 'nobody' ? [] : [{ evidence, extent, addresses: [], policy: server.object, rule: server.fact.accessPolicy.at }];
  return {
    policies: [server.object, ...new Set(authorized.admissions.map(({ policy }) => policy))],
    isolates: true,
    admissions: [...byAccess, ...authorized.admissions],
    extent,
    unsure: authorized.unsure,
  };
}

/** What Linkerd says of a target on the port of one Server. */
export function layerAt(graph: Graph, target: Target, server: Server): Layer {
  return { technology: 'Linkerd', ...groupOf(graph, target, server, isProxyAdmin(server.fact) ? 'health' : 'all'), demands: [] };
}

/** What the default policy lets in on ports without a Server. Untold, it is `all-unauthenticated`: nothing is turned away. */
function defaultGroups(graph: Graph, target: Target, rest: readonly number[], extent: Extent): Group[] {
  const skipped = portsIn(target.annotations, 'config.linkerd.io/skip-inbound-ports');
  const required = portsIn(target.annotations, 'config.linkerd.io/proxy-require-identity-inbound-ports');
  const said = inboundDefault(graph, target);
  const group = (isolates: boolean, evidence: Evidence | undefined, unsure = false): Group => ({
    // Where it says who comes in, what says so is a policy.
    policies: isolates && said ? [said.object] : [],
    isolates,
    admissions: evidence === undefined || !said ? [] : [{ evidence, extent, addresses: [], policy: said.object, rule: said.value.at }],
    extent,
    unsure,
  });
  if (!skipped || !required || said?.value.state === 'hole') return [group(false, undefined, true)];
  // Ports that go past the proxy are as open as the application leaves them; those that require an identity count as closed.
  const open = rest.filter((port) => !required(port));
  if (open.some(skipped)) return [group(false, undefined, !open.every(skipped))];
  if (rest.length > 0 && open.length === 0) return [group(true, undefined)];
  const evidence = said && defaultPolicies[known(said.value) ?? ''];
  if (evidence === undefined || evidence === 'nothing') return [group(false, undefined)];
  return [group(true, evidence === 'nobody' ? undefined : evidence)];
}

/** The ports of a target as its containers list them, and which of them a Server takes; undefined for a name that no port has. */
function portsOf(target: Target): { readonly numbers: readonly number[]; readonly open: boolean; covered(server: LinkerdServerFact): readonly number[] | undefined } {
  const containers = (target.workload?.fact.containers ?? []).filter((container) => !isProxy(container));
  const listed = containers.flatMap(({ ports }) => ports.listed);
  const numbers = listed.flatMap(({ number }) => known(number) ?? []);
  const open = !target.workload || target.workload.fact.containersOpen || containers.some(({ ports }) => ports.open) || listed.some(({ number }) => number.state !== 'known');
  return {
    numbers,
    open: open && target.workload !== undefined,
    covered: (server) => {
      if (isProxyAdmin(server) || open || server.port.state !== 'known') return isProxyAdmin(server) ? [] : numbers;
      const { value } = server.port;
      const taken = listed.filter(({ name, number }) => known(name) === value || known(number) === value).flatMap(({ number }) => known(number) ?? []);
      // A port need not be listed to be there, but a name stands for a listed one only.
      return taken.length > 0 || typeof value === 'number' ? taken : undefined;
    },
  };
}

/** What lets callers in to a Server. */
export function authorizationsOf(graph: Graph, target: Target, server: Server, extent: Extent): { readonly admissions: readonly Admission[]; readonly unsure: boolean } {
  const at = { ...target, namespace: server.object.namespace, file: server.object.document.file };
  let unsure = false;
  const here = (object: GraphObject) => {
    const answer = isNear(graph, object, at) ? sameNamespace(object, at) : false;
    if (answer === 'unknown') unsure = true;
    return answer === true;
  };
  const routes = factsNear(graph, 'linkerdRoute', at).filter(({ object, fact }) => fact.servers.some((name) => known(name) === server.object.name) && here(object));
  const byPolicy = factsNear(graph, 'linkerdAuthorization', at).filter(({ object }) => here(object)).flatMap((policy): Admission[] => {
    const about = extentAt(policy.fact, server, routes, extent);
    const evidence = about && evidenceOfAuthorization(graph, policy);
    return evidence ? [{ ...evidence, extent: about, policy: policy.object, rule: policy.fact.requiredAt }] : [];
  });
  const byServer = factsNear(graph, 'linkerdServerAuthorization', at).filter(({ object }) => here(object)).flatMap(({ object, fact }): Admission[] => {
    const answer = isForServer(fact, server);
    if (answer === 'unknown') unsure = true;
    const evidence = answer === true ? evidenceOfServerAuthorization({ object, fact }) : undefined;
    return evidence ? [{ ...evidence, extent, policy: object, rule: fact.clientAt }] : [];
  });
  return { admissions: [...byPolicy, ...byServer], unsure };
}

/** How much of a Server's traffic an AuthorizationPolicy is about; undefined for none of it. */
function extentAt({ target }: LinkerdAuthorizationFact, server: Server, routes: readonly ObjectWith<LinkerdRouteFact>[], extent: Extent): Extent | undefined {
  if (isRefTo(target, 'Namespace', '')) return extent;
  if (isRefTo(target, 'Server')) return known(target.name) === server.object.name ? extent : undefined;
  const route = routes.find(({ object }) => object.name === known(target.name) && isRefTo(target, object.resource.header.kind, object.resource.header.group));
  if (!route) return undefined;
  const { paths, open } = route.fact;
  return !open && paths.length > 0 && paths.every((path) => path !== undefined && isHealthPath(known(path) ?? '')) ? 'health' : extent === 'health' ? 'health' : 'some';
}

/** Whether a ServerAuthorization is for a Server: by its name, else by its labels; without either for all of the namespace. */
function isForServer({ serverName, serverSelector }: LinkerdServerAuthorizationFact, { object }: Server): boolean | 'unknown' {
  if (serverName.state !== 'absent') return serverName.state === 'known' ? serverName.value === object.name : 'unknown';
  return serverSelector === undefined || matches(serverSelector, object.resource.header.labels);
}
