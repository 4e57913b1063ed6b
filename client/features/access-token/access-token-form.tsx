import { Button, Checkbox, CheckboxGroup, Flash, FormControl, Select, TextInput } from '@primer/react';
import { useQuery } from '@tanstack/react-query';
import { accessScope, type AccessScope } from '@protocol/access-token.js';
import { useState, type FormEvent } from 'react';
import { request } from '@/lib/http.js';
import { NewAccessToken } from './new-access-token.js';
import { SCOPE_WORDS } from './scope-words.js';
import { useCreateAccessToken } from './use-access-tokens.js';

const EXPIRIES = [
  { days: 7, label: 'in a week' },
  { days: 30, label: 'in 30 days' },
  { days: 90, label: 'in 90 days' },
  { days: 365, label: 'in a year' },
];
const ALL = '';

/** Makes a token, and shows its secret this once. */
export function AccessTokenForm() {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly AccessScope[]>(['events:read']);
  const [repository, setRepository] = useState(ALL);
  const [days, setDays] = useState(30);
  const create = useCreateAccessToken();
  const repositories = useQuery({
    queryKey: ['repositories'],
    queryFn: ({ signal }) => request('GET /api/repositories', { query: {}, signal }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const [owner = '', repo = ''] = repository.split('/');
    create.mutate(
      {
        name,
        scopes: [...scopes],
        repository: repository === ALL ? null : { owner, repo },
        expiresInDays: days,
      },
      { onSuccess: () => setName('') },
    );
  };
  const toggle = (scope: AccessScope, on: boolean): void =>
    setScopes((now) => (on ? [...now, scope] : now.filter((each) => each !== scope)));
  return (
    <form className="access-token-form" onSubmit={submit}>
      {create.error && <Flash variant="danger">{create.error.message}</Flash>}
      {create.data && <NewAccessToken created={create.data} />}
      <FormControl required>
        <FormControl.Label>What it is for</FormControl.Label>
        <TextInput
          block
          value={name}
          maxLength={60}
          placeholder="Commits in the team’s chat"
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
        <FormControl.Caption>Stands in the activity beside what the program tells.</FormControl.Caption>
      </FormControl>
      <CheckboxGroup required>
        <CheckboxGroup.Label>The program may</CheckboxGroup.Label>
        {accessScope.options.map((scope) => (
          <FormControl key={scope}>
            <Checkbox
              value={scope}
              checked={scopes.includes(scope)}
              onChange={(event) => toggle(scope, event.target.checked)}
            />
            <FormControl.Label>{SCOPE_WORDS[scope]}</FormControl.Label>
            <FormControl.Caption>{scope}</FormControl.Caption>
          </FormControl>
        ))}
      </CheckboxGroup>
      <div className="access-token-choices">
        <FormControl>
          <FormControl.Label>In</FormControl.Label>
          <Select value={repository} onChange={(event) => setRepository(event.target.value)}>
            <Select.Option value={ALL}>every repository you may see</Select.Option>
            {repositories.data?.map(({ id, owner, repo }) => (
              <Select.Option key={id} value={`${owner}/${repo}`}>{`${owner}/${repo}`}</Select.Option>
            ))}
          </Select>
        </FormControl>
        <FormControl>
          <FormControl.Label>It expires</FormControl.Label>
          <Select value={String(days)} onChange={(event) => setDays(Number(event.target.value))}>
            {EXPIRIES.map((each) => (
              <Select.Option key={each.days} value={String(each.days)}>
                {each.label}
              </Select.Option>
            ))}
          </Select>
        </FormControl>
      </div>
      <div>
        <Button
          type="submit"
          variant="primary"
          loading={create.isPending}
          disabled={name.trim() === '' || scopes.length === 0}
        >
          Create token
        </Button>
      </div>
    </form>
  );
}
