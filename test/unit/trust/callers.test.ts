import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { callersOf } from '../../../engine/trust/callers.ts';
import { graphOf, target, web } from './graph.ts';

/* Who is shown to call the Deployment `web` of `shop`. A caller is named on evidence alone. */
const service = '---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}}\n';
const pod = (name: string, namespace: string, spec: string, labels = `app: ${name}`) => `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}}\nspec: {containers: [{name: c, image: i, ${spec}}]}\n`;
const callers = (...documents: string[]) => {
  const graph = graphOf(web + documents.join(''));
  return callersOf(graph, target(graph)).map(({ workload, how }) => `${workload.namespace}/${workload.object.name}: ${how}`);
};
const env = (name: string, value: string) => `env: [{name: ${name}, value: ${JSON.stringify(value)}}]`;

describe('by the DNS name of its Service', () => {
  const named: [namespace: string, spec: string][] = [
    ['shop', env('X', 'http://web:8080/v1')],
    ['shop', env('X', 'web:8080')],
    ['shop', env('WEB_HOST', 'web')],
    ['shop', env('X', 'a:1,web:8080')],
    ['shop', 'args: ["--upstream=web"]'],
    ['shop', 'args: [serve, "http://web/"]'],
    ['bank', env('X', 'http://web.shop')],
    ['bank', env('X', 'web.shop.svc.cluster.local:80')],
    ['bank', env('X', 'postgres://user:pass@web.shop.svc:5432/db?sslmode=disable')],
  ];
  for (const [namespace, spec] of named) test(`${namespace}: ${spec}`, () => assert.deepEqual(callers(service, pod('a', namespace, spec)), [`${namespace}/a: names the Service`]));

  const silent: [namespace: string, spec: string, why: string][] = [
    ['shop', env('NAME', 'web'), 'a word may be anything'],
    ['shop', 'args: [web]', 'a word may be anything'],
    ['bank', env('X', 'http://web:8080'), 'a bare name means the own namespace'],
    ['bank', env('X', 'http://web.bank.svc'), 'of another namespace'],
    ['bank', env('X', 'http://web.shop.example'), 'a name outside the cluster'],
    ['shop', env('X', 'http://other/web:8080'), 'a path'],
  ];
  for (const [namespace, spec, why] of silent) test(`not ${namespace}: ${spec} (${why})`, () => assert.deepEqual(callers(service, pod('a', namespace, spec)), []));
  test('not without the Service among the files', () => assert.deepEqual(callers(pod('a', 'shop', env('X', 'http://web:8080'))), []));
});

describe('by a peer of a policy that selects it', () => {
  const policy = (peer: string) => `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [${peer}]}]}\n`;
  const near = pod('near', 'shop', 'args: []', 'role: caller');
  const far = pod('far', 'bank', 'args: []', 'role: caller');
  const rows: [peer: string, found: string[], why: string][] = [
    ['{podSelector: {matchLabels: {role: caller}}}', ['shop/near'], 'of the own namespace'],
    ['{namespaceSelector: {}, podSelector: {matchLabels: {role: caller}}}', ['shop/near', 'bank/far'], 'of every namespace'],
    ['{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: bank}}, podSelector: {matchLabels: {role: caller}}}', ['bank/far'], 'of a namespace by its name'],
    ['{namespaceSelector: {matchLabels: {team: money}}, podSelector: {matchLabels: {role: caller}}}', [], 'of a namespace whose labels no file tells'],
    ['{podSelector: {}}', [], 'every pod shows nobody in particular'],
    ['{namespaceSelector: {}}', [], 'every pod shows nobody in particular'],
    ['{ipBlock: {cidr: 10.0.0.0/8}}', [], 'an address shows nobody'],
  ];
  for (const [peer, found, why] of rows) test(`${peer}: ${why}`, () => assert.deepEqual(callers(policy(peer), near, far), found.map((name) => `${name}: selected by a policy`)));
  test('by labels of the Namespace where it is among the files', () => {
    const namespace = '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: bank, labels: {team: money}}\n';
    assert.deepEqual(callers(policy(rows[3]![0]), namespace, near, far), ['bank/far: selected by a policy']);
  });
});
