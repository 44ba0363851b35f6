// npm run generate: writes what follows from the rules (the table in README.md, docs/rules.md and the schema of kubewho.yaml). A test says when it has drifted.
import { readFileSync, writeFileSync } from 'node:fs';
import { configurationSchema } from '../engine/lint/config-schema.ts';
import type { Rule } from '../engine/lint/rule.ts';
import { rules } from '../rules/index.ts';

const families: Record<string, string> = {
  accounts: 'who runs as whom',
  tokens: 'how an identity is carried, and how long it lives',
  access: 'what an identity may do',
  trust: 'location believed in place of identity',
  secrets: 'static where short-lived would do',
  control: 'who decides, and is it written down',
  meta: 'suppressions themselves',
};

/** The files that follow from the rules, with the text that each must have. */
export function generated(): Map<string, string> {
  const readme = readFileSync('README.md', 'utf8');
  return new Map([
    ['README.md', readme.replace(/(<!-- rules:start -->\n)[\s\S]*?(<!-- rules:end -->)/, (_, start: string, end: string) => `${start}${table('')}${end}`)],
    ['docs/rules.md', `# Rules\n\nMade by \`npm run generate\` from the rules themselves. Severity is the default: reach and configuration move it. Personas are cumulative: regular ⊂ pedantic ⊂ auditor.\n\n${Object.keys(families).map((family) => section(family)).join('')}`],
    ['schemas/kubewho.schema.json', `${JSON.stringify(configurationSchema(rules), null, 2)}\n`],
  ]);
}

function section(family: string): string {
  const own = rules.filter((rule) => rule.family === family);
  if (own.length === 0) return '';
  const rows = own.map((rule) => `| [\`${rule.id}\`](../rules/${rule.family}/${rule.id}/README.md) | ${rule.title} | ${rule.severity} | ${rule.persona} | ${rule.fixes || rule.family === 'meta' ? 'yes' : '–'} | ${rule.frameworks.join(', ')} |\n`);
  return `## ${family}: ${families[family]}\n\n| rule | finds | severity | persona | fix | frameworks |\n|---|---|---|---|---|---|\n${rows.join('')}\n`;
}

function table(up: string): string {
  const row = (rule: Rule) => `| [\`${rule.id}\`](${up}rules/${rule.family}/${rule.id}/README.md) | ${rule.title} | ${rule.severity} | ${rule.persona} |\n`;
  return `| rule | finds | default | persona |\n|---|---|---|---|\n${rules.map(row).join('')}`;
}

if (process.argv[1]?.endsWith('generate.ts')) for (const [file, text] of generated()) writeFileSync(file, text);
