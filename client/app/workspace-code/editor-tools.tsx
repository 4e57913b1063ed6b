import { CopyIcon, EyeIcon, GitCompareIcon, HistoryIcon, LinkIcon, PeopleIcon } from '@primer/octicons-react';
import { ActionList, ActionMenu, IconButton } from '@primer/react';
import type { Workspace } from '@protocol/workspace.js';
import { toast } from '@/components/toaster.js';
import { hasPreview } from '@/features/preview/has-preview.js';
import type { LineRange } from '@/features/editor/line-range.js';
import { writtenKeys } from '@/lib/hotkeys.js';
import { COMMAND_KEYS } from './command-keys.js';
import type { LiveDocument } from '@/lib/room/live-document.js';
import { useChangeSettings, useSettings } from '@/lib/settings.js';
import { useState } from 'react';
import { linkTo, wordsOf } from './links.js';
import type { TabView } from './tabs.js';
import { usePermalink } from './use-permalink.js';

type Props = {
  workspace: Workspace;
  path: string;
  /** Where the last commit has the file; null where it has not. */
  committedPath: string | null;
  document: LiveDocument | null;
  /** What is selected, or the line the cursor is in, once it has been anywhere. */
  lines: LineRange | null;
  isText: boolean;
  /** Whether its lines have authors to be shown. */
  hasLines: boolean;
  view: TabView;
  onView: (view: TabView) => void;
};

/** The path of the open file, the ways to look at it, and links to it. */
export function EditorTools(props: Props) {
  const { workspace, path, committedPath, document, lines, isText, hasLines, view, onView } = props;
  const [isOpen, setIsOpen] = useState(false);
  const { showAuthors } = useSettings();
  const change = useChangeSettings();
  const toggle = (other: TabView) => onView(view === other ? 'text' : other);
  const permalink = usePermalink({ workspace, path, committedPath, document, lines, isWanted: isOpen });
  return (
    <div className="editor-tools">
      <span className="editor-path" title={path}>
        {path}
      </span>
      {hasLines && (
        <IconButton
          icon={PeopleIcon}
          size="small"
          variant={showAuthors ? 'default' : 'invisible'}
          aria-label="Authors of lines"
          aria-pressed={showAuthors}
          description={`Show who wrote each line (${writtenKeys(COMMAND_KEYS.authors)})`}
          onClick={() => change({ showAuthors: !showAuthors })}
        />
      )}
      <IconButton
        icon={HistoryIcon}
        size="small"
        variant={view === 'past' ? 'default' : 'invisible'}
        aria-label="History of this file"
        aria-pressed={view === 'past'}
        description={`See it as it was (${writtenKeys(COMMAND_KEYS.history)})`}
        onClick={() => toggle('past')}
      />
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
      <ActionMenu open={isOpen} onOpenChange={setIsOpen}>
        <ActionMenu.Anchor>
          <IconButton icon={LinkIcon} size="small" variant="invisible" aria-label="Copy link to line" />
        </ActionMenu.Anchor>
        <ActionMenu.Overlay width="medium">
          <ActionList>
            <ActionList.Item
              onSelect={() =>
                void copy(linkTo(path, lines), lines ? `a link to ${wordsOf(lines)}` : 'a link')
              }
            >
              <ActionList.LeadingVisual>
                <LinkIcon />
              </ActionList.LeadingVisual>
              {lines ? `Copy link to ${wordsOf(lines)}` : 'Copy link to the file'}
              <ActionList.Description variant="block">As it stands in this room</ActionList.Description>
            </ActionList.Item>
            <ActionList.Item
              disabled={permalink.url === null}
              onSelect={() => permalink.url !== null && void copy(permalink.url, 'a permalink')}
            >
              <ActionList.LeadingVisual>
                <CopyIcon />
              </ActionList.LeadingVisual>
              Copy permalink
              <ActionList.Description variant="block">{permalink.words}</ActionList.Description>
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
