import { DownloadIcon } from '@primer/octicons-react';
import { Button, Link } from '@primer/react';
import { DOCUMENT_MAX_LENGTH } from '@protocol/document.js';
import type { NotTextReason } from '@protocol/file.js';
import { useState } from 'react';
import { BytesView } from './bytes-view.js';
import { isImage } from './image-name.js';
import { ImageView } from './image-view.js';
import { writtenSize } from './written-bytes.js';
import './not-text-view.css';

const REASONS: Record<NotTextReason, string> = {
  binary: 'This file is binary. It is kept as it is and cannot be edited as text.',
  encoding:
    'This file is not UTF-8 text, or ends its lines in a way git does not. It is kept as it is and opens read-only.',
  'too-large': `This file is too large to edit together: that goes up to ${DOCUMENT_MAX_LENGTH / 1_000_000} MB. It is kept as it is.`,
  symlink: 'This is a symbolic link. It is kept as it is.',
  submodule: 'This is a submodule: a commit of another repository. It is kept as it is.',
  lfs: 'This file is kept by Git LFS; only its pointer is in the repository. It is kept as it is.',
};
const SOUND = /\.(?:wav|mp3|ogg|oga|opus|flac|m4a|aac|weba)$/i;

type Props = {
  /** Where its bytes are. */
  source: string;
  path: string;
  reason: NotTextReason;
  size: number;
  target?: string;
  /** Why it is no text, where that is not as of now. */
  words?: string;
};

/** A file that is no text: seen, heard or at least its bytes, and why it is not edited. */
export function NotTextView({ source, path, reason, size, target, words = REASONS[reason] }: Props) {
  const name = path.split('/').at(-1)!;
  const [unreadable, setUnreadable] = useState(false);
  const [hex, setHex] = useState(false);
  const isSeen = isImage(path, reason) && !unreadable;
  const isSound = reason === 'binary' && SOUND.test(path);
  const hasBytes = reason !== 'submodule' && reason !== 'symlink';
  const isReadable = reason === 'encoding' || reason === 'too-large' || reason === 'lfs';
  return (
    <div className="not-text">
      <div className="not-text-facts">
        <div className="not-text-words">
          <h2>{name}</h2>
          <p>
            {words}
            {target !== undefined && (
              <>
                {' '}
                {reason === 'submodule' ? 'It comes from' : 'It points to'} <Target url={target} />.
              </>
            )}
          </p>
        </div>
        {hasBytes && (
          <div className="not-text-actions">
            {(isSeen || isSound) && (
              <Button size="small" aria-pressed={hex} onClick={() => setHex(!hex)}>
                {hex ? 'Hide the bytes' : 'Show the bytes'}
              </Button>
            )}
            <Button as="a" size="small" href={source} download={name} leadingVisual={DownloadIcon}>
              Download ({writtenSize(size)})
            </Button>
          </div>
        )}
      </div>
      {isSeen && !hex && <ImageView source={source} name={name} onUnreadable={() => setUnreadable(true)} />}
      {isSound && !hex && <audio controls src={source} aria-label={name} />}
      {hasBytes && (hex || !(isSeen || isSound)) && (
        <BytesView source={source} path={path} size={size} as={isReadable ? 'text' : 'hex'} />
      )}
    </div>
  );
}

/** A link where a browser can follow it. */
function Target({ url }: { url: string }) {
  return /^https?:\/\//.test(url) ? <Link href={url}>{url}</Link> : <code>{url}</code>;
}
