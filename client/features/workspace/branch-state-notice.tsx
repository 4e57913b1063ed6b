import { Button } from '@primer/react';
import type { BranchChoice, BranchState } from '@protocol/branch-state.js';
import type { ReactNode } from 'react';
import { useHandFocusOn } from '@/lib/use-hand-focus-on.js';
import './branch-state-notice.css';

type Props = {
  className: string;
  state: BranchState;
  writable: boolean;
  isPending: boolean;
  /** To the room of the name that the branch has now. */
  link: ReactNode;
  onChoose: (choice: BranchChoice) => void;
};

/** What happened to the branch, what was kept, and what can be done. Nothing while the branch is there. */
export function BranchStateNotice(props: Props) {
  return props.state.state === 'there' ? null : <Notice {...props} />;
}

function Notice({ className, state, writable, isPending, link, onChoose }: Props) {
  const { words, choices } = wordsOf(state);
  const notice = useHandFocusOn();
  return (
    <section
      ref={notice}
      className={`${className} branch-state`}
      role="alert"
      aria-label="The branch on GitHub"
    >
      <span className="branch-state-words">
        {words} {link}
      </span>
      {writable &&
        choices.map(({ choice, label }) => (
          <Button
            key={choice}
            size="small"
            inactive={isPending}
            onClick={() => isPending || onChoose(choice)}
          >
            {label}
          </Button>
        ))}
    </section>
  );
}

function wordsOf({ state, branch, head, baseCommit, renamedTo }: BranchState) {
  const discard = { choice: 'discard' as const, label: 'Discard what is not committed' };
  if (state === 'forced')
    return {
      words: `${branch} was moved to another history on GitHub (${head?.slice(0, 7)}). What is here is kept above ${baseCommit?.slice(0, 7)}, and nothing is committed until somebody decides.`,
      choices: [{ choice: 'rebase' as const, label: 'Rebase what is not committed' }, discard],
    };
  const what =
    renamedTo === null
      ? `${branch} was deleted on GitHub.`
      : `${branch} was renamed to ${renamedTo} on GitHub, which has a room of its own.`;
  return {
    words: `${what} What is here is kept above ${baseCommit?.slice(0, 7)}, and nothing is committed until the branch is there again.`,
    choices: [{ choice: 'recreate' as const, label: 'Make the branch again' }, discard],
  };
}
