/** How a file's text is written in bytes, so that a changed text is written back the same way. */
export type Encoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be';

export type Decoded = { readonly text: string; readonly encoding: Encoding } | { readonly problem: string };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of a file, without its byte order mark. UTF-16 is read where a mark says so, as kubectl does
 * (k8s.io/cli-runtime, resource/visitor.go: `unicode.BOMOverride`). Bytes that are no text give a sentence for the user.
 */
export function decodeText(bytes: Uint8Array): Decoded {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decode('utf-16le', bytes.subarray(2), 'utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decode('utf-16be', swapped(bytes.subarray(2)), 'utf-16le');
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return decode(marked ? 'utf-8-bom' : 'utf-8', marked ? bytes.subarray(3) : bytes, 'utf-8');
}

/** The bytes of a text in the encoding that its file had. */
export function encodeText(text: string, encoding: Encoding): Uint8Array {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  if (encoding === 'utf-8-bom') return new TextEncoder().encode(`\uFEFF${text}`);
  const units = `\uFEFF${text}`;
  const bytes = new Uint8Array(units.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < units.length; i++) view.setUint16(i * 2, units.charCodeAt(i), encoding === 'utf-16le');
  return bytes;
}

function decode(encoding: Encoding, bytes: Uint8Array, label: 'utf-8' | 'utf-16le'): Decoded {
  try {
    const decoder = label === 'utf-8' ? utf8 : new TextDecoder(label, { fatal: true, ignoreBOM: true });
    return { text: decoder.decode(bytes), encoding };
  } catch {
    return { problem: label === 'utf-8' ? describeInvalidUtf8(bytes) : 'not valid UTF-16, though its byte order mark says so' };
  }
}

function swapped(bytes: Uint8Array): Uint8Array {
  const out = bytes.slice();
  for (let i = 0; i + 1 < out.length; i += 2) [out[i], out[i + 1]] = [out[i + 1]!, out[i]!];
  return out;
}

/** Finds the first line that does not decode; lines are cut at LF, which is never part of a longer UTF-8 sequence. */
function describeInvalidUtf8(bytes: Uint8Array): string {
  for (let line = 1, start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(10, start);
    const stop = end < 0 ? bytes.length : end;
    try {
      utf8.decode(bytes.subarray(start, stop));
    } catch {
      return `not valid UTF-8 (line ${line}); save the file as UTF-8`;
    }
    start = stop + 1;
  }
  return 'not valid UTF-8; save the file as UTF-8';
}
