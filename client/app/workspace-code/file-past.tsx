import type { Workspace } from '@protocol/workspace.js';
import { lazy, Suspense, useState } from 'react';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { ImageComparison } from '@/features/editor/image-comparison.js';
import { isImage } from '@/features/editor/image-name.js';
import { NotTextView } from '@/features/editor/not-text-view.js';
import { useDocumentText } from '@/features/editor/use-document-text.js';
import { eventSentence } from '@/features/events/event-sentence.js';
import { PastView, type PresentMoment } from '@/features/history/past-view.js';
import { pastRawUrl, rawUrl } from '@/lib/http.js';
import type { LiveDocument } from '@/lib/room/live-document.js';
import { useRoom } from '@/lib/room-context.js';
import type { WorkspaceEvent } from '@protocol/event.js';
import type { NotTextReason } from '@protocol/file.js';

const TextView = lazy(async () => ({ default: (await import('@/features/editor/text-view.js')).TextView }));
const TextDiff = lazy(async () => ({ default: (await import('@/features/editor/file-diff.js')).TextDiff }));

/** What the file is now, where it is no text. */
type Bytes = { reason: NotTextReason; sha?: string };

type Props = {
  workspace: Workspace;
  path: string;
  /** As it is now; null where it is no text, or none any more. */
  document: LiveDocument | null;
  bytes: Bytes | null;
  group: number;
  at: number | null;
  onAt: (seq: number) => void;
  onNow: () => void;
};

/** An open file as it was after an event. */
export function FilePast({ workspace, path, document, bytes, group, ...past }: Props) {
  const room = useRoom();
  const isComparable = (moment: PresentMoment): boolean =>
    moment.kind === 'text'
      ? bytes === null
      : bytes !== null && isImage(path, bytes.reason) && isImage(moment.path, moment.reason);
  return (
    <PastView
      {...past}
      workspaceId={workspace.id}
      room={room}
      path={path}
      writable={workspace.role !== 'read'}
      sentence={sentenceOf}
      isComparable={isComparable}
    >
      {({ moment, seq, isCompared, label }) =>
        moment.kind === 'not-text' ? (
          <PastBytes
            key={moment.sha}
            {...{ workspaceId: workspace.id, path, moment, seq }}
            now={isCompared ? bytes : null}
          />
        ) : (
          <Suspense fallback={<DelayedProgress label="Loading the editor" />}>
            {!isCompared ? (
              <TextView path={path} text={moment.text} group={group} label={`${path}: ${label}`} />
            ) : document ? (
              <LiveDiff document={document} path={path} text={moment.text} group={group} />
            ) : (
              <TextDiff {...{ path, group }} base={moment.text} text="" labels={labelsOf(path)} />
            )}
          </Suspense>
        )
      }
    </PastView>
  );
}

const WERE: Record<NotTextReason, string> = {
  binary: 'It was binary then.',
  encoding: 'It was not UTF-8 text then, or ended its lines in a way git does not.',
  'too-large': 'It was larger then than what can be edited together.',
  symlink: 'It was a symbolic link then.',
  submodule: 'It was a submodule then: a commit of another repository.',
  lfs: 'It was kept by Git LFS then; only its pointer was in the repository.',
};

type BytesProps = {
  workspaceId: string;
  path: string;
  moment: Extract<PresentMoment, { kind: 'not-text' }>;
  seq: number;
  /** What it is compared with. */
  now: Bytes | null;
};

function PastBytes({ workspaceId, path, moment, seq, now }: BytesProps) {
  // Of two events between which it stayed the same the first will do: nothing is fetched again.
  const [source] = useState(() => pastRawUrl(workspaceId, path, seq));
  if (!now) return <NotTextView {...moment} source={source} words={WERE[moment.reason]} />;
  const { base: then, text: today } = labelsOf(path);
  return (
    <ImageComparison
      then={{ source, name: then }}
      now={{ source: rawUrl(workspaceId, path, now.sha), name: today }}
    />
  );
}

type DiffProps = { document: LiveDocument; path: string; text: string; group: number };

function LiveDiff({ document, path, text, group }: DiffProps) {
  return (
    <TextDiff {...{ path, group }} base={text} text={useDocumentText(document)} labels={labelsOf(path)} />
  );
}

const labelsOf = (path: string) => ({ base: `${path} as it was`, text: `${path} now` });

function sentenceOf(event: WorkspaceEvent): string {
  const { words, path = '' } = eventSentence(event);
  return `${event.actor.name} ${words} ${path}`.trimEnd();
}
