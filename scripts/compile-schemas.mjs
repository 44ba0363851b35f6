// Compiles schemas/kubewho.schema.json to a validator without dependencies: ajv itself is needed to build, not to run.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { root } from './setup/places.mjs';

const folder = path.join(root, 'generated');

const declaration = `import type { ConfigurationValidator } from '../engine/lint/config-faults.ts';
declare const validate: ConfigurationValidator;
export default validate;
`;

/** Writes generated/validate-configuration.mjs and its types. Not under version control; every build makes it anew. */
export async function compileSchemas() {
  const schema = JSON.parse(readFileSync(path.join(root, 'schemas/kubewho.schema.json'), 'utf8'));
  // verbose: faults carry their data and schema, from which "did you mean" is told.
  const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, code: { source: true } });
  const code = standaloneCode(ajv, ajv.compile(schema));
  mkdirSync(folder, { recursive: true });
  // Bundled, because ajv's code still asks for small parts of ajv at run time.
  await build({ stdin: { contents: code, resolveDir: root }, bundle: true, format: 'esm', platform: 'neutral', target: 'es2022', outfile: path.join(folder, 'validate-configuration.mjs'), logLevel: 'error' });
  writeFileSync(path.join(folder, 'validate-configuration.d.mts'), declaration);
}

if (process.argv[1] && path.resolve(process.argv[1]) === path.join(root, 'scripts/compile-schemas.mjs')) await compileSchemas();
