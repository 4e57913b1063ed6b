import { CopyIcon, EyeIcon, GitCompareIcon, LinkIcon } from '@primer/octicons-react';
import { ActionList, ActionMenu, IconButton } from '@primer/react';
import type { Workspace } from '@protocol/workspace.js';
import { toast } from '@/components/toaster.js';
import { hasPreview } from '@/features/preview/has-preview.js';
import { linkTo, permalinkTo } from './links.js';
import type { TabView } from './tabs.js';

type Props = {
  workspace: Workspace;
  path: string;
  /** Where the cursor is, once it has been anywhere. */
  line: number | null;
  isText: boolean;
  view: TabView;
  onView: (view: TabView) => void;
};

/** The path of the open file, the ways to look at it, and links to it. */
export function EditorTools({ workspace, path, line, isText, view, onView }: Props) {
  const toggle = (other: TabView) => onView(view === other ? 'text' : other);
  const permalink = permalinkTo(workspace, path, line);
  return (
    <div className="editor-tools">
      <span className="editor-path" title={path}>
        {path}
      </span>
      {isText && hasPreview(path) && (
        <IconButton
          icon={EyeIcon}
          size="small"
          variant={view === 'preview' ? 'default' : 'invisible'}
          aria-label="Preview"
          aria-pressed={view === 'preview'}
          onClick={() => toggle('preview')}
        />
      )}
      {isText && (
        <IconButton
          icon={GitCompareIcon}
          size="small"
          variant={view === 'diff' ? 'default' : 'invisible'}
          aria-label="Diff"
          aria-pressed={view === 'diff'}
          description="Compare with the last commit"
          onClick={() => toggle('diff')}
        />
      )}
      <ActionMenu>
        <ActionMenu.Anchor>
          <IconButton icon={LinkIcon} size="small" variant="invisible" aria-label="Copy link to line" />
        </ActionMenu.Anchor>
        <ActionMenu.Overlay width="medium">
          <ActionList>
            <ActionList.Item
              onSelect={() => void copy(linkTo(path, line), line ? `a link to line ${line}` : 'a link')}
            >
              <ActionList.LeadingVisual>
                <LinkIcon />
              </ActionList.LeadingVisual>
              {line ? `Copy link to line ${line}` : 'Copy link to the file'}
              <ActionList.Description variant="block">As it stands in this room</ActionList.Description>
            </ActionList.Item>
            <ActionList.Item
              disabled={permalink === null}
              onSelect={() => permalink && void copy(permalink, 'a permalink')}
            >
              <ActionList.LeadingVisual>
                <CopyIcon />
              </ActionList.LeadingVisual>
              Copy permalink
              <ActionList.Description variant="block">
                {permalink === null
                  ? 'There is no commit yet to link to'
                  : 'As it stands at the last commit, for good'}
              </ActionList.Description>
            </ActionList.Item>
          </ActionList>
        </ActionMenu.Overlay>
      </ActionMenu>
    </div>
  );
}

async function copy(url: string, words: string): Promise<void> {
  await navigator.clipboard.writeText(url);
  toast({ message: `Copied ${words}.` });
}
