import type { WorkspaceEvent } from '../protocol/event.js';
import type { BranchRef } from '../protocol/repository.js';

/** A commit in one line, as chats of Slack's kind write it. */
export function commitLine(
  { actor, payload }: WorkspaceEvent & { type: 'commit.created' },
  { owner, repo, branch }: BranchRef,
): string {
  const [subject = ''] = payload.message.split('\n');
  const files = payload.paths.length === 1 ? '1 file' : `${payload.paths.length} files`;
  return escape(
    `${actor.name} committed ${files} to ${owner}/${repo}@${branch} as ${payload.sha.slice(0, 7)}: ${subject}`,
  );
}

/** Nobody's commit message calls everybody in the chat: `<!channel>` stays as it was written. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
