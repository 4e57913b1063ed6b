import { ColumnsIcon, XIcon } from '@primer/octicons-react';
import { IconButton } from '@primer/react';
import type { KeyboardEvent } from 'react';
import type { Tabs } from './tabs.js';

type Props = {
  group: number;
  tabs: Tabs;
  canSplit: boolean;
  onOpen: (path: string, pin: boolean) => void;
  onClose: (path: string) => void;
  onSplit: () => void;
};

/** The open files. Arrows move between them, Delete or the middle button closes one, a double click keeps one. */
export function TabBar({ group, tabs, canSplit, onOpen, onClose, onSplit }: Props) {
  const keys = (event: KeyboardEvent, index: number): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = tabs.open[index + step];
    if (step !== 0 && next) {
      onOpen(next.path, false);
      const list = event.currentTarget.closest('[role=tablist]');
      list?.querySelectorAll<HTMLElement>('[role=tab]')[index + step]?.focus();
    } else if (event.key === 'Delete') onClose(tabs.open[index]!.path);
    else return;
    event.preventDefault();
  };
  return (
    <div className="tab-bar">
      <div role="tablist" aria-label={group === 0 ? 'Open files' : 'Open files beside'} className="tab-list">
        {tabs.open.map(({ path, pinned }, index) => {
          const active = path === tabs.active;
          return (
            <div key={path} className="tab" data-active={active} role="presentation">
              <button
                type="button"
                role="tab"
                id={`tab-${group}-${index}`}
                aria-selected={active}
                aria-controls={`editor-pane-${group}`}
                tabIndex={active ? 0 : -1}
                className="tab-name"
                data-pinned={pinned}
                title={path}
                onClick={() => onOpen(path, false)}
                onDoubleClick={() => onOpen(path, true)}
                onAuxClick={(event) => event.button === 1 && onClose(path)}
                onKeyDown={(event) => keys(event, index)}
              >
                {path.split('/').at(-1)}
              </button>
            </div>
          );
        })}
      </div>
      {tabs.active !== null && (
        <>
          <IconButton
            icon={XIcon}
            size="small"
            variant="invisible"
            aria-label={`Close ${tabs.active}`}
            onClick={() => onClose(tabs.active!)}
          />
          {canSplit && (
            <IconButton
              className="split-button"
              icon={ColumnsIcon}
              size="small"
              variant="invisible"
              aria-label="Split the editor"
              onClick={onSplit}
            />
          )}
        </>
      )}
    </div>
  );
}
