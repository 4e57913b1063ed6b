import { UploadIcon } from '@primer/octicons-react';
import { ActionList, ActionMenu, IconButton } from '@primer/react';

/** A browser asks for files or for a folder, never for both at once. */
export function UploadMenu({ onUpload }: { onUpload: (kind: 'files' | 'folder') => void }) {
  return (
    <ActionMenu>
      <ActionMenu.Anchor>
        <IconButton icon={UploadIcon} size="small" variant="invisible" aria-label="Upload" />
      </ActionMenu.Anchor>
      <ActionMenu.Overlay>
        <ActionList>
          <ActionList.Item onSelect={() => onUpload('files')}>Upload files</ActionList.Item>
          <ActionList.Item onSelect={() => onUpload('folder')}>Upload a folder</ActionList.Item>
        </ActionList>
      </ActionMenu.Overlay>
    </ActionMenu>
  );
}
