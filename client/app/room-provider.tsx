import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import type { Workspace } from '@protocol/workspace.js';
import { KeptDocuments } from '@/lib/kept/kept-documents.js';
import { holdsRescued } from '@/lib/kept/rescued-text.js';
import { lookForNewVersion } from '@/lib/new-version.js';
import { RoomContext } from '@/lib/room-context.js';
import { Room } from '@/lib/room/room.js';
import { useWithdrawal } from './withdrawal.js';

/** Rooms that may hold what is stored nowhere else: those that are open, and those left before all was stored. */
const rooms = new Set<Room>();

window.addEventListener('beforeunload', (event) => {
  if (holdsRescued() || [...rooms].some((room) => room.isAtRisk)) event.preventDefault();
});
window.addEventListener('pagehide', () => {
  for (const room of rooms) room.keepNow();
});

type Props = { workspace: Workspace; personId: string; children: ReactNode };

/** The room of a workspace, connected as long as this is shown, and on until all that was typed is stored. */
export function RoomProvider({ workspace, personId, children }: Props) {
  const workspaceId = workspace.id;
  const [room, setRoom] = useState<Room | null>(null);
  useEffect(() => {
    const kept = new KeptDocuments(personId);
    const entered = new Room({ url: window.location.origin, workspaceId, person: personId, kept });
    rooms.add(entered);
    entered.start();
    setRoom(entered);
    return () => {
      entered.stopWhenSaved();
      if (!entered.isUnsaved) rooms.delete(entered);
      setRoom(null);
    };
  }, [workspaceId, personId]);
  useLookAgain(room);
  useWithdrawal(room, workspace, personId);
  return room && <RoomContext value={room}>{children}</RoomContext>;
}

/** Whatever was shown while the server was away may be old, the page itself too. */
function useLookAgain(room: Room | null): void {
  const client = useQueryClient();
  useEffect(() => {
    let wasAway = false;
    return room?.subscribe('state', () => {
      if (room.state.kind === 'joined' && wasAway) {
        void client.invalidateQueries();
        void lookForNewVersion();
      }
      wasAway = room.state.kind === 'away';
    });
  }, [room, client]);
}
