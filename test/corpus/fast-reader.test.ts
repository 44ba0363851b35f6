import assert from 'node:assert/strict';
import { readFast } from '../../engine/yaml/fast.ts';
import { readWithLibrary } from '../../engine/yaml/library.ts';
import type { Dialect } from '../../engine/yaml/node.ts';
import { splitStream } from '../../engine/yaml/split.ts';
import { eachProject } from '../support/absent.ts';
import { corpusProjects, corpusTexts } from './projects.ts';

/* The fast reader says what the library says, spans included, of every document of the corpus that it takes. */
eachProject(corpusProjects(), 29, (project) => {
  let taken = 0;
  let all = 0;
  for (const [path, text] of corpusTexts(project)) {
    for (const document of splitStream(text)) {
      for (const dialect of ['kubernetes', 'kustomization'] satisfies Dialect[]) {
        all++;
        const fast = readFast(document.text, dialect);
        if (fast === undefined) continue;
        taken++;
        const { root, problem } = readWithLibrary(document.text, dialect);
        assert.equal(problem, undefined, `${path}, document ${document.index}: the library refuses it`);
        assert.deepEqual(fast, root, `${path}, document ${document.index} as ${dialect}`);
      }
    }
  }
  assert.ok(taken > all / 4, `only ${taken} of ${all} documents were taken`);
});
