import type { SignInProblem } from '@protocol/sign-in.js';
import { useQuery } from '@tanstack/react-query';
import { request } from './http.js';

/** Whether one can sign in with GitHub here; false while that is not known. */
export function useGithubSignIn(): boolean {
  const { data } = useQuery({
    queryKey: ['auth'],
    queryFn: ({ signal }) => request('GET /api/auth', { signal }),
    staleTime: Infinity,
  });
  return data?.github ?? false;
}

/** The address that leads to GitHub and back to `next`. @param connect for whoever is signed in already */
export function githubHref(next: string, connect = false): string {
  const query = new URLSearchParams({ ...(next !== '/' && { next }), ...(connect && { connect: '1' }) });
  return query.size > 0 ? `/api/auth/github?${query}` : '/api/auth/github';
}

/** Why signing in with GitHub did not work, and what to do. */
export const SIGN_IN_PROBLEMS: Record<SignInProblem, string> = {
  denied:
    'You did not let Perch act for you on GitHub, so nobody is signed in. Sign in again if you meant to.',
  expired: 'That took longer than ten minutes, so it no longer counts. Sign in again.',
  foreign: 'This sign-in was not begun in this browser, so nobody is signed in by it. Begin here.',
  used: 'GitHub took this sign-in for used already. Sign in again.',
  taken:
    'That GitHub account belongs to somebody else here, or you are connected to another one. Nothing was changed.',
  forge: 'GitHub did not answer as it should, so nobody is signed in. Try again in a moment.',
  off: 'Perch has no GitHub App to sign in by. Its operator sets GITHUB_APP_CLIENT_ID; a link lets you in meanwhile.',
};
