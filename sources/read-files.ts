import { decodeText, type Encoding } from './encoding.ts';
import { HostError, type Host } from './host.ts';

/** Larger files are no manifests that anybody wrote. */
export const maxFileBytes = 64 * 1024 * 1024;

/** A file's text, or why there is none. */
export type ReadResult =
  | { readonly text: string; readonly encoding: Encoding }
  | { readonly reason: 'encoding' | 'size' | 'unreadable'; readonly detail: string };

/** Reads and decodes one file; open buffers stand in for what is on disk. */
export async function readText(host: Host, path: string, overlay: ReadonlyMap<string, string>): Promise<ReadResult> {
  const open = overlay.get(path);
  if (open !== undefined) return { text: open, encoding: 'utf-8' };
  try {
    const bytes = await host.readFile(path, maxFileBytes);
    if (isPacked(bytes)) return { reason: 'unreadable', detail: 'an archive is not read by itself: unpack it and lint the folder, or pipe `helm template ARCHIVE | kubewho lint -`' };
    const decoded = decodeText(bytes);
    return 'problem' in decoded ? { reason: 'encoding', detail: decoded.problem } : decoded;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { reason: error.code === 'large' ? 'size' : 'unreadable', detail: error.message };
  }
}

/** Whether bytes are a gzip file (RFC 1952, 2.3.1), as packed charts are. */
function isPacked(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

const readsAtOnce = 32;
const sliceMs = 40;

/** Reads many files, some at a time, and lets other work of this process through now and then. Results are in the order of `paths`. */
export async function readAll(host: Host, paths: readonly string[], overlay: ReadonlyMap<string, string>): Promise<ReadResult[]> {
  const results = new Array<ReadResult>(paths.length);
  let next = 0;
  let breath = host.now();
  const worker = async (): Promise<void> => {
    for (let i = next++; i < paths.length; i = next++) {
      results[i] = await readText(host, paths[i]!, overlay);
      if (host.now() - breath < sliceMs) continue;
      await new Promise((resume) => { setTimeout(resume, 0); });
      breath = host.now();
    }
  };
  await Promise.all(Array.from({ length: Math.min(readsAtOnce, paths.length) }, worker));
  return results;
}
