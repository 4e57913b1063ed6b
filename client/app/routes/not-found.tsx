import { ProtocolError } from '@protocol/error.js';
import { Link } from 'react-router';
import { PageTitle } from '@/components/page-title.js';
import { Problem } from '@/components/problem.js';
import { paths } from '../paths.js';

export function Component() {
  return (
    <>
      <PageTitle>Not found</PageTitle>
      <Problem error={new ProtocolError('not-found', 'There is no page at this address.')}>
        <Link to={paths.home.href()}>Go to your workspaces</Link>
      </Problem>
    </>
  );
}
