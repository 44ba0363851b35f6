import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeText, encodeText, type Encoding } from '../../../sources/encoding.ts';

const text = 'name: café 🙂\r\n';

describe('a file is text in UTF-8, or in UTF-16 with a byte order mark', () => {
  for (const encoding of ['utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be'] satisfies Encoding[]) {
    test(`${encoding} is read without its mark and written back as it was`, () => {
      assert.deepEqual(decodeText(encodeText(text, encoding)), { text, encoding });
    });
  }

  test('starts as its encoding says', () => {
    assert.deepEqual([...encodeText('a', 'utf-8-bom')], [0xef, 0xbb, 0xbf, 0x61]);
    assert.deepEqual([...encodeText('a', 'utf-16le')], [0xff, 0xfe, 0x61, 0]);
    assert.deepEqual([...encodeText('a', 'utf-16be')], [0xfe, 0xff, 0, 0x61]);
  });

  test('what is neither is refused with the line', () => {
    assert.deepEqual(decodeText(new Uint8Array([0x61, 10, 0xff])), { problem: 'not valid UTF-8 (line 2); save the file as UTF-8' });
    assert.deepEqual(decodeText(new Uint8Array([0xff, 0xfe, 0x00, 0xd8])), { problem: 'not valid UTF-16, though its byte order mark says so' });
  });
});
