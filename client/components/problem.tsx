import { AlertIcon } from '@primer/octicons-react';
import { Button } from '@primer/react';
import { Blankslate } from '@primer/react/experimental';
import { ProtocolError } from '@protocol/error.js';
import type { ReactNode } from 'react';
import './problem.css';

/** A failure, in the words of whoever reported it, with what to do next. */
export function Problem({
  error,
  title,
  onRetry,
  children,
}: {
  error: unknown;
  title?: string;
  onRetry?: () => void;
  children?: ReactNode;
}) {
  const known = error instanceof ProtocolError ? error : null;
  return (
    <Blankslate spacious>
      <Blankslate.Visual>
        <AlertIcon size="medium" />
      </Blankslate.Visual>
      <Blankslate.Heading as="h1">
        {title ?? (known?.code === 'not-found' ? 'Not found' : 'That did not work')}
      </Blankslate.Heading>
      <Blankslate.Description>
        {known?.message ?? 'Something went wrong on this page. Your work is kept. Reload it to go on.'}
      </Blankslate.Description>
      {onRetry && (!known || known.retry) && (
        <Button className="problem-retry" onClick={onRetry}>
          Try again
        </Button>
      )}
      {children}
    </Blankslate>
  );
}
