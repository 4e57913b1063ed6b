import { useEffect, useState, type ReactNode } from 'react';
import { RoomContext } from '@/lib/room-context.js';
import { Room } from '@/lib/room/room.js';

/** Rooms that may hold what is stored nowhere else: those that are open, and those left before all was stored. */
const rooms = new Set<Room>();

window.addEventListener('beforeunload', (event) => {
  if ([...rooms].some((room) => room.isUnsaved)) event.preventDefault();
});

/** The room of a workspace, connected as long as this is shown, and on until all that was typed is stored. */
export function RoomProvider({ workspaceId, children }: { workspaceId: string; children: ReactNode }) {
  const [room, setRoom] = useState<Room | null>(null);
  useEffect(() => {
    const entered = new Room({ url: window.location.origin, workspaceId });
    rooms.add(entered);
    entered.start();
    setRoom(entered);
    return () => {
      entered.stopWhenSaved();
      if (!entered.isUnsaved) rooms.delete(entered);
      setRoom(null);
    };
  }, [workspaceId]);
  return room && <RoomContext value={room}>{children}</RoomContext>;
}
