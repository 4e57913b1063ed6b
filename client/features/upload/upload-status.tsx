import { Button, Dialog, ProgressBar } from '@primer/react';
import { useEffect, useState } from 'react';
import type { UploadProgress, UploadQuestion, Uploads } from './use-uploads.js';
import './upload.css';

/** What is over sooner shows no progress at all. */
const SHOWN_AFTER_MS = 1_000;
const LISTED = 5;

/** How far an upload is, and what it asks. */
export function UploadStatus({ progress, question, answer, stop }: Uploads) {
  return (
    <>
      {progress && <LateProgress progress={progress} onStop={stop} />}
      {question && <ReplaceDialog question={question} onAnswer={answer} />}
    </>
  );
}

function LateProgress({ progress, onStop }: { progress: UploadProgress; onStop: () => void }) {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isLate) return null;
  const { files, filesDone, bytes, bytesSent } = progress;
  const percent = Math.floor((100 * (bytesSent + filesDone)) / (bytes + files));
  return (
    <section className="upload-status" aria-label="Upload">
      <div className="upload-line">
        <span role="status">{`Uploading ${filesDone} of ${files} ${files === 1 ? 'file' : 'files'}`}</span>
        <Button size="small" onClick={onStop}>
          Stop
        </Button>
      </div>
      <ProgressBar progress={percent} aria-label="Uploaded" aria-valuenow={percent} />
    </section>
  );
}

type ReplaceProps = { question: UploadQuestion; onAnswer: Uploads['answer'] };

/** What is there is replaced by whoever says so. */
function ReplaceDialog({ question: { plan }, onAnswer }: ReplaceProps) {
  const { taken, fresh } = plan;
  const more = taken.length - LISTED;
  const isOne = taken.length === 1;
  return (
    <Dialog
      title={isOne ? 'Replace this file?' : `Replace ${taken.length} files?`}
      onClose={() => onAnswer('cancel')}
      footerButtons={[
        { content: 'Cancel', onClick: () => onAnswer('cancel'), autoFocus: true },
        ...(fresh.length > 0 ? [{ content: 'Upload the others only', onClick: () => onAnswer('keep') }] : []),
        { content: 'Replace', buttonType: 'danger' as const, onClick: () => onAnswer('replace') },
      ]}
    >
      <p>
        {isOne ? 'A file of this name is' : 'Files of these names are'} there already. What you replace can be
        brought back.
      </p>
      <ul className="upload-taken">
        {taken.slice(0, LISTED).map(({ path }) => (
          <li key={path}>
            <code>{path}</code>
          </li>
        ))}
        {more > 0 && <li>and {more} more</li>}
      </ul>
    </Dialog>
  );
}
