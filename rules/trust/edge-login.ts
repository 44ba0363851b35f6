import { pathIn, type FixStep } from '../../engine/lint/rule.ts';
import { displayName, isSymbol, type GraphObject } from '../../engine/identity/objects.ts';
import { known } from '../../engine/yaml/cursor.ts';
import type { AddressOnly } from '../../engine/trust/address-only.ts';
import table from './edge-logins.json' with { type: 'json' };
import type { Edge } from '../../engine/trust/edge.ts';

/** A login that a controller offers, ready to be written beside a list that stays. */
export interface LoginProposal {
  readonly id: string;
  /** As a phrase: "a client certificate". */
  readonly means: string;
  /** What the reader has to bring, as a phrase; objects in it are in no file read. */
  readonly fill: string;
  readonly steps: readonly FixStep[];
}

type Technology = AddressOnly['list']['list']['technology'];
type Writer = (found: AddressOnly) => LoginProposal | undefined;

/**
 * The login of the very controller that holds a list, for all ways in that the list guards alone. Undefined where the
 * controller has none for that route (a Service, an OpenShift Route, HAProxy's own controller), where TLS does not end
 * there, or where something of its kind is written already.
 */
export function loginFor(found: AddressOnly): LoginProposal | undefined {
  if (found.situation !== 'alone' && found.situation !== 'elsewhere') return undefined;
  return (writers[found.list.list.technology] ?? byAnnotation)(found);
}

const writers: Partial<Record<Technology, Writer>> = {
  Traefik: traefik,
  Kong: kong,
  Contour: contour,
  APISIX: apisix,
  GKE: gke,
  'Envoy Gateway': envoyGateway,
  'NGINX Ingress Controller': nginx,
};

function routesOf({ edges }: AddressOnly): GraphObject[] {
  return [...new Set(edges.map(({ object }) => object))];
}

function filled(text: string, { namespace, name }: GraphObject): string {
  return text.replaceAll('{namespace}', namespace).replaceAll('{name}', name);
}

/** Annotations of an Ingress, by the table. */
function byAnnotation({ list, edges }: AddressOnly): LoginProposal | undefined {
  const line = table.logins.find(({ technology }) => technology === list.list.technology);
  const [edge] = edges;
  if (!line || !edge || edge.object !== list.object || edge.object.resource.header.kind !== 'Ingress' || (line.tls && !edge.entry.tls)) return undefined;
  const { object } = edge;
  if (isSymbol(object.name) || isSymbol(object.namespace) || (line.namespaced && object.namespace === '')) return undefined;
  const written = Object.entries(line.annotations);
  // A login of that kind that does not turn anyone away is its author's choice to change.
  if (written.some(([key]) => object.resource.header.annotations.entries[key])) return undefined;
  const add = line.add === undefined ? [] : [inNamespace(object, JSON.parse(JSON.stringify(line.add).replaceAll('{name}', object.name)) as KubernetesObject)];
  return {
    id: line.id, means: line.means, fill: filled(line.fill, object),
    steps: [...written.map(([key, value]): FixStep => ({ object, change: { op: 'set', path: pathIn(object, 'metadata', 'annotations', key), value: filled(value, object) } })), ...(add.length > 0 ? [{ after: object, add }] : [])],
  };
}

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

function inNamespace({ namespace }: GraphObject, object: KubernetesObject): object {
  return namespace === '' ? object : { ...object, metadata: { ...object.metadata, namespace } };
}

/** A TLSOption that asks for client certificates, named by every route; only where TLS ends there and no options are named yet. */
function traefik(found: AddressOnly): LoginProposal | undefined {
  const routes = routesOf(found);
  const [first] = routes;
  if (!first || isSymbol(first.namespace) || isSymbol(first.name) || routes.some((one) => one.namespace !== first.namespace) || found.edges.some(({ entry }) => !entry.tls || entry.passthrough)) return undefined;
  if (found.edges.some(({ entry }) => entry.refs.some(({ kinds }) => kinds[0]!.endsWith('/TLSOption')))) return undefined;
  const name = `${first.name}-client-certificates`;
  const annotated = `${first.namespace}-${name}@kubernetescrd`;
  const steps = routes.map((object): FixStep => (object.resource.header.kind === 'Ingress'
    ? { object, change: { op: 'set', path: pathIn(object, 'metadata', 'annotations', 'traefik.ingress.kubernetes.io/router.tls.options'), value: annotated } }
    : { object, change: { op: 'set', path: pathIn(object, 'spec', 'tls', 'options', 'name'), value: name } }));
  if (first.namespace === '' && routes.some(({ resource }) => resource.header.kind === 'Ingress')) return undefined;
  const { group } = found.list.object.resource.header;
  const option = inNamespace(first, { apiVersion: `${group}/v1alpha1`, kind: 'TLSOption', metadata: { name }, ...{ spec: { clientAuth: { secretNames: ['client-ca'], clientAuthType: 'RequireAndVerifyClientCert' } } } });
  return { id: 'ask-client-certificate', means: 'a client certificate', fill: `Secret client-ca (tls.ca or ca.crt: your certificate authority)`, steps: [...steps, { after: first, add: [option] }] };
}

/** The plugin `jwt` beside the list: each caller then needs a KongConsumer with a credential. */
function kong(found: AddressOnly): LoginProposal | undefined {
  const holders = [...new Set(found.edges.flatMap((edge) => holdersOf(edge, found)))];
  const [first] = holders;
  if (!first || isSymbol(first.name) || isSymbol(first.namespace) || holders.some((one) => one.namespace !== first.namespace)) return undefined;
  const name = `${first.name}-token`;
  const steps = holders.map((object): FixStep => {
    const value = object.resource.header.annotations.entries['konghq.com/plugins'];
    return { object, change: { op: 'set', path: pathIn(object, 'metadata', 'annotations', 'konghq.com/plugins'), value: `${known(value!)}, ${name}` } };
  });
  const plugin = inNamespace(first, { apiVersion: 'configuration.konghq.com/v1', kind: 'KongPlugin', metadata: { name }, ...{ plugin: 'jwt' } });
  return { id: 'ask-token', means: 'a token', fill: 'a KongConsumer with a jwt credential for each caller', steps: [...steps, { after: first, add: [plugin] }] };
}

/** The objects at a way in whose annotation names the plugin that holds the list. */
function holdersOf({ object, entry }: Edge, { list }: AddressOnly): GraphObject[] {
  const value = object.resource.header.annotations.entries['konghq.com/plugins'];
  return entry.refs.some(({ name }) => known(name) === list.object.name) && value?.state === 'known' ? [object] : [];
}

/** Client certificates of the virtual host, where the list and TLS are its own. */
function contour({ list, edges }: AddressOnly): LoginProposal | undefined {
  const { object } = list;
  if (edges.some((edge) => edge.object !== object || !edge.entry.tls || edge.entry.delegated || edge.logins.some(({ login }) => login.means === 'client certificate'))) return undefined;
  return {
    id: 'ask-client-certificate', means: 'a client certificate', fill: 'Secret client-ca (ca.crt: your certificate authority)',
    steps: [{ object, change: { op: 'set', path: pathIn(object, 'spec', 'virtualhost', 'tls', 'clientValidation'), value: { caSecret: 'client-ca' } } }],
  };
}

/** `authentication` of the very route of an ApisixRoute; an Ingress goes by the table. */
function apisix(found: AddressOnly): LoginProposal | undefined {
  if (found.list.object.resource.header.kind === 'Ingress') return byAnnotation(found);
  const entries = found.edges.filter(({ object }) => object.resource.header.kind === 'ApisixRoute');
  if (entries.length === 0 || entries.length < found.edges.length || entries.some(({ entry }) => entry.passthrough)) return undefined;
  return {
    id: 'ask-token', means: 'a token', fill: 'an ApisixConsumer with jwtAuth for each caller',
    steps: entries.map(({ object, entry }): FixStep => ({ object, change: { op: 'set', path: [...entry.at.path, 'authentication'], value: { enable: true, type: 'jwtAuth' } } })),
  };
}

function gke({ list: { object } }: AddressOnly): LoginProposal {
  const path = object.resource.header.kind === 'BackendConfig' ? pathIn(object, 'spec', 'iap') : pathIn(object, 'spec', 'default', 'iap');
  return { id: 'ask-login', means: 'a login (Identity-Aware Proxy)', fill: 'who may pass: the role IAP-secured Web App User, for your people and accounts', steps: [{ object, change: { op: 'set', path, value: { enabled: true } } }] };
}

/** A provider of tokens: with it, every request has to carry one, beside its address. */
function envoyGateway({ list: { object } }: AddressOnly): LoginProposal {
  const providers = [{ name: 'callers', issuer: 'https://issuer.example', remoteJWKS: { uri: 'https://issuer.example/.well-known/jwks.json' } }];
  return { id: 'ask-token', means: 'a token', fill: 'your issuer and its keys in place of issuer.example', steps: [{ object, change: { op: 'set', path: pathIn(object, 'spec', 'jwt'), value: { providers } } }] };
}

/** A Policy for client certificates beside the one that holds the list. */
function nginx(found: AddressOnly): LoginProposal | undefined {
  const routes = routesOf(found);
  const [first] = routes;
  if (!first || isSymbol(first.name) || isSymbol(first.namespace) || routes.some((one) => one.namespace !== first.namespace) || found.edges.some(({ entry }) => !entry.tls)) return undefined;
  const name = `${first.name}-client-certificates`;
  const steps = routes.map((object): FixStep | undefined => {
    if (object.resource.header.kind === 'VirtualServer') return { object, change: { op: 'append', path: pathIn(object, 'spec', 'policies'), value: { name } } };
    const value = object.resource.header.annotations.entries['nginx.org/policies'];
    return value?.state === 'known' ? { object, change: { op: 'set', path: pathIn(object, 'metadata', 'annotations', 'nginx.org/policies'), value: `${value.value},${name}` } } : undefined;
  });
  if (steps.some((step) => step === undefined)) return undefined;
  const policy = inNamespace(first, { apiVersion: 'k8s.nginx.org/v1', kind: 'Policy', metadata: { name }, ...{ spec: { ingressMTLS: { clientCertSecret: 'client-ca', verifyClient: 'on' } } } });
  return { id: 'ask-client-certificate', means: 'a client certificate', fill: 'Secret client-ca of type nginx.org/ca (ca.crt: your certificate authority)', steps: [...(steps as FixStep[]), { after: first, add: [policy] }] };
}

/** How a route or Service is called in messages. */
export function edgeName({ object }: Edge): string {
  return `${object.resource.header.kind} ${displayName(object)}`;
}
