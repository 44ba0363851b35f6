/** What a file holds, as `.Files` gives it: bytes to Go (`[]byte`), which only some functions take for a text. */
export class Bytes {
  /** @param isNil there is no such file */
  constructor(readonly text: string, readonly isNil = false) {}

  get codes(): readonly number[] {
    return [...new TextEncoder().encode(this.text)];
  }

  /** As fmt prints it (%v). */
  toString(): string {
    return `[${this.codes.join(' ')}]`;
  }

  /** As JSON has it (encoding/json). */
  toBase64(): string {
    return btoa(this.codes.map((code) => String.fromCharCode(code)).join(''));
  }
}
