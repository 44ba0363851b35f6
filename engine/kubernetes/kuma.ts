import { known, type Cursor, type Place, type Value } from '../yaml/cursor.ts';
import { readLabels, type Header, type Labels } from './header.ts';

/*
 * Readers of kuma.io/v1alpha1, of 2.x and 3.x (kumahq/kuma@348b6528bc23 and tag v2.9.13: meshtrafficpermission, meshtls,
 * mesh.proto, traffic_permission.proto). What follows from it is engine/trust/kuma.ts.
 */

/** Proxies that a policy is about, or callers that it means. */
export interface KumaRef {
  /** Mesh where it is not said: every proxy. */
  readonly kind: string;
  readonly name: Value<string>;
  /** `labels` of pods (Dataplane) or `tags` of proxies (MeshSubset, MeshServiceSubset). */
  readonly labels: Labels;
  readonly tags: Labels;
  readonly at: Place;
}

/** MeshTrafficPermission. */
export interface KumaPermissionFact {
  readonly fact: 'kumaPermission';
  readonly mesh: Value<string>;
  readonly target: KumaRef;
  /** `spec.from`, by the tags of callers: up to 2.x only. */
  readonly from: readonly { readonly client: KumaRef; readonly action: Value<string>; readonly at: Place }[];
  /** `spec.rules`, by SPIFFE ID. */
  readonly matches: readonly KumaMatch[];
  readonly open: boolean;
}

export interface KumaMatch {
  readonly list: 'allow' | 'deny' | 'allowWithShadowDeny';
  /** Undefined where the match asks for none. */
  readonly spiffeId: { readonly type: Value<string>; readonly value: Value<string> } | undefined;
  readonly sni: boolean;
  readonly at: Place;
}

/** TrafficPermission, by tags; without effect from 3.0 on. */
export interface KumaTrafficPermissionFact {
  readonly fact: 'kumaTrafficPermission';
  readonly mesh: Value<string>;
  readonly sources: readonly { readonly tags: Labels; readonly at: Place }[];
  readonly destinations: readonly Labels[];
  readonly open: boolean;
}

/** A Mesh: which certificate authority gives identities, and whether plaintext is accepted. Read by 2.x only. */
export interface KumaMeshFact {
  readonly fact: 'kumaMesh';
  /** Absent where mutual TLS is off. */
  readonly enabledBackend: Value<string>;
  /** Whether there are backends to enable. */
  readonly backends: boolean;
  /** The mode of the enabled backend; STRICT where it is not said. */
  readonly mode: Value<string>;
}

/** MeshTLS: what proxies accept, over what the Mesh says. */
export interface KumaTlsFact {
  readonly fact: 'kumaTls';
  readonly mesh: Value<string>;
  readonly target: KumaRef;
  readonly modes: readonly Value<string>[];
}

/** MeshIdentity: where identities come from since 2.12, and alone since 3.0. */
export interface KumaIdentityFact {
  readonly fact: 'kumaIdentity';
  readonly mesh: Value<string>;
}

/** The mesh that an object belongs to: a label, before 2.0 a field or an annotation; `default` where nothing says. */
function meshOf(cursor: Cursor, { labels, annotations }: Header): Value<string> {
  return labels.entries['kuma.io/mesh'] ?? annotations.entries['kuma.io/mesh'] ?? cursor.get('mesh').string();
}

/** Reads a MeshTrafficPermission. */
export function readKumaPermission(cursor: Cursor, header: Header): KumaPermissionFact[] {
  const spec = cursor.get('spec');
  const [from, rules] = [spec.get('from'), spec.get('rules')];
  return [{
    fact: 'kumaPermission',
    mesh: meshOf(cursor, header),
    target: readKumaRef(spec.get('targetRef')),
    from: from.items().map((item) => ({ client: readKumaRef(item.get('targetRef')), action: item.at('default', 'action').string(), at: item.get('targetRef').exists ? item.get('targetRef').place() : item.place() })),
    matches: rules.items().flatMap((rule) => readMatches(rule.get('default'))),
    open: spec.open || from.open || rules.open || rules.items().some((rule) => rule.open || rule.get('default').open || lists.some((list) => rule.at('default', list).open)),
  }];
}

const lists = ['allow', 'deny', 'allowWithShadowDeny'] as const;

function readMatches(conf: Cursor): KumaMatch[] {
  return lists.flatMap((list) => conf.get(list).items().map((match) => {
    const id = match.get('spiffeID');
    return { list, spiffeId: id.exists ? { type: id.get('type').string(), value: id.get('value').string() } : undefined, sni: match.get('sni').exists, at: id.exists ? id.get('value').place() : match.place() };
  }));
}

function readKumaRef(ref: Cursor): KumaRef {
  return { kind: known(ref.get('kind').string()) ?? 'Mesh', name: ref.get('name').string(), labels: readLabels(ref.get('labels')), tags: readLabels(ref.get('tags')), at: ref.place() };
}

/** Reads a TrafficPermission. */
export function readKumaTrafficPermission(cursor: Cursor, header: Header): KumaTrafficPermissionFact[] {
  const [sources, destinations] = [cursor.at('spec', 'sources'), cursor.at('spec', 'destinations')];
  return [{
    fact: 'kumaTrafficPermission',
    mesh: meshOf(cursor, header),
    sources: sources.items().map((item) => ({ tags: readLabels(item.get('match')), at: item.get('match').exists ? item.get('match').place() : item.place() })),
    destinations: destinations.items().map((item) => readLabels(item.get('match'))),
    open: sources.open || destinations.open,
  }];
}

/** Reads a Mesh. */
export function readKumaMesh(cursor: Cursor): KumaMeshFact[] {
  const mtls = cursor.at('spec', 'mtls');
  const enabledBackend = mtls.get('enabledBackend').string();
  const backend = mtls.get('backends').items().find((item) => known(item.get('name').string()) === known(enabledBackend)) ?? mtls.get('backends');
  return [{ fact: 'kumaMesh', enabledBackend, backends: mtls.get('backends').items().length > 0 && !mtls.open, mode: backend.get('mode').string() }];
}

/** Reads a MeshTLS: `rules`, and `from` of 2.9. */
export function readKumaTls(cursor: Cursor, header: Header): KumaTlsFact[] {
  const spec = cursor.get('spec');
  const modes = [...spec.get('rules').items(), ...spec.get('from').items()].map((item) => item.at('default', 'mode').string());
  return [{ fact: 'kumaTls', mesh: meshOf(cursor, header), target: readKumaRef(spec.get('targetRef')), modes }];
}

/** Reads a MeshIdentity. */
export function readKumaIdentity(cursor: Cursor, header: Header): KumaIdentityFact[] {
  return [{ fact: 'kumaIdentity', mesh: meshOf(cursor, header) }];
}
