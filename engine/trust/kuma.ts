import type { KumaMatch, KumaPermissionFact, KumaRef, KumaTrafficPermissionFact } from '../kubernetes/kuma.ts';
import type { Labels } from '../kubernetes/header.ts';
import { known } from '../yaml/cursor.ts';
import type { Graph } from '../identity/graph.ts';
import type { ObjectWith } from '../identity/parts.ts';
import type { GraphObject } from '../identity/objects.ts';
import { isNear } from './index.ts';
import { hasAll, isRefTo, kumaMembership, kumaMeshName, kumaTls, reaches } from './kuma-mesh.ts';
import type { Admission, Evidence, Layer } from './layer.ts';
import { allOf, type Target } from './target.ts';

export type KumaPermission = ObjectWith<KumaPermissionFact>;

/** Whether a MeshTrafficPermission is about a target. */
export function permissionApplies(graph: Graph, { object, fact }: KumaPermission, target: Target, meshName = kumaMeshName(graph, target)): boolean | 'unknown' {
  const here = reaches(object, known(fact.mesh) ?? 'default', target, meshName);
  return here === false || !isNear(graph, object, target) ? false : allOf(here, isRefTo(graph, fact.target, target));
}

/** Whether a TrafficPermission is about a target. It lives outside namespaces. */
export function trafficPermissionApplies(graph: Graph, { object, fact }: ObjectWith<KumaTrafficPermissionFact>, target: Target, meshName = kumaMeshName(graph, target)): boolean | 'unknown' {
  if ((known(fact.mesh) ?? 'default') !== meshName || !isNear(graph, object, target)) return false;
  const answers = fact.destinations.map((tags) => hasAll(graph, tags, target));
  return answers.includes(true) ? true : answers.includes('unknown') || fact.open ? 'unknown' : false;
}

/**
 * What Kuma lets in to a target (semantics.md 6.7). With strict mutual TLS whoever shows no certificate of the mesh is
 * turned away; permissions say whose, and nothing permitted is nobody. Permissive TLS lets plaintext in beside all that,
 * and without an identity of its own a proxy applies no permission.
 */
export function kumaLayer(graph: Graph, target: Target): Layer {
  const nothing: Layer = { technology: 'Kuma', policies: [], isolates: false, admissions: [], demands: [], unsure: false };
  const membership = kumaMembership(graph, target);
  if (target.workload && membership === 'out') return nothing;
  const meshName = kumaMeshName(graph, target);
  const permissions = graph.all('kumaPermission').map((policy) => ({ policy, answer: permissionApplies(graph, policy, target, meshName) })).filter(({ answer }) => answer !== false);
  const older = graph.all('kumaTrafficPermission').map((policy) => ({ policy, answer: trafficPermissionApplies(graph, policy, target, meshName) })).filter(({ answer }) => answer !== false);
  const own = permissions.some(({ policy }) => policy.fact.target.kind !== 'Mesh');
  // Whoever writes a policy for these proxies means them to be in the mesh; one for the whole mesh says nothing of these.
  if (membership !== 'in' && !own) return { ...nothing, unsure: permissions.length + older.length > 0 };
  const tls = kumaTls(graph, target);
  if (tls.mode === 'off') return nothing;
  const sure = permissions.filter(({ answer }) => answer === true).map(({ policy }) => policy);
  // A MeshTrafficPermission takes the place of every TrafficPermission.
  const byTags = sure.length > 0 ? [] : older.filter(({ answer }) => answer === true).map(({ policy }) => policy);
  const plaintext: Admission[] = tls.mode === 'permissive' ? [{ evidence: 'nothing', extent: 'all', addresses: [], policy: tls.at!.object, rule: tls.at!.place }] : [];
  return {
    technology: 'Kuma',
    policies: [...new Set([...sure, ...byTags].map(({ object }) => object)), ...plaintext.map(({ policy }) => policy)],
    isolates: tls.mode === 'unknown' ? 'unknown' : true,
    admissions: [...sure.flatMap(admissionsOf), ...byTags.flatMap(admissionsByTags), ...plaintext],
    demands: [],
    unsure: [...permissions, ...older].some(({ answer }) => answer === 'unknown') || tls.mode === 'unknown',
  };
}

/** What a permission lets in by itself. */
export function permissionLayer(object: GraphObject, fact: KumaPermissionFact | KumaTrafficPermissionFact): Layer {
  const admissions = fact.fact === 'kumaPermission' ? admissionsOf({ object, fact }) : admissionsByTags({ object, fact });
  return { technology: 'Kuma', policies: [object], isolates: true, admissions, demands: [], unsure: false };
}

/** The ways in that a MeshTrafficPermission opens. What it denies only takes away. */
function admissionsOf({ object, fact }: KumaPermission): Admission[] {
  const way = { extent: 'all' as const, addresses: [], policy: object };
  const allowed = fact.matches.filter(({ list }) => list !== 'deny').map((match) => ({ ...way, evidence: evidenceOfMatch(match), rule: match.at, ...(match.spiffeId && known(match.spiffeId.type) === 'Exact' ? { named: [match.spiffeId.value] } : {}) }));
  const from = fact.from.filter(({ action }) => known(action) === 'Allow' || known(action) === 'AllowWithShadowDeny' || action.state === 'hole').map(({ client, at }) => ({ ...way, evidence: evidenceOfClient(client), rule: at }));
  return [...allowed, ...from, ...(fact.open ? [{ ...way, evidence: 'identity' as const, rule: object.resource.header.at }] : [])];
}

/** A prefix that ends with the trust domain is the whole mesh, one that ends with a namespace all of its accounts; a match on SNI alone is every caller with an identity. */
function evidenceOfMatch({ spiffeId }: KumaMatch): Evidence {
  if (!spiffeId) return 'anyIdentity';
  const value = known(spiffeId.value);
  if (value === undefined || known(spiffeId.type) !== 'Prefix') return 'identity';
  if (/^(?:s(?:p(?:i(?:f(?:f(?:e(?::\/?)?)?)?)?)?)?)?$/.test(value) || /^spiffe:\/\/[^/]*(?:\/(?:ns\/?)?)?$/.test(value)) return 'anyIdentity';
  return /^spiffe:\/\/[^/]+\/ns\/[^/]+\/?(?:sa\/?)?$/.test(value) ? 'namespace' : 'identity';
}

/** Callers by the tags in their certificates (kuma meshtrafficpermission/xds/rbac_configurer.go at v2.9.13, principalFromSubset). */
function evidenceOfClient({ kind, tags }: KumaRef): Evidence {
  if (kind === 'Mesh') return 'anyIdentity';
  return kind === 'MeshSubset' ? evidenceOfTags(tags) : 'identity';
}

function evidenceOfTags(tags: Labels): Evidence {
  const keys = Object.entries(tags.entries).filter(([, value]) => known(value) !== '*').map(([key]) => key);
  if (keys.length === 0) return tags.open ? 'identity' : 'anyIdentity';
  return keys.every((key) => key === 'k8s.kuma.io/namespace') ? 'namespace' : 'identity';
}

function admissionsByTags({ object, fact }: ObjectWith<KumaTrafficPermissionFact>): Admission[] {
  return fact.sources.map(({ tags, at }) => ({ evidence: evidenceOfTags(tags), extent: 'all', addresses: [], policy: object, rule: at }));
}
