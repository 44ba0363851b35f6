import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plaintextGaps } from '../../../engine/trust/istio-plaintext.ts';
import { graphOf, web } from './graph.ts';

/* Peer identities come from mutual TLS: what a rule on them does to callers in plaintext, who have none (semantics.md 6.5). */
const security = (kind: string, spec: string) => `---\napiVersion: security.istio.io/v1\nkind: ${kind}\nmetadata: {name: ${kind.toLowerCase()}, namespace: shop}\nspec: ${spec}\n`;
const gaps = (policy: string, mode = 'PERMISSIVE') => {
  const graph = graphOf(web + security('PeerAuthentication', `{mtls: {mode: ${mode}}}`) + security('AuthorizationPolicy', policy));
  return plaintextGaps(graph, graph.all('istioAuthorizationPolicy')[0]!).map(({ effect }) => effect);
};
const allow = (source: string) => `{rules: [{from: [{source: {${source}}}]}]}`;
const deny = (source: string) => `{action: DENY, rules: [{from: [{source: {${source}}}]}]}`;

describe('under PERMISSIVE', () => {
  const rows: [policy: string, effects: string[], why: string][] = [
    [allow('principals: [a]'), ['failsClosed'], 'ALLOW by principal is safe: plaintext has none and does not match'],
    [allow('namespaces: [a]'), ['failsClosed'], 'ALLOW by namespace likewise'],
    [allow('serviceAccounts: [a/b]'), ['failsClosed'], 'ALLOW by account likewise'],
    [deny('principals: [a]'), ['failsOpen'], 'DENY by principal is gone past in plaintext'],
    [deny('namespaces: [a]'), ['failsOpen'], 'DENY by namespace likewise'],
    [allow('notPrincipals: [a]'), ['failsOpen'], 'whoever is not that principal, also who is nobody'],
    [allow('notNamespaces: [a]'), ['failsOpen'], 'whoever is not of that namespace likewise'],
    [deny('notPrincipals: ["*"]'), [], 'DENY of who has no principal turns plaintext away'],
    [allow('principals: [a], notNamespaces: [b]'), ['failsClosed'], 'who has to have a name cannot come in by not being another'],
    [allow('requestPrincipals: [a]'), [], 'a token needs no mutual TLS'],
    [allow('ipBlocks: [10.0.0.0/8]'), [], 'nor does an address'],
    ['{rules: [{when: [{key: source.principal, values: [a]}]}]}', ['failsClosed'], 'as a condition'],
    ['{action: DENY, rules: [{when: [{key: source.namespace, values: [a]}]}]}', ['failsOpen'], 'as a condition that denies'],
    [`${allow('principals: [a]').slice(0, -1)}, action: AUDIT}`, [], 'AUDIT never decides'],
  ];
  for (const [policy, effects, why] of rows) test(`${why}: ${effects.join() || 'no gap'}`, () => assert.deepEqual(gaps(policy), effects));
});

test('under STRICT nobody comes in plaintext; with mutual TLS off, everybody', () => {
  assert.deepEqual(gaps(deny('principals: [a]'), 'STRICT'), []);
  assert.deepEqual(gaps(deny('principals: [a]'), 'DISABLE'), ['failsOpen']);
});
