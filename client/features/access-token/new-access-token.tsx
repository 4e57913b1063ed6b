import { CheckIcon, CopyIcon } from '@primer/octicons-react';
import { FormControl, TextInput } from '@primer/react';
import type { RouteReply } from '@protocol/http-routes.js';
import { useEffect, useRef, useState } from 'react';

/** The secret of a token just made: nobody, the server included, can show it again. */
export function NewAccessToken({ created }: { created: RouteReply<'POST /api/access-tokens'> }) {
  const { secret, accessToken } = created;
  const [copied, setCopied] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), [secret]);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(secret);
    setCopied(secret);
  };
  return (
    <div className="access-token-new">
      <FormControl>
        <FormControl.Label>{`The token of “${accessToken.name}”, shown this once`}</FormControl.Label>
        <TextInput
          ref={field}
          block
          monospace
          readOnly
          value={secret}
          onFocus={(event) => event.target.select()}
          trailingAction={
            <TextInput.Action
              icon={copied === secret ? CheckIcon : CopyIcon}
              aria-label={copied === secret ? 'Copied' : 'Copy the token'}
              onClick={() => void copy()}
            />
          }
        />
        <FormControl.Caption>
          Give it to the program now. Whoever has it acts in your name within what it allows.
        </FormControl.Caption>
      </FormControl>
    </div>
  );
}
