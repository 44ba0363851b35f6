import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { otherIdentity } from '../../../engine/trust/other.ts';
import { sameNamespace, targetOf } from '../../../engine/trust/target.ts';
import { graphOfFiles } from '../../support/graph.ts';
import { graphOf, target, web } from './graph.ts';

/* Identity checks that are no layer of the trust model: they make the rules of trust silent, so each is known by name. */
const asks = (yaml: string) => otherIdentity(target(graphOf(yaml)));
const container = (fields: string) => web.replace('{ name: web, image: web }]', `{ name: web, image: web }, { name: c, ${fields} }]`);

describe('beside the container', () => {
  const rows: [fields: string, answer: boolean, why: string][] = [
    ['image: "quay.io/oauth2-proxy/oauth2-proxy:v7"', true, 'a login proxy'],
    ['image: "quay.io/brancz/kube-rbac-proxy@sha256:0"', true, 'a proxy that asks the API server'],
    ['image: my-oauth2-proxy-docs', false, 'another image with such a name in it'],
    ['image: i, args: [--client-ca-file=/ca.crt]', true, 'client certificates are verified'],
    ['image: i, args: [--client-cert-auth]', true, 'and demanded'],
    ['image: i, args: [--client-cert-auth=false]', false, 'or not'],
    ['image: i, args: [--ca-file=/ca.crt]', false, 'the server’s own certificate'],
  ];
  for (const [fields, answer, why] of rows) test(`${fields}: ${answer} (${why})`, () => assert.equal(asks(container(fields)), answer));
});

test('a namespace that one of two neighbours does not name may be the same; far away it is another', () => {
  const graph = graphOfFiles({ 'shop/web.yaml': web, 'shop/policy.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\n', 'bank/policy.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: b}\n' });
  const at = (file: string) => graph.objects.find((object) => object.document.file === file)!;
  const shop = targetOf(graph.workloads[0]!);
  assert.equal(sameNamespace(at('shop/web.yaml'), shop), true);
  assert.equal(sameNamespace(at('shop/policy.yaml'), shop), 'unknown');
  assert.equal(sameNamespace(at('bank/policy.yaml'), shop), false);
});
