/* From the text of a regular expression to the steps that match it (regexp/syntax: parse.go, simplify.go, compile.go). */

/** One step of a program; all but `fork` and `match` go on with the next one. */
export type Step =
  | { readonly kind: 'char'; readonly takes: (code: number) => boolean }
  | { readonly kind: 'fork'; readonly first: number; readonly second: number }
  | { readonly kind: 'save'; readonly slot: number }
  | { readonly kind: 'assert'; readonly holds: (codes: readonly number[], at: number) => boolean }
  | { readonly kind: 'match' };

export interface Program {
  readonly steps: readonly Step[];
  /** The names of the groups by their numbers; the whole match is group 0. */
  readonly names: readonly (string | undefined)[];
  readonly foldsCase: boolean;
}

type Takes = (code: number) => boolean;
type Tree =
  | { readonly kind: 'char'; readonly takes: Takes }
  | { readonly kind: 'assert'; readonly holds: (codes: readonly number[], at: number) => boolean }
  | { readonly kind: 'group'; readonly number: number; readonly of: Tree }
  | { readonly kind: 'all'; readonly of: readonly Tree[] }
  | { readonly kind: 'any'; readonly of: readonly Tree[] }
  | { readonly kind: 'repeat'; readonly of: Tree; readonly from: number; readonly to: number; readonly isLazy: boolean };

/** Programs of more steps are for no name or version. */
const mostSteps = 2000;
/** As Go has it. */
const mostRepeats = 1000;
const deepest = 100;

/** @throws SyntaxError where the pattern is none or not understood, RangeError where its program is too long */
export function compile(pattern: string): Program {
  const parser = new Parser([...pattern]);
  const tree = parser.parse();
  const steps: Step[] = [{ kind: 'save', slot: 0 }];
  write(tree, steps);
  steps.push({ kind: 'match' });
  return { steps, names: parser.names, foldsCase: parser.foldsCase };
}

function push(steps: Step[], step: Step): number {
  if (steps.length >= mostSteps) throw new RangeError('too long');
  return steps.push(step) - 1;
}

function write(tree: Tree, steps: Step[]): void {
  switch (tree.kind) {
    case 'char': push(steps, { kind: 'char', takes: tree.takes }); return;
    case 'assert': push(steps, { kind: 'assert', holds: tree.holds }); return;
    case 'group': {
      push(steps, { kind: 'save', slot: 2 * tree.number });
      write(tree.of, steps);
      push(steps, { kind: 'save', slot: 2 * tree.number + 1 });
      return;
    }
    case 'all': for (const one of tree.of) write(one, steps); return;
    case 'any': writeAny(tree.of, steps); return;
    case 'repeat': writeRepeat(tree, steps); return;
  }
}

function writeAny(trees: readonly Tree[], steps: Step[]): void {
  const ends: number[] = [];
  for (const [i, tree] of trees.entries()) {
    const fork = i < trees.length - 1 ? push(steps, { kind: 'match' }) : undefined;
    write(tree, steps);
    if (fork === undefined) continue;
    ends.push(push(steps, { kind: 'match' }));
    steps[fork] = { kind: 'fork', first: fork + 1, second: steps.length };
  }
  for (const end of ends) steps[end] = { kind: 'fork', first: steps.length, second: steps.length };
}

function writeRepeat({ of, from, to, isLazy }: Extract<Tree, { kind: 'repeat' }>, steps: Step[]): void {
  for (let i = 0; i < from - (to === Infinity ? 1 : 0); i++) write(of, steps);
  if (to === Infinity) {
    if (from > 0) return writeLoop(of, isLazy, steps);
    // A loop over what may be empty is one that may be left out, or the preferred way is lost (golang.org/issue/46123).
    return mayBeEmpty(of) ? writeOptional(() => writeLoop(of, isLazy, steps), isLazy, steps) : writeOptional(() => { write(of, steps); }, isLazy, steps, true);
  }
  const rest = (left: number): void => {
    if (left > 0) writeOptional(() => { write(of, steps); rest(left - 1); }, isLazy, steps);
  };
  rest(to - from);
}

/** Once or more often. */
function writeLoop(of: Tree, isLazy: boolean, steps: Step[]): void {
  const start = steps.length;
  write(of, steps);
  const next = steps.length + 1;
  push(steps, isLazy ? { kind: 'fork', first: next, second: start } : { kind: 'fork', first: start, second: next });
}

function writeOptional(body: () => void, isLazy: boolean, steps: Step[], again = false): void {
  const fork = push(steps, { kind: 'match' });
  body();
  if (again) push(steps, { kind: 'fork', first: fork, second: fork });
  const [inside, behind] = [fork + 1, steps.length];
  steps[fork] = isLazy ? { kind: 'fork', first: behind, second: inside } : { kind: 'fork', first: inside, second: behind };
}

/** Whether something is said to come several times, in numbers. */
function isCounted({ from, to }: Extract<Tree, { kind: 'repeat' }>): boolean {
  return from > 1 || (to > 1 && to !== Infinity);
}

/** Whether counted repeats inside each other come to no more than a number (parse.go, repeatIsValid). */
function isWithin(tree: Tree, most: number): boolean {
  switch (tree.kind) {
    case 'char': case 'assert': return true;
    case 'group': return isWithin(tree.of, most);
    case 'all': case 'any': return tree.of.every((one) => isWithin(one, most));
    case 'repeat': {
      const times = tree.to === Infinity ? tree.from : tree.to;
      if (tree.to === 0) return true;
      return times <= most && isWithin(tree.of, times > 0 ? Math.trunc(most / times) : most);
    }
  }
}

function mayBeEmpty(tree: Tree): boolean {
  switch (tree.kind) {
    case 'char': return false;
    case 'assert': return true;
    case 'group': return mayBeEmpty(tree.of);
    case 'all': return tree.of.every(mayBeEmpty);
    case 'any': return tree.of.some(mayBeEmpty);
    case 'repeat': return tree.from === 0 || mayBeEmpty(tree.of);
  }
}

interface Flags { readonly i: boolean; readonly m: boolean; readonly s: boolean; readonly U: boolean }

const isWord: Takes = (code) => (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122);
const isDigit: Takes = (code) => code >= 48 && code <= 57;
const isSpace: Takes = (code) => code === 9 || code === 10 || code === 12 || code === 13 || code === 32;
const not = (takes: Takes): Takes => (code) => !takes(code);

const perl: Readonly<Record<string, Takes>> = { d: isDigit, D: not(isDigit), s: isSpace, S: not(isSpace), w: isWord, W: not(isWord) };
const controls: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
const posix: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/, alpha: /[A-Za-z]/, ascii: /[\x00-\x7f]/, blank: /[\t ]/, cntrl: /[\x00-\x1f\x7f]/, digit: /[0-9]/, graph: /[!-~]/, lower: /[a-z]/,
  print: /[ -~]/, punct: /[!-/:-@[-`{-~]/, space: /[\t\n\v\f\r ]/, upper: /[A-Z]/, word: /\w/, xdigit: /[0-9A-Fa-f]/,
};

const atBoundary = (codes: readonly number[], at: number): boolean => (at > 0 && isWord(codes[at - 1]!)) !== (at < codes.length && isWord(codes[at]!));

class Parser {
  readonly names: (string | undefined)[] = [undefined];
  foldsCase = false;
  private at = 0;
  private depth = 0;
  private flags: Flags = { i: false, m: false, s: false, U: false };

  constructor(private readonly chars: readonly string[]) {}

  parse(): Tree {
    const tree = this.alternatives();
    if (this.at < this.chars.length) this.refuse();
    return tree;
  }

  private refuse(): never {
    throw new SyntaxError('not a regular expression');
  }

  private takes(text: string): boolean {
    if (!this.sees(text)) return false;
    this.at += text.length;
    return true;
  }

  private sees(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.chars[this.at + i] !== text[i]) return false;
    return true;
  }

  private alternatives(): Tree {
    if (this.depth++ > deepest) this.refuse();
    const { flags } = this;
    const all = [this.sequence()];
    while (this.takes('|')) all.push(this.sequence());
    this.flags = flags;
    this.depth--;
    return all.length === 1 ? all[0]! : { kind: 'any', of: all };
  }

  private sequence(): Tree {
    const all: Tree[] = [];
    let isRepeated = false;
    while (this.at < this.chars.length && !this.sees('|') && !this.sees(')')) {
      const bounds = this.bounds();
      if (bounds) {
        const of = all.pop();
        if (!of || isRepeated) this.refuse();
        const isLazy = this.takes('?') !== this.flags.U;
        const repeat = { kind: 'repeat', of, ...bounds, isLazy } as const;
        if (isCounted(repeat) && !isWithin(repeat, mostRepeats)) this.refuse();
        all.push(repeat);
        isRepeated = true;
        continue;
      }
      isRepeated = false;
      if (this.takes('\\Q')) {
        while (this.at < this.chars.length && !this.takes('\\E')) all.push(this.literal(this.chars[this.at++]!));
        continue;
      }
      const one = this.one();
      if (one) all.push(one);
      // Flags are nothing that could be repeated.
      else isRepeated = true;
    }
    return { kind: 'all', of: all };
  }

  private bounds(): { from: number; to: number } | undefined {
    if (this.takes('*')) return { from: 0, to: Infinity };
    if (this.takes('+')) return { from: 1, to: Infinity };
    if (this.takes('?')) return { from: 0, to: 1 };
    const counted = this.sees('{') ? /^\{(0|[1-9]\d*)(,(0|[1-9]\d*)?)?\}/.exec(this.chars.slice(this.at, this.at + 100).join('')) : null;
    if (!counted) return undefined;
    const from = Number(counted[1]);
    const to = counted[2] === undefined ? from : counted[3] === undefined ? Infinity : Number(counted[3]);
    if (from > mostRepeats || (to !== Infinity && to > mostRepeats) || to < from) this.refuse();
    this.at += counted[0].length;
    return { from, to };
  }

  private one(): Tree | undefined {
    const char = this.chars[this.at++]!;
    switch (char) {
      case '(': return this.group();
      case '[': return { kind: 'char', takes: this.folded(this.set()) };
      case '.': return { kind: 'char', takes: this.flags.s ? () => true : (code) => code !== 10 };
      case '^': return { kind: 'assert', holds: this.flags.m ? (codes, at) => at === 0 || codes[at - 1] === 10 : (_, at) => at === 0 };
      case '$': return { kind: 'assert', holds: this.flags.m ? (codes, at) => at === codes.length || codes[at] === 10 : (codes, at) => at === codes.length };
      case '\\': return this.escape();
      default: return this.literal(char);
    }
  }

  private literal(char: string): Tree {
    const code = char.codePointAt(0)!;
    return { kind: 'char', takes: this.folded((one) => one === code) };
  }

  /** With `i`, a letter is taken for its other form too; told for ASCII alone. */
  private folded(takes: Takes): Takes {
    if (!this.flags.i) return takes;
    return (code) => takes(code) || (((code >= 65 && code <= 90) || (code >= 97 && code <= 122)) && takes(code ^ 32));
  }

  private group(): Tree | undefined {
    if (!this.takes('?')) return this.numbered(undefined);
    if (this.sees('P<') || this.sees('<')) {
      this.takes('P');
      const name = /^<(\w+)>/.exec(this.chars.slice(this.at, this.at + 100).join(''));
      if (!name || this.names.includes(name[1])) this.refuse();
      this.at += name[0].length;
      return this.numbered(name[1]);
    }
    const flags = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(this.chars.slice(this.at, this.at + 20).join(''));
    if (!flags || (flags[0] === ')')) this.refuse();
    this.at += flags[0].length;
    const { flags: before } = this;
    const on = Object.fromEntries([...flags[1]!].map((flag) => [flag, true]));
    const off = Object.fromEntries([...flags[2] ?? ''].map((flag) => [flag, false]));
    this.flags = { ...before, ...on, ...off };
    this.foldsCase ||= this.flags.i;
    if (flags[3] === ')') return undefined;
    const tree = this.alternatives();
    this.flags = before;
    if (!this.takes(')')) this.refuse();
    return tree;
  }

  private numbered(name: string | undefined): Tree {
    const number = this.names.push(name) - 1;
    const of = this.alternatives();
    if (!this.takes(')')) this.refuse();
    return { kind: 'group', number, of };
  }

  private escape(): Tree {
    const char = this.chars[this.at++];
    switch (char) {
      case 'A': return { kind: 'assert', holds: (_, at) => at === 0 };
      case 'z': return { kind: 'assert', holds: (codes, at) => at === codes.length };
      case 'b': return { kind: 'assert', holds: atBoundary };
      case 'B': return { kind: 'assert', holds: (codes, at) => !atBoundary(codes, at) };
      default: {
        this.at -= 1;
        const set = this.escapedSet();
        if (set) return { kind: 'char', takes: this.folded(set) };
        return this.literal(String.fromCodePoint(this.escapedCode()));
      }
    }
  }

  /** `\d` and its kin, `\pL`, `\p{Greek}`. */
  private escapedSet(): Takes | undefined {
    const char = this.chars[this.at];
    if (char === undefined) this.refuse();
    if (Object.hasOwn(perl, char)) {
      this.at++;
      return perl[char];
    }
    if (char !== 'p' && char !== 'P') return undefined;
    const named = /^[pP](?:\{(\^?)([A-Za-z]+)\}|([A-Z]))/.exec(this.chars.slice(this.at, this.at + 40).join(''));
    if (!named) this.refuse();
    this.at += named[0].length;
    const name = named[2] ?? named[3]!;
    // What Go knows of these hangs on its version: short names of scripts, and what is not assigned.
    if (/^(?:LC|Cn?|[A-Za-z]{4})$/.test(name)) this.refuse();
    const shape = new RegExp(`^\\p{${name.length <= 2 ? name : `Script=${name}`}}$`, 'u');
    const inside: Takes = (code) => shape.test(String.fromCodePoint(code));
    return (char === 'P') !== (named[1] === '^') ? not(inside) : inside;
  }

  private escapedCode(): number {
    const text = this.chars.slice(this.at, this.at + 12).join('');
    const match = /^(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\}|(0[0-7]{0,2}|[1-7][0-7]{1,2})|([afnrtv])|([^0-9A-Za-z\u0080-\u{10ffff}]))/u.exec(text);
    if (!match) this.refuse();
    this.at += match[0].length;
    const [, short, long, octal, control, mark] = match;
    const code = short ?? long;
    return code !== undefined ? parseInt(code, 16) : octal !== undefined ? parseInt(octal, 8) : control !== undefined ? controls[control]! : mark!.codePointAt(0)!;
  }

  /** What stands in brackets. */
  private set(): Takes {
    const isNegated = this.takes('^');
    const parts: Takes[] = [];
    for (let isFirst = true; isFirst || !this.sees(']'); isFirst = false) {
      if (this.at >= this.chars.length) this.refuse();
      parts.push(this.setPart(isFirst));
    }
    this.at++;
    const inside: Takes = this.folded((code) => parts.some((takes) => takes(code)));
    return isNegated ? not(inside) : inside;
  }

  private setPart(isFirst: boolean): Takes {
    const named = this.sees('[:') ? /^\[:(\^?)(\w+):\]/.exec(this.chars.slice(this.at, this.at + 14).join('')) : null;
    if (named) {
      const shape = Object.hasOwn(posix, named[2]!) ? posix[named[2]!]! : this.refuse();
      this.at += named[0].length;
      const inside: Takes = (code) => code < 128 && shape.test(String.fromCharCode(code));
      return named[1] === '^' ? not(inside) : inside;
    }
    if (this.sees('\\')) {
      this.at++;
      const set = this.escapedSet();
      if (set) return set;
      this.at--;
    }
    // A hyphen stands for itself only at either end.
    if (this.sees('-') && !isFirst && this.chars[this.at + 1] !== ']') this.refuse();
    const from = this.setCode();
    if (!this.sees('-') || this.chars[this.at + 1] === ']') return (code) => code === from;
    this.at++;
    const to = this.setCode();
    if (to < from) this.refuse();
    return (code) => code >= from && code <= to;
  }

  private setCode(): number {
    if (this.takes('\\')) return this.escapedCode();
    const char = this.chars[this.at++];
    return char === undefined ? this.refuse() : char.codePointAt(0)!;
  }
}
