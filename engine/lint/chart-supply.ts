import { releaseNamespace } from '../identity/objects.ts';
import { splitStream } from '../yaml/split.ts';
import { nothing, sourceComment, type DocumentEntry } from './document.ts';
import type { FileEntry } from './files.ts';

/** What a chart is made of beside the files of the workspace. Paths are the workspace's. */
export interface ChartSupply {
  readonly scope: string;
  /** The folder of the chart that is installed. */
  readonly chart: string;
  /** Templates and values of charts packed in archives, under the paths of these. They take part, and are nobody's to change. */
  readonly packed: readonly { readonly path: string; readonly text: string }[];
  /** The files that templates read through `.Files`, those of its subcharts among them, without text where that is not read; absent where nobody has looked. */
  readonly files?: ReadonlyMap<string, string | undefined>;
}

/** The files of archives as files of their chart; what their templates write is known by the values alone, so nothing is read of them here. */
export function packedEntries({ scope, chart, packed }: ChartSupply): FileEntry[] {
  let id = 0;
  return packed.map(({ path, text }) => {
    const dialect = path.includes('/templates/') ? 'template' : 'values';
    const documents = dialect === 'template' ? splitStream(text).map((one): DocumentEntry => ({ id: --id, file: path, dialect, text: one.text, index: one.index, start: one.start, source: sourceComment(one.text), facts: nothing })) : [];
    return { source: { path, text, dialect, scope, role: 'part', namespace: releaseNamespace, chart }, documents, objects: [], suppressions: [] };
  });
}
