import type { Person } from '@protocol/user.js';
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { toast } from '@/components/toaster.js';
import { usePresent, useRoomState } from '@/lib/room-context.js';

/** Whom one follows, and where he is now: in his liveliest tab. */
export type Followed = { person: Person; connectionId: string; path: string | null };

type Follow = {
  followed: Followed | null;
  follow: (personId: string) => void;
  stop: () => void;
};

const FollowContext = createContext<Follow>({ followed: null, follow: () => {}, stop: () => {} });

export function useFollow(): Follow {
  return useContext(FollowContext);
}

/** Following ends with Escape, with the other's leaving, and with whatever one does oneself in the editor. */
export function FollowProvider({ children }: { children: ReactNode }) {
  const [personId, setPersonId] = useState<string | null>(null);
  const [name, setName] = useState('');
  const present = usePresent();
  const room = useRoomState();
  const followed = useMemo((): Followed | null => {
    const theirs = present.filter((each) => each.person.id === personId);
    const at =
      theirs.find((each) => each.path !== null && !each.idle) ??
      theirs.find((each) => each.path !== null) ??
      theirs[0];
    return at ? { person: at.person, connectionId: at.connectionId, path: at.path } : null;
  }, [present, personId]);
  const isGone = personId !== null && followed === null && room.kind === 'joined';
  useEffect(() => {
    if (!isGone) return;
    setPersonId(null);
    toast({ message: `${name} has left. You follow nobody now.` });
  }, [isGone, name]);
  useEffect(() => {
    if (followed) setName(followed.person.name);
  }, [followed]);
  useEffect(() => {
    if (personId === null) return undefined;
    const stopOnEscape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') setPersonId(null);
    };
    window.addEventListener('keydown', stopOnEscape, { capture: true });
    return () => window.removeEventListener('keydown', stopOnEscape, { capture: true });
  }, [personId]);
  const stop = useCallback(() => setPersonId(null), []);
  const value = useMemo((): Follow => ({ followed, follow: setPersonId, stop }), [followed, stop]);
  return <FollowContext value={value}>{children}</FollowContext>;
}
