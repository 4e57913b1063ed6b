import { FormControl, Radio, RadioGroup, TextInput } from '@primer/react';
import { branchNameAdvice, isBranchName } from '@protocol/repository.js';
import { useState } from 'react';

/** As `POST /api/github/branches` takes it. */
export type BranchName = { newBranch: string } | { prefix: string };

type Kind = 'generated' | 'prefix' | 'own';

/** How a new branch is to be called, and whether that is a name yet. */
export function useBranchName(suggested = '') {
  const [kind, setKind] = useState<Kind>(suggested === '' ? 'generated' : 'own');
  const [text, setText] = useState(suggested);
  const name: BranchName =
    kind === 'generated' ? { prefix: '' } : kind === 'prefix' ? { prefix: text } : { newBranch: text };
  const whole = kind === 'own' ? text : kind === 'prefix' ? `${text}x` : 'x';
  const isEmpty = kind !== 'generated' && text === '';
  return { kind, setKind, text, setText, name, isEmpty, isValid: !isEmpty && isBranchName(whole) };
}

/** The server knows which names are free, so it ends them: two who ask at once get two branches. */
export function BranchNameChoice({ state }: { state: ReturnType<typeof useBranchName> }) {
  const { kind, setKind, text, setText, isEmpty, isValid } = state;
  return (
    <>
      <RadioGroup name="branch-name" onChange={(value) => setKind((value ?? 'generated') as Kind)}>
        <RadioGroup.Label>Its name</RadioGroup.Label>
        <FormControl>
          <Radio value="generated" checked={kind === 'generated'} />
          <FormControl.Label>Found for you</FormControl.Label>
          <FormControl.Caption>Two words nobody has yet, like swift-heron</FormControl.Caption>
        </FormControl>
        <FormControl>
          <Radio value="prefix" checked={kind === 'prefix'} />
          <FormControl.Label>A beginning of your own</FormControl.Label>
          <FormControl.Caption>The end is found for you, like fix/login-swift-heron</FormControl.Caption>
        </FormControl>
        <FormControl>
          <Radio value="own" checked={kind === 'own'} />
          <FormControl.Label>A name of your own</FormControl.Label>
        </FormControl>
      </RadioGroup>
      {kind !== 'generated' && (
        <FormControl required>
          <FormControl.Label>{kind === 'prefix' ? 'It begins with' : 'Name'}</FormControl.Label>
          <TextInput
            block
            value={text}
            placeholder={kind === 'prefix' ? 'fix/login-' : 'fix/login'}
            onChange={(event) => setText(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
          {!isEmpty && !isValid && (
            <FormControl.Validation variant="error">{branchNameAdvice(text)}</FormControl.Validation>
          )}
        </FormControl>
      )}
    </>
  );
}
