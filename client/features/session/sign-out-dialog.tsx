import { Dialog } from '@primer/react';

type Props = { paths: readonly string[]; isPending: boolean; onSignOut: () => void; onClose: () => void };

const SHOWN = 5;

/** Asks before a sign-out takes along what never reached the server. */
export function SignOutDialog({ paths, isPending, onSignOut, onClose }: Props) {
  const more = paths.length - SHOWN;
  return (
    <Dialog
      title="Sign out and lose what was not sent?"
      onClose={onClose}
      footerButtons={[
        { content: 'Stay signed in', onClick: onClose, autoFocus: true },
        { content: 'Sign out and delete it', buttonType: 'danger', onClick: onSignOut, loading: isPending },
      ]}
    >
      <p>
        Edits of yours in {paths.length === 1 ? 'this file' : 'these files'} are on this device only. Signing
        out deletes them. Stay signed in and open the branch while connected, and they are sent.
      </p>
      <ul className="unsent-list">
        {paths.slice(0, SHOWN).map((path) => (
          <li key={path}>
            <code>{path}</code>
          </li>
        ))}
        {more > 0 && <li>and {more} more</li>}
      </ul>
    </Dialog>
  );
}
