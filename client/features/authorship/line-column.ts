import type { editor as Editor, IDisposable, Range } from 'monaco-editor';
import type { LineAuthors } from './line-authors.js';
import { lineRow, type LineRow } from './line-row.js';
import './line-column.css';

/** Below this, faces alone leave the text its room. Pixels. */
const NARROW = 640;

type Asked = { onAsk: (line: number) => void; ownId: string | undefined };

/**
 * The column of authors beside the text of one editor: rows of the lines in
 * view alone, at the editor's own heights, moved along with it.
 */
export class LineColumn implements IDisposable {
  readonly #rows = document.createElement('div');
  readonly #shown = new Map<number, LineRow>();
  readonly #stops: (() => void)[];
  #frame = 0;
  /** A row that was walked to before it was in view. */
  #wanted: number | null = null;

  constructor(
    private readonly node: HTMLElement,
    private readonly editor: Editor.IStandaloneCodeEditor,
    private readonly authors: LineAuthors,
    private readonly asked: Asked,
  ) {
    this.#rows.className = 'line-rows';
    node.append(this.#rows);
    const later = (): void => {
      cancelAnimationFrame(this.#frame);
      this.#frame = requestAnimationFrame(() => this.#render());
    };
    const sized = new ResizeObserver(later);
    const around = node.parentElement?.parentElement;
    if (around) sized.observe(around);
    const watched = [
      // In the turn of the scroll, so that both are painted together.
      editor.onDidScrollChange(() => this.#render()),
      editor.onDidLayoutChange(later),
      editor.onDidContentSizeChange(later),
      editor.onDidChangeHiddenAreas(later),
      editor.onDidChangeViewZones(later),
      editor.onDidChangeCursorPosition(() => this.#mark()),
      // Whoever writes on does not want the row any more.
      editor.onDidFocusEditorText(() => {
        this.#wanted = null;
      }),
    ];
    this.#stops = [
      authors.subscribe(later),
      () => sized.disconnect(),
      ...watched.map((each) => () => each.dispose()),
    ];
    const press = (event: KeyboardEvent): void => this.#press(event);
    const click = ({ target }: MouseEvent): void => {
      const line = (target as HTMLElement).closest<HTMLElement>('.line-row')?.dataset.line;
      if (line !== undefined) this.asked.onAsk(Number(line));
    };
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
      editor.setScrollTop(editor.getScrollTop() + event.deltaY * unit);
    };
    node.addEventListener('keydown', press);
    node.addEventListener('click', click);
    node.addEventListener('wheel', wheel, { passive: false });
    this.#stops.push(
      () => node.removeEventListener('keydown', press),
      () => node.removeEventListener('click', click),
      () => node.removeEventListener('wheel', wheel),
    );
    this.#render();
  }

  /** Puts the keyboard onto a line's row. */
  focus(line: number): void {
    this.#wanted = line;
    this.#render();
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    for (const stop of this.#stops) stop();
    this.#rows.remove();
  }

  #render(): void {
    const { editor, authors, node } = this;
    const model = editor.getModel();
    if (!model) return;
    const width = node.parentElement?.parentElement?.clientWidth ?? 0;
    node.dataset.narrow = String(width < NARROW);
    this.#rows.style.transform = `translateY(${-editor.getScrollTop()}px)`;
    const seen = new Set<number>();
    const ranges = editor.getVisibleRanges();
    // The first line that is in view as a whole says who wrote it, wherever that began.
    const whole = ranges[0]?.startLineNumber;
    for (const [first, last] of this.#inView(ranges))
      for (let line = first; line <= last; line++) {
        const known = authors.at(line);
        if (!known || known.key === '') continue;
        const isFirst = line === whole || known.key !== authors.at(line - 1)?.key;
        const top = editor.getTopForLineNumber(line);
        const height = editor.getBottomForLineNumber(line) - top;
        seen.add(line);
        const [removal] = authors.removedAt(line);
        const removed = removal && (removal.after < line ? 'above' : 'below');
        this.#show(line, top, { known, isFirst, removed, height });
      }
    for (const [line, { node }] of this.#shown)
      if (!seen.has(line)) {
        node.remove();
        this.#shown.delete(line);
      }
    this.#mark();
    this.#focusWanted();
  }

  #focusWanted(): void {
    if (this.#wanted === null) return;
    const row = this.#shown.get(this.#wanted);
    const isComing = (this.authors.at(this.#wanted)?.key ?? '') !== '';
    if (!row && isComing) return;
    this.#wanted = null;
    if (row) row.node.focus({ preventScroll: true });
    // The line was deleted, or nothing is known of it any more.
    else this.editor.focus();
  }

  /** Those a part of which is in view too. */
  #inView(whole: readonly Range[]): [number, number][] {
    const ranges = whole.map(({ startLineNumber, endLineNumber }): [number, number] => [
      startLineNumber,
      endLineNumber,
    ]);
    const [first, last] = [ranges[0], ranges.at(-1)];
    if (!first || !last) return [];
    const topOf = (line: number) => this.editor.getTopForLineNumber(line);
    const count = this.editor.getModel()?.getLineCount() ?? 1;
    // What is folded away is where the line above it is.
    if (first[0] > 1 && topOf(first[0] - 1) < topOf(first[0])) first[0]--;
    if (last[1] < count && topOf(last[1] + 1) > topOf(last[1])) last[1]++;
    return ranges;
  }

  #show(line: number, top: number, wanted: Omit<LineRow, 'node'>): void {
    let row = this.#shown.get(line);
    const isSame =
      row?.known === wanted.known &&
      row.isFirst === wanted.isFirst &&
      row.removed === wanted.removed &&
      row.height === wanted.height;
    if (!row || !isSame) {
      const node = lineRow(line, wanted, this.asked.ownId);
      const hadFocus = row?.node === document.activeElement;
      if (row) row.node.replaceWith(node);
      else this.#rows.append(node);
      if (hadFocus) node.focus({ preventScroll: true });
      row = { ...wanted, node };
      this.#shown.set(line, row);
    }
    row.node.style.top = `${top}px`;
  }

  /** Tab leads to the row of the line one is in, or to the first. */
  #mark(): void {
    const at = this.editor.getPosition()?.lineNumber ?? 1;
    const lines = [...this.#shown.keys()];
    const here = this.#shown.has(at) ? at : Math.min(...lines);
    for (const [line, { node }] of this.#shown) node.tabIndex = line === here ? 0 : -1;
  }

  #press(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') this.editor.focus();
    else if (step !== undefined) this.#walk(step);
    else return;
    event.preventDefault();
  }

  #walk(step: number): void {
    const { editor } = this;
    const focused = (document.activeElement as HTMLElement | null)?.dataset.line;
    const last = editor.getModel()?.getLineCount() ?? 1;
    let line = Number(focused ?? editor.getPosition()?.lineNumber ?? 1) + step;
    while (line >= 1 && line <= last && (this.authors.at(line)?.key ?? '') === '') line += step;
    if (line < 1 || line > last) return;
    editor.setPosition({ lineNumber: line, column: 1 });
    editor.revealLine(line);
    this.focus(line);
  }
}
