import { Injectable } from '@nestjs/common';
import type { DocumentStyle } from '../document/document.service.js';
import { StoredDocumentService, type StoredText } from '../document/stored-document.service.js';
import { decodeTextFile, type DecodedFile } from '../document/text-file.js';
import { GithubClient } from '../platform/github-client.js';
import { lineHunks } from '../platform/line-hunks.js';
import { DOCUMENT_MAX_LENGTH } from '../protocol/document.js';
import type { TreeEntry } from '../protocol/file.js';
import { anchorsAround, applyEdits, rangeOf, type Anchors, type Range } from './document-edit.js';
import type { ConflictRecord } from './conflict.repository.js';
import { lineEdits } from './line-edits.js';
import { mergeTexts } from './text-merge.js';

type DocumentRecord = StoredText['record'];
type Place = { owner: string; repo: string };

export type TextConflict = Anchors & { current: string; incoming: string; base: string };

/** What a push makes of a live text, as it was up to row `seq`. */
export type TextMerge = {
  kind: 'merged';
  seq: number;
  edit: { clientId: number; bytes: Uint8Array } | null;
  style: DocumentStyle;
  /** Whether it is what the commit has, to the byte. */
  isClean: boolean;
  conflicts: TextConflict[];
  /** Conflicts of before that this push has made void, or new ones of. */
  superseded: ConflictRecord[];
};
/** What came in is no text to merge with, and whether ours is more than the base's. */
export type NoMerge = { kind: 'not-text'; seq: number; isChanged: boolean };

const NOTHING: DecodedFile & { kind: 'text' } = {
  kind: 'text',
  text: '',
  lineEnding: 'lf',
  byteOrderMark: false,
};

/** Merges what was pushed into live texts: words and lines as edits, line ends and byte order mark as the file's style. */
@Injectable()
export class DocumentMergeService {
  constructor(
    private readonly stored: StoredDocumentService,
    private readonly github: GithubClient,
  ) {}

  /** Whether a text is more than what its base has. */
  async isChanged(place: Place, record: DocumentRecord, base: TreeEntry | null): Promise<boolean> {
    if (isKnownClean(record, base)) return false;
    const { text } = await this.#read(record);
    const was = await this.#decoded(place, base);
    return was?.text !== text || !hasStyle(record, was);
  }

  /** @param base what both began with; null where each made a file of his own */
  async merge(
    place: Place,
    record: DocumentRecord,
    base: TreeEntry | null,
    theirs: TreeEntry,
    open: readonly ConflictRecord[],
  ): Promise<TextMerge | NoMerge> {
    const stored = await this.#read(record);
    const { seq, document, text: ours } = stored;
    const come = await this.#decoded(place, theirs);
    const isSame = base !== null && base.sha === theirs.sha;
    const was = isKnownClean(record, base) && !come ? null : ((await this.#decoded(place, base)) ?? NOTHING);
    if (!come) {
      const isChanged = was !== null && (was.text !== ours || !hasStyle(record, was));
      return { kind: 'not-text', seq, isChanged };
    }
    const before = was ?? NOTHING;
    const merged =
      isSame || before.text === come.text
        ? { text: ours, conflicts: [] }
        : before.text === ours
          ? { text: come.text, conflicts: [] }
          : await mergeTexts(before.text, ours, come.text);
    if (merged.text.length > DOCUMENT_MAX_LENGTH) return { kind: 'not-text', seq, isChanged: true };
    const style = mergedStyle(record, before, come, base === null);
    const edit = applyEdits(document, await lineEdits(ours, merged.text));
    const found = merged.conflicts.map(({ at, current, incoming, base: old }) => {
      const range = { start: at, end: at + current.length };
      return { range, conflict: { ...anchorsAround(document, range), current, incoming, base: old } };
    });
    return {
      kind: 'merged',
      seq,
      edit,
      style,
      isClean: merged.text === come.text && hasStyle(style, come),
      conflicts: found.map(({ conflict }) => conflict),
      superseded: isSame
        ? []
        : await superseded(
            stored,
            open,
            found.map(({ range }) => range),
            merged.text,
            come.text,
          ),
    };
  }

  /** What a commit says at a path, as text; null where it is none. */
  async #decoded(place: Place, entry: TreeEntry | null): Promise<(DecodedFile & { kind: 'text' }) | null> {
    if (!entry || entry.mode === '120000' || entry.mode === '160000') return null;
    if ((entry.size ?? 0) > DOCUMENT_MAX_LENGTH) return null;
    const decoded = decodeTextFile(await this.github.getBlob(place.owner, place.repo, entry.sha));
    return decoded.kind === 'text' ? decoded : null;
  }

  /** For words about a file: nothing where it is none. */
  async text(place: Place, entry: TreeEntry | null): Promise<string | null> {
    return (await this.#decoded(place, entry))?.text ?? null;
  }

  async #read(record: DocumentRecord): Promise<StoredText> {
    const stored = await this.stored.read(record.id);
    if (!stored) throw new Error(`document ${record.id} is gone`);
    return stored;
  }
}

function isKnownClean(record: DocumentRecord, base: TreeEntry | null): boolean {
  return base !== null && record.nextSeq - 1 <= record.cleanSeq && record.baseSha === base.sha;
}

type Style = Pick<DocumentStyle, 'lineEnding' | 'byteOrderMark'>;

function hasStyle(one: Style, other: Style | null | undefined): boolean {
  return one.lineEnding === other?.lineEnding && one.byteOrderMark === other.byteOrderMark;
}

/** What they changed of it is changed; what we changed stays ours. */
function mergedStyle(ours: DocumentStyle, base: Style, theirs: Style, isNew: boolean): DocumentStyle {
  const isOursNew = !isNew && ours.lineEnding !== base.lineEnding;
  const lineEnding = isOursNew ? ours.lineEnding : theirs.lineEnding;
  const byteOrderMark =
    !isNew && ours.byteOrderMark !== base.byteOrderMark ? ours.byteOrderMark : theirs.byteOrderMark;
  // Which line ends how is in the bytes it came with, as long as those are its own.
  const objectId = isOursNew && lineEnding === 'mixed' ? ours.objectId : null;
  return { lineEnding, byteOrderMark, objectId };
}

async function superseded(
  { document }: StoredText,
  open: readonly ConflictRecord[],
  found: readonly Range[],
  text: string,
  come: string,
): Promise<ConflictRecord[]> {
  if (open.length === 0) return [];
  const lineAt = (index: number) => text.slice(0, index).split('\n').length - 1;
  const hunks = await lineHunks(text, come);
  return open.filter(({ startPosition, endPosition }) => {
    if (!startPosition || !endPosition) return true;
    const range = rangeOf(document, { start: startPosition, end: endPosition });
    if (found.some((each) => overlap(each, range))) return true;
    // It says what the commit says by now: there is nothing left to decide.
    const first = lineAt(range.start);
    const last = lineAt(Math.max(range.start, range.end - 1));
    return !hunks.some((hunk) => hunk.from <= last && first <= hunk.from + Math.max(0, hunk.count - 1));
  });
}

function overlap(one: Range, other: Range): boolean {
  const start = Math.max(one.start, other.start);
  const end = Math.min(one.end, other.end);
  return start < end || (start === end && (one.start === one.end || other.start === other.end));
}
