import type { EventPayloads, WorkspaceEvent } from '@protocol/event.js';

/** An event in words after its actor's name, and the file or page it leads to. */
export function eventSentence(event: WorkspaceEvent): { words: string; path?: string; url?: string } {
  switch (event.type) {
    case 'workspace.opened':
      return { words: 'opened this room' };
    case 'workspace.moved':
      return { words: `followed the branch to ${event.payload.toCommit.slice(0, 7)}` };
    case 'person.joined':
      return { words: 'came in' };
    case 'person.left':
      return { words: 'left' };
    case 'file.created':
      return { words: 'created', path: event.payload.path };
    case 'file.replaced':
      return { words: 'replaced', path: event.payload.path };
    case 'file.edited':
      return { words: 'edited', path: event.payload.path };
    case 'file.moved':
      return { words: `moved ${event.payload.from} to`, path: event.payload.to };
    case 'file.deleted':
      return { words: `deleted ${event.payload.path}` };
    case 'file.restored':
      return { words: 'brought back', path: event.payload.path };
    case 'file.discarded':
      return { words: 'discarded the changes in', path: event.payload.path };
    case 'file.reverted':
      return { words: 'went back to an earlier state of', path: event.payload.path };
    case 'commit.created': {
      const [subject] = event.payload.message.split('\n');
      return { words: `committed ${event.payload.sha.slice(0, 7)}: ${subject}` };
    }
    case 'branch.moved':
      return { words: 'saw that the branch has moved on GitHub' };
    case 'branch.merged':
      return { words: mergedWords(event.payload) };
    case 'branch.forced':
      return { words: `moved the branch to another history: ${event.payload.head.slice(0, 7)}` };
    case 'branch.deleted': {
      const { renamedTo } = event.payload;
      return {
        words:
          renamedTo === null
            ? 'saw that the branch was deleted on GitHub'
            : `saw that the branch was renamed to ${renamedTo} on GitHub`,
      };
    }
    case 'branch.restored':
      return { words: RESTORED[event.payload.choice ?? 'none'] };
    case 'branch.renamed':
      return { words: `followed the branch, which is called ${event.payload.to} now` };
    case 'repository.renamed': {
      const { owner, repo } = event.payload.to;
      return { words: `followed the repository, which is ${owner}/${repo} now` };
    }
    case 'branch.discarded':
      return { words: `discarded all that was not committed: ${filesOf(event.payload.files)}` };
    case 'branch.recovered':
      return { words: `brought back what was discarded: ${filesOf(event.payload.files)}` };
    case 'pull-request.opened':
    case 'pull-request.reopened':
    case 'pull-request.drafted':
    case 'pull-request.readied':
    case 'pull-request.closed':
    case 'pull-request.merged': {
      const { number, title, head, base, url } = event.payload;
      const done = PULL_REQUEST[event.type].replace('…', `pull request #${number}`);
      return { words: `${seenBy(event)}${done}, ${head} into ${base}: ${title}`, url: url ?? undefined };
    }
    case 'review.submitted':
    case 'review.dismissed': {
      const { number, title, verdict, url } = event.payload;
      return {
        words: `${seenBy(event)}${REVIEW[verdict]} pull request #${number}: ${title}`,
        url: url ?? undefined,
      };
    }
    case 'check.passed':
    case 'check.failed': {
      const { name, sha, conclusion, url } = event.payload;
      const how = event.type === 'check.passed' ? 'passed' : 'failed';
      const more = ['success', 'failure'].includes(conclusion) ? '' : ` (${conclusion.replaceAll('_', ' ')})`;
      return { words: `saw that ${name} ${how} for ${sha.slice(0, 7)}${more}`, url: url ?? undefined };
    }
    case 'conflict.found':
      return { words: 'changed the same as somebody here in', path: event.payload.path };
    case 'conflict.resolved':
      return { words: 'settled a conflict in', path: event.payload.path };
    default: {
      const { title, program, url } = event.payload;
      const words = title ?? event.type.slice('integration.'.length).replaceAll(/[._]/g, ' ');
      return { words: program === null ? words : `by ${program}: ${words}`, url };
    }
  }
}

/** What came in with a push, after the name of whoever pushed. */
export function pushedWords({ toCommit, commits, files }: EventPayloads['branch.merged']): string {
  const head = toCommit.slice(0, 7);
  const what = commits !== null && commits > 1 ? `${commits} commits, up to ${head}` : head;
  return `pushed ${what}: ${filesOf(files)} changed`;
}

function mergedWords(payload: EventPayloads['branch.merged']): string {
  const { conflicts } = payload;
  const found = conflicts === 0 ? '' : `, ${conflicts} ${conflicts === 1 ? 'conflict' : 'conflicts'}`;
  return pushedWords(payload) + found;
}

const RESTORED = {
  rebase: 'put the room onto the branch’s new head',
  recreate: 'made the branch again on GitHub',
  discard: 'put the room onto the branch as it is on GitHub',
  none: 'saw that the branch is there again',
};

const PULL_REQUEST = {
  'pull-request.opened': 'opened …',
  'pull-request.reopened': 'opened … again',
  'pull-request.drafted': 'made … a draft',
  'pull-request.readied': 'said that … is ready for review',
  'pull-request.closed': 'closed …',
  'pull-request.merged': 'merged …',
};

const REVIEW = {
  approved: 'approved',
  'changes-requested': 'asked for changes of',
  commented: 'commented on',
  dismissed: 'dismissed a review of',
};

/** Whoever is not known here is named by his name on the forge. */
function seenBy({ actor, payload }: Pick<WorkspaceEvent, 'actor'> & { payload: { by: string } }): string {
  return actor.kind === 'person' ? '' : `saw that ${payload.by} `;
}

const filesOf = (files: number) => `${files} ${files === 1 ? 'file' : 'files'}`;
