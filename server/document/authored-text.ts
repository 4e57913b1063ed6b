import type { DocumentHistory, TextRun } from './document-history.js';

/** That somebody wrote characters of a line, or deleted some from within it; `seq` is the last row of his that did. */
export type Touch = {
  kind: 'wrote' | 'deleted';
  writing: number;
  seq: number;
  /** Of a deletion: whether it took what the base had. */
  isOfBase: boolean;
};
/** Whole lines that were deleted before the line of this index. */
export type Removal = { line: number; writing: number; seq: number; isOfBase: boolean };
/** A text with who did what to each of its lines, which are between its line ends. */
export type AuthoredText = { text: string; lines: Touch[][]; removals: Removal[] };

type Gone = Removal & { text: string };

/** Runs between two moments in which others may have their turn. */
const RUNS_A_STEP = 256;

/**
 * Line by line, who wrote a document's text as it was after `atSeq`. What
 * somebody typed and took away in one go is nobody's business.
 * @param cleanSeq the row up to which the text is committed
 */
export function* authoredText(
  history: DocumentHistory,
  { cleanSeq, atSeq = history.seq }: { cleanSeq: number; atSeq?: number },
): Generator<void, AuthoredText> {
  const lines = new LineCollector();
  let steps = 0;
  for (const run of history.runs(atSeq)) {
    if (++steps % RUNS_A_STEP === 0) yield;
    if (run.isThere) lines.add(run, cleanSeq);
    else if (run.deleted && run.deleted.writing !== run.inserted.writing) {
      const { actor } = history.writings[run.inserted.writing]!;
      const isOfBase = run.inserted.writtenSeq <= cleanSeq || actor.startsWith('git:');
      lines.remove({ ...run.deleted, line: 0, isOfBase, text: run.text });
    }
  }
  return lines.end();
}

class LineCollector {
  readonly #parts: string[] = [];
  readonly #lines: Touch[][] = [];
  readonly #removals: Removal[] = [];
  #line: Touch[] = [];
  #hasText = false;
  #gap: Gone[] = [];
  /** The line end before this line: whoever typed it made this line, should it stay empty. */
  #opened: Touch | null = null;

  add({ text, inserted }: TextRun, cleanSeq: number): void {
    this.#parts.push(text);
    const { writing, writtenSeq: seq } = inserted;
    const touch: Touch = { kind: 'wrote', writing, seq, isOfBase: seq <= cleanSeq };
    for (let at = 0; at < text.length;) {
      const end = text.indexOf('\n', at);
      if (end !== at) {
        this.#settleGap();
        this.#touch(touch);
        this.#hasText = true;
      }
      if (end === -1) return;
      this.#settleGap(true);
      if (!this.#hasText) {
        this.#touch(touch);
        if (this.#opened) this.#touch(this.#opened);
      }
      this.#close();
      this.#opened = touch;
      at = end + 1;
    }
  }

  remove(gone: Gone): void {
    this.#gap.push(gone);
  }

  end(): AuthoredText {
    this.#settleGap(true);
    this.#close();
    return { text: this.#parts.join(''), lines: this.#lines, removals: this.#removals };
  }

  /** What was deleted here: whole lines before this one or after it, or a part of it. */
  #settleGap(isAtEnd = false): void {
    const gap = this.#gap;
    if (gap.length === 0) return;
    this.#gap = [];
    let first = 0;
    let last = gap.length;
    if (!this.#hasText) {
      first = gap.findLastIndex(({ text }) => text.includes('\n')) + 1;
      this.#removed(gap.slice(0, first), this.#lines.length);
      if (first > 0 && gap[first - 1]!.text.endsWith('\n') === false) first--;
    } else if (isAtEnd) {
      const index = gap.findIndex(({ text }) => text.includes('\n'));
      if (index !== -1) {
        this.#removed(gap.slice(index), this.#lines.length + 1);
        last = gap[index]!.text.startsWith('\n') ? index : index + 1;
      }
    }
    for (const { writing, seq, isOfBase } of gap.slice(first, last))
      this.#touch({ kind: 'deleted', writing, seq, isOfBase });
  }

  #removed(gone: readonly Gone[], line: number): void {
    for (const { writing, seq, isOfBase } of gone) {
      const known = this.#removals.at(-1);
      if (known?.line === line && known.writing === writing && known.isOfBase === isOfBase)
        known.seq = Math.max(known.seq, seq);
      else this.#removals.push({ line, writing, seq, isOfBase });
    }
  }

  #touch(touch: Touch): void {
    const { kind, writing, isOfBase } = touch;
    const known = this.#line.find(
      (each) => each.writing === writing && each.kind === kind && each.isOfBase === isOfBase,
    );
    if (!known) this.#line.push({ ...touch });
    else known.seq = Math.max(known.seq, touch.seq);
  }

  #close(): void {
    this.#lines.push(this.#line);
    this.#line = [];
    this.#hasText = false;
  }
}
