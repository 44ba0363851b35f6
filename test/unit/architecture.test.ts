import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, test } from 'node:test';

/* The invariants of ARCHITECTURE.md that can be read off the code itself. */

const rooms = ['engine', 'rules', 'sources', 'server', 'cli', 'client'] as const;
type Room = (typeof rooms)[number];

/** What each room may import: other rooms, and packages (exactly, or by prefix ending in `/`). */
const allowed: Record<Room, { rooms: readonly Room[]; packages: readonly string[] }> = {
  engine: { rooms: ['engine'], packages: ['yaml'] },
  rules: { rooms: ['rules', 'engine'], packages: [] },
  sources: { rooms: ['sources', 'engine'], packages: [] },
  server: { rooms: ['server', 'sources', 'rules', 'engine'], packages: ['vscode-languageserver', 'vscode-languageserver/', 'vscode-languageserver-textdocument', 'vscode-languageserver-protocol', 'vscode-uri', 'diff'] },
  cli: { rooms: ['cli', 'sources', 'rules', 'engine', 'server'], packages: ['node:', 'diff', 'kubewho:docs'] },
  client: { rooms: ['client'], packages: ['vscode', 'vscode-languageclient', 'vscode-languageclient/', 'node:'] },
};
/** The doors to the machine: the only files outside cli and client that may use Node. */
const nodeDoors = new Set(['sources/node-host.ts', 'server/main.ts']);

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name).replaceAll('\\', '/')).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom ['"]([^'"]+)['"]|^import ['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm)].map((match) => (match[1] ?? match[2] ?? match[3])!);
}

function targetOf(file: string, name: string): string {
  return name.startsWith('.') ? normalize(join(dirname(file), name)).replaceAll('\\', '/') : name;
}

describe('dependencies point one way: client → server → sources, rules → engine', () => {
  for (const room of rooms) {
    test(room, () => {
      const files = filesOf(room);
      assert.ok(files.length > 0);
      const wrong = files.flatMap((file) => importsOf(file).filter((name) => !mayImport(room, file, name)).map((name) => `${file} imports ${name}`));
      assert.deepEqual(wrong, []);
    });
  }
});

function mayImport(room: Room, file: string, name: string): boolean {
  if (name.startsWith('.')) {
    const target = targetOf(file, name);
    if (target.endsWith('.json') || target.endsWith('.md')) return true;
    return allowed[room].rooms.some((other) => target.startsWith(`${other}/`)) || target.startsWith('schemas/') || target.startsWith('generated/');
  }
  if (name.startsWith('node:') && nodeDoors.has(file)) return true;
  return allowed[room].packages.some((one) => (one.endsWith('/') || one.endsWith(':') ? name.startsWith(one) : name === one));
}

/** The rooms of the engine, from the ground up: each may know what is below it. */
const floors = ['yaml', 'kubernetes', 'identity', 'helm', 'kustomize', 'trust', 'inventory', 'lint'];

describe('the engine stands on floors', () => {
  for (const [floor, room] of floors.entries()) {
    test(room, () => {
      const files = filesOf(`engine/${room}`);
      assert.ok(files.length > 0);
      const above = files.flatMap((file) => importsOf(file).filter((name) => floors.indexOf(targetOf(file, name).split('/')[1]!) > floor).map((name) => `${file} imports ${name}`));
      assert.deepEqual(above, []);
    });
  }

  test('and has no other room', () => assert.deepEqual(readdirSync('engine').sort(), [...floors].sort()));
});

test('imports never run in a circle', () => {
  const files = new Set(rooms.flatMap(filesOf));
  const known = new Map([...files].map((file) => [file, importsOf(file).map((name) => targetOf(file, name)).filter((target) => files.has(target))]));
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): string[] => {
    if (way.includes(file)) return [[...way.slice(way.indexOf(file)), file].join(' → ')];
    if (done.has(file)) return [];
    done.add(file);
    return known.get(file)!.flatMap((target) => walk(target, [...way, file]));
  };
  assert.deepEqual([...files].flatMap((file) => walk(file, [])), []);
});

describe('ARCHITECTURE.md', () => {
  const text = readFileSync('ARCHITECTURE.md', 'utf8');
  const table = text.slice(text.indexOf('## Where to change what'));

  test('names existing paths in its table of changes', () => {
    const rows = table.split('\n').filter((line) => /^\| (?!request|---)/.test(line));
    assert.ok(rows.length >= 10, 'at least ten change requests');
    for (const row of rows) {
      const paths = [...row.matchAll(/`([\w./*-]+\/[\w./*-]*|[\w-]+\.(?:json|mjs|md|ts))`/g)].map((match) => match[1]!);
      assert.ok(paths.length > 0, `no path in: ${row}`);
      for (const path of paths) assert.ok(existsSync(path), `${path} does not exist; named in: ${row}`);
    }
  });

  test('names for each invariant a test that exists', () => {
    const invariants = text.slice(text.indexOf('## Invariants'), text.indexOf('## Where to change what')).split('\n').filter((line) => /^\d+\. /.test(line));
    assert.ok(invariants.length >= 7);
    for (const line of invariants) {
      const paths = [...line.matchAll(/`(test\/[\w./-]+)`/g)].map((match) => match[1]!);
      assert.ok(paths.length > 0, `no test named: ${line}`);
      for (const path of paths) assert.ok(existsSync(path), `${path} does not exist; named in: ${line}`);
    }
  });
});

test('no YAML document is ever written by toString()', () => {
  const writing = ['engine', 'sources', 'cli', 'server', 'rules'].flatMap(filesOf).filter((file) => /\b(?:doc|document)\.toString\(/.test(readFileSync(file, 'utf8')));
  assert.deepEqual(writing, []);
});
