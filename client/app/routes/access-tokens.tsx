import { Link as PrimerLink } from '@primer/react';
import { PageTitle } from '@/components/page-title.js';
import { AccessTokenForm } from '@/features/access-token/access-token-form.js';
import { AccessTokenList } from '@/features/access-token/access-token-list.js';
import '@/features/access-token/access-tokens.css';

export function Component() {
  return (
    <div className="page">
      <PageTitle>Access tokens</PageTitle>
      <h1>Access tokens</h1>
      <p className="muted">
        With a token a program acts in your name: a bot that posts commits to a chat, an editor that shows
        where you are. It never may more than you.
      </p>
      <p>
        <PrimerLink href="/api/docs">What programs can ask of Perch</PrimerLink>
      </p>
      <h2>Your tokens</h2>
      <AccessTokenList />
      <h2>New token</h2>
      <AccessTokenForm />
    </div>
  );
}
