import { readTar } from './tar.ts';

/** Longer files than Helm takes from an archive (helm pkg/chart/loader/archive, MaxDecompressedFileSize). */
const longestFile = 5 * 1024 * 1024;
/** What an archive may hold when it is unpacked; Helm stops at 100 MiB, charts that people write have a hundredth of it. */
const mostUnpacked = 32 * 1024 * 1024;
/** Archives in archives: a subchart of a subchart of a subchart. */
const deepest = 4;

/**
 * The files of a packed chart (`helm package`) by their paths in it, those of charts packed in it among them: under the path
 * of their archive. Undefined where there is nothing to unpack with.
 * @throws RangeError or TypeError for what is no chart's archive, or unpacks to more than any chart has
 */
export async function unpackChart(archive: Uint8Array): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
  if (typeof DecompressionStream === 'undefined') return undefined;
  const files = new Map<string, Uint8Array>();
  await unpackInto(files, '', archive, { left: mostUnpacked }, 1);
  return files;
}

async function unpackInto(files: Map<string, Uint8Array>, folder: string, archive: Uint8Array, budget: { left: number }, depth: number): Promise<void> {
  for (const { path, bytes } of readTar(await gunzip(archive, budget))) {
    const inside = insideOf(path);
    if (bytes.length > longestFile) throw new RangeError(`${inside} is longer than Helm takes`);
    if (/^(?:.*\/)?charts\/[^/._][^/]*\.tgz$/.test(inside)) {
      if (depth === deepest) throw new RangeError('too many archives in each other');
      await unpackInto(files, `${folder}${inside}/`, bytes, budget, depth + 1);
    } else files.set(`${folder}${inside}`, bytes);
  }
  if (!files.has(`${folder}Chart.yaml`)) throw new RangeError('no Chart.yaml is in its folder');
}

/**
 * Where an entry lies in its chart: all of an archive lies in one folder, whatever that is called.
 * @throws RangeError for a path for which Helm refuses the archive (helm pkg/chart/loader/archive.go, LoadArchiveFiles)
 */
function insideOf(path: string): string {
  const [folder, ...rest] = path.split(path.includes('\\') ? '\\' : '/');
  const steps: string[] = [];
  for (const step of rest.join('/').split('/')) {
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  const inside = steps.join('/');
  if (rest[0] === '' || inside.startsWith('..') || /^[A-Za-z]:\//.test(inside) || path.includes('\0')) throw new RangeError('it holds a path that leads out of it');
  if (inside === '' || folder === 'Chart.yaml') throw new RangeError('it holds files outside of a folder');
  return inside;
}

/** Unpacks and stops as soon as there is more than may be. */
async function gunzip(bytes: Uint8Array, budget: { left: number }): Promise<Uint8Array> {
  const reader = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    budget.left -= value.length;
    if (budget.left < 0) {
      await reader.cancel();
      throw new RangeError('unpacks to more than any chart has');
    }
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
