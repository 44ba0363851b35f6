// Charts in archives, as tar and gzip write them, and what nobody should unpack.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { unpackChart } from '../../../sources/chart-archive.ts';
import { readTar } from '../../../sources/tar.ts';

const scratch = mkdtempSync(join(tmpdir(), 'kubewho-archives-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch, path)), { recursive: true });
    writeFileSync(join(scratch, path), text);
  }
}

/** An archive of a folder of the scratch, made by tar in one of its formats. */
function tar(folder: string, format: string, ...flags: string[]): Uint8Array {
  return execFileSync('tar', [`--format=${format}`, ...flags, '-cf', '-', folder], { cwd: scratch, maxBuffer: 1 << 28 });
}

async function texts(archive: Uint8Array): Promise<Record<string, string>> {
  return Object.fromEntries([...(await unpackChart(archive))!].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]).sort());
}

describe('a packed chart', () => {
  const long = `templates/${'a-rather-long-folder-name/'.repeat(8)}x.yaml`;
  write({ 'web/Chart.yaml': 'name: web\n', 'web/templates/web.yaml': 'kind: Pod # ä\n', [`web/${long}`]: 'kind: Service\n', 'web/empty.txt': '' });

  for (const format of ['ustar', 'pax', 'gnu', 'v7']) {
    test(`is read as tar writes it (${format})`, async () => {
      const kept = format === 'v7' || format === 'ustar' ? ['--exclude=a-rather-long-folder-name'] : [];
      assert.deepEqual(await texts(gzipSync(tar('web', format, ...kept))), { 'Chart.yaml': 'name: web\n', 'empty.txt': '', ...(kept.length > 0 ? {} : { [long]: 'kind: Service\n' }), 'templates/web.yaml': 'kind: Pod # ä\n' });
    });
  }

  test('holds others in archives of their own', async () => {
    write({ 'outer/Chart.yaml': 'name: outer\n', 'outer/charts/_left-out.tgz': 'no archive' });
    writeFileSync(join(scratch, 'outer/charts/web-1.0.0.tgz'), gzipSync(tar('web', 'pax')));
    assert.deepEqual(Object.keys(await texts(gzipSync(tar('outer', 'pax')))), ['Chart.yaml', 'charts/_left-out.tgz', 'charts/web-1.0.0.tgz/Chart.yaml', 'charts/web-1.0.0.tgz/empty.txt', `charts/web-1.0.0.tgz/${long}`, 'charts/web-1.0.0.tgz/templates/web.yaml']);
  });
});

describe('what is not unpacked', () => {
  test('links', () => {
    write({ 'links/real.txt': 'real\n', 'links/Chart.yaml': 'name: links\n' });
    symlinkSync('/etc/hostname', join(scratch, 'links/link.txt'));
    assert.deepEqual(readTar(tar('links', 'pax')).map(({ path }) => path).sort(), ['links/Chart.yaml', 'links/real.txt']);
  });

  test('an archive for one of whose paths Helm refuses it', async () => {
    const named = (name: string): Uint8Array => gzipSync(tar('links', 'gnu', '--absolute-names', '--exclude=link.txt', `--transform=s,.*real.txt,${name},`));
    for (const name of ['links/../../out.txt', '../../out.txt', 'links//out.txt', 'links/C:/out.txt', 'links/..out.txt']) await assert.rejects(unpackChart(named(name)), /leads out of it/, name);
    for (const name of ['out.txt', 'links/sub/..', 'Chart.yaml']) await assert.rejects(unpackChart(named(name)), /outside of a folder/, name);
    for (const [name, inside] of [['links/in.txt', 'in.txt'], ['links/sub/../in.txt', 'in.txt'], ['links/./in.txt', 'in.txt'], ['other/in.txt', 'in.txt']] as const) assert.deepEqual(Object.keys(await texts(named(name))), ['Chart.yaml', inside], name);
    // With `./` before each path all of it lies in a folder called `.`, and the chart one deeper.
    const dotted = tar('links', 'gnu', '--exclude=link.txt', '--transform=s,^,./,');
    assert.deepEqual(readTar(dotted).map(({ path }) => path).sort(), ['./links/Chart.yaml', './links/real.txt']);
    await assert.rejects(unpackChart(gzipSync(dotted)), /no Chart\.yaml is in its folder/);
  });

  test('what is cut short, damaged, or no archive at all', async () => {
    // A block of 512 bytes for the folder, two for each file. pax would add times, of as many digits as the clock gives.
    const whole = tar('links', 'ustar', '--exclude=link.txt');
    for (const length of [600, 1026, 1600, 2050]) assert.throws(() => readTar(whole.subarray(0, length)), RangeError, String(length));
    const damaged = Uint8Array.from(whole);
    damaged[3]! ^= 1;
    assert.throws(() => readTar(damaged), RangeError);
    for (const bytes of [new TextEncoder().encode('no archive'), gzipSync('no archive'.repeat(100)), gzipSync(whole).subarray(0, 60)]) await assert.rejects(unpackChart(bytes));
  });

  test('what unpacks to more than a chart has, in one file or in many, or in archives in each other', async () => {
    await assert.rejects(unpackChart(gzipSync(new Uint8Array(200 * 1024 * 1024))), /more than any chart has/);
    write({ 'large/large.txt': 'x'.repeat(6 * 1024 * 1024) });
    await assert.rejects(unpackChart(gzipSync(tar('large', 'pax'))), /longer than Helm takes/);
    const entry = tar('links', 'ustar', '--exclude=link.txt', '--exclude=Chart.yaml').subarray(512, 1536);
    const many = Uint8Array.from({ length: entry.length * 5_001 }, (_, i) => entry[i % entry.length]!);
    assert.throws(() => readTar(many), /too many files/);
    let nested = gzipSync(tar('web', 'pax'));
    for (let i = 0; i < 4; i++) {
      write({ [`level-${i}/Chart.yaml`]: 'name: level\n', [`level-${i}/charts/x.tgz`]: '' });
      writeFileSync(join(scratch, `level-${i}/charts/x.tgz`), nested);
      nested = gzipSync(tar(`level-${i}`, 'pax'));
    }
    await assert.rejects(unpackChart(nested), /archives in each other/);
  });
});

test('a chart is read from the archive as from the folder', async () => {
  const archive = gzipSync(tar('web', 'pax'));
  assert.equal((await texts(archive))['templates/web.yaml'], readFileSync(join(scratch, 'web/templates/web.yaml'), 'utf8'));
});
