import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import './quick-pick.css';

export type Pick = {
  id: string;
  label: ReactNode;
  detail?: ReactNode;
  /** What else is to be seen at the end of the line: keys, a mark. */
  trailing?: ReactNode;
  onPick: () => void;
};

type Props = {
  label: string;
  placeholder: string;
  text: string;
  onText: (text: string) => void;
  picks: readonly Pick[];
  /** What the text finds is not known yet; `picks` are of a text before it. */
  pending?: boolean;
  /** Said where there is nothing to pick. */
  nothing: string;
  onClose: () => void;
};

/** A field and what it finds, on top of the page. Arrows choose, Enter takes, Escape leaves things as they were. */
export function QuickPick({
  label,
  placeholder,
  text,
  onText,
  picks,
  pending = false,
  nothing,
  onClose,
}: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = useRef(onClose);
  const [chosen, setChosen] = useState(0);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Only the dialog's ground is the dialog itself: what is in it covers it.
    const leave = (event: MouseEvent): void => {
      if (event.target === shown) close.current();
    };
    shown?.addEventListener('click', leave);
    return () => {
      shown?.removeEventListener('click', leave);
      shown?.close();
    };
  }, []);
  useEffect(() => setChosen(0), [text]);
  const at = Math.min(chosen, picks.length - 1);
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, at]);
  const take = (pick: Pick | undefined): void => {
    if (!pick) return;
    // The keyboard goes back to where it was before what was picked may move it.
    dialog.current?.close();
    onClose();
    pick.onPick();
  };
  // Enter may come before what it takes.
  const [taking, setTaking] = useState<string | null>(null);
  useEffect(() => {
    if (taking === text && !pending) take(picks[at]);
  });
  const keys = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step !== undefined && picks.length > 0) {
      const next = at + step;
      const isOne = Math.abs(step) === 1;
      setChosen(isOne ? (next + picks.length) % picks.length : Math.max(0, Math.min(picks.length - 1, next)));
    } else if (event.key === 'Enter') {
      if (pending) setTaking(text);
      else take(picks[at]);
    } else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} className="quick-pick" aria-label={label} onCancel={onClose}>
      <div className="quick-pick-body">
        <input
          className="quick-pick-field"
          role="combobox"
          aria-label={label}
          aria-expanded={picks.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={picks.length > 0 ? `${id}-${at}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder}
          value={text}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={keys}
        />
        {/* The field keeps the keyboard; what is chosen is told by aria-activedescendant. */}
        <div id={`${id}-list`} className="quick-pick-list" role="listbox" aria-label={label}>
          {/* eslint-disable jsx-a11y/click-events-have-key-events -- the field has the keys */}
          {picks.map((pick, index) => (
            <div
              key={pick.id}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              className="quick-pick-option"
              onMouseMove={() => setChosen(index)}
              onClick={() => take(pick)}
            >
              <span className="quick-pick-label">{pick.label}</span>
              {pick.detail !== undefined && <span className="quick-pick-detail">{pick.detail}</span>}
              {pick.trailing !== undefined && <span className="quick-pick-trailing">{pick.trailing}</span>}
            </div>
          ))}
        </div>
        <p className="quick-pick-nothing" role="status">
          {picks.length === 0 && !pending ? nothing : ''}
        </p>
      </div>
    </dialog>
  );
}
