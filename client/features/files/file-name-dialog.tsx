import { Dialog, Flash, FormControl, TextInput } from '@primer/react';
import { isFilePath } from '@protocol/file.js';
import { useState, type FormEvent } from 'react';

type Props = {
  title: string;
  initial: string;
  action: string;
  pending: boolean;
  problem: string | undefined;
  onSubmit: (path: string) => void;
  onClose: () => void;
};

/** Asks for a path inside the repository. Folders come into being with their files. */
export function FileNameDialog({ title, initial, action, pending, problem, onSubmit, onClose }: Props) {
  const [path, setPath] = useState(initial);
  const invalid = path !== '' && !path.endsWith('/') && !isFilePath(path);
  const ready = isFilePath(path) && path !== initial;
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    if (ready) onSubmit(path);
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footerButtons={[
        { content: 'Cancel', onClick: onClose },
        {
          content: action,
          buttonType: 'primary',
          onClick: () => submit(),
          disabled: !ready,
          loading: pending,
        },
      ]}
    >
      <form onSubmit={submit}>
        {problem && <Flash variant="danger">{problem}</Flash>}
        <FormControl required>
          <FormControl.Label>Path</FormControl.Label>
          <TextInput
            block
            value={path}
            onChange={(event) => setPath(event.target.value)}
            spellCheck={false}
            autoComplete="off"
          />
          {invalid ? (
            <FormControl.Validation variant="error">
              This is not a path inside the repository.
            </FormControl.Validation>
          ) : (
            <FormControl.Caption>Slashes make folders.</FormControl.Caption>
          )}
        </FormControl>
        <button type="submit" hidden>
          {action}
        </button>
      </form>
    </Dialog>
  );
}
