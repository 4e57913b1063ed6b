import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { movesBase } from '@protocol/event.js';
import type { FileChange } from '@protocol/file.js';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { toast } from '@/components/toaster.js';
import { request } from '@/lib/http.js';
import { keptRequest } from '@/lib/kept/kept-request.js';
import { gathered } from './gathered.js';
import type { Room } from '@/lib/room/room.js';
import { BaseTree } from './base-tree.js';
import { WorkspaceTree } from './tree-model.js';

/** How far behind the counts of what others type may be. */
const OTHERS_MS = 10_000;
/** A folder that is uploaded makes an event for each of its files. */
const REFRESH_MS = 400;

const keyOf = (workspaceId: string) => ['files', workspaceId];

/** What a workspace holds: the tree of its files, and what was changed in them. */
export type Files = { baseCommit: string | null; changes: FileChange[]; tree: WorkspaceTree };

/** The files of a workspace, asked for again whenever something happened to them. */
export function useFiles(workspaceId: string, room: Room) {
  const client = useQueryClient();
  useEffect(() => {
    const refreshing = gathered(
      () => void client.invalidateQueries({ queryKey: keyOf(workspaceId) }),
      REFRESH_MS,
    );
    const refresh = refreshing.call;
    // Others' typing makes no event after the first of a burst either.
    const lookAgain = setInterval(() => room.present.size > 1 && refresh(), OTHERS_MS);
    const offEvent = room.subscribe('event', ({ type }) => {
      const isNewBase = movesBase(type);
      if (isNewBase) void client.invalidateQueries({ queryKey: ['base', workspaceId] });
      if (isNewBase || type.startsWith('file.')) refresh();
    });
    const offState = room.subscribe('state', () => room.state.kind === 'joined' && refresh());
    return () => {
      refreshing.stop();
      clearInterval(lookAgain);
      offEvent();
      offState();
    };
  }, [client, room, workspaceId]);
  const changed = useQuery({
    queryKey: keyOf(workspaceId),
    queryFn: ({ signal }) =>
      keptRequest('GET /api/workspaces/:id/files', { params: { id: workspaceId }, signal }),
    staleTime: 60_000,
  });
  const base = useBaseTree(workspaceId, changed.data?.baseCommit);
  const files = useMemo(
    (): Files | undefined =>
      changed.data &&
      base.data && { ...changed.data, tree: new WorkspaceTree(base.data, changed.data.changes) },
    [changed.data, base.data],
  );
  // While a commit's listing is on its way, what was there before it is shown.
  const isWhole = files !== undefined && base.data?.listing.baseCommit === files.baseCommit;
  const [whole, setWhole] = useState<Files>();
  if (isWhole && whole !== files) setWhole(files);
  const { refetch: refetchChanged } = changed;
  const { refetch: refetchBase, isError } = base;
  const refetch = useCallback(
    () => Promise.all([refetchChanged(), isError && refetchBase()]),
    [refetchChanged, refetchBase, isError],
  );
  return { data: isWhole ? files : whole, error: changed.error ?? base.error, refetch };
}

const baseKeyOf = (workspaceId: string) => ['base-tree', workspaceId];

/** The listing of the base commit: the same until that moves. */
function useBaseTree(workspaceId: string, baseCommit: string | null | undefined) {
  return useQuery({
    queryKey: [...baseKeyOf(workspaceId), baseCommit],
    queryFn: async ({ signal }) =>
      new BaseTree(
        await keptRequest('GET /api/workspaces/:id/tree', { params: { id: workspaceId }, query: {}, signal }),
      ),
    enabled: baseCommit !== undefined,
    staleTime: Infinity,
    structuralSharing: false,
  });
}

/** Asks for what is in a folder that the forge has not listed. */
export function useListFolder(workspaceId: string): (folder: string) => void {
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: (folder: string) =>
      request('GET /api/workspaces/:id/tree', { params: { id: workspaceId }, query: { folder } }),
    onSuccess: (listing) =>
      client.setQueryData([...baseKeyOf(workspaceId), listing.baseCommit], new BaseTree(listing)),
    onError: (error) => toast({ message: error.message, tone: 'danger' }),
  });
  return mutate;
}

/** Looks again: our own typing makes no event after the first of a burst. */
export function useRefreshFiles(workspaceId: string): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: keyOf(workspaceId) });
}

export function useFileActions(workspaceId: string) {
  const refresh = useRefreshFiles(workspaceId);
  const params = { id: workspaceId };
  const failed = (error: Error): void => toast({ message: error.message, tone: 'danger' });
  const undo = useMutation({
    mutationFn: (body: { path: string; undo: string }) =>
      request('POST /api/workspaces/:id/files/undo', { params, body }),
    onSuccess: refresh,
    onError: failed,
  });
  const offerUndo = (message: string, path: string, token: string): void =>
    toast({ message, action: { label: 'Undo', onAction: () => undo.mutate({ path, undo: token }) } });
  const move = useMutation({
    mutationFn: (body: { from: string; to: string }) =>
      request('POST /api/workspaces/:id/files/move', { params, body }),
    onSuccess: refresh,
  });
  type Moved = (from: string, to: string) => void;
  const moveAndTell = (from: string, to: string, onMoved: Moved, message: string, isUndo = false): void =>
    move.mutate(
      { from, to },
      {
        onSuccess: () => {
          onMoved(from, to);
          const onAction = (): void => moveAndTell(to, from, onMoved, `${from} is where it was.`, true);
          toast({ message, ...(!isUndo && { action: { label: 'Undo', onAction } }) });
        },
        onError: failed,
      },
    );
  return {
    /** Moved by hand, which may have slipped: undone by a button. */
    drag: (from: string, to: string, onMoved: Moved) =>
      moveAndTell(from, to, onMoved, `${from} was moved to ${to}.`),
    create: useMutation({
      mutationFn: (path: string) => request('POST /api/workspaces/:id/files', { params, body: { path } }),
      onSuccess: refresh,
    }),
    move,
    remove: useMutation({
      mutationFn: (path: string) =>
        request('POST /api/workspaces/:id/files/delete', { params, body: { path } }),
      onSuccess: ({ undo: token }, path) => {
        refresh();
        offerUndo(`${path} was deleted.`, path, token);
      },
      onError: failed,
    }),
    discard: useMutation({
      mutationFn: (path: string) =>
        request('POST /api/workspaces/:id/files/discard', { params, body: { path } }),
      onSuccess: ({ undo: token }, path) => {
        refresh();
        offerUndo(`The changes in ${path} were discarded.`, path, token);
      },
      onError: failed,
    }),
  };
}
