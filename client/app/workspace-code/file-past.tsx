import type { Workspace } from '@protocol/workspace.js';
import { lazy, Suspense } from 'react';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { useDocumentText } from '@/features/editor/use-document-text.js';
import { eventSentence } from '@/features/events/event-sentence.js';
import { PastView } from '@/features/history/past-view.js';
import type { LiveDocument } from '@/lib/room/live-document.js';
import { useRoom } from '@/lib/room-context.js';
import type { WorkspaceEvent } from '@protocol/event.js';

const TextView = lazy(async () => ({ default: (await import('@/features/editor/text-view.js')).TextView }));
const TextDiff = lazy(async () => ({ default: (await import('@/features/editor/file-diff.js')).TextDiff }));

type Props = {
  workspace: Workspace;
  path: string;
  /** As it is now; null where it is none any more. */
  document: LiveDocument | null;
  group: number;
  at: number | null;
  onAt: (seq: number) => void;
  onNow: () => void;
};

/** An open file as it was after an event. */
export function FilePast({ workspace, path, document, group, ...past }: Props) {
  const room = useRoom();
  return (
    <PastView
      {...past}
      workspaceId={workspace.id}
      room={room}
      path={path}
      writable={workspace.role !== 'read'}
      sentence={sentenceOf}
    >
      {({ text, isCompared, label }) => (
        <Suspense fallback={<DelayedProgress label="Loading the editor" />}>
          {!isCompared ? (
            <TextView path={path} text={text} group={group} label={`${path}: ${label}`} />
          ) : document ? (
            <LiveDiff document={document} path={path} text={text} group={group} />
          ) : (
            <TextDiff {...{ path, group }} base={text} text="" labels={labelsOf(path)} />
          )}
        </Suspense>
      )}
    </PastView>
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
