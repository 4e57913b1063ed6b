import type { Presence } from '@protocol/presence.js';
import type { editor as Editor, IDisposable } from 'monaco-editor';
import * as Y from 'yjs';
import { monaco } from './monaco.js';
import './remote-cursors.css';

/** How long a name stays beside a cursor that has moved. */
const NAME_MS = 2_500;

type Shown = {
  widget: Editor.IContentWidget;
  node: HTMLElement;
  count: number;
  timer: ReturnType<typeof setTimeout> | undefined;
};

/**
 * Other people's cursors and selections in one editor: a coloured line with a
 * name that shows while it moves. Made with the editor, `dispose`d with it.
 */
export class RemoteCursors implements IDisposable {
  readonly #selections: Editor.IEditorDecorationsCollection;
  #disposed = false;
  readonly #shown = new Map<string, Shown>();

  constructor(
    private readonly editor: Editor.IStandaloneCodeEditor,
    private readonly text: Y.Text,
  ) {
    this.#selections = editor.createDecorationsCollection();
  }

  /** @param present those whose cursor is in this file, without ourselves */
  show(present: readonly Presence[]): void {
    const model = this.editor.getModel();
    const doc = this.text.doc;
    if (!model || !doc || this.#disposed) return;
    const decorations: Editor.IModelDeltaDecoration[] = [];
    const seen = new Set<string>();
    for (const { connectionId, person, cursor, count } of present) {
      if (!cursor) continue;
      const anchor = absolute(cursor.anchor, doc);
      const head = absolute(cursor.head, doc);
      if (anchor === null || head === null) continue;
      seen.add(connectionId);
      const at = model.getPositionAt(head);
      if (anchor !== head) {
        const from = model.getPositionAt(Math.min(anchor, head));
        const to = model.getPositionAt(Math.max(anchor, head));
        decorations.push({
          range: monaco.Range.fromPositions(from, to),
          options: { className: `remote-selection remote-selection-${person.color % 12}` },
        });
      }
      this.#place(connectionId, person, at, count);
    }
    this.#selections.set(decorations);
    for (const connectionId of this.#shown.keys()) if (!seen.has(connectionId)) this.#remove(connectionId);
  }

  /** Brings somebody's cursor into view. */
  reveal(connectionId: string): void {
    const at = this.#shown.get(connectionId)?.widget.getPosition()?.position;
    if (at) this.editor.revealPositionInCenterIfOutsideViewport(at);
  }

  dispose(): void {
    this.#disposed = true;
    this.#selections.clear();
    for (const connectionId of this.#shown.keys()) this.#remove(connectionId);
  }

  #place(
    connectionId: string,
    person: { name: string; color: number },
    at: { lineNumber: number; column: number },
    count: number,
  ): void {
    let shown = this.#shown.get(connectionId);
    const isNew = !shown;
    if (!shown) {
      const node = document.createElement('div');
      node.className = 'remote-cursor';
      node.dataset.person = person.name;
      node.style.setProperty('--cursor-color', `var(--person-${person.color % 12})`);
      const label = document.createElement('span');
      label.className = 'remote-cursor-name';
      label.textContent = person.name;
      node.append(label);
      shown = {
        node,
        count: -1,
        timer: undefined,
        widget: { getId: () => `cursor-${connectionId}`, getDomNode: () => node, getPosition: () => null },
      };
      this.#shown.set(connectionId, shown);
    }
    shown.widget.getPosition = () => ({
      position: at,
      preference: [monaco.editor.ContentWidgetPositionPreference.EXACT],
    });
    // Above the first line there is no room for a name.
    shown.node.dataset.line = at.lineNumber === 1 ? 'first' : '';
    if (isNew) this.editor.addContentWidget(shown.widget);
    else this.editor.layoutContentWidget(shown.widget);
    if (shown.count === count) return;
    shown.count = count;
    const { node } = shown;
    node.dataset.moving = 'true';
    clearTimeout(shown.timer);
    shown.timer = setTimeout(() => delete node.dataset.moving, NAME_MS);
  }

  #remove(connectionId: string): void {
    const shown = this.#shown.get(connectionId);
    if (!shown) return;
    clearTimeout(shown.timer);
    this.editor.removeContentWidget(shown.widget);
    this.#shown.delete(connectionId);
  }
}

/** Undefined positions (text not here yet) show nothing. */
function absolute(encoded: Uint8Array, doc: Y.Doc): number | null {
  try {
    return (
      Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(encoded), doc)?.index ?? null
    );
  } catch {
    return null;
  }
}
