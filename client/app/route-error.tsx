import { isRouteErrorResponse, useRouteError } from 'react-router';
import { ProtocolError } from '@protocol/error.js';
import { Problem } from '@/components/problem.js';

export function RouteError() {
  const error = useRouteError();
  const shown = isRouteErrorResponse(error)
    ? new ProtocolError('not-found', 'There is no page at this address.')
    : error;
  return (
    <main>
      <Problem error={shown} onRetry={() => window.location.reload()} />
    </main>
  );
}
