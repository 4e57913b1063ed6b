import { GitCompareIcon, LinkIcon } from '@primer/octicons-react';
import { Button, Flash, IconButton } from '@primer/react';
import { Blankslate } from '@primer/react/experimental';
import { useQuery } from '@tanstack/react-query';
import type { Workspace } from '@protocol/workspace.js';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { toast } from '@/components/toaster.js';
import type { EditorCursor } from '@/features/editor/code-editor.js';
import { formatLineRange, parseLineRange } from '@/features/editor/line-range.js';
import { NotTextView } from '@/features/editor/not-text-view.js';
import type { LiveDocument } from '@/lib/room/live-document.js';
import { useDocumentState, useLiveDocument } from '@/features/editor/use-live-document.js';
import { keptRequest } from '@/lib/kept/kept-request.js';
import { usePresent, useRoom } from '@/lib/room-context.js';
import { saveState } from './save-state.js';
import { useTellPresence } from './use-tell-presence.js';

// Monaco is large: it comes when the first file is opened.
const CodeEditor = lazy(async () => ({
  default: (await import('@/features/editor/code-editor.js')).CodeEditor,
}));
const TextDiff = lazy(async () => ({ default: (await import('@/features/editor/file-diff.js')).TextDiff }));
const FileDiff = lazy(async () => ({ default: (await import('@/features/editor/file-diff.js')).FileDiff }));

/** What Ctrl+S says. */
const REASSURANCES = {
  saved: 'Everything is saved as you type. Commit when you are ready.',
  saving: 'Being saved, as everything is while you type.',
  kept: 'Not connected: what you type is kept on this device and sent as soon as Perch is back.',
  held: 'Not connected, and this device keeps nothing: leave this page open until Perch is back.',
};

type Props = {
  workspace: Workspace;
  path: string;
  hash: string;
  diff: boolean;
  /** Raised when the keyboard belongs into the file. */
  focusCount: number;
  onDiff: (diff: boolean) => void;
  onEdited: (path: string) => void;
};

/** One open file: live text, its comparison with the base, or why it is neither. */
export function EditorPane({ workspace, path, hash, diff, focusCount, onDiff, onEdited }: Props) {
  const room = useRoom();
  const document = useLiveDocument(room, path);
  const state = useDocumentState(document);
  const present = usePresent();
  const [cursor, setCursor] = useState<EditorCursor | null>(null);
  const lines = useMemo(() => parseLineRange(hash), [hash]);
  useTellPresence(path, cursor);
  const ownId = room.state.kind === 'joined' ? room.state.connectionId : null;
  const here = useMemo(
    () => present.filter((each) => each.connectionId !== ownId && each.cursor?.path === path),
    [present, ownId, path],
  );
  const edited = useCallback(() => onEdited(path), [onEdited, path]);
  const base = useQuery({
    queryKey: ['base', workspace.id, path],
    enabled: diff,
    queryFn: ({ signal }) =>
      keptRequest('GET /api/workspaces/:id/base', { params: { id: workspace.id }, query: { path }, signal }),
  });
  const copyLink = async (): Promise<void> => {
    const url = new URL(window.location.href);
    url.hash = cursor ? formatLineRange({ from: cursor.line, to: cursor.line }) : '';
    await navigator.clipboard.writeText(url.href);
    toast({ message: cursor ? `Copied a link to line ${cursor.line}.` : 'Copied a link to the file.' });
  };
  const isGone = state?.kind === 'refused' && state.error.code === 'not-found';
  const saved = saveState(state);
  const reassure = useCallback(() => {
    toast({ message: REASSURANCES[state?.kind === 'live' ? state.save : 'saving'] });
  }, [state]);
  const live = state?.kind === 'live';
  return (
    <div className="editor-pane" id="editor-pane" role="tabpanel" aria-label={path}>
      <div className="editor-tools">
        <span className="editor-path" title={path}>
          {path}
        </span>
        {live && (
          <>
            <IconButton
              icon={GitCompareIcon}
              size="small"
              variant={diff ? 'default' : 'invisible'}
              aria-label="Diff"
              aria-pressed={diff}
              description="Compare with the last commit"
              onClick={() => onDiff(!diff)}
            />
            <IconButton
              icon={LinkIcon}
              size="small"
              variant="invisible"
              aria-label="Copy link to line"
              onClick={() => void copyLink()}
            />
          </>
        )}
      </div>
      {live && !state.writable && (
        <Flash variant="default">You are watching. Ask the owner for an invitation to edit.</Flash>
      )}
      <div className="editor-body">
        {(!document || !state || state.kind === 'loading') && <DelayedProgress label="Opening the file" />}
        {isGone && diff && base.data && (
          <Suspense fallback={<DelayedProgress label="Loading the editor" />}>
            <TextDiff path={path} base={base.data.kind === 'text' ? base.data.text : ''} text="" />
          </Suspense>
        )}
        {state?.kind === 'refused' && !(isGone && diff && base.data) && (
          <Blankslate>
            <Blankslate.Heading as="h2">{path}</Blankslate.Heading>
            <Blankslate.Description>{state.error.message}</Blankslate.Description>
            {state.isKept && (
              <Blankslate.Description>
                What you wrote here was not sent. It is kept on this device.
              </Blankslate.Description>
            )}
            {document && document.text.length > 0 && (
              <Button onClick={() => void copyText(document)}>Copy the text as you see it here</Button>
            )}
          </Blankslate>
        )}
        {state?.kind === 'not-text' && <NotTextView workspaceId={workspace.id} path={path} {...state} />}
        {live && document && (
          <Suspense fallback={<DelayedProgress label="Loading the editor" />}>
            {diff && base.data ? (
              <FileDiff document={document} base={base.data.kind === 'text' ? base.data.text : ''} />
            ) : (
              <CodeEditor
                document={document}
                writable={state.writable}
                present={here}
                lines={lines}
                onCursor={setCursor}
                onEdited={edited}
                focusCount={focusCount}
                onSave={reassure}
              />
            )}
          </Suspense>
        )}
      </div>
      <footer className="status-bar">
        <span role="status" data-tone={saved?.tone}>
          {saved?.words}
        </span>
        <span className="status-space" />
        {cursor && live && !diff && (
          <span>
            Ln {cursor.line}, Col {cursor.column}
          </span>
        )}
        <span>{workspace.branch}</span>
      </footer>
    </div>
  );
}

/** What was typed and refused is not lost with the page. */
async function copyText(document: LiveDocument): Promise<void> {
  await navigator.clipboard.writeText(document.text.toString());
  toast({ message: 'Copied the text.' });
}
