import { Dialog, Flash, FormControl, TextInput } from '@primer/react';
import type { Account } from '@protocol/user.js';
import { useState, type FormEvent } from 'react';
import { useUpdateAccount } from './use-account.js';

export function AccountDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const [name, setName] = useState(account.name);
  const [email, setEmail] = useState(account.email);
  const update = useUpdateAccount();
  const save = (event?: FormEvent): void => {
    event?.preventDefault();
    update.mutate({ name, email }, { onSuccess: onClose });
  };
  return (
    <Dialog
      title="Name and e-mail"
      subtitle="Others see your name. Both stand in every commit you make."
      onClose={onClose}
      footerButtons={[
        { content: 'Cancel', onClick: onClose },
        { content: 'Save', buttonType: 'primary', onClick: () => save(), loading: update.isPending },
      ]}
    >
      <form className="account-form" onSubmit={save}>
        {update.error && <Flash variant="danger">{update.error.message}</Flash>}
        <FormControl required>
          <FormControl.Label>Name</FormControl.Label>
          <TextInput
            block
            value={name}
            maxLength={60}
            onChange={(event) => setName(event.target.value)}
            autoComplete="name"
          />
        </FormControl>
        <FormControl required>
          <FormControl.Label>E-mail</FormControl.Label>
          <TextInput
            block
            type="email"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            autoComplete="email"
          />
          <FormControl.Caption>Public in the repository’s history.</FormControl.Caption>
        </FormControl>
        <button type="submit" hidden>
          Save
        </button>
      </form>
    </Dialog>
  );
}
