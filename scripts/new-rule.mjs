// npm run new-rule FAMILY ID: makes the folder of a new rule with all that the tests ask for, and lists it in rules/index.ts.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const families = ['accounts', 'tokens', 'access', 'trust', 'secrets', 'control'];
const [family, id] = process.argv.slice(2);
if (!families.includes(family ?? '') || !/^[a-z]+(-[a-z]+)*$/.test(id ?? '')) {
  console.error(`usage: npm run new-rule FAMILY ID   (FAMILY: ${families.join(', ')}; ID: words joined by -)`);
  process.exit(2);
}
const folder = `rules/${family}/${id}`;
if (existsSync(folder)) {
  console.error(`${folder} is there already`);
  process.exit(2);
}
const name = id.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
mkdirSync(`${folder}/cases`, { recursive: true });
writeFileSync(`${folder}/rule.ts`, `import { defineRule } from '../../../engine/lint/rule.ts';

export default defineRule({
  id: '${id}',
  title: '',
  family: '${family}',
  severity: 'warning',
  persona: 'regular',
  frameworks: [],
  unit: 'object',
  reads: [],
  messages: {},
  *check() {},
});
`);
writeFileSync(`${folder}/README.md`, `# ${id}

## What it finds

## Why it matters

## Example

\`\`\`yaml bad
\`\`\`

\`\`\`yaml good
\`\`\`

## Fix safety

## References
`);
writeFileSync(`${folder}/cases/basic.yaml`, '');
const index = readFileSync('rules/index.ts', 'utf8');
const lines = index.split('\n');
const lastImport = lines.findLastIndex((line) => line.startsWith('import ') && line.includes('/rule.ts'));
lines.splice(lastImport + 1, 0, `import ${name} from './${family}/${id}/rule.ts';`);
writeFileSync('rules/index.ts', lines.join('\n').replace(/(const all[^=]*= \[)([\s\S]*?)(,?\s*\];)/, (_, open, body, close) => `${open}${body.trimEnd()}, ${name}${close}`));
console.log(`made ${folder}: write the rule, its documentation and its cases; npm run unit says what is missing`);
