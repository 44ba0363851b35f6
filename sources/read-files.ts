import { decodeText, type Encoding } from './encoding.ts';
import { HostError, type Host } from './host.ts';
import type { FilePlan } from './plan.ts';

/** Larger files are no manifests that anybody wrote. */
const maxFileBytes = 64 * 1024 * 1024;
/** Helm takes no larger file into a chart (helm pkg/chart/loader/archive, MaxDecompressedFileSize). */
const maxTemplateBytes = 5 * 1024 * 1024;

/** How many bytes of a file are read, by how it is read. */
export function bytesRead({ dialect }: Pick<FilePlan, 'dialect'>): number {
  return dialect === 'template' ? maxTemplateBytes : maxFileBytes;
}

/** A file's text, or why there is none. */
export type ReadResult =
  | { readonly text: string; readonly encoding: Encoding }
  | { readonly reason: 'encoding' | 'size' | 'unreadable'; readonly detail: string };

/** Reads and decodes one file of no more than `limit` bytes; open buffers stand in for what is on disk. */
export async function readText(host: Host, path: string, overlay: ReadonlyMap<string, string>, limit = maxFileBytes): Promise<ReadResult> {
  const open = overlay.get(path);
  if (open !== undefined) return { text: open, encoding: 'utf-8' };
  try {
    const bytes = await host.readFile(path, limit);
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
export async function readAll(host: Host, paths: readonly string[], overlay: ReadonlyMap<string, string>, limitOf: (path: string) => number = () => maxFileBytes): Promise<ReadResult[]> {
  const results = new Array<ReadResult>(paths.length);
  let next = 0;
  let breath = host.now();
  const worker = async (): Promise<void> => {
    for (let i = next++; i < paths.length; i = next++) {
      results[i] = await readText(host, paths[i]!, overlay, limitOf(paths[i]!));
      if (host.now() - breath < sliceMs) continue;
      await new Promise((resume) => { setTimeout(resume, 0); });
      breath = host.now();
    }
  };
  await Promise.all(Array.from({ length: Math.min(readsAtOnce, paths.length) }, worker));
  return results;
}
