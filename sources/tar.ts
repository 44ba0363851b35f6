/** A file in an archive. */
export interface TarFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** More files than any chart has. */
const mostFiles = 5_000;
const block = 512;
const ascii = new TextDecoder('latin1');
const utf8 = new TextDecoder();

/**
 * The regular files of a tar archive, in its order: POSIX ustar and pax (pubs.opengroup.org/onlinepubs/9699919799, pax), and
 * GNU long names. Links, devices and folders are left out. Paths are as they are written: they may lead anywhere.
 * @throws RangeError for what is no such archive, is cut short, or holds too many files
 */
export function readTar(bytes: Uint8Array): TarFile[] {
  const files: TarFile[] = [];
  let long: { path?: string; size?: number } = {};
  for (let at = 0; at < bytes.length;) {
    if (at + block > bytes.length) throw new RangeError('the archive is cut short');
    const header = bytes.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) break;
    if (!isIntact(header)) throw new RangeError('not a tar archive');
    const size = long.size ?? octal(header, 124, 12);
    const type = String.fromCharCode(header[156]!);
    const from = at + block;
    const content = bytes.subarray(from, from + size);
    if (content.length < size) throw new RangeError('the archive is cut short');
    at = from + Math.ceil(size / block) * block;
    if (type === 'x') long = { ...long, ...paxOf(content) };
    else if (type === 'L') long = { ...long, path: utf8.decode(content).replace(/\0[^]*$/, '') };
    else if (type !== 'g' && type !== 'K') {
      const path = long.path ?? nameOf(header);
      if ((type === '0' || type === '\0') && !path.endsWith('/')) files.push({ path, bytes: content });
      if (files.length > mostFiles) throw new RangeError('the archive holds too many files');
      long = {};
    }
  }
  return files;
}

/** Whether a header's checksum is right: the sum of its bytes, those of the checksum taken for blanks. */
function isIntact(header: Uint8Array): boolean {
  let sum = 0;
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
  return sum === octal(header, 148, 8);
}

/** A number in octal digits, ended by NUL or a blank. @throws RangeError for any other form */
function octal(header: Uint8Array, at: number, length: number): number {
  const digits = text(header, at, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw new RangeError('not a tar archive');
  return parseInt(digits || '0', 8);
}

function text(header: Uint8Array, at: number, length: number): string {
  return ascii.decode(header.subarray(at, at + length)).replace(/\0[^]*$/, '');
}

function nameOf(header: Uint8Array): string {
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
  return prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
}

/** The path and size of a pax header's records: `<length> <keyword>=<value>\n`, the length in bytes of the whole. */
function paxOf(content: Uint8Array): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {};
  for (let at = 0; at < content.length;) {
    const length = parseInt(ascii.decode(content.subarray(at, at + 12)), 10);
    if (!(length > 0) || at + length > content.length) throw new RangeError('not a tar archive');
    const [, key, value] = /^\d+ ([^=]*)=([^]*)\n$/.exec(utf8.decode(content.subarray(at, at + length))) ?? [];
    if (key === 'path') found.path = value;
    if (key === 'size' && /^\d{1,15}$/.test(value!)) found.size = Number(value);
    at += length;
  }
  return found;
}
