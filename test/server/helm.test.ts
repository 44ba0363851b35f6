// Charts as the user's Helm renders them, in the editor: with the real Helm 3 and Helm 4, and with none.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Diagnostic, MarkupContent } from 'vscode-languageserver-protocol/node';
// @ts-expect-error -- plain JavaScript, which runs before anything is compiled
import { kubernetesTools } from '../../scripts/setup/places.mjs';
import { Editor, type EditorOptions, eventually, pause, plain, rangeOf, textIn, withEditor } from './support.ts';

const RULE = 'automounted-token';
const scratch = mkdtempSync(join(tmpdir(), 'kubewho-helm-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** A Helm that notes each of its runs, and does before it whatever else is said; the runs so far. */
function helmNoting(dir: string, name: string, before = ''): { readonly path: string; readonly runs: () => number } {
  const path = join(scratch, `${basename(dir)} ${name}`);
  const notes = join(path, 'runs');
  mkdirSync(path);
  writeFileSync(join(path, 'helm'), `#!/bin/sh\necho run >> '${notes}'\n${before}\nexec '${join(dir, 'helm')}' "$@"\n`);
  chmodSync(join(path, 'helm'), 0o755);
  return { path, runs: () => (existsSync(notes) ? readFileSync(notes, 'utf8').split('\n').length - 1 : 0) };
}

const template = 'my chart/templates/web.yaml';

/** True, as Helm alone can tell: what is random is nothing to read. */
const random = '{{ randAlphaNum 5 | len | eq 5 }}';
const web = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      automountServiceAccountToken: ${random}
      containers: [{name: web, image: "example.com/web:1"}]
`;
const chart = {
  'my chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'my chart/values.yaml': 'port: 80\n',
  [template]: web,
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = `/proc/${pid}/stat`;
    // Nobody may have waited for it yet: dead it is.
    return !existsSync(stat) || !readFileSync(stat, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** Longer than it takes until Helm would have been run. */
const aWhile = 1500;

async function texts(editor: Editor, path = template): Promise<string[]> {
  return (await editor.findings(path, RULE)).map(({ range }) => textIn(editor.text(path), range));
}

const appears = (editor: Editor) => eventually('what Helm tells', async () => (await texts(editor)).length > 0);

const helms = (kubernetesTools as { dir: string }[]).map(({ dir }) => dir);
assert.equal(helms.length, 2);

for (const dir of helms) {
  const withHelm = (options: EditorOptions = {}): EditorOptions => ({ files: chart, initializationOptions: { trusted: true }, env: { PATH: `${dir}${delimiter}${process.env['PATH']}` }, ...options });

  describe(`a chart in the editor, with ${basename(dir)}`, () => {
    it('has what Helm alone tells, and says so', () =>
      withEditor(withHelm(), async (editor) => {
        await editor.open(template, web, 'helm');
        assert.deepEqual(await texts(editor), [], 'nothing waits for Helm');
        await eventually('the client to be told that there is more', () => editor.refreshes > 0);
        assert.deepEqual(await texts(editor), [random]);
        const { value } = (await editor.hover(template, rangeOf(web, random).start))!.contents as MarkupContent;
        assert.match(value, /Found in what Helm writes\./);
        assert.equal((await editor.status()).rendered, 1);
      }));

    it('is pushed what Helm tells, where clients do not ask, also as the workspace itself', () =>
      withEditor(withHelm({ capabilities: plain, files: { 'Chart.yaml': chart['my chart/Chart.yaml'], 'templates/web.yaml': web } }), async (editor) => {
        await editor.open('templates/web.yaml', web, 'helm');
        await eventually('the finding', () => editor.published.some(({ uri, diagnostics }) => uri === editor.uri('templates/web.yaml') && diagnostics.some(({ code }) => code === RULE)));
      }));

    it('loses it while the text has moved on, and has it again with the text that Helm had, or a saved one', () => {
      const helm = helmNoting(dir, 'counting');
      return withEditor(withHelm({ env: { PATH: `${helm.path}${delimiter}${process.env['PATH']}` } }), async (editor) => {
        await editor.open(template, web, 'helm');
        await appears(editor);
        await editor.replace(template, random, `{{ not (${random.slice(3, -3)}) }}`);
        assert.deepEqual(await texts(editor), [], 'gone with the keystroke');
        await editor.replace(template, `{{ not (${random.slice(3, -3)}) }}`, random);
        assert.deepEqual(await texts(editor), [random], 'back with the one that takes it back');
        await editor.replace(template, 'kind: Deployment', '# a line more\nkind: Deployment');
        assert.deepEqual(await texts(editor), []);
        await pause(aWhile);
        assert.deepEqual([await texts(editor), helm.runs()], [[], 1], 'typing runs nothing');
        await editor.save(template);
        await appears(editor);
        assert.deepEqual([await texts(editor), helm.runs()], [[random], 2]);
      });
    });

    it('keeps what is known without Helm, once, saved or not', () =>
      withEditor(withHelm({ files: { ...chart, [template]: web.replace(random, 'true') } }), async (editor) => {
        await editor.open(template, web.replace(random, 'true'), 'helm');
        const before = await editor.findings(template);
        await eventually('Helm', async () => (await editor.status()).rendered === 1);
        assert.deepEqual(await editor.findings(template), before);
        await editor.replace(template, 'name: web\n', 'name: web # still\n');
        assert.deepEqual(await texts(editor), ['true']);
      }));

    it('follows files that Helm reads: values, and others on disk', () => {
      const files = { ...chart, 'my chart/switch.txt': 'on', [template]: web.replace('eq 5', 'eq (ternary 5 4 (and (eq (.Files.Get "switch.txt") "on") (eq (int .Values.port) 80)))') };
      return withEditor(withHelm({ files }), async (editor) => {
        await editor.open(template, files[template]!, 'helm');
        await appears(editor);
        await editor.open('my chart/values.yaml', files['my chart/values.yaml']);
        await editor.replace('my chart/values.yaml', '80', '81');
        assert.deepEqual(await texts(editor), []);
        await editor.save('my chart/values.yaml');
        await eventually('Helm', async () => (await editor.status()).rendered === 1);
        assert.deepEqual(await texts(editor), []);
        await editor.replace('my chart/values.yaml', '81', '80');
        await editor.save('my chart/values.yaml');
        await appears(editor);
        editor.write('my chart/switch.txt', 'off');
        await editor.tell({ 'my chart/switch.txt': 'changed' });
        await eventually('the finding to go', async () => (await texts(editor)).length === 0);
      });
    });

    it('that does not render says Helm’s words, once, and has what is known without it', () => {
      const files = { ...chart, [template]: web.replace(random, 'true'), 'my chart/templates/port.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: port}\ndata: {port: {{ required "a name is needed" .Values.name }}}\n', 'my chart/values-prod.yaml': 'port: 443\n', 'kubewho.yaml': 'profiles:\n  - {name: prod, values: [values-prod.yaml]}\n' };
      return withEditor(withHelm({ files }), async (editor) => {
        await editor.open(template, files[template]!, 'helm');
        await eventually('Helm’s words', () => editor.log.length > 0);
        await editor.replace(template, 'example.com/web:1', 'example.com/web:2');
        await editor.save(template);
        await eventually('Helm to be run again', async () => (await editor.status()).notRendered.length > 0);
        assert.match(editor.log.splice(0).join('\n'), /^my chart: helm template: .*a name is needed$/, 'and not again for the profile, or when it is saved');
        const { rendered, notRendered } = await editor.status();
        assert.deepEqual([rendered, notRendered.map(({ uri }) => uri)], [0, [editor.uri('my chart')]]);
        assert.match(notRendered[0]!.reason, /a name is needed$/);
        assert.deepEqual(await texts(editor), ['true']);
        assert.deepEqual((await editor.findings('my chart/templates/port.yaml')), [], 'no squiggle');
      });
    });

    it('is left alone where nobody said that the workspace is trusted, until somebody does', () => {
      const helm = helmNoting(dir, 'untrusted');
      return withEditor({ files: chart, env: { PATH: `${helm.path}${delimiter}${process.env['PATH']}` } }, async (editor) => {
        await editor.open(template, web, 'helm');
        await pause(aWhile);
        assert.deepEqual([await texts(editor), helm.runs()], [[], 0]);
        await editor.connection.sendNotification('kubewho/trusted');
        await appears(editor);
        assert.equal(helm.runs(), 1);
      });
    });

    it('is left alone where settings say so', () => {
      const helm = helmNoting(dir, 'never');
      const initializationOptions = { trusted: true, settings: { render: 'never' } };
      return withEditor(withHelm({ initializationOptions, env: { PATH: `${helm.path}${delimiter}${process.env['PATH']}` } }), async (editor) => {
        const set = (render: string) => editor.connection.sendNotification('workspace/didChangeConfiguration', { settings: { kubewho: { render } } });
        await editor.open(template, web, 'helm');
        await pause(aWhile);
        assert.deepEqual([await texts(editor), helm.runs()], [[], 0]);
        await set('auto');
        await appears(editor);
        await set('never');
        await eventually('the finding to go', async () => (await texts(editor)).length === 0);
      });
    });

    it('that writes more than an editor can show says so', () => {
      const files = { ...chart, 'my chart/templates/large.yaml': '{{ range until 200 }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: "large-{{ . }}"}\ndata: {x: {{ repeat 100000 "x" }}}\n{{ end }}' };
      return withEditor(withHelm({ files }), async (editor) => {
        await editor.open(template, web, 'helm');
        await eventually('it to be said', () => editor.log.length > 0);
        assert.equal(editor.log.splice(0).join('\n'), 'my chart: helm template: its output is longer than 16 MB');
        assert.deepEqual(await texts(editor), []);
      });
    });

    it('says how far its templates tell where it stands', () => {
      const drawn = (value: string) => `{{ randAlphaNum 5 | len | eq 5 | ternary ${value} "" }}\n`;
      const spec = 'automountServiceAccountToken: true, containers: [{name: web, image: "example.com/web:1"}]';
      const part = `apiVersion: v1\nkind: Pod\nmetadata: {name: part}\nspec: ${drawn('.Values.spec')}`;
      const files = { ...chart, 'my chart/values.yaml': `spec: '{${spec}}'\nwhole: {apiVersion: v1, kind: Pod, metadata: {name: whole}, spec: {${spec}}}\n`, 'my chart/templates/part.yaml': part, 'my chart/templates/whole.yaml': drawn('(toYaml .Values.whole)') };
      return withEditor(withHelm({ files }), async (editor) => {
        await editor.open(template, web, 'helm');
        await appears(editor);
        const places = { 'part.yaml': [drawn('.Values.spec').trim(), /Found in what Helm writes: inside of this, as far as the template tells where\./], 'whole.yaml': ['{{', /Found in what Helm writes; this file does not tell where\./] } as const;
        for (const [name, [place, words]] of Object.entries(places)) {
          const path = `my chart/templates/${name}`;
          await editor.open(path, editor.read(path), 'helm');
          assert.deepEqual(await texts(editor, path), [place]);
          const [{ range }] = (await editor.findings(path, RULE)) as [Diagnostic];
          assert.match(((await editor.hover(path, range.start))!.contents as MarkupContent).value, words);
        }
      });
    });

    it('does not keep the editor waiting, nor Helm alive', async () => {
      const pids = join(scratch, `${basename(dir)} pids`);
      const helm = helmNoting(dir, 'endless', `echo $$ >> '${pids}'`);
      const turn = '{{ range until 3000 }}';
      const endless = `{{ define "endless" }}${turn.repeat(3)}{{ sha256sum "kubewho" }}${'{{ end }}'.repeat(3)}{{ end }}\nlength: {{ include "endless" . | len }}\n`;
      await withEditor(withHelm({ files: { ...chart, 'my chart/templates/endless.yaml': endless }, env: { PATH: `${helm.path}${delimiter}${process.env['PATH']}` } }), async (editor) => {
        await editor.open(template, web, 'helm');
        await eventually('Helm to be run', () => helm.runs() === 1);
        const began = Date.now();
        await editor.replace(template, 'example.com/web:1', 'example.com/web:2');
        assert.deepEqual(await texts(editor), []);
        assert.ok(Date.now() - began < 5000);
        await editor.save(template);
        await eventually('a run that takes the place of the first', () => helm.runs() === 2);
      });
      const [first, second, ...more] = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
      assert.deepEqual(more, []);
      for (const pid of [first!, second!]) await eventually('the end of a Helm', () => !isAlive(pid));
    });
  });
}

describe('a chart in the editor, without Helm', () => {
  it('is read as ever, and nothing is said of it', () =>
    withEditor({ files: chart, initializationOptions: { trusted: true }, env: { PATH: '' } }, async (editor) => {
      await editor.open(template, web, 'helm');
      await pause(aWhile);
      assert.deepEqual(await texts(editor), []);
      const { rendered, notRendered } = await editor.status();
      assert.deepEqual([rendered, notRendered], [0, []]);
    }));
});

describe('a Helm at work', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends with a server that ${signal} ends`, async () => {
      const path = join(scratch, signal);
      const began = join(path, 'began');
      mkdirSync(path);
      // Longer than any machine is busy: it is at work until it is ended.
      writeFileSync(join(path, 'helm'), `#!/bin/sh\necho $$ > '${began}.new'\nmv '${began}.new' '${began}'\nexec sleep 60\n`);
      chmodSync(join(path, 'helm'), 0o755);
      const editor = await Editor.start({ files: chart, initializationOptions: { trusted: true }, env: { PATH: `${path}${delimiter}${process.env['PATH']}` } });
      const ended = new Promise((resolve) => editor.process.once('exit', (_, by) => resolve(by)));
      await editor.open(template, web, 'helm');
      await eventually('Helm to be run', () => existsSync(began));
      editor.process.kill(signal);
      assert.equal(await ended, signal);
      editor.connection.dispose();
      rmSync(editor.folder, { recursive: true });
      const pid = Number(readFileSync(began, 'utf8'));
      await eventually('the end of Helm', () => !isAlive(pid));
    });
  }
});
