import { MarkGithubIcon } from '@primer/octicons-react';
import { Button, Flash } from '@primer/react';
import { signInProblem } from '@protocol/sign-in.js';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { Welcome } from '@/components/welcome.js';
import { request } from '@/lib/http.js';
import { rememberPerson } from '@/lib/kept/person.js';
import { githubHref, SIGN_IN_PROBLEMS, useGithubSignIn } from '@/lib/sign-in.js';
import { takeUrlToken } from '@/lib/url-token.js';
import { safeReturnTo } from '../paths.js';

export function Component() {
  const [token] = useState(takeUrlToken);
  const [failure, setFailure] = useState<string | null>(null);
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const returnTo = safeReturnTo(search.get('returnTo'));
  const withGithub = useGithubSignIn();
  const problem = signInProblem.safeParse(search.get('problem'));
  const told = failure ?? (problem.success ? SIGN_IN_PROBLEMS[problem.data] : null);

  useEffect(() => {
    if (token === '') return;
    signInOnce(token).then(
      (account) => {
        queryClient.clear();
        rememberPerson(account);
        queryClient.setQueryData(['session'], account);
        return navigate(returnTo, { replace: true });
      },
      (error: Error) => setFailure(error.message),
    );
  }, [token, navigate, queryClient, returnTo]);

  if (token !== '' && !failure) return <DelayedProgress label="Signing you in" />;
  return (
    <Welcome title="Sign in to Perch">
      {told && (
        <Flash variant="warning" role="alert">
          {told}
        </Flash>
      )}
      {withGithub && (
        <Button
          as="a"
          href={githubHref(returnTo)}
          variant="primary"
          size="large"
          block
          leadingVisual={MarkGithubIcon}
        >
          Sign in with GitHub
        </Button>
      )}
      <p>
        <strong>This is your Perch?</strong> Open the link it printed when it started. A hosted one prints
        none: run <code>npm run -s owner-link</code> where it runs. Each link signs you in once.
      </p>
      <p>
        <strong>Somebody else’s?</strong>{' '}
        {withGithub ? 'Sign in with GitHub, and you may do here what you may do there. Or ask' : 'Ask'} for an
        invitation: a link that lets you in under a name you choose.
      </p>
    </Welcome>
  );
}

let signing: ReturnType<typeof signIn> | undefined;

/** A link works once: React's second run of an effect must not spend it again. */
function signInOnce(token: string) {
  signing ??= signIn(token);
  return signing;
}

function signIn(token: string) {
  return request('POST /api/session', { body: { token } });
}
