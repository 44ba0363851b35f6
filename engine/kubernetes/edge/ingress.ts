import { known, type Cursor, type Value } from '../../yaml/cursor.ts';
import type { Header, Labels } from '../header.ts';
import { readRoute } from '../service.ts';
import { readAnnotations } from './annotations.ts';
import { entryOf, guardOf, splitList, type EdgeFact, type GuardFact, type ObjectRef } from './fact.ts';
import { kongPlugins } from './kong.ts';
import { sourcesOfIngress, type AddressSourceFact } from './source.ts';
import { joinedRef, traefikMiddlewares } from './traefik.ts';

/** Reads an Ingress: what its annotations ask of callers, whichever controller they speak to. */
export function readIngress(cursor: Cursor, header: Header): (EdgeFact | AddressSourceFact)[] {
  const { annotations } = header;
  const said = cursor.at('spec', 'ingressClassName').string();
  const ingressClass = known(said) ?? known(annotations.entries['kubernetes.io/ingress.class'] ?? said) ?? '';
  const asked = readAnnotations(annotations, ingressClass);
  const options = annotations.entries['traefik.ingress.kubernetes.io/router.tls.options'];
  const pluginConfig = annotations.entries['k8s.apisix.apache.org/plugin-config-name'];
  const refs: ObjectRef[] = [
    ...nginxPolicies(annotations),
    ...splitList(annotations.entries['traefik.ingress.kubernetes.io/router.middlewares'] ?? absentAt(header), /,/).map((name) => joinedRef(traefikMiddlewares, name)),
    ...(options && options.state !== 'absent' ? [joinedRef(['traefik.io/TLSOption', 'traefik.containo.us/TLSOption'], options)] : []),
    ...kongPlugins(annotations),
    ...(pluginConfig && pluginConfig.state !== 'absent' ? [{ kinds: ['apisix.apache.org/ApisixPluginConfig'], name: pluginConfig, namespace: absentAt(header), at: pluginConfig.at }] : []),
  ];
  const [route] = readRoute(cursor, header);
  // The tailnet's rules on who may come in are outside the files; a funnel has none (tailscale cmd/k8s-operator/ingress.go).
  const tailnet = ingressClass === 'tailscale' && known(annotations.entries['tailscale.com/funnel'] ?? absentAt(header)) !== 'true';
  return [...sourcesOfIngress(header), {
    fact: 'edge',
    entries: [entryOf(header.at, {
      ...asked,
      logins: [...asked.logins, ...(tailnet ? [{ means: 'unknown' as const, demanded: 'unknown' as const, at: header.at }] : [])],
      internal: asked.internal || known(annotations.entries['appgw.ingress.kubernetes.io/use-private-ip'] ?? absentAt(header)) === 'true',
      refs: refs.filter(({ name }) => name.state !== 'absent'),
      backends: route!.backends,
      tls: cursor.at('spec', 'tls').items().length > 0 || balancerTls.some((name) => annotations.entries[name] !== undefined),
    })],
  }];
}

/** Listeners of an AWS balancer are HTTPS where they have a certificate (its guide/ingress/annotations, listen-ports). */
const balancerTls = ['alb.ingress.kubernetes.io/certificate-arn'];

/** F5's annotations: both are read, and names may carry a namespace (`ns/name`). */
function nginxPolicies(annotations: Labels): ObjectRef[] {
  return ['nginx.org/policies', 'nginx.com/policies'].flatMap((key) => {
    const value = annotations.entries[key];
    return value ? splitList(value, /,/).map((name) => ({ kinds: ['k8s.nginx.org/Policy'], ...namespaced(name), at: name.at })) : [];
  });
}

function namespaced(value: Value<string>): { name: Value<string>; namespace: Value<string> } {
  const slash = value.state === 'known' ? value.value.indexOf('/') : -1;
  if (value.state !== 'known' || slash < 0) return { name: value, namespace: { state: 'absent', at: value.at } };
  return { name: { ...value, value: value.value.slice(slash + 1) }, namespace: { ...value, value: value.value.slice(0, slash) } };
}

function absentAt({ at }: Header): Value<string> {
  return { state: 'absent', at };
}

/** What a Service asks of the callers of the routes that lead to it: plugins, policies of its back end, logins of a balancer. */
export function guardOfService({ annotations }: Header): GuardFact[] {
  const { logins } = readAnnotations(annotations);
  const refs = [...kongPlugins(annotations), ...backendConfigs(annotations)];
  return logins.length + refs.length === 0 ? [] : [guardOf('Service', { logins, refs })];
}

/**
 * GKE: `{"default": "x"}` or `{"ports": {"80": "x"}}`; the name with `beta.` counts only where the other is absent
 * (ingress-gce pkg/annotations/service.go).
 */
function backendConfigs(annotations: Labels): ObjectRef[] {
  const value = annotations.entries['cloud.google.com/backend-config'] ?? annotations.entries['beta.cloud.google.com/backend-config'];
  if (!value || value.state === 'absent') return [];
  const ref = (name: Value<string>): ObjectRef => ({ kinds: ['cloud.google.com/BackendConfig'], name, namespace: { state: 'absent', at: value.at }, at: value.at });
  if (value.state === 'hole') return [ref(value)];
  return [...value.value.matchAll(/"([^"]+)"\s*:\s*"([^"]+)"/g)].map(([, , name]) => name!).filter((name, i, all) => all.indexOf(name) === i).map((name) => ref({ ...value, value: name }));
}
