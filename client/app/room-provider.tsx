import { useEffect, useState, type ReactNode } from 'react';
import { RoomContext } from '@/lib/room-context.js';
import { Room } from '@/lib/room/room.js';

/** The room of a workspace, connected as long as this is shown. */
export function RoomProvider({ workspaceId, children }: { workspaceId: string; children: ReactNode }) {
  const [room, setRoom] = useState<Room | null>(null);
  useEffect(() => {
    const entered = new Room({ url: window.location.origin, workspaceId });
    entered.start();
    setRoom(entered);
    return () => {
      entered.stop();
      setRoom(null);
    };
  }, [workspaceId]);
  return room && <RoomContext value={room}>{children}</RoomContext>;
}
