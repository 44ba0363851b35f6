import fc from 'fast-check';

// Random documents as people write them: the same data in block and flow style, with comments, blank lines, any
// indentation, quotes of all kinds, either line end, with and without a final one.

export type Data = string | number | boolean | null | Data[] | { [key: string]: Data };

const words = ['web', 'app', 'on', 'no', '1', '0o7', 'null', '', ' x', 'a b', 'a: b', "it's", '"q"', '#', 'x #y', '- z', '{{ .Values.a }}', 'é😀', 'line\nbreak', 'tab\there', 'http://x:80/', '@at', '*star', '&amp', '!bang', '[', '}', ',', 'back\\slash', '<<', '~', '2001-01-01', '-', '---', '...', '0x1F', 'y', '%', '|', '>'];
const keys = ['name', 'spec', 'on', 'a.b/c', 'x y', '1', 'key', 'é', 'items', '<<', 'null', 'a:b'];

const scalar = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...words) }, fc.integer({ min: -9, max: 1e6 }), fc.constantFrom(true, false, null, 1.5));

/** Plain data, at most four levels deep. */
export const data: fc.Arbitrary<Data> = fc.letrec<{ node: Data }>((tie) => ({
  node: fc.oneof({ depthSize: 'small', maxDepth: 4 }, scalar, fc.array(tie('node'), { maxLength: 4 }), fc.dictionary(fc.constantFrom(...keys), tie('node'), { maxKeys: 4, noNullPrototype: true })),
})).node;

/** A document whose root is a mapping that holds something. */
export const document: fc.Arbitrary<{ data: { [key: string]: Data }; text: string }> = fc.tuple(
  fc.dictionary(fc.constantFrom(...keys), data, { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
  fc.infiniteStream(fc.nat({ max: 99 })),
).map(([value, choices]) => ({ data: value, text: render(value, () => choices.next().value!) }));

/** Writes data in a style that the choices (0 to 99 each) decide. */
export function render(value: { [key: string]: Data }, choose: () => number): string {
  const writer = new Writer(choose);
  const text = choose() < 12 ? `${JSON.stringify(value, null, choose() < 50 ? 2 : 0)}\n` : choose() < 8 ? `${writer.flow(value, 0)}\n` : writer.block(value, 0).join('\n') + '\n';
  const head = choose() < 20 ? '# A comment above.\n' : choose() < 10 ? '---\n' : '';
  const ended = choose() < 20 && !/\|[+-]?\n(?:.*\n)*$/.test(text) ? (head + text).replace(/\n$/, '') : head + text;
  return choose() < 25 ? ended.replaceAll('\n', '\r\n') : ended;
}

class Writer {
  private readonly step: number;
  private readonly listIndent: number;
  constructor(private readonly choose: () => number) {
    this.step = [2, 2, 2, 4, 1, 3][choose() % 6]!;
    this.listIndent = [0, 0, this.step][choose() % 3]!;
  }

  /** The lines of a collection that holds something, indented to a column. */
  block(value: Data, column: number): string[] {
    const pad = ' '.repeat(column);
    if (Array.isArray(value)) {
      return value.flatMap((item) => {
        if (!this.isBlock(item)) return [...this.above(column), `${pad}- ${this.inline(item, column)}`];
        const lines = this.block(item, column + 2);
        if (lines[0]!.trimStart().startsWith('#')) return [`${pad}-`, ...lines];
        return [...this.above(column), `${pad}- ${lines[0]!.slice(column + 2)}`, ...lines.slice(1)];
      });
    }
    return Object.entries(value as object).flatMap(([key, one]: [string, Data]) => {
      const head = `${pad}${this.key(key)}:`;
      if (!this.isBlock(one)) return [...this.above(column), one === null && this.choose() < 40 ? `${head}${this.comment()}` : `${head} ${this.inline(one, column)}`];
      return [...this.above(column), head + this.comment(), ...this.block(one, column + (Array.isArray(one) ? this.listIndent : this.step))];
    });
  }

  /** Flow style on one line or several. */
  flow(value: Data, column: number): string {
    if (typeof value !== 'object' || value === null) return this.scalar(value, true);
    const [open, close] = Array.isArray(value) ? '[]' : '{}';
    const items = Array.isArray(value) ? value.map((item) => (column2: number) => this.flow(item, column2)) : Object.entries(value).map(([key, one]) => (column2: number) => `${this.key(key)}: ${this.flow(one, column2)}`);
    if (items.length === 0) return `${open}${close}`;
    if (this.choose() < 60) return `${open}${this.choose() < 30 ? ' ' : ''}${items.map((item) => item(column)).join(', ')}${this.choose() < 10 ? ',' : ''}${close}`;
    const inner = column + this.step;
    const lines = items.map((item, index) => `${' '.repeat(inner)}${item(inner)}${index < items.length - 1 || this.choose() < 50 ? ',' : ''}${this.comment()}`);
    return [open, ...lines, `${' '.repeat(column)}${close}`].join('\n');
  }

  private isBlock(value: Data): boolean {
    return typeof value === 'object' && value !== null && Object.keys(value).length > 0 && this.choose() < 75;
  }

  private inline(value: Data, column: number): string {
    if (typeof value === 'object' && value !== null) return this.flow(value, column) + this.comment();
    if (typeof value === 'string' && /^\w[^\t]*\n./.test(value) && this.choose() < 60) return `|-\n${value.split('\n').map((line) => ' '.repeat(column + 2) + line).join('\n')}`;
    return this.scalar(value, false) + this.comment();
  }

  private key(key: string): string {
    return this.scalar(key, true);
  }

  private scalar(value: Data, flow: boolean): string {
    if (typeof value !== 'string') return String(value);
    const plain = flow ? /^[a-zé][\w./é]*$/ : /^[a-zé][\w./é: -]*(?<![: ])$/;
    const choice = this.choose();
    if (plain.test(value) && !/^(?:on|no|y|null)$|: /.test(value) && choice < 60) return value;
    return choice % 2 === 0 && !/[\n\t]/.test(value) ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value);
  }

  private above(column: number): string[] {
    const choice = this.choose();
    return choice < 8 ? [`${' '.repeat(column)}# why`] : choice < 12 ? [''] : [];
  }

  private comment(): string {
    return this.choose() < 12 ? '  # note' : '';
  }
}
