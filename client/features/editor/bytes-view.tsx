import { DelayedProgress } from '@/components/delayed-progress.js';
import { Problem } from '@/components/problem.js';
import { ScrollRegion } from '@/components/scroll-region.js';
import { useFileStart } from './use-file-start.js';
import { decodeForeignText, hexDump, writtenSize } from './written-bytes.js';

/** Enough to recognise a format by; a whole film would be no use here. */
const HEX_BYTES = 16_384;
/** A browser shows this much plain text without trouble. */
const TEXT_BYTES = 1_000_000;

type Props = { source: string; path: string; size: number; as: 'hex' | 'text' };

/** A file that is not edited, to be read: its bytes, or its text as far as it can be made out. */
export function BytesView({ source, path, size, as }: Props) {
  const most = as === 'hex' ? HEX_BYTES : TEXT_BYTES;
  const start = useFileStart(source, most);
  if (!start.data) {
    return start.error ? (
      <Problem error={start.error} onRetry={() => void start.refetch()} />
    ) : (
      <DelayedProgress label="Fetching the file" />
    );
  }
  const foreign = as === 'text' ? decodeForeignText(start.data) : null;
  const part = size > most ? `The first ${writtenSize(most)} of ${writtenSize(size)}` : writtenSize(size);
  return (
    <section className="bytes-view" aria-label={as === 'hex' ? 'Bytes' : 'Text'}>
      <p className="muted">
        {part}
        {foreign && `, read as ${foreign.encoding}`}
      </p>
      <ScrollRegion className="bytes" label={`Contents of ${path}`}>
        <pre>{foreign ? foreign.text : hexDump(start.data)}</pre>
      </ScrollRegion>
    </section>
  );
}
