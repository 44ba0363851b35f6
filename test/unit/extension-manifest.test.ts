import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

/* What package.json tells VS Code, where it is a promise to the user. */
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const { contributes, capabilities, activationEvents } = manifest;

describe('the extension', () => {
  test('leaves the YAML language, its grammar and its formatting to others', () => {
    assert.equal(contributes.languages, undefined);
    for (const grammar of contributes.grammars) assert.ok(grammar.injectTo && grammar.language === undefined, `${grammar.path} is only injected`);
    assert.equal(contributes.configurationDefaults, undefined);
    assert.equal(manifest.extensionDependencies, undefined);
  });

  test('has few settings, each with a default and a sentence, and none that names a program', () => {
    const settings = Object.entries<Record<string, unknown>>(contributes.configuration.properties);
    assert.ok(settings.length <= 8);
    for (const [name, setting] of settings) {
      assert.match(name, /^kubewho\./);
      assert.notEqual(setting['default'], undefined, name);
      assert.match(String(setting['description'] ?? setting['markdownDescription']), /\.$/, name);
    }
  });

  test('registers every command that it offers', () => {
    const client = readFileSync('client/start.ts', 'utf8');
    for (const { command } of contributes.commands) assert.ok(client.includes(`registerCommand('${command}'`), command);
  });

  test('starts for the languages that it reads, and never for everything', () => {
    assert.deepEqual(activationEvents, ['onLanguage:yaml', 'onLanguage:helm', 'onLanguage:json']);
  });

  test('says in a sentence what it does in workspaces that are not trusted or not on disk', () => {
    for (const where of ['untrustedWorkspaces', 'virtualWorkspaces']) {
      assert.equal(capabilities[where].supported, 'limited');
      assert.match(capabilities[where].description, /^[A-Z].*\.$/);
    }
  });

  test('lets no workspace that is not trusted have Helm run', () => {
    assert.deepEqual(capabilities.untrustedWorkspaces.restrictedConfigurations, ['kubewho.render']);
    assert.deepEqual(contributes.configuration.properties['kubewho.render'].enum, ['auto', 'never']);
  });

  test('brings the schema of kubewho.yaml, for VS Code and for YAML extensions that read it', () => {
    for (const { fileMatch, url } of [...contributes.jsonValidation, ...contributes.yamlValidation]) {
      assert.equal(fileMatch, 'kubewho.yaml');
      assert.ok(existsSync(url));
    }
  });
});
