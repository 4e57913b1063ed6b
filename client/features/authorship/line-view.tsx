import { useEffect, useRef, useState } from 'react';
import { LineColumn } from './line-column.js';
import { LinePopover } from './line-popover.js';
import type { LineView as View } from './use-line-view.js';
import './line-column.css';

type Props = {
  view: View;
  /** Pixels, of a line of the text. */
  lineHeight: number;
  onShowEvent: (seq: number) => void;
};

/** Who wrote the lines, at the side of their text: a column while it is wanted, and the words about one line. */
export function LineView({ view, lineHeight, onShowEvent }: Props) {
  const { editor, authors, isShown, ownId, asked, setAsked } = view;
  const node = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLSpanElement>(null);
  const isFromColumn = useRef(false);
  /** Puts the keyboard where it was before the words. */
  const left = useRef<(() => void) | null>(null);
  const [column, setColumn] = useState<LineColumn | null>(null);
  useEffect(() => {
    if (!isShown || !node.current || !editor || !authors) return undefined;
    const onAsk = (line: number): void => {
      isFromColumn.current = true;
      setAsked(line);
    };
    const made = new LineColumn(node.current, editor, authors, { onAsk, ownId });
    setColumn(made);
    return () => {
      made.dispose();
      setColumn(null);
    };
  }, [isShown, editor, authors, ownId, setAsked]);
  // The words stand where the line was.
  useEffect(() => {
    if (asked === null || !editor) return undefined;
    const scrolled = editor.onDidScrollChange(({ scrollTopChanged }) => {
      if (!scrollTopChanged) return;
      // The row may be out of view.
      left.current = () => editor.focus();
      setAsked(null);
    });
    return () => scrolled.dispose();
  }, [asked, editor, setAsked]);
  const close = (): void => {
    const isColumns = isFromColumn.current && column !== null && asked !== null;
    left.current = isColumns ? () => column.focus(asked) : () => editor?.focus();
    setAsked(null);
  };
  // The words keep the keyboard until they are gone.
  useEffect(() => {
    if (asked !== null) return;
    isFromColumn.current = false;
    left.current?.();
    left.current = null;
  }, [asked]);
  const top = asked !== null && editor ? editor.getTopForLineNumber(asked) - editor.getScrollTop() : 0;
  return (
    <div className="line-view" style={{ '--line-height': `${lineHeight}px` } as React.CSSProperties}>
      {isShown && <div ref={node} className="line-column" role="group" aria-label="Authors of lines" />}
      <span ref={anchor} className="line-anchor" style={{ top, height: lineHeight }} />
      {asked !== null && (
        <LinePopover
          key={asked}
          line={asked}
          authors={authors}
          ownId={ownId}
          anchor={anchor}
          onClose={close}
          onShowEvent={(seq) => {
            setAsked(null);
            onShowEvent(seq);
          }}
        />
      )}
    </div>
  );
}
