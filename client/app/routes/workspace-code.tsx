import type { Workspace } from '@protocol/workspace.js';
import { CodePage } from '../workspace-code/code-page.js';

/** `/github/:owner/:repo/:branch/code` */
export function WorkspaceCode({ workspace }: { workspace: Workspace }) {
  return <CodePage workspace={workspace} />;
}
