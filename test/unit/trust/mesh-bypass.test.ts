import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bypassesOf } from '../../../engine/trust/bypass.ts';
import { areEverywhere, isBesideTheMesh, itemsOf } from '../../../engine/trust/bypass-ports.ts';
import { graphOf, web } from './graph.ts';

/* What goes past a mesh, and what of it has a reason of its own. */
const at = { path: [], stable: '', span: { start: 0, end: 0 } };
const items = (value: string) => itemsOf({ state: 'known', value, at });

describe('lists of annotations', () => {
  test('ports, ranges of ports, addresses and networks, with blanks around', () => {
    assert.deepEqual(items('80, 8000-8100 ,,10.0.0.0/8,10.0.0.1').map(({ text, ports, network }) => [text, ports?.first, ports?.last, network?.prefix]), [['80', 80, 80, undefined], ['8000-8100', 8000, 8100, undefined], ['10.0.0.0/8', undefined, undefined, 8], ['10.0.0.1', undefined, undefined, 32]]);
  });
  test('what is neither', () => assert.deepEqual(items('true,*').map(({ ports, network }) => ports ?? network), [undefined, undefined]));
  test('everything, also in halves', () => {
    for (const all of ['0.0.0.0/0', '::/0', '0.0.0.0/1,128.0.0.0/1']) assert.ok(areEverywhere(items(all)), all);
    for (const some of ['10.0.0.0/8', '0.0.0.0/1', '80']) assert.ok(!areEverywhere(items(some)), some);
  });
  test('DNS, loopback and the node’s metadata are beside any mesh', () => {
    for (const beside of ['53', '169.254.169.254/32', '127.0.0.1']) assert.ok(isBesideTheMesh(items(beside)[0]!), beside);
    for (const not of ['443', '50-60', '10.96.0.1/32']) assert.ok(!isBesideTheMesh(items(not)[0]!), not);
  });
});

describe('workloads', () => {
  const namespace = (labels: string, annotations = '') => `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {${labels}}, annotations: {${annotations}}}\n`;
  const service = '---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}\n';
  const found = (pod: string, more: string, containers = '') => {
    const graph = graphOf(web.replace('labels: { app: web }', pod).replace('image: web', `image: web${containers}`) + more);
    return bypassesOf(graph, graph.workloads[0]!).map(({ how, mesh, usual, items: listed }) => [how, mesh, usual ? 'usual' : 'odd', listed.map(({ text }) => text).join()]);
  };
  const refuses = 'labels: { app: web, sidecar.istio.io/inject: "false" }';
  const rows: [pod: string, more: string, what: string[][], why: string][] = [
    [refuses, namespace('istio-injection: enabled'), [['injection', 'Istio', 'odd', '']], 'out of a mesh that the namespace is in'],
    [refuses, '', [['injection', 'Istio', 'usual', '']], 'no file tells of the namespace'],
    [refuses, namespace(''), [], 'nothing injects there'],
    [refuses, namespace('istio-injection: disabled'), [], 'the namespace is out as a whole'],
    [refuses, namespace('istio.io/dataplane-mode: ambient'), [], 'ambient mode needs no sidecar'],
    ['labels: { app: web }, annotations: { linkerd.io/inject: disabled }', namespace('', 'linkerd.io/inject: enabled'), [['injection', 'Linkerd', 'odd', '']], 'Linkerd likewise'],
    ['labels: { app: web }, annotations: { consul.hashicorp.com/connect-inject: "false" }', '', [['injection', 'Consul', 'usual', '']], 'whether Consul injects, its chart alone says'],
    ['labels: { app: web }, annotations: { traffic.sidecar.istio.io/includeInboundPorts: "", traffic.sidecar.istio.io/excludeInboundPorts: "80" }', '', [['allInbound', 'Istio', 'odd', '']], 'where all goes past, a part is not said again'],
    ['labels: { app: web }, annotations: { traffic.sidecar.istio.io/excludeInboundPorts: "80" }', namespace('istio.io/dataplane-mode: ambient'), [], 'ztunnel knows no such annotation'],
  ];
  for (const [pod, more, what, why] of rows) test(`${why}: ${what.join('; ') || 'nothing'}`, () => assert.deepEqual(found(pod, more), what));
  test('a port counts by the Service that leads to it, also by its name', () => {
    const pod = 'labels: { app: web }, annotations: { traffic.sidecar.istio.io/excludeInboundPorts: "8080,9090" }';
    const ports = ', ports: [{ name: http, containerPort: 8080 }, { name: metrics, containerPort: 9090 }]';
    assert.deepEqual(found(pod, service, ports), [['inbound', 'Istio', 'odd', '8080']]);
    assert.deepEqual(found(pod, '', ports), [['inbound', 'Istio', 'usual', '8080']]);
  });
});
