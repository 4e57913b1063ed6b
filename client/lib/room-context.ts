import type { RoomState } from './room/room-state.js';
import type { Presence } from '@protocol/presence.js';
import { createContext, useContext, useMemo, useSyncExternalStore } from 'react';
import type { Room } from './room/room.js';

export const RoomContext = createContext<Room | null>(null);

/** The room of the workspace that is open. */
export function useRoom(): Room {
  const room = useContext(RoomContext);
  if (!room) throw new Error('there is no room outside a workspace');
  return room;
}

export function useRoomState(): RoomState {
  const room = useRoom();
  return useSyncExternalStore(
    (listener) => room.subscribe('state', listener),
    () => room.state,
  );
}

/** Who is there now, ourselves included. A new array whenever somebody came, moved or left. */
export function usePresent(): readonly Presence[] {
  const room = useRoom();
  const version = useSyncExternalStore(
    (listener) => room.subscribe('present', listener),
    () => room.presentVersion,
  );
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the map is changed in place; its version says when
  return useMemo(() => [...room.present.values()], [room, version]);
}
