import type { editor as Editor, IDisposable } from 'monaco-editor';

let nextRow = 1;

/**
 * A row between the lines of an editor that can be clicked and reached by
 * keyboard: a view zone makes room for it, and an overlay widget, which lies
 * above the text as zones do not, shows it there.
 */
export class ConflictRow implements IDisposable {
  readonly #widget: Editor.IOverlayWidget;
  readonly #zone: Editor.IViewZone;
  readonly #resizing: ResizeObserver;
  readonly #relayout: IDisposable;
  #zoneId = '';

  constructor(
    private readonly editor: Editor.IStandaloneCodeEditor,
    readonly node: HTMLElement,
    afterLine: number,
    ordinal: number,
  ) {
    const id = `conflict-row-${nextRow++}`;
    node.classList.add('conflict-row');
    this.#widget = { getId: () => id, getDomNode: () => node, getPosition: () => null };
    this.#zone = {
      afterLineNumber: afterLine,
      ordinal,
      heightInPx: 24,
      domNode: document.createElement('div'),
      onDomNodeTop: (top) => {
        node.style.top = `${top}px`;
      },
    };
    this.#place();
    editor.addOverlayWidget(this.#widget);
    editor.changeViewZones((zones) => {
      this.#zoneId = zones.addZone(this.#zone);
    });
    this.#relayout = editor.onDidLayoutChange(() => this.#place());
    this.#resizing = new ResizeObserver(() => this.#fit());
    this.#resizing.observe(node);
  }

  moveTo(afterLine: number): void {
    if (this.#zone.afterLineNumber === afterLine) return;
    this.#zone.afterLineNumber = afterLine;
    this.#layout();
  }

  dispose(): void {
    this.#resizing.disconnect();
    this.#relayout.dispose();
    const hadFocus = this.node.contains(document.activeElement);
    this.editor.removeOverlayWidget(this.#widget);
    this.editor.changeViewZones((zones) => zones.removeZone(this.#zoneId));
    if (hadFocus) this.editor.focus();
  }

  #place(): void {
    const { contentLeft, contentWidth } = this.editor.getLayoutInfo();
    this.node.style.left = `${contentLeft}px`;
    this.node.style.width = `${contentWidth}px`;
  }

  /** As high as its words need to be on a narrow screen. */
  #fit(): void {
    const height = this.node.offsetHeight;
    if (height === 0 || height === this.#zone.heightInPx) return;
    this.#zone.heightInPx = height;
    this.#layout();
  }

  #layout(): void {
    this.editor.changeViewZones((zones) => zones.layoutZone(this.#zoneId));
  }
}
