import { SearchIcon } from '@primer/octicons-react';
import { Spinner, TextInput } from '@primer/react';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode, type UIEvent } from 'react';
import './combo-list.css';

export type ComboOption = {
  id: string;
  icon?: ReactNode;
  label: ReactNode;
  detail?: ReactNode;
  trailing?: ReactNode;
  /** Where one is already. */
  isCurrent?: boolean;
  onPick: () => void;
};

export type ComboGroup = { heading?: string; options: readonly ComboOption[] };

type Props = {
  label: string;
  placeholder: string;
  text: string;
  onText: (text: string) => void;
  groups: readonly ComboGroup[];
  /** What the text finds is not known yet; the options are of a text before it. */
  pending?: boolean;
  /** More of the last group, asked for when its end comes into view. */
  onMore?: () => void;
  isLoadingMore?: boolean;
  /** Said below the list: how many there are, or what to do where there is nothing. */
  status: ReactNode;
  focusOnOpen?: boolean;
  /** Where it opens and closes within something else that Escape would close. */
  onEscape?: () => void;
};

/** So far from the end of what is loaded the next page is asked for, in pixels. */
const NEAR_END_PX = 240;

/**
 * A field and the list it filters, both on the page: ARIA's combobox with a listbox.
 * The field keeps the keyboard: arrows choose, Page Up and Down by ten, Enter takes.
 */
export function ComboList(props: Props) {
  const { label, placeholder, text, onText, groups, pending = false, onMore, isLoadingMore, status } = props;
  const [chosen, setChosen] = useState(0);
  const [byKeys, setByKeys] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const options = groups.flatMap((group) => group.options);
  const at = Math.min(chosen, options.length - 1);
  const { focusOnOpen = false, onEscape } = props;
  useEffect(() => {
    if (focusOnOpen) field.current?.focus();
  }, [focusOnOpen]);
  useEffect(() => setChosen(0), [text]);
  useEffect(() => {
    if (byKeys) document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, at, byKeys]);
  // Enter may come before what it takes.
  const taking = useRef<string | null>(null);
  useEffect(() => {
    if (taking.current === null || pending) return;
    const wanted = taking.current;
    taking.current = null;
    if (wanted === text) options[at]?.onPick();
  });
  const keys = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step !== undefined && options.length > 0) {
      const next = at + step;
      const isOne = Math.abs(step) === 1;
      // At the end of what is loaded the next page comes before the first option does again.
      const to = isOne && !onMore ? (next + options.length) % options.length : next;
      setByKeys(true);
      setChosen(Math.max(0, Math.min(options.length - 1, to)));
      if (next >= options.length - 1) onMore?.();
    } else if (event.key === 'Enter') {
      if (pending) taking.current = text;
      else options[at]?.onPick();
    } else if (event.key === 'Escape' && onEscape) {
      event.stopPropagation();
      onEscape();
    } else return;
    event.preventDefault();
  };
  const scrolled = ({ currentTarget }: UIEvent<HTMLDivElement>): void => {
    const { scrollHeight, scrollTop, clientHeight } = currentTarget;
    if (scrollHeight - scrollTop - clientHeight < NEAR_END_PX) onMore?.();
  };
  const shown = groups.filter((group) => group.options.length > 0);
  const row = (option: ComboOption, own: number) => {
    return (
      // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the field has the keys
      <div
        key={option.id}
        id={`${id}-${own}`}
        role="option"
        tabIndex={-1}
        aria-selected={own === at}
        aria-current={option.isCurrent ? 'true' : undefined}
        className="combo-option"
        onMouseMove={() => {
          setByKeys(false);
          setChosen(own);
        }}
        onClick={() => option.onPick()}
      >
        {option.icon && <span className="combo-icon">{option.icon}</span>}
        <span className="combo-words">
          <span className="combo-label">{option.label}</span>
          {option.detail && <span className="combo-detail">{option.detail}</span>}
        </span>
        {option.trailing && <span className="combo-trailing">{option.trailing}</span>}
      </div>
    );
  };
  return (
    <div className="combo">
      <TextInput
        ref={field}
        block
        leadingVisual={SearchIcon}
        loading={pending}
        role="combobox"
        aria-label={label}
        aria-expanded={options.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={options.length > 0 ? `${id}-${at}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={keys}
      />
      <div
        id={`${id}-list`}
        className="combo-list"
        role="listbox"
        aria-label={label}
        aria-busy={pending}
        hidden={options.length === 0}
        onScroll={scrolled}
      >
        {shown.map((group, number) => {
          const before = shown.slice(0, number).reduce((sum, each) => sum + each.options.length, 0);
          const rows = group.options.map((option, index) => row(option, before + index));
          return group.heading ? (
            <div key={group.heading} role="group" aria-labelledby={`${id}-group-${number}`}>
              <div id={`${id}-group-${number}`} className="combo-heading" role="presentation">
                {group.heading}
              </div>
              {rows}
            </div>
          ) : (
            rows
          );
        })}
        {isLoadingMore && (
          <div className="combo-more" role="presentation">
            <Spinner size="small" srText={null} />
          </div>
        )}
      </div>
      <p className="combo-status" role="status">
        {status}
      </p>
    </div>
  );
}
