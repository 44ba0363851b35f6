/** The forms that go-yaml v3 reads as a timestamp (allowedTimestampFormats of resolve.go): a date, or date and time with `T` and a zone, or with a blank and none. */
const timestamp = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+]\d\d:\d\d))|(?: +(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?))?$/;

/** What kustomize turns a plain timestamp into (RFC 3339, as Go's time.Time writes itself into JSON), or undefined for any other text. */
export function isoTimestamp(source: string): string | undefined {
  if (source.charCodeAt(4) !== 45) return undefined;
  const match = timestamp.exec(source);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [hour, minute, second] = [4, 5, 6].map((i) => Number(match[i] ?? match[i + 5] ?? 0)) as [number, number, number];
  const inMonth = month >= 1 && month <= 12 ? new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate() : 0;
  if (day < 1 || day > inMonth || hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = (match[7] ?? match[12] ?? '').slice(0, 9).replace(/0+$/, '');
  const zone = match[8] === undefined || match[8] === '+00:00' ? 'Z' : match[8];
  return `${match[1]}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${fraction && `.${fraction}`}${zone}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
