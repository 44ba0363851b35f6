import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labelTrustsOf, namespacesMeant } from '../../../engine/trust/label-trust.ts';
import { isSlipOfWords } from '../../../engine/identity/slip.ts';
import { demandsAtLeast } from '../../../engine/trust/named.ts';
import { trustIn } from '../../../engine/trust/trust.ts';
import { accountsOfNamespaces, podsOfNamespaces } from '../../../engine/trust/whole-namespace.ts';
import { graphOf, target, web } from './graph.ts';

/* What labels and namespaces let in to the Deployment `web` of `shop`. */
const from = (peers: string) => `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {podSelector: {}, ingress: [{from: [${peers}]}]}\n`;
const allow = (rules: string) => `---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: a, namespace: shop}\nspec: {rules: [${rules}]}\n`;
const namespace = (name: string, labels: string) => `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}, labels: {${labels}}}\n`;

describe('a label that is believed', () => {
  const trusts = (yaml: string) => {
    const graph = graphOf(web + yaml);
    const policy = graph.all('networkPolicy')[0]!.object;
    return labelTrustsOf(graph, policy).map((trust) => ({ bearer: trust.bearer, label: trust.label, meant: [...(namespacesMeant(graph, policy, trust)?.keys() ?? ['?'])] }));
  };
  test('is of namespaces, with those that carry it', () => {
    assert.deepEqual(trusts(from('{namespaceSelector: {matchLabels: {team: a}}}') + namespace('one', 'team: a') + namespace('two', 'team: b')), [{ bearer: 'namespace', label: 'team=a', meant: ['one'] }]);
  });
  test('is of pods where every namespace is meant', () => {
    assert.deepEqual(trusts(from('{namespaceSelector: {}, podSelector: {matchExpressions: [{key: app, operator: In, values: [web, api]}]}}')), [{ bearer: 'pod', label: 'app in (web, api)', meant: ['shop'] }]);
  });
  for (const peer of ['{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}}', '{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a, team: a}}}', '{podSelector: {matchLabels: {app: a}}}', '{namespaceSelector: {}}', '{namespaceSelector: {matchExpressions: [{key: team, operator: DoesNotExist}]}}']) {
    test(`is none in ${peer}`, () => assert.deepEqual(trusts(from(peer)), []));
  }
});

describe('a whole namespace', () => {
  const pods = (peers: string, more = '') => {
    const graph = graphOf(web + from(peers) + more);
    return podsOfNamespaces(graph, graph.all('networkPolicy')[0]!).map(({ from: names, named }) => `${named ? 'named ' : ''}${names.join('+')}`);
  };
  const accounts = (rules: string) => {
    const graph = graphOf(web + allow(rules));
    return accountsOfNamespaces(graph, graph.all('istioAuthorizationPolicy')[0]!).map(({ from: names, besides }) => [...names, ...besides.map((one) => `beside ${one}`)].join('+'));
  };
  test('by name or by label, with or without an empty podSelector', () => {
    assert.deepEqual(pods('{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: bank}}}, {namespaceSelector: {matchLabels: {team: a}}, podSelector: {}}'), ['named bank', 'team=a']);
  });
  test('not some pods of it, not all namespaces, not the own', () => assert.deepEqual(pods('{namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {app: a}}}, {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}'), []));
  test('not beside a proof of at least the namespace', () => {
    const peer = '{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: bank}}}';
    assert.deepEqual(pods(peer, allow('{from: [{source: {namespaces: [bank]}}]}')), []);
    assert.deepEqual(pods(peer, allow('{from: [{source: {principals: ["*"]}}]}')), ['named bank']);
  });
  test('of accounts: namespaces, conditions, patterns', () => {
    assert.deepEqual(accounts('{from: [{source: {namespaces: [bank, till]}}]}'), ['bank+till']);
    assert.deepEqual(accounts('{when: [{key: source.namespace, values: [bank]}]}'), ['bank']);
    assert.deepEqual(accounts('{from: [{source: {principals: ["td/ns/bank/*", "td/ns/till/sa/one"]}}]}'), ['bank+beside td/ns/till/sa/one']);
    assert.deepEqual(accounts('{from: [{source: {namespaces: [bank], principals: ["td/ns/bank/sa/one"]}}]}'), []);
  });
});

test('a demand is as strong as the weakest way in', () => {
  const demand = (rules: string, least: 'namespace' | 'identity') => {
    const graph = graphOf(web + allow(rules));
    return demandsAtLeast(trustIn(graph, target(graph)), least);
  };
  const named = '{from: [{source: {principals: [td/ns/a/sa/a]}}]}';
  const wide = '{from: [{source: {namespaces: [a]}}]}';
  assert.equal(demand(named, 'identity'), true);
  assert.equal(demand(`${named}, ${wide}`, 'identity'), false);
  assert.equal(demand(`${named}, ${wide}`, 'namespace'), true);
  assert.equal(demand(`${named}, {from: [{source: {ipBlocks: [10.0.0.0/8]}}]}`, 'namespace'), false);
});

describe('a slip of the pen', () => {
  const rows: [a: string, b: string, slip: boolean, why: string][] = [
    ['payments-api', 'payments_api', true, 'a separator'],
    ['Payments', 'payments', true, 'case'],
    ['worker', 'workers', true, 'a plural'],
    ['payments-gatway', 'payments-gateway', true, 'a letter of a long word'],
    ['frontned', 'frontend', true, 'two letters swapped'],
    ['redis', 'redid', false, 'a short word may be another'],
    ['worker-1', 'worker-2', false, 'numbers tell workloads apart'],
    ['rook-ceph-mon', 'rook-ceph-mgr', false, 'two letters'],
    ['payments-api', 'payments', false, 'a word more'],
  ];
  for (const [a, b, slip, why] of rows) test(`${a}, ${b}: ${slip} (${why})`, () => assert.deepEqual([isSlipOfWords(a, b), isSlipOfWords(b, a)], [slip, slip]));
});
