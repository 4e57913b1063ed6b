import { CheckIcon, CopyIcon } from '@primer/octicons-react';
import { Button, Dialog, Flash, FormControl, RelativeTime, Select, TextInput } from '@primer/react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Invitation } from '@protocol/invitation.js';
import { useState } from 'react';
import { request } from '@/lib/http.js';
import { MemberList } from './member-list.js';
import './invite-dialog.css';

const EXPIRIES = [
  { hours: 24, label: 'in a day' },
  { hours: 24 * 7, label: 'in a week' },
  { hours: 24 * 30, label: 'in 30 days' },
];

/** Makes links that let others in, and takes them back. */
export function InviteDialog({ owner, repo, onClose }: { owner: string; repo: string; onClose: () => void }) {
  const [role, setRole] = useState<'read' | 'write'>('write');
  const [hours, setHours] = useState(24 * 7);
  const queryClient = useQueryClient();
  const key = ['invitations', owner, repo];
  const invitations = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => request('GET /api/invitations', { query: { owner, repo }, signal }),
  });
  const refresh = () => queryClient.invalidateQueries({ queryKey: key });
  const create = useMutation({
    mutationFn: () =>
      request('POST /api/invitations', { body: { owner, repo, role, expiresInHours: hours } }),
    onSuccess: refresh,
  });
  const revoke = useMutation({
    mutationFn: (id: string) => request('DELETE /api/invitations/:id', { params: { id } }),
    onSuccess: refresh,
  });
  const open =
    invitations.data?.filter((each) => !each.revokedAt && new Date(each.expiresAt) > new Date()) ?? [];
  const problem = create.error ?? revoke.error ?? invitations.error;
  return (
    <Dialog title="Invite" subtitle={`To ${owner}/${repo}, on all its branches`} onClose={onClose}>
      <div className="invite">
        {problem && <Flash variant="danger">{problem.message}</Flash>}
        <div className="invite-form">
          <FormControl>
            <FormControl.Label>Whoever opens the link may</FormControl.Label>
            <Select
              value={role}
              onChange={(event) => setRole(event.target.value === 'read' ? 'read' : 'write')}
            >
              <Select.Option value="write">edit</Select.Option>
              <Select.Option value="read">watch</Select.Option>
            </Select>
          </FormControl>
          <FormControl>
            <FormControl.Label>It expires</FormControl.Label>
            <Select value={String(hours)} onChange={(event) => setHours(Number(event.target.value))}>
              {EXPIRIES.map((each) => (
                <Select.Option key={each.hours} value={String(each.hours)}>
                  {each.label}
                </Select.Option>
              ))}
            </Select>
          </FormControl>
          <Button variant="primary" onClick={() => create.mutate()} loading={create.isPending}>
            Create link
          </Button>
        </div>
        {create.data && <NewLink url={create.data.url} />}
        {open.length > 0 && (
          <section>
            <h3>Open invitations</h3>
            <ul className="invite-list">
              {open.map((invitation) => (
                <InvitationRow
                  key={invitation.id}
                  invitation={invitation}
                  onRevoke={() => revoke.mutate(invitation.id)}
                />
              ))}
            </ul>
          </section>
        )}
        <MemberList owner={owner} repo={repo} />
      </div>
    </Dialog>
  );
}

function NewLink({ url }: { url: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(url);
    setCopied(true);
  };
  return (
    <FormControl>
      <FormControl.Label>The link, shown this once</FormControl.Label>
      <TextInput
        block
        readOnly
        value={url}
        onFocus={(event) => event.target.select()}
        trailingAction={
          <TextInput.Action
            icon={copied ? CheckIcon : CopyIcon}
            aria-label={copied ? 'Copied' : 'Copy the link'}
            onClick={() => void copy()}
          />
        }
      />
    </FormControl>
  );
}

function InvitationRow({ invitation, onRevoke }: { invitation: Invitation; onRevoke: () => void }) {
  const { role, uses, expiresAt } = invitation;
  return (
    <li className="invite-row">
      <span>
        May {role === 'write' ? 'edit' : 'watch'}, used {uses} {uses === 1 ? 'time' : 'times'}, expires{' '}
        <RelativeTime date={new Date(expiresAt)} />
      </span>
      <Button size="small" onClick={onRevoke}>
        Revoke
      </Button>
    </li>
  );
}
