import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { authorizer } from '../../engine/identity/permissions.ts';
import type { AccessRequest } from '../../engine/identity/rbac-rules.ts';
import type { Graph } from '../../engine/identity/graph.ts';
import { corpusAbsent } from '../support/absent.ts';
import { graphOfObjects } from '../support/graph.ts';

/* Questions with the answers of a real Kubernetes authorizer (1.36), asked of each case alone and of all cases together. */

interface OracleCase {
  readonly id: string;
  readonly objects: readonly unknown[];
  readonly expected: 'allow' | 'deny';
  readonly why: string;
  readonly sar: { readonly spec: Review };
}

interface Review {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly resourceAttributes?: { readonly verb: string; readonly group?: string; readonly resource: string; readonly subresource?: string; readonly name?: string; readonly namespace?: string };
  readonly nonResourceAttributes?: { readonly verb: string; readonly path: string };
}

const source = '../shared/oracle/rbac-cases.json';
const casesKnown = 120;

if (!existsSync(source)) {
  corpusAbsent(casesKnown);
} else {
  const { cases } = JSON.parse(readFileSync(source, 'utf8')) as { cases: OracleCase[] };
  const together = graphOfObjects(cases.flatMap((one) => one.objects));
  describe(`${cases.length} questions to a real authorizer`, () => {
    for (const one of cases) {
      test(`${one.id}: ${one.why}`, () => {
        assert.equal(answer(graphOfObjects(one.objects), one.sar.spec), one.expected, 'alone');
        assert.equal(answer(together, one.sar.spec), one.expected, 'together with all other cases');
      });
    }
  });
}

function answer(graph: Graph, review: Review): 'allow' | 'deny' {
  const { resourceAttributes: resource, nonResourceAttributes: path } = review;
  const request: AccessRequest = path ? { verb: path.verb, url: path.path } : { ...resource!, group: resource!.group ?? '', namespace: resource!.namespace || undefined };
  return authorizer(graph, { defaults: true, minor: 36 }).allows({ user: review.user, groups: review.groups ?? [] }, request).allowed ? 'allow' : 'deny';
}
