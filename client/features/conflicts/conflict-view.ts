import type { Conflict, ConflictChoice } from '@protocol/conflict.js';
import type { editor as Editor, IDisposable } from 'monaco-editor';
import * as Y from 'yjs';
import { ConflictRow } from './conflict-row.js';
import './conflict-view.css';

export type ConflictActions = {
  resolve: (conflict: Conflict, choice: ConflictChoice) => void;
  compare: (conflict: Conflict, current: string) => void;
  /** Somebody has typed what came in: there is nothing left to decide. */
  settled: () => void;
};

/** Where a conflict is in the text by now. Lines from 1; `last` is below `first` where nothing of ours is left. */
type Place = { start: number; end: number; first: number; last: number };
type Shown = { conflict: Conflict; above: ConflictRow; below: ConflictRow; place: Place };

const CHOICES: { choice: ConflictChoice; label: string }[] = [
  { choice: 'current', label: 'Accept Current Change' },
  { choice: 'incoming', label: 'Accept Incoming Change' },
  { choice: 'both', label: 'Accept Both Changes' },
];

/**
 * The conflicts of one text in one editor: ours is marked where it stands,
 * theirs is shown below it, and neither is ever in the text as a marker. Made
 * with the editor, `dispose`d with it; follows the text as people type.
 */
export class ConflictView implements IDisposable {
  readonly #regions: Editor.IEditorDecorationsCollection;
  readonly #shown = new Map<string, Shown>();
  readonly #changes: IDisposable;
  #conflicts: readonly Conflict[] = [];
  #writable = false;
  #frame = 0;

  constructor(
    private readonly editor: Editor.IStandaloneCodeEditor,
    private readonly text: Y.Text,
    private readonly actions: ConflictActions,
  ) {
    this.#regions = editor.createDecorationsCollection();
    this.#changes = editor.onDidChangeModelContent(() => {
      cancelAnimationFrame(this.#frame);
      this.#frame = requestAnimationFrame(() => this.#follow());
    });
  }

  /** @param conflicts those of this text */
  show(conflicts: readonly Conflict[], writable: boolean): void {
    if (writable !== this.#writable) this.#clear();
    this.#conflicts = conflicts;
    this.#writable = writable;
    this.#follow();
  }

  /** Puts the cursor into the next conflict below or above it, around the text's end. */
  go(step: 1 | -1): void {
    const line = this.editor.getPosition()?.lineNumber ?? 1;
    const places = this.#inOrder();
    if (places.length === 0) return;
    const isBeyond = ({ place }: Shown) => (step === 1 ? place.first > line : place.first < line);
    const next = step === 1 ? places.find(isBeyond) : places.findLast(isBeyond);
    this.#enter(next ?? places.at(step === 1 ? 0 : -1)!);
  }

  /** Decides the conflict that the cursor is in, or the only one. */
  resolveHere(choice: ConflictChoice): void {
    const shown = this.#here();
    if (shown && this.#writable) this.actions.resolve(shown.conflict, choice);
  }

  compareHere(): void {
    const shown = this.#here();
    if (shown) this.actions.compare(shown.conflict, this.#current(shown));
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    this.#changes.dispose();
    this.#clear();
  }

  #inOrder(): Shown[] {
    return [...this.#shown.values()].toSorted((one, other) => one.place.start - other.place.start);
  }

  #here(): Shown | undefined {
    const line = this.editor.getPosition()?.lineNumber ?? 1;
    const places = this.#inOrder();
    const within = places.find(
      ({ place }) => place.first <= line && line <= Math.max(place.first, place.last),
    );
    return within ?? (places.length === 1 ? places[0] : undefined);
  }

  #enter({ place }: Shown): void {
    this.editor.setPosition({ lineNumber: place.first, column: 1 });
    this.editor.revealLineInCenter(place.first);
    this.editor.focus();
  }

  #current({ place }: Shown): string {
    return this.text.toString().slice(place.start, place.end);
  }

  /** As they stand in the text: those of one push come in no order, and the keyboard goes from each to the next. */
  #placed(): { conflict: Conflict; place: Place }[] {
    return this.#conflicts
      .map((conflict) => ({ conflict, place: this.#placeOf(conflict) }))
      .filter((each): each is { conflict: Conflict; place: Place } => each.place !== null)
      .toSorted((one, other) => one.place.start - other.place.start);
  }

  #follow(): void {
    const seen = new Set<string>();
    for (const { conflict, place } of this.#placed()) {
      if (this.text.toString().slice(place.start, place.end) === conflict.incomingText) {
        if (this.#shown.has(conflict.id)) this.actions.settled();
        continue;
      }
      seen.add(conflict.id);
      const shown = this.#shown.get(conflict.id);
      if (shown) {
        shown.place = place;
        shown.above.moveTo(place.first - 1);
        shown.below.moveTo(place.last);
      } else this.#add(conflict, place);
    }
    for (const [id, shown] of this.#shown) if (!seen.has(id)) this.#remove(id, shown);
    this.#regions.set(
      [...this.#shown.values()].flatMap(({ place: { first, last } }) =>
        last < first
          ? []
          : [
              {
                range: { startLineNumber: first, startColumn: 1, endLineNumber: last, endColumn: 1 },
                options: {
                  isWholeLine: true,
                  className: 'conflict-current',
                  overviewRuler: {
                    color: { id: 'editorOverviewRuler.currentContentForeground' },
                    position: 7,
                  },
                },
              },
            ],
      ),
    );
  }

  #add(conflict: Conflict, place: Place): void {
    const above = document.createElement('div');
    const below = document.createElement('div');
    const shown: Shown = {
      conflict,
      place,
      above: new ConflictRow(this.editor, above, place.first - 1, 1),
      below: new ConflictRow(this.editor, below, place.last, 2),
    };
    this.#shown.set(conflict.id, shown);
    above.classList.add('conflict-above');
    above.setAttribute('role', 'group');
    above.setAttribute('aria-label', `Conflict with ${conflict.incomingLabel}`);
    above.append(this.#buttons(shown), labelled('Current Change', conflict.currentLabel));
    below.classList.add('conflict-below');
    const incoming = document.createElement('pre');
    incoming.className = 'conflict-incoming';
    incoming.tabIndex = 0;
    incoming.setAttribute('role', 'group');
    incoming.setAttribute('aria-label', `Incoming Change, ${conflict.incomingLabel}`);
    incoming.textContent = (conflict.incomingText ?? '').replace(/\n$/, '');
    if (!conflict.incomingText) incoming.append(nothing());
    const { fontFamily, fontSize, lineHeight } = fontOf(this.editor);
    Object.assign(incoming.style, { fontFamily, fontSize, lineHeight });
    below.append(incoming, labelled('Incoming Change', conflict.incomingLabel));
    for (const node of [above, below])
      node.addEventListener('keydown', (event) => {
        if (event.key === 'Escape') this.#enter(shown);
      });
  }

  #buttons(shown: Shown): HTMLElement {
    const row = document.createElement('span');
    row.className = 'conflict-actions';
    const add = (label: string, run: () => void): void => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = label;
      button.addEventListener('click', run);
      row.append(button);
    };
    if (this.#writable)
      for (const { choice, label } of CHOICES) add(label, () => this.actions.resolve(shown.conflict, choice));
    add('Compare Changes', () => this.actions.compare(shown.conflict, this.#current(shown)));
    return row;
  }

  #remove(id: string, { above, below }: Shown): void {
    this.#shown.delete(id);
    above.dispose();
    below.dispose();
  }

  #clear(): void {
    this.#regions.clear();
    for (const [id, shown] of this.#shown) this.#remove(id, shown);
  }

  /** Null while the text it is about is not here. */
  #placeOf({ start: from, end: to }: Conflict): Place | null {
    const model = this.editor.getModel();
    const { doc } = this.text;
    const start = doc && absolute(from, doc);
    const end = doc && absolute(to, doc);
    if (!model || start === null || end === null || start > end) return null;
    const first = model.getPositionAt(start).lineNumber;
    if (start === end) return { start, end, first, last: first - 1 };
    const at = model.getPositionAt(end);
    return { start, end, first, last: at.column === 1 ? at.lineNumber - 1 : at.lineNumber };
  }
}

function absolute(encoded: string | null, doc: Y.Doc): number | null {
  if (encoded === null) return null;
  try {
    const bytes = Uint8Array.from(atob(encoded), (each) => each.charCodeAt(0));
    return Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(bytes), doc)?.index ?? null;
  } catch {
    return null;
  }
}

function labelled(what: string, of: string): HTMLElement {
  const label = document.createElement('span');
  label.className = 'conflict-label';
  label.textContent = `${what} (${of})`;
  return label;
}

function nothing(): HTMLElement {
  const words = document.createElement('em');
  words.textContent = 'These lines were deleted.';
  return words;
}

function fontOf(editor: Editor.IStandaloneCodeEditor) {
  // The numbers of Monaco's options, which are not in its types alone: fontInfo and lineHeight.
  const style = editor.getDomNode()?.querySelector<HTMLElement>('.view-lines')?.style;
  const { fontFamily = 'monospace', fontSize = '13px', lineHeight = '' } = style ?? {};
  return { fontFamily, fontSize, lineHeight };
}
