import type { CommitPreview } from '@protocol/commit.js';

/** Whose name and address will be public in the commit. */
export function CommitSignatures({ preview: { author, coAuthors } }: { preview: CommitPreview }) {
  return (
    <div className="commit-signatures">
      <p>
        By <strong>{author.name}</strong> <code>{author.email}</code>
      </p>
      {coAuthors.map(({ name, email }) => (
        <p key={email}>
          With <strong>{name}</strong> <code>{email}</code>
        </p>
      ))}
    </div>
  );
}
