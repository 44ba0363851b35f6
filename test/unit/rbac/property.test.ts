import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { authorizer } from '../../../engine/identity/permissions.ts';
import type { AccessRequest } from '../../../engine/identity/rbac-rules.ts';
import { graphOfObjects } from '../../support/graph.ts';
import { naiveAllows, type NaiveRequest } from '../../support/naive-rbac.ts';
import { world } from '../../support/random-rbac.ts';

/* RBAC_QUESTIONS=100000 asks more; 50 questions are asked of each random set of roles and bindings. */
const questions = Number(process.env['RBAC_QUESTIONS'] ?? 25_000);
const apiVersion = 'rbac.authorization.k8s.io/v1';

test(`answers ${questions} random questions as a naive evaluator does`, () => {
  let asked = 0;
  let allowed = 0;
  fc.assert(
    fc.property(world, ({ roles, bindings, requests }) => {
      const graph = graphOfObjects([...roles, ...bindings].map((object) => ({ apiVersion, ...object })));
      const rbac = authorizer(graph, { defaults: false, minor: 36 });
      for (const request of requests) {
        const expected = naiveAllows(roles, bindings, request);
        const answer = rbac.allows({ user: request.user, groups: request.groups }, asRequest(request));
        assert.equal(answer.allowed, expected, JSON.stringify(request));
        asked++;
        if (expected) allowed++;
      }
    }),
    { numRuns: Math.ceil(questions / 50) },
  );
  console.log(`${asked} asked, ${allowed} allowed`);
  assert.ok(asked >= questions);
  // A comparison of refusals alone would say little.
  assert.ok(allowed > asked * 0.05, `only ${allowed} of ${asked} questions were allowed`);
});

function asRequest({ verb, group, resource, subresource, name, namespace, url }: NaiveRequest): AccessRequest {
  return url !== undefined ? { verb, url } : { verb, group: group!, resource: resource!, subresource, name, namespace };
}
