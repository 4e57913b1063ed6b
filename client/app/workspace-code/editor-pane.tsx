import { Button, Flash } from '@primer/react';
import { Blankslate } from '@primer/react/experimental';
import { useQuery } from '@tanstack/react-query';
import type { Workspace } from '@protocol/workspace.js';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { toast } from '@/components/toaster.js';
import type { EditorCursor } from '@/features/editor/code-editor.js';
import { chosenOptions, lineHeightOf } from '@/features/editor/editor-options.js';
import { isLarge } from '@/features/editor/large-text.js';
import { parseLineRange } from '@/features/editor/line-range.js';
import { NotTextView } from '@/features/editor/not-text-view.js';
import { useFileStyle } from '@/features/editor/use-file-style.js';
import { useDocumentText } from '@/features/editor/use-document-text.js';
import { useDocumentState, useLiveDocument } from '@/features/editor/use-live-document.js';
import { LineView } from '@/features/authorship/line-view.js';
import { useLineView } from '@/features/authorship/use-line-view.js';
import { ConflictBar } from '@/features/conflicts/conflict-bar.js';
import { FileConflictPanel } from '@/features/conflicts/file-conflict-panel.js';
import { useConflictView } from '@/features/conflicts/use-conflict-view.js';
import type { Conflicts } from '@/features/conflicts/use-conflicts.js';
import { rawUrl } from '@/lib/http.js';
import { keptRequest } from '@/lib/kept/kept-request.js';
import type { LiveDocument } from '@/lib/room/live-document.js';
import { usePresent, useRoom } from '@/lib/room-context.js';
import { useSettings } from '@/lib/settings.js';
import { useFollow } from '../follow.js';
import { ConflictComparison, type Compared } from './conflict-comparison.js';
import { EditorTools } from './editor-tools.js';
import { FilePast } from './file-past.js';
import { reassurance, saveState } from './save-state.js';
import type { TabView } from './tabs.js';
import { useTellPresence } from './use-tell-presence.js';

// Monaco is large: it comes when the first file is opened.
const CodeEditor = lazy(async () => ({
  default: (await import('@/features/editor/code-editor.js')).CodeEditor,
}));
const TextDiff = lazy(async () => ({ default: (await import('@/features/editor/file-diff.js')).TextDiff }));
const FileDiff = lazy(async () => ({ default: (await import('@/features/editor/file-diff.js')).FileDiff }));
const TextPreview = lazy(async () => ({
  default: (await import('@/features/preview/text-preview.js')).TextPreview,
}));

export type EditorPaneProps = {
  workspace: Workspace;
  path: string;
  /** Where the last commit has the file; null where it has not. */
  committedPath: string | null;
  /** Which of the editors side by side. */
  group: number;
  /** Whether it is the one we are in. */
  isHere: boolean;
  hash: string;
  /** Another each time a line is gone to, be it the same. */
  hashKey: string;
  view: TabView;
  /** Of the past: after which event. */
  at: number | null;
  onView: (view: TabView, at?: number) => void;
  onOpen: (path: string) => void;
  onEdited: (path: string) => void;
  /** Goes to an event in the activity. */
  onShowEvent: (seq: number) => void;
  conflicts: Conflicts;
};

/** One open file: live text, its comparison with the base, its preview, or why it is none of these. */
export function EditorPane(props: EditorPaneProps) {
  const {
    workspace,
    path,
    committedPath,
    group,
    isHere,
    hash,
    hashKey,
    view,
    at,
    onView,
    onOpen,
    onEdited,
    onShowEvent,
    conflicts,
  } = props;
  const room = useRoom();
  const document = useLiveDocument(room, path);
  const state = useDocumentState(document);
  const present = usePresent();
  const { followed } = useFollow();
  const settings = useSettings();
  const options = useMemo(() => chosenOptions(settings), [settings]);
  const style = useFileStyle(workspace.id, room, path);
  const [cursor, setCursor] = useState<EditorCursor | null>(null);
  const [indentation, setIndentation] = useState<string | null>(null);
  const lines = useMemo(
    () => (isHere ? parseLineRange(hash) : null),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the same line may be gone to again
    [hash, hashKey, isHere],
  );
  useTellPresence(path, cursor, isHere);
  const ownId = room.state.kind === 'joined' ? room.state.connectionId : null;
  const here = useMemo(
    () => present.filter((each) => each.connectionId !== ownId && each.cursor?.path === path),
    [present, ownId, path],
  );
  const edited = useCallback(() => onEdited(path), [onEdited, path]);
  const base = useQuery({
    queryKey: ['base', workspace.id, path],
    enabled: view === 'diff',
    queryFn: ({ signal }) =>
      keptRequest('GET /api/workspaces/:id/base', { params: { id: workspace.id }, query: { path }, signal }),
  });
  const isGone = state?.kind === 'refused' && state.error.code === 'not-found';
  const gone = isGone && view === 'diff' ? base.data : undefined;
  const saved = saveState(state);
  const reassure = useCallback(() => {
    toast({ message: reassurance(state) });
  }, [state]);
  const live = state?.kind === 'live';
  // As it was opened: what is typed or deleted later tears no editor away.
  const large = useMemo(() => live && document !== null && isLarge(document.text.length), [live, document]);
  const ofFile = useMemo(() => conflicts.open.filter((each) => each.path === path), [conflicts.open, path]);
  const ofText = useMemo(() => ofFile.filter(({ kind }) => kind === 'text'), [ofFile]);
  const [compared, setCompared] = useState<Compared | null>(null);
  const writable = workspace.role !== 'read';
  const { attach: attachConflicts, view: conflictView } = useConflictView(ofText, live && state.writable, {
    resolve: conflicts.resolve,
    compare: (conflict, current) => setCompared({ conflict, current }),
    settled: conflicts.lookAgain,
  });
  const lineView = useLineView({ room, path, document, isShown: settings.showAuthors && !large });
  const { attach: attachLines } = lineView;
  const attach = useCallback(
    (...attached: Parameters<typeof attachConflicts>) => {
      const detach = [attachConflicts(...attached), attachLines(...attached)];
      return () => detach.forEach((each) => each());
    },
    [attachConflicts, attachLines],
  );
  return (
    <div className="editor-pane" id={`editor-pane-${group}`} role="tabpanel" aria-label={path}>
      <EditorTools
        workspace={workspace}
        path={path}
        committedPath={committedPath}
        document={live ? document : null}
        lines={cursor?.lines ?? null}
        isText={live}
        hasLines={live && view === 'text' && !large}
        view={view}
        onView={onView}
      />
      {live && !state.writable && (
        <Flash variant="default">
          You are watching. To edit, ask whoever administers this repository for write access.
        </Flash>
      )}
      {ofFile.map(
        (each) =>
          each.kind !== 'text' && (
            <FileConflictPanel
              key={each.id}
              conflict={each}
              writable={writable}
              onResolve={conflicts.resolve}
            />
          ),
      )}
      {live && view === 'text' && ofText.length > 0 && (
        <ConflictBar count={ofText.length} view={conflictView} />
      )}
      {compared && <ConflictComparison {...compared} group={group} onClose={() => setCompared(null)} />}
      <div className="editor-body">
        {view === 'past' ? (
          <FilePast
            key={path}
            workspace={workspace}
            path={path}
            document={live ? document : null}
            bytes={state?.kind === 'not-text' ? state : null}
            group={group}
            at={at}
            onAt={(seq) => onView('past', seq)}
            onNow={() => onView('text')}
          />
        ) : (
          <>
            {(!document || !state || state.kind === 'loading') && (
              <DelayedProgress label="Opening the file" />
            )}
            {gone && (
              <Suspense fallback={<DelayedProgress label="Loading the editor" />}>
                <TextDiff
                  key={path}
                  path={path}
                  base={gone.kind === 'text' ? gone.text : ''}
                  text=""
                  group={group}
                />
              </Suspense>
            )}
            {state?.kind === 'refused' && !gone && (
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
            {state?.kind === 'not-text' && (
              <NotTextView
                key={state.sha}
                source={rawUrl(workspace.id, path, state.sha)}
                path={path}
                {...state}
              />
            )}
            {live && document && (
              <Suspense fallback={<DelayedProgress label="Loading the editor" />}>
                {view === 'diff' && base.data ? (
                  <FileDiff
                    key={path}
                    document={document}
                    base={base.data.kind === 'text' ? base.data.text : ''}
                    group={group}
                  />
                ) : view === 'preview' ? (
                  <LivePreview
                    key={path}
                    document={document}
                    workspaceId={workspace.id}
                    path={path}
                    onOpen={onOpen}
                  />
                ) : (
                  <CodeEditor
                    key={large ? 'large' : 'usual'}
                    large={large}
                    document={document}
                    writable={state.writable}
                    present={here}
                    group={group}
                    options={options}
                    style={style}
                    usesVim={settings.keys === 'vim'}
                    followed={isHere ? (followed?.connectionId ?? null) : null}
                    lines={lines}
                    beside={
                      <LineView
                        view={lineView}
                        lineHeight={lineHeightOf(settings)}
                        onShowEvent={onShowEvent}
                      />
                    }
                    attach={attach}
                    onCursor={setCursor}
                    onIndentation={setIndentation}
                    onEdited={edited}
                    onSave={reassure}
                  />
                )}
              </Suspense>
            )}
          </>
        )}
      </div>
      <footer className="status-bar">
        <span role="status" data-tone={saved?.tone}>
          {saved?.words}
        </span>
        <span className="status-space" />
        {large && view === 'text' && <span className="status-large">Large file: some features are off</span>}
        {cursor && live && view === 'text' && (
          <>
            <span>
              Ln {cursor.line}, Col {cursor.column}
            </span>
            <span className="status-indentation">{indentation}</span>
          </>
        )}
        <span className="status-branch">{workspace.branch}</span>
      </footer>
    </div>
  );
}

type PreviewProps = {
  document: LiveDocument;
  workspaceId: string;
  path: string;
  onOpen: (path: string) => void;
};

function LivePreview({ document, ...props }: PreviewProps) {
  return <TextPreview {...props} text={useDocumentText(document)} />;
}

/** What was typed and refused is not lost with the page. */
async function copyText(document: LiveDocument): Promise<void> {
  await navigator.clipboard.writeText(document.text.toString());
  toast({ message: 'Copied the text.' });
}
