import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultConfiguration, type Configuration } from '../../../engine/lint/config.ts';
import { memoryHost } from '../../../sources/memory-host.ts';
import { isReported, loadInput, loadTree, type LoadOptions, type LoadedTree } from '../../../sources/tree.ts';

const manifest = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: api}\n';

type Contents = Readonly<Record<string, string | Uint8Array>>;

function load(files: Contents, paths: readonly string[], options: Partial<LoadOptions> = {}): Promise<LoadedTree> {
  return loadTree(memoryHost(new Map(Object.entries(files))), paths, { configure: () => ({ configuration: defaultConfiguration, problems: [] }), ...options });
}

/** The files of each workspace by its root. */
async function filesOf(files: Contents, paths: readonly string[], options: Partial<LoadOptions> = {}): Promise<Record<string, string[]>> {
  const { workspaces } = await load(files, paths, options);
  return Object.fromEntries(workspaces.map((one) => [one.root, one.files.map((file) => file.path)]));
}

const configured = (settings: Partial<Configuration>): Partial<LoadOptions> => ({ configure: () => ({ configuration: { ...defaultConfiguration, ...settings }, problems: [] }) });

describe('the workspace of a PATH', () => {
  test('is the nearest folder above it with kubewho.yaml', async () => {
    const files = { '/repo/.git/HEAD': '', '/repo/a/kubewho.yaml': '', '/repo/a/b/x.yaml': manifest, '/repo/a/y.yaml': manifest, '/repo/z.yaml': manifest };
    assert.deepEqual(await filesOf(files, ['/repo/a/b']), { '/repo/a': ['b/x.yaml', 'y.yaml'] });
    assert.deepEqual(await filesOf(files, ['/repo/a/b/x.yaml']), { '/repo/a': ['b/x.yaml', 'y.yaml'] });
  });

  test('is else the git top level; a worktree or submodule has a .git file', async () => {
    const files = { '/repo/.git/HEAD': '', '/repo/a/x.yaml': manifest, '/repo/y.yaml': manifest, '/work/.git': 'gitdir: elsewhere', '/work/a/x.yaml': manifest };
    assert.deepEqual(await filesOf(files, ['/repo/a', '/work/a']), { '/repo': ['a/x.yaml', 'y.yaml'], '/work': ['a/x.yaml'] });
  });

  test('is else the PATH itself, for a file its folder', async () => {
    const files = { '/some/a/x.yaml': manifest, '/some/a/y.yaml': manifest, '/some/z.yaml': manifest };
    assert.deepEqual(await filesOf(files, ['/some/a']), { '/some/a': ['x.yaml', 'y.yaml'] });
    assert.deepEqual(await filesOf(files, ['/some/a/x.yaml']), { '/some/a': ['x.yaml', 'y.yaml'] });
  });

  test('is what --workspace says, also for a PATH outside of it', async () => {
    const files = { '/repo/.git/HEAD': '', '/repo/a/x.yaml': manifest, '/repo/a/kubewho.yaml': '', '/repo/y.yaml': manifest, '/other/z.yaml': manifest };
    assert.deepEqual(await filesOf(files, ['/repo/a/x.yaml', '/other'], { workspace: '/repo' }), { '/repo': ['../other/z.yaml', 'a/x.yaml', 'y.yaml'] });
  });

  test('below a PATH is a workspace of its own where it has its own kubewho.yaml, so that a file has one from everywhere', async () => {
    const files = { '/repo/.git/HEAD': '', '/repo/team/kubewho.yaml': '', '/repo/team/x.yaml': manifest, '/repo/other/kubewho.yaml': '', '/repo/other/o.yaml': manifest, '/repo/y.yaml': manifest };
    assert.deepEqual(await filesOf(files, ['/repo']), { '/repo': ['y.yaml'], '/repo/other': ['o.yaml'], '/repo/team': ['x.yaml'] });
    assert.deepEqual(await filesOf(files, ['/repo/y.yaml']), { '/repo': ['y.yaml'] });
  });
});

describe('PATHs', () => {
  const files = { '/repo/.git/HEAD': '', '/repo/a/x.yaml': manifest, '/repo/ab/x.yaml': manifest, '/repo/y.yaml': manifest };

  test('narrow what is reported, never what is read', async () => {
    const { workspaces: [workspace] } = await load(files, ['/repo/a', '/repo/y.yaml']);
    assert.deepEqual(workspace!.files.map((file) => [file.path, isReported(workspace!, file.path)]), [['a/x.yaml', true], ['ab/x.yaml', false], ['y.yaml', true]]);
  });

  test('that are not there are said, and the rest is read', async () => {
    const tree = await load(files, ['/repo/nothing.yaml', '/repo/a']);
    assert.deepEqual(tree.problems, [{ kind: 'path', file: '/repo/nothing.yaml', message: 'no such file or directory' }]);
    assert.equal(tree.workspaces.length, 1);
  });
});

describe('PATHs that are the whole input', () => {
  const input = (files: Contents, paths: readonly string[], options: Partial<LoadOptions> = {}) => loadInput(memoryHost(new Map(Object.entries(files))), paths, { configure: () => ({ configuration: defaultConfiguration, problems: [] }), ...options });
  const files = { '/repo/.git/HEAD': '', '/repo/kubewho.yaml': '', '/repo/a/x.yaml': manifest, '/repo/a/deep/kubewho.yaml': '', '/repo/a/deep/y.yaml': manifest, '/repo/b/z.yaml': manifest, '/repo/c.yaml': manifest };

  test('nothing beside them is read, and they are one workspace', async () => {
    const { workspace, problems } = await input(files, ['/repo/a/x.yaml', '/repo/b']);
    assert.deepEqual([workspace!.root, workspace!.files.map(({ path }) => path), workspace!.configurationFile, problems], ['/repo', ['a/x.yaml', 'b/z.yaml'], undefined, []]);
  });

  test('folders that would be workspaces of their own are part of it', async () => {
    const { workspace } = await input(files, ['/repo/a']);
    assert.deepEqual(workspace!.files.map(({ path }) => path), ['deep/y.yaml', 'x.yaml']);
  });

  test('kubewho.yaml counts where its folder is a PATH, and reads no context from elsewhere', async () => {
    const { workspace } = await input({ ...files, '/cluster/dump.yaml': manifest }, ['/repo'], configured({ context: ['../cluster/dump.yaml', 'c.yaml'] }));
    assert.equal(workspace!.configurationFile, '/repo/kubewho.yaml');
    assert.deepEqual(workspace!.files.filter(({ role }) => role === 'context').map(({ path }) => path), ['c.yaml']);
    assert.ok(!workspace!.files.some(({ path }) => path.includes('dump')));
  });

  test('a PATH that is not there is a problem; the others are read', async () => {
    const { workspace, problems } = await input(files, ['/repo/b', '/repo/nowhere']);
    assert.deepEqual(workspace!.files.map(({ path }) => path), ['z.yaml']);
    assert.deepEqual(problems.map(({ kind, file }) => [kind, file]), [['path', '/repo/nowhere']]);
    assert.equal((await input(files, ['/nowhere'])).workspace, undefined);
  });
});

describe('discovery', () => {
  test('takes *.yaml, *.yml and *.json that may be manifests, not .git or node_modules', async () => {
    const files = {
      '/r/a.yaml': manifest, '/r/b.yml': manifest, '/r/c.json': '{"apiVersion": "v1", "kind": "ServiceAccount"}', '/r/README.md': '',
      '/r/package.json': '{"name": "x"}', '/r/tsconfig.json': '{ // a comment, "kind"\n}', '/r/.git/x.yaml': manifest, '/r/node_modules/p/x.yaml': manifest, '/r/.github/d.yaml': manifest,
    };
    assert.deepEqual(await filesOf(files, ['/r']), { '/r': ['.github/d.yaml', 'a.yaml', 'b.yml', 'c.json'] });
  });

  test('takes all that lies below the templates of a chart, for that is what Helm does', async () => {
    const files = {
      '/r/web/Chart.yaml': 'name: web', '/r/web/.helmignore': '*~\n', '/r/web/README.md': '', '/r/web/files/x.txt': '', '/r/templates/x.txt': '', '/r/.gitignore': 'local.txt\n',
      '/r/web/templates/helpers.tpl': '', '/r/web/templates/lib/names.txt': '', '/r/web/templates/account': '', '/r/web/templates/a.json': '{{ define "a" }}a{{ end }}', '/r/web/templates/web.yaml~': '', '/r/web/templates/local.txt': '',
      '/r/web/charts/db/Chart.yaml': 'name: db', '/r/web/charts/db/templates/names.txt': '', '/r/web/charts/none/templates/names.txt': '',
    };
    const expected = ['web/Chart.yaml', 'web/charts/db/Chart.yaml', 'web/charts/db/templates/names.txt', 'web/templates/a.json', 'web/templates/account', 'web/templates/helpers.tpl', 'web/templates/lib/names.txt'];
    assert.deepEqual(await filesOf(files, ['/r']), { '/r': expected });
    assert.deepEqual(await filesOf({ ...files, '/r/kubewho.yaml': '' }, ['/r'], configured({ context: ['web'] })), { '/r': ['web/Chart.yaml', 'web/charts/db/Chart.yaml', 'web/templates/a.json', 'web/templates/helpers.tpl'] }, 'context is no chart');
  });

  test('leaves out what .gitignore and .kubewhoignore say, the nearest file first', async () => {
    const files = {
      '/r/.git/HEAD': '', '/r/.gitignore': '*.gen.yaml\nbuild/\n/top.yaml\n', '/r/a/.gitignore': '!keep.gen.yaml\n', '/r/.kubewhoignore': 'vendor\n',
      '/r/x.gen.yaml': manifest, '/r/a/keep.gen.yaml': manifest, '/r/a/build/x.yaml': manifest, '/r/top.yaml': manifest, '/r/a/top.yaml': manifest, '/r/vendor/x.yaml': manifest, '/r/A.GEN.yaml': manifest,
    };
    assert.deepEqual(await filesOf(files, ['/r']), { '/r': ['A.GEN.yaml', 'a/keep.gen.yaml', 'a/top.yaml'] });
  });

  test('.kubewhoignore may take back what .gitignore says; with --no-config only .gitignore counts', async () => {
    const files = { '/r/.git/HEAD': '', '/r/.gitignore': 'generated.yaml\n', '/r/.kubewhoignore': '!generated.yaml\nother.yaml\n', '/r/generated.yaml': manifest, '/r/other.yaml': manifest };
    assert.deepEqual(await filesOf(files, ['/r']), { '/r': ['generated.yaml'] });
    assert.deepEqual(await filesOf(files, ['/r'], { noConfiguration: true }), { '/r': ['other.yaml'] });
  });

  test('hears the .gitignore files between the git top level and a workspace below it', async () => {
    const files = { '/r/.git/HEAD': '', '/r/.gitignore': 'secret.yaml\n', '/r/a/kubewho.yaml': '', '/r/a/secret.yaml': manifest, '/r/a/x.yaml': manifest };
    assert.deepEqual(await filesOf(files, ['/r/a']), { '/r/a': ['x.yaml'] });
  });

  test('never keeps out what was named: a file of any extension, a file or folder that is ignored', async () => {
    const files = { '/r/.git/HEAD': '', '/r/.gitignore': '*.out\nbuild/\n', '/r/x.out': manifest, '/r/build/y.yaml': manifest, '/r/build/z.yaml': manifest };
    assert.deepEqual(await filesOf(files, ['/r/x.out', '/r/build/y.yaml']), { '/r': ['build/y.yaml', 'x.out'] });
    assert.deepEqual(await filesOf(files, ['/r/build']), { '/r': ['build/y.yaml', 'build/z.yaml'] });
  });

  test('takes the texts of open buffers, also of files that are not on disk yet', async () => {
    const overlay = new Map([['/r/a.yaml', 'open: true\n'], ['/r/new.txt', manifest]]);
    const { workspaces: [workspace] } = await load({ '/r/a.yaml': manifest, '/r/b.yaml': manifest }, ['/r'], { overlay });
    assert.deepEqual(workspace!.files.map((file) => [file.path, file.text]), [['a.yaml', 'open: true\n'], ['b.yaml', manifest], ['new.txt', manifest]]);
  });
});

describe('what cannot be read', () => {
  const skippedOf = async (content: Uint8Array, name = 'x.yaml') => (await load({ [`/r/${name}`]: content, '/r/y.yaml': manifest }, ['/r'])).workspaces[0]!.skipped;

  test('is said with a reason, and the rest is read', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('apiVersion: v1\nname: caf'), 0xe9, 10]);
    assert.deepEqual(await skippedOf(bytes), [{ file: 'x.yaml', document: null, reason: 'encoding', detail: 'not valid UTF-8 (line 2); save the file as UTF-8' }]);
    assert.deepEqual(await skippedOf(new Uint8Array(64 * 1024 * 1024 + 1)), [{ file: 'x.yaml', document: null, reason: 'size', detail: 'larger than 64 MB' }]);
  });

  test('is said of templates whatever they are called: Helm takes none of more than 5 MiB', async () => {
    const skipped = async (name: string, content: Uint8Array) => (await load({ '/r/Chart.yaml': 'name: web', [`/r/templates/${name}`]: content }, ['/r'])).workspaces[0]!.skipped;
    assert.deepEqual(await skipped('logo.png', new Uint8Array([0x89, 0x50, 10])), [{ file: 'templates/logo.png', document: null, reason: 'encoding', detail: 'not valid UTF-8 (line 1); save the file as UTF-8' }]);
    assert.deepEqual(await skipped('names', new Uint8Array(5 * 1024 * 1024 + 1)), [{ file: 'templates/names', document: null, reason: 'size', detail: 'larger than 5 MB' }]);
    assert.deepEqual(await skipped('.names', new Uint8Array([0x89])), []);
  });

  test('is passed over in silence where it is JSON that nobody named', async () => {
    assert.deepEqual(await skippedOf(new Uint8Array([0xe9]), 'x.json'), []);
  });
});

describe('a kustomization that kustomize refuses', () => {
  const skippedOf = async (files: Contents) => (await load(files, ['/repo'])).workspaces[0]!.skipped.map(({ file, reason, detail, span }) => ({ file, reason, detail, ...(span ? { at: files[`/repo/${file}`]!.slice(span.start, span.end) } : {}) }));

  test('names what is not there: said once, but for inputs of generators and what it would fetch', async () => {
    const there = { '/repo/base/kustomization.yaml': 'resources: [a.yaml]\n', '/repo/base/a.yaml': manifest, '/repo/notes/x.txt': '' };
    const over = 'resources: [../base, ../notes, https://example.com/x.yaml, github.com/example/more, github.com/example/more//config, "git@github.com:example/more.git"]\nconfigMapGenerator: [{name: c, envs: [.env]}]\n';
    assert.deepEqual(await skippedOf({ ...there, '/repo/over/kustomization.yaml': over }), []);
    assert.deepEqual(await skippedOf({ ...there, '/repo/over/kustomization.yaml': `${over}components: [../debug]\npatches: [{path: patch.yaml}]\n` }), [
      { file: 'over/kustomization.yaml', reason: 'missing', detail: 'nothing is at "debug", "over/patch.yaml": kustomize refuses that, and here it is not judged; correct the paths' },
    ]);
  });

  test('is no YAML: said with its place, whatever else it says', async () => {
    const [skip] = await skippedOf({ '/repo/base/a.yaml': manifest, '/repo/base/kustomization.yaml': '# Ours.\nresources: [a.yaml\nnamespace: shop\n' });
    assert.equal(skip?.file, 'base/kustomization.yaml');
    assert.equal(skip.reason, 'syntax');
    assert.notEqual(skip.at, undefined);
  });
});

describe('kubewho.yaml', () => {
  test('is read from the root and its faults are handed on; it is no manifest itself', async () => {
    const configure = (text: string, file: string) => ({ configuration: { ...defaultConfiguration, requireReasons: text === 'mine' }, problems: [{ file, line: 1, column: 2, message: 'a fault' }] });
    const tree = await load({ '/r/kubewho.yaml': 'mine', '/r/a.yaml': manifest }, ['/r'], { configure });
    assert.deepEqual(tree.problems, [{ kind: 'configuration', file: '/r/kubewho.yaml', line: 1, column: 2, message: 'a fault' }]);
    const { configuration, configurationFile, files } = tree.workspaces[0]!;
    assert.deepEqual([configuration.requireReasons, configurationFile, files.map((file) => file.path)], [true, '/r/kubewho.yaml', ['a.yaml']]);
  });

  test('gives way to --config, and to --no-config', async () => {
    const seen: string[] = [];
    const configure = (text: string) => { seen.push(text); return { configuration: defaultConfiguration, problems: [] }; };
    const files = { '/r/kubewho.yaml': 'own', '/shared.yaml': 'given', '/r/a.yaml': manifest };
    await load(files, ['/r'], { configure, configurationFile: '/shared.yaml' });
    await load(files, ['/r'], { configure, noConfiguration: true });
    assert.deepEqual(seen, ['given']);
    const missing = await load(files, ['/r'], { configure, configurationFile: '/none.yaml' });
    assert.deepEqual(missing.problems, [{ kind: 'configuration', file: '/none.yaml', message: 'no such file or directory' }]);
  });

  test('names context that git ignores or that lies outside; what is not there is said', async () => {
    const files = { '/w/r/kubewho.yaml': '', '/w/r/.git/HEAD': '', '/w/r/.gitignore': 'dump.yaml\nclusters/\n', '/w/r/dump.yaml': manifest, '/w/r/clusters/a/x.yaml': manifest, '/w/dump.yaml': manifest, '/w/r/a.yaml': manifest };
    const { workspaces: [workspace], problems } = await load(files, ['/w/r'], configured({ context: ['dump.yaml', 'clusters/*/x.yaml', '../dump.yaml', 'nothing.yaml'] }));
    assert.deepEqual(workspace!.files.map((file) => [file.path, file.role]), [['../dump.yaml', 'context'], ['a.yaml', 'manifest'], ['clusters/a/x.yaml', 'context'], ['dump.yaml', 'context']]);
    assert.deepEqual(problems.map((problem) => problem.message), ['context: "nothing.yaml" is not there; correct the path or take it out']);
  });
});
