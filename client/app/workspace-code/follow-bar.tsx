import { Button } from '@primer/react';
import type { Followed } from '../follow.js';

/** Says whom one follows; the editor's border has his colour meanwhile. */
export function FollowBar({ followed, onStop }: { followed: Followed; onStop: () => void }) {
  const { person, path } = followed;
  return (
    <div className="follow-bar">
      <span role="status">
        Following {person.name}
        {path === null ? ', who has no file open' : ''}. Escape or an edit of yours stops it.
      </span>
      <Button size="small" onClick={onStop}>
        Stop
      </Button>
    </div>
  );
}
