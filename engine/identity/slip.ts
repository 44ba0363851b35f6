/** Whether two names are one slip apart: one letter too many, too few or another, or two swapped. A digit more or less is a name of its own: api-1, api-2. */
export function isSlip(a: string, b: string): boolean {
  let [start, end] = [0, 0];
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [one, other] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  if (start + end < 3 || /\d/.test(one + other)) return false;
  return Math.max(one.length, other.length) <= 1 || (one.length === 2 && one[0] === other[1] && one[1] === other[0]);
}

/** The shortest word in which one wrong letter is a slip rather than another word. */
const longEnough = 6;

/** Whether two names are one but for case, separators, a plural or one letter of a long word; names that differ in a number are two. */
export function isSlipOfWords(a: string, b: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[-_.]/g, '').replace(/s$/, '');
  if (plain(a) === plain(b)) return true;
  const [left, right] = [a, b].map((text) => text.split(/[-_.]/)) as [string[], string[]];
  if (left.length !== right.length) return false;
  const apart = left.flatMap((word, i) => (word === right[i] ? [] : [[word, right[i]!] as const]));
  return apart.length === 1 && apart[0]!.every((word) => word.length >= longEnough && !/\d/.test(word)) && isOneEditApart(...apart[0]!);
}

/** One letter more, less or other, or two neighbours swapped. */
function isOneEditApart(a: string, b: string): boolean {
  if (a.length > b.length) return isOneEditApart(b, a);
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  if (a.length < b.length) return b.length === a.length + 1 && a.slice(i) === b.slice(i + 1);
  return a.slice(i + 1) === b.slice(i + 1) || (a[i] === b[i + 1] && a[i + 1] === b[i] && a.slice(i + 2) === b.slice(i + 2));
}
