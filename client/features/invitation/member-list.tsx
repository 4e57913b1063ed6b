import { Button, Flash } from '@primer/react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { request } from '@/lib/http.js';

/** Who came in by an invitation, with the way to put them out. */
export function MemberList({ owner, repo }: { owner: string; repo: string }) {
  const queryClient = useQueryClient();
  const key = ['members', owner, repo];
  const members = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => request('GET /api/members', { query: { owner, repo }, signal }),
  });
  const remove = useMutation({
    mutationFn: (id: string) =>
      request('DELETE /api/members/:id', { params: { id }, query: { owner, repo } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: key }),
  });
  if (!members.data || members.data.length === 0) return null;
  return (
    <section>
      <h3>Who joined</h3>
      {remove.error && <Flash variant="danger">{remove.error.message}</Flash>}
      <ul className="invite-list">
        {members.data.map(({ person, role }) => (
          <li key={person.id} className="invite-row">
            <span>
              {person.name} may {role === 'read' ? 'watch' : 'edit'}
            </span>
            <Button
              size="small"
              variant="danger"
              onClick={() => remove.mutate(person.id)}
              aria-label={`Remove ${person.name}`}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
