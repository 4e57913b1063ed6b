import { ProtocolError } from '@protocol/error.js';
import type { FileLines } from '@protocol/lines.js';
import type { editor as Editor, IDisposable } from 'monaco-editor';
import type * as Y from 'yjs';
import {
  BY_OTHERS,
  carryOver,
  knownLines,
  type KnownLine,
  type KnownLines,
  type KnownRemoval,
  type LineChange,
} from './known-lines.js';

/** After the last key, the server is asked who wrote what. */
const REST_MS = 1_200;
/** So often it is asked while nobody rests. */
const RESTLESS_MS = 6_000;
/** What happened is stored, and mostly told, by then. */
const SOON_MS = 300;
/** Its answer was of another text, or a failure: it is asked again, each time later. */
const AGAIN_MS = [500, 2_000, 8_000];

export type LineSource = {
  ask: (signal: AbortSignal) => Promise<FileLines>;
  /** Resolves when the server has what was typed here. */
  saved: () => Promise<void>;
  /** What a line is that was just typed here. */
  own: () => KnownLine;
};

type Edit = { change: LineChange; fresh: KnownLine };

/**
 * Who wrote each line of the text in an editor. The server says; what is typed
 * since is carried over by one splice a change, and asked for when it rests.
 * Made while somebody wants to know, `dispose`d after.
 */
export class LineAuthors implements IDisposable {
  #known: KnownLines | null = null;
  #problem: string | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void)[];
  /** What was changed since the server was asked. */
  #since: Edit[] | null = null;
  #asking: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;
  #restless = 0;
  #misses = 0;
  /** What a change of the text comes from where that is the shared document. Ours is an undo. */
  #transaction: Y.Transaction | null = null;
  #disposed = false;

  constructor(
    private readonly model: Editor.ITextModel,
    text: Y.Text,
    private readonly source: LineSource,
  ) {
    const begin = (transaction: Y.Transaction): void => {
      this.#transaction = transaction;
    };
    const end = (): void => {
      this.#transaction = null;
    };
    const { doc } = text;
    doc?.on('beforeTransaction', begin);
    doc?.on('afterTransaction', end);
    const changes = model.onDidChangeContent((event) => this.#follow(event));
    this.#stops = [
      () => doc?.off('beforeTransaction', begin),
      () => doc?.off('afterTransaction', end),
      () => changes.dispose(),
    ];
    this.#askIn(0);
  }

  /** Null while nothing is known of any line. */
  at(line: number): KnownLine | null {
    return this.#known?.lines[line - 1] ?? null;
  }

  /** What was deleted right below a line, and above the first. */
  removedAt(line: number): KnownRemoval[] {
    const { removals = [] } = this.#known ?? {};
    return removals.filter(({ after }) => after === line || (line === 1 && after === 0));
  }

  get isKnown(): boolean {
    return this.#known !== null;
  }

  /** Whether the forge told who wrote what is committed. */
  get hasBlame(): boolean {
    return this.#known?.hasBlame ?? true;
  }

  get problem(): string | null {
    return this.#problem;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Something happened that may change who wrote what. */
  askSoon(): void {
    this.#askIn(SOON_MS);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#asking?.abort();
    for (const stop of this.#stops) stop();
    this.#listeners.clear();
  }

  #follow({ changes, isFlush }: Editor.IModelContentChangedEvent): void {
    if (isFlush) this.#known = null;
    else {
      // Said only now: one that an update is applied in begins as if it were ours.
      const isOwn = this.#transaction?.local ?? true;
      const fresh = isOwn ? this.source.own() : BY_OTHERS;
      // They are told from the end of the text to its start: none moves the next.
      for (const change of changes) this.#take({ change: this.#lineChange(change, changes.length), fresh });
    }
    this.#tell();
    const now = Date.now();
    if (this.#restless === 0) this.#restless = now + RESTLESS_MS;
    this.#askIn(Math.max(0, Math.min(REST_MS, this.#restless - now)), true);
  }

  #take(edit: Edit): void {
    this.#since?.push(edit);
    if (this.#known) carryOver(this.#known, edit.change, edit.fresh);
  }

  #lineChange({ range, text }: Editor.IModelContentChange, among: number): LineChange {
    const { startLineNumber: first, startColumn, endLineNumber: last, endColumn } = range;
    const parts = text.split(/\r\n|\r|\n/);
    const isEmpty = first === last && startColumn === endColumn;
    const after = first + parts.length - 1;
    // Nothing stood behind it: a line end was put at the end of a line, which is as it was.
    const isAtEnd =
      isEmpty &&
      among === 1 &&
      parts[0] === '' &&
      parts.length > 1 &&
      this.model.getLineLength(after) === parts.at(-1)!.length;
    const isBefore = endColumn === 1 && (text === '' ? startColumn === 1 : parts.at(-1) === '');
    return { first, last, count: parts.length, keepsFirst: isAtEnd, keepsLast: isBefore && !isAtEnd };
  }

  /** @param isLater whether what was to be asked earlier is asked only then */
  #askIn(delay: number, isLater = false): void {
    const due = Date.now() + delay;
    if (!isLater && this.#due <= due) return;
    this.#due = due;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#due = Infinity;
      void this.#ask();
    }, delay);
  }

  async #ask(): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#restless = 0;
    await this.source.saved();
    if (asking.signal.aborted) return;
    this.#since = [];
    try {
      const told = await this.source.ask(asking.signal);
      if (asking.signal.aborted) return;
      this.#learn(told);
    } catch (error) {
      if (asking.signal.aborted) return;
      this.#problem = error instanceof Error ? error.message : String(error);
      this.#tell();
      if (!(error instanceof ProtocolError)) this.#askAgain();
      else if (error.retry) this.#askAgain(error.retryAfterMs);
    } finally {
      if (this.#asking === asking) this.#since = null;
    }
  }

  #askAgain(delay = AGAIN_MS[this.#misses++] ?? AGAIN_MS.at(-1)!): void {
    this.#askIn(delay);
  }

  #learn(told: FileLines): void {
    const known = knownLines(told);
    for (const { change, fresh } of this.#since ?? []) carryOver(known, change, fresh);
    // Of a text of more or fewer lines: what others typed is on its way to or from us.
    if (known.lines.length !== this.model.getLineCount()) {
      this.#askAgain();
      return;
    }
    this.#misses = 0;
    this.#problem = null;
    this.#known = known;
    this.#tell();
  }

  #tell(): void {
    if (!this.#disposed) for (const listener of this.#listeners) listener();
  }
}
