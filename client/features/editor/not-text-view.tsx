import { DownloadIcon, FileBinaryIcon } from '@primer/octicons-react';
import { Link } from '@primer/react';
import { Blankslate } from '@primer/react/experimental';
import type { NotTextReason } from '@protocol/file.js';
import { rawUrl } from '@/lib/http.js';
import './not-text-view.css';

const REASONS: Record<NotTextReason, string> = {
  binary: 'This file is binary. It is kept as it is and cannot be edited as text.',
  encoding:
    'This file is not UTF-8 text, or ends its lines in a way git does not. It is kept as it is and opens read-only.',
  'too-large': 'This file is too large to edit together. It is kept as it is.',
  symlink: 'This is a symbolic link. It is kept as it is.',
  submodule: 'This is a submodule: a commit of another repository. It is kept as it is.',
  lfs: 'This file is kept by Git LFS; only its pointer is in the repository. It is kept as it is.',
};
const IMAGE = /\.(?:png|jpe?g|gif|webp|avif|ico|bmp)$/i;
const SOUND = /\.(?:wav|mp3|ogg|flac|m4a)$/i;

type Props = { workspaceId: string; path: string; reason: NotTextReason; size: number; target?: string };

/** A file that is no text: what can be shown of it, and why it is not edited. */
export function NotTextView({ workspaceId, path, reason, size, target }: Props) {
  const source = rawUrl(workspaceId, path);
  const name = path.split('/').at(-1)!;
  const isImage = reason === 'binary' && IMAGE.test(path);
  return (
    <div className="not-text">
      {isImage && <img className="not-text-image" src={source} alt={name} />}
      {reason === 'binary' && SOUND.test(path) && <audio controls src={source} aria-label={name} />}
      <Blankslate>
        {!isImage && (
          <Blankslate.Visual>
            <FileBinaryIcon size="medium" />
          </Blankslate.Visual>
        )}
        <Blankslate.Heading as="h2">{name}</Blankslate.Heading>
        <Blankslate.Description>
          {REASONS[reason]}
          {target !== undefined && (
            <>
              {' '}
              {reason === 'submodule' ? 'It comes from' : 'It points to'} <Target url={target} />.
            </>
          )}
        </Blankslate.Description>
        {reason !== 'submodule' && reason !== 'symlink' && (
          <Blankslate.SecondaryAction href={source}>
            <DownloadIcon /> Download ({formatBytes(size)})
          </Blankslate.SecondaryAction>
        )}
      </Blankslate>
    </div>
  );
}

/** A link where a browser can follow it. */
function Target({ url }: { url: string }) {
  return /^https?:\/\//.test(url) ? <Link href={url}>{url}</Link> : <code>{url}</code>;
}

function formatBytes(size: number): string {
  if (size < 1_000) return `${size} bytes`;
  return size < 1_000_000 ? `${(size / 1_000).toFixed(1)} kB` : `${(size / 1_000_000).toFixed(1)} MB`;
}
