import { Button, Flash, FormControl, TextInput } from '@primer/react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router';
import { DelayedProgress } from '@/components/delayed-progress.js';
import { Welcome } from '@/components/welcome.js';
import { request } from '@/lib/http.js';
import { rememberPerson } from '@/lib/kept/person.js';
import { takeUrlToken } from '@/lib/url-token.js';
import { paths } from '../paths.js';

export function Component() {
  const [token] = useState(takeUrlToken);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const preview = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => request('POST /api/invitations/preview', { body: { token } }),
    retry: false,
    staleTime: Infinity,
  });
  const session = useQuery({
    queryKey: ['session', 'optional'],
    queryFn: () => request('GET /api/session', {}).catch(() => null),
    staleTime: Infinity,
  });
  const accept = useMutation({
    mutationFn: () =>
      request('POST /api/invitations/accept', {
        body: { token, name: name || undefined, email: email || undefined },
      }),
    onSuccess: (account) => {
      queryClient.clear();
      rememberPerson(account);
      queryClient.setQueryData(['session'], account);
      const { owner, repo, defaultBranch } = preview.data!;
      void navigate(paths.workspace.href({ owner, repo, branch: defaultBranch }), { replace: true });
    },
  });
  if (preview.isPending || session.isPending) return <DelayedProgress label="Looking at the invitation" />;
  if (preview.error) {
    return (
      <Welcome title="This invitation does not work">
        <Flash variant="warning">{preview.error.message}</Flash>
      </Welcome>
    );
  }
  const { owner, repo, role, invitedBy } = preview.data;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    accept.mutate();
  };
  return (
    <Welcome title={`Join ${owner}/${repo}`}>
      <p>
        {invitedBy.name} invites you to {role === 'write' ? 'edit' : 'watch'}{' '}
        <strong>{`${owner}/${repo}`}</strong>, live, with everybody who is there.
      </p>
      {accept.error && <Flash variant="danger">{accept.error.message}</Flash>}
      <form className="welcome-body" onSubmit={submit}>
        {session.data ? (
          <p>
            You join as <strong>{session.data.name}</strong>.
          </p>
        ) : (
          <>
            <FormControl required>
              <FormControl.Label>Your name</FormControl.Label>
              <TextInput
                block
                value={name}
                maxLength={60}
                autoComplete="name"
                onChange={(event) => setName(event.target.value)}
              />
              <FormControl.Caption>Others see it beside your cursor.</FormControl.Caption>
            </FormControl>
            <FormControl>
              <FormControl.Label>E-mail for commits</FormControl.Label>
              <TextInput
                block
                type="email"
                value={email}
                autoComplete="email"
                onChange={(event) => setEmail(event.target.value)}
              />
              <FormControl.Caption>
                Public in the history of what you help to write. Left empty, a placeholder that reaches nobody
                is used.
              </FormControl.Caption>
            </FormControl>
          </>
        )}
        <Button
          type="submit"
          variant="primary"
          block
          loading={accept.isPending}
          disabled={!session.data && name.trim() === ''}
        >
          Join
        </Button>
      </form>
    </Welcome>
  );
}
