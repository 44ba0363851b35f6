import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generated } from '../../scripts/generate.ts';

for (const [file, text] of generated()) {
  test(`${file} says what the rules say (else: npm run generate)`, () => assert.equal(readFileSync(file, 'utf8'), text));
}
