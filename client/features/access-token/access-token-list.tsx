import { Button, ConfirmationDialog, Flash, Label, RelativeTime } from '@primer/react';
import type { AccessToken } from '@protocol/access-token.js';
import { useState } from 'react';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { useAccessTokens, useRevokeAccessToken } from './use-access-tokens.js';

/** A person's tokens that work, and the way to end each. */
export function AccessTokenList() {
  const tokens = useAccessTokens();
  const revoke = useRevokeAccessToken();
  const [ending, setEnding] = useState<AccessToken | null>(null);
  const problem = tokens.error ?? revoke.error;
  const close = (answer: string): void => {
    if (answer === 'confirm' && ending) revoke.mutate(ending.id);
    setEnding(null);
  };
  return (
    <>
      {problem && <Flash variant="danger">{problem.message}</Flash>}
      {tokens.isPending && <DelayedProgress label="Loading your tokens" />}
      {tokens.data?.length === 0 && <p className="muted">No program acts in your name.</p>}
      {tokens.data && tokens.data.length > 0 && (
        <ul className="access-token-list">
          {tokens.data.map((token) => (
            <AccessTokenRow key={token.id} token={token} onRevoke={() => setEnding(token)} />
          ))}
        </ul>
      )}
      {ending && (
        <ConfirmationDialog
          title={`Revoke “${ending.name}”?`}
          confirmButtonContent="Revoke"
          confirmButtonType="danger"
          onClose={close}
        >
          The program that uses it is refused from now on. This cannot be undone.
        </ConfirmationDialog>
      )}
    </>
  );
}

function AccessTokenRow({ token, onRevoke }: { token: AccessToken; onRevoke: () => void }) {
  const { name, scopes, repository, expiresAt, lastUsedAt } = token;
  return (
    <li className="access-token-row">
      <div className="access-token-facts">
        <strong>{name}</strong>
        <span className="access-token-scopes">
          {scopes.map((scope) => (
            <Label key={scope}>{scope}</Label>
          ))}
        </span>
        <span className="muted">
          {repository ? `${repository.owner}/${repository.repo}` : 'Every repository you may see'}, expires{' '}
          <RelativeTime date={new Date(expiresAt)} />,{' '}
          {lastUsedAt ? (
            <>
              last used <RelativeTime date={new Date(lastUsedAt)} />
            </>
          ) : (
            'never used'
          )}
        </span>
      </div>
      <Button size="small" variant="danger" onClick={onRevoke} aria-label={`Revoke ${name}`}>
        Revoke
      </Button>
    </li>
  );
}
