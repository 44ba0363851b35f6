import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readNetworkPolicy } from '../../../engine/kubernetes/network-policy.ts';
import { readNode } from '../../../engine/kubernetes/node.ts';
import { readContainer } from '../../../engine/kubernetes/workload.ts';
import { Cursor, known } from '../../../engine/yaml/cursor.ts';
import { parseYaml } from '../../../engine/yaml/parse.ts';

const cursor = (yaml: string, dialect: 'kubernetes' | 'template' = 'kubernetes') => Cursor.root(parseYaml(yaml, dialect).root);

describe('a NetworkPolicy, as written', () => {
  const read = (spec: string) => {
    const [{ ingress, egress, types }] = readNetworkPolicy(cursor(`spec: ${spec}`)) as [ReturnType<typeof readNetworkPolicy>[number]];
    return { ingress: ingress.written, egress: egress.written, types: types.values.map(known) };
  };
  test('tells an empty list from none', () => {
    assert.deepEqual(read('{egress: []}'), { ingress: false, egress: true, types: [] });
    assert.deepEqual(read('{ingress: null, policyTypes: [Ingress]}'), { ingress: false, egress: false, types: ['Ingress'] });
  });
});

test('the addresses of a Node are those by number', () => {
  const node = cursor('status: {addresses: [{type: InternalIP, address: 10.0.0.1}, {type: Hostname, address: one}, {type: ExternalIP, address: "2001:db8::1"}, {type: InternalDNS, address: one.example}]}');
  assert.deepEqual(readNode(node)[0]!.addresses.map(known), ['10.0.0.1', '2001:db8::1']);
  assert.deepEqual(readNode(cursor('spec: {}'))[0]!.addresses, []);
});

describe('the ports of a container', () => {
  test('by name and number', () => {
    const { listed, open } = readContainer(cursor('{name: a, ports: [{name: http, containerPort: 8080}, {containerPort: 9090}]}')).ports;
    assert.deepEqual(listed.map(({ name, number }) => [known(name), known(number)]), [['http', 8080], [undefined, 9090]]);
    assert.equal(open, false);
  });
  test('may be more where a template adds some', () => {
    assert.equal(readContainer(cursor('name: a\nports:\n  {{- toYaml .Values.ports | nindent 2 }}\n', 'template')).ports.open, true);
  });
});
