import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consulLayer, consulMembership } from '../../../engine/trust/consul.ts';
import { demandsIdentity, trustIn } from '../../../engine/trust/trust.ts';
import { graphOf, target, web } from './graph.ts';

/* What Consul's intentions and modes ask of callers of the Deployment `web` of `shop` (semantics.md 6.7). */
const annotated = (annotations: string) => web.replace('labels: { app: web }', `labels: { app: web }, annotations: { ${annotations} }`);
const meshed = annotated('consul.hashicorp.com/connect-inject: "true"');
const service = '---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}}\n';
let serial = 0;
const object = (kind: string, spec: string, name = `p${++serial}`) => `---\napiVersion: consul.hashicorp.com/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop}\nspec: ${spec}\n`;
const intentions = (sources: string, destination = 'web', more = '') => object('ServiceIntentions', `{destination: {name: "${destination}"}, sources: [${sources}]${more}}`);
const layer = (...documents: string[]) => {
  const graph = graphOf(documents.join(''));
  return consulLayer(graph, target(graph));
};
const ways = (...documents: string[]) => layer(meshed, service, ...documents).admissions.map(({ evidence, extent }) => `${evidence}/${extent}`);
const demanded = (...documents: string[]) => {
  const graph = graphOf(documents.join(''));
  return demandsIdentity(trustIn(graph, target(graph))).demanded;
};

describe('intentions', () => {
  const rows: [documents: string[], expected: string[], why: string][] = [
    [[intentions('{name: front, action: allow}')], ['identity/all', 'anyIdentity/all'], 'a named service; the rest is for the default policy, which may allow it'],
    [[intentions('{name: front, action: allow}, {name: "*", action: deny}')], ['identity/all'], 'and nobody else'],
    [[intentions('{name: "*", action: allow}')], ['anyIdentity/all'], 'every service of the mesh'],
    [[intentions('{name: front, action: deny}, {name: "*", action: allow}')], ['anyIdentity/all'], 'all but one'],
    [[intentions('{name: "*", action: allow}', 'web', ', jwt: {providers: [{name: login}]}')], ['identity/all'], 'with a token as well'],
    [[intentions('{name: "*", permissions: [{action: allow, http: {pathPrefix: /api}}, {action: deny}]}')], ['anyIdentity/some'], 'the first permission that matches decides'],
    [[intentions('{name: "*", permissions: [{action: allow, http: {pathExact: /healthz}}]}')], ['anyIdentity/health'], 'health checks'],
    [[intentions('{name: "*", permissions: [{action: allow, jwt: {providers: [{name: login}]}}]}')], ['identity/all'], 'a permission that asks for a token'],
    [[intentions('{name: front, action: allow}', '*')], ['identity/all', 'anyIdentity/all'], 'for every service'],
    [[intentions('{name: front, action: allow}, {name: "*", action: deny}'), intentions('{name: "*", action: allow}', '*')], ['identity/all'], 'an exact destination comes before `*`, and its `*` source leaves nothing'],
    [[intentions('{name: front, action: allow}'), intentions('{name: "*", action: allow}', '*')], ['identity/all', 'anyIdentity/all'], 'without one, what is for all services follows'],
    [[intentions('{name: "*", action: allow}', 'other')], ['anyIdentity/all'], 'of another service: the default policy decides'],
  ];
  for (const [documents, expected, why] of rows) test(`${why}: ${expected.join()}`, () => assert.deepEqual(ways(...documents), expected));
  test('a `*` of another cluster is not everyone', () => assert.deepEqual(ways(intentions('{name: "*", peer: east, action: deny}')), ['anyIdentity/all']));
});

describe('mutual TLS', () => {
  const defaults = object('ProxyDefaults', '{mutualTLSMode: permissive}', 'global');
  const allowed = object('Mesh', '{allowEnablingPermissiveMutualTLS: true}', 'mesh');
  const named = intentions('{name: front, action: allow}, {name: "*", action: deny}');
  test('is strict by default: whoever is not of the mesh is turned away', () => {
    assert.equal(demanded(meshed, service), true);
    assert.equal(demanded(meshed, service, named), true);
  });
  test('permissive lets plaintext in beside every intention', () => {
    assert.deepEqual(ways(named, defaults, allowed), ['identity/all', 'nothing/all']);
    assert.equal(demanded(meshed, service, named, defaults, allowed), false);
  });
  test('it is refused unless the Mesh entry allows it: without that nothing is claimed', () => assert.equal(demanded(meshed, service, named, defaults), 'unknown'));
  test('the service’s own mode wins over the default', () => {
    const own = (mode: string) => object('ServiceDefaults', `{mutualTLSMode: ${mode}}`, 'web');
    assert.equal(demanded(meshed, service, named, defaults, own('strict'), allowed), true);
    assert.equal(demanded(meshed, service, named, own('permissive'), allowed), false);
    assert.equal(demanded(meshed, service, named, object('ServiceDefaults', '{mutualTLSMode: permissive}', 'other'), allowed), true);
  });
  test('nothing is claimed where traffic may go past the proxy', () => {
    const past = (annotation: string) => demanded(annotated(`consul.hashicorp.com/connect-inject: "true", ${annotation}`), service, named);
    assert.equal(past('consul.hashicorp.com/transparent-proxy: "false"'), 'unknown');
    assert.equal(past('consul.hashicorp.com/transparent-proxy-exclude-inbound-ports: "8080"'), 'unknown');
  });
});

describe('membership', () => {
  const member = (annotations: string) => {
    const graph = graphOf(annotations === '' ? web : annotated(annotations));
    return consulMembership(target(graph));
  };
  test('the annotation says so, as Go reads booleans', () => {
    assert.deepEqual(['"true"', '"1"', '"T"', '"false"', '"0"', '"on"'].map((value) => member(`consul.hashicorp.com/connect-inject: ${value}`)), ['in', 'in', 'in', 'out', 'out', 'unknown']);
    assert.equal(member(''), 'unknown');
  });
  test('an intention for a service by name means it to be in the mesh; one for all says nothing of it', () => {
    assert.equal(layer(web, service, intentions('{name: front, action: allow}')).isolates, true);
    const all = layer(web, service, intentions('{name: front, action: allow}', '*'));
    assert.ok(all.isolates === false && all.unsure);
    assert.equal(layer(annotated('consul.hashicorp.com/connect-inject: "false"'), service, intentions('{name: front, action: allow}')).isolates, false);
  });
  test('a name that no Service and no annotation tells may be any', () => {
    assert.ok(layer(meshed, intentions('{name: "*", action: deny}')).unsure);
    assert.deepEqual(layer(annotated('consul.hashicorp.com/connect-inject: "true", consul.hashicorp.com/connect-service: "web"'), intentions('{name: "*", action: deny}')).admissions, []);
  });
});
