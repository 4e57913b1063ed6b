import { Button, IconButton } from '@primer/react';
import { XIcon } from '@primer/octicons-react';
import { useSyncExternalStore } from 'react';
import './toaster.css';

export type Toast = {
  message: string;
  action?: { label: string; onAction: () => void };
  tone?: 'default' | 'success' | 'danger';
  /** Shown until it is dismissed. */
  stays?: boolean;
};
type Shown = Toast & { id: number };

/** Long enough to read and to reach Undo. */
const SHOWN_MS = 8_000;

let shown: readonly Shown[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

/** Says something that happened, with what can be done about it. */
export function toast(toast: Toast): void {
  const id = nextId++;
  set([...shown.slice(-2), { ...toast, id }]);
  if (!toast.stays) setTimeout(() => dismiss(id), SHOWN_MS);
}

function dismiss(id: number): void {
  set(shown.filter((each) => each.id !== id));
}

function set(next: readonly Shown[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

export function Toaster() {
  const toasts = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return (
    <div className="toaster" role="status" aria-live="polite">
      {toasts.map(({ id, message, action, tone = 'default' }) => (
        <div key={id} className="toast" data-tone={tone}>
          <span className="toast-message">{message}</span>
          {action && (
            <Button
              size="small"
              onClick={() => {
                dismiss(id);
                action.onAction();
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton
            icon={XIcon}
            size="small"
            variant="invisible"
            aria-label="Dismiss"
            onClick={() => dismiss(id)}
          />
        </div>
      ))}
    </div>
  );
}
