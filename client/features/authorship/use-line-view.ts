import type { editor as Editor } from 'monaco-editor';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type * as Y from 'yjs';
import { keptRequest } from '@/lib/kept/kept-request.js';
import { currentPerson } from '@/lib/kept/person.js';
import type { LiveDocument } from '@/lib/room/live-document.js';
import type { Room } from '@/lib/room/room.js';
import { enterLines, leaveLines } from './active-lines.js';
import { ownLine, type KnownLine } from './known-lines.js';
import { LineAuthors } from './line-authors.js';

/** What was typed here in one go is one writing. */
const OWN_MS = 10_000;

type Attached = { editor: Editor.IStandaloneCodeEditor; text: Y.Text };
type Watched = { room: Room; path: string; document: LiveDocument | null; isShown: boolean };

export type LineView = {
  attach: (editor: Editor.IStandaloneCodeEditor, text: Y.Text) => () => void;
  editor: Editor.IStandaloneCodeEditor | null;
  authors: LineAuthors | null;
  isShown: boolean;
  ownId: string | undefined;
  /** The line that is asked about. */
  asked: number | null;
  setAsked: (line: number | null) => void;
};

/** Who wrote the lines of whatever editor it is attached to: beside all of them, or of the one that is asked about. */
export function useLineView({ room, path, document, isShown }: Watched): LineView {
  const [attached, setAttached] = useState<Attached | null>(null);
  const [asked, setAsked] = useState<number | null>(null);
  const [authors, setAuthors] = useState<LineAuthors | null>(null);
  const person = useMemo(() => currentPerson(), []);
  const isWanted = isShown || asked !== null;

  const attach = useCallback((editor: Editor.IStandaloneCodeEditor, text: Y.Text) => {
    setAttached({ editor, text });
    const askHere = (): void => {
      const line = editor.getPosition()?.lineNumber ?? 1;
      editor.revealLine(line);
      setAsked(line);
    };
    enterLines(askHere);
    const entered = editor.onDidFocusEditorText(() => enterLines(askHere));
    return () => {
      entered.dispose();
      leaveLines(askHere);
      setAttached(null);
      setAsked(null);
    };
  }, []);

  const own = useRef<{ line: KnownLine; at: number } | null>(null);
  useEffect(() => {
    const model = attached?.editor.getModel();
    if (!attached || !model || !document || !isWanted) return undefined;
    const made = new LineAuthors(model, attached.text, {
      ask: (signal) =>
        keptRequest('GET /api/workspaces/:id/lines', {
          params: { id: room.workspaceId },
          query: { path },
          signal,
        }),
      saved: () => document.whenSaved(),
      own: () => {
        const now = Date.now();
        if (!own.current || now - own.current.at > OWN_MS) {
          const actor = {
            kind: 'person' as const,
            id: person?.id ?? '',
            name: 'You',
            color: person?.color ?? 0,
          };
          own.current = { line: ownLine(actor, new Date(now)), at: now };
        }
        return own.current.line;
      },
    });
    setAuthors(made);
    const offEvent = room.subscribe('event', ({ payload }) => {
      // What concerns another file alone changes nothing here.
      const about = 'path' in payload ? payload.path : undefined;
      if (about === undefined || about === path) made.askSoon();
    });
    const offState = room.subscribe('state', () => {
      if (room.state.kind === 'joined') made.askSoon();
    });
    return () => {
      offEvent();
      offState();
      made.dispose();
      setAuthors(null);
    };
  }, [attached, document, isWanted, room, path, person]);

  const editor = attached?.editor ?? null;
  return useMemo(
    () => ({ attach, editor, authors, isShown, ownId: person?.id, asked, setAsked }),
    [attach, editor, authors, isShown, person, asked],
  );
}

const unsubscribed = (): void => {};

/** What is known of a line, as it comes to be known. */
export function useKnownLine(authors: LineAuthors | null, line: number): KnownLine | null {
  return useSyncExternalStore(
    (listener) => authors?.subscribe(listener) ?? unsubscribed,
    () => authors?.at(line) ?? null,
  );
}

export function useLinesProblem(authors: LineAuthors | null): string | null {
  return useSyncExternalStore(
    (listener) => authors?.subscribe(listener) ?? unsubscribed,
    () => authors?.problem ?? null,
  );
}
