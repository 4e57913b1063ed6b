/** One document in one generation. */
export type DocumentVersion = { documentId: string; generation: number };
export type DocumentPlace = { workspaceId: string; path: string };

export type LoadedDocument = DocumentVersion & {
  writable: boolean;
  /** What the server had when last looked. */
  base: Uint8Array;
  /** What was written here and is not known to have arrived. */
  edits: { id: number; update: Uint8Array }[];
};

/** What a replaced document turned into. */
export type Carried = DocumentVersion & {
  writable: boolean;
  /** The state of the old document, everything in it carried over. */
  old: Uint8Array;
  /** The new document as the server has it. */
  base: Uint8Array;
  /** Our edits, as an edit of the new document. */
  edit: Uint8Array | null;
};

/**
 * Where a device keeps documents and the edits that the server has not
 * acknowledged. Any number of tabs use one: updates are added and merged,
 * never replaced, and each call is one transaction.
 */
export interface DocumentStore {
  /** What is kept of a path: a version with unsent edits first, then the latest. */
  load(place: DocumentPlace): Promise<LoadedDocument | null>;
  /** @returns the id to settle it by */
  addEdit(place: DocumentPlace, version: DocumentVersion, update: Uint8Array): Promise<number>;
  /** The server has all of `state`, and with it the edits of these ids. */
  settle(
    place: DocumentPlace,
    version: DocumentVersion,
    settled: { state: Uint8Array; writable: boolean; editIds: readonly number[] },
  ): Promise<void>;
  /**
   * Carries edits over to the document that took the place of theirs. Of
   * several tabs that hold the same edits the first carries them: `carry` is
   * given what was carried before, and runs within the one transaction.
   *
   * @returns the id of the edit that `carry` made
   */
  rebase(
    place: DocumentPlace,
    version: DocumentVersion,
    editIds: readonly number[],
    carry: (before: Uint8Array | undefined) => Carried,
  ): Promise<number | null>;
  /** Where unsent edits are, each place once. */
  unsent(workspaceId?: string): Promise<DocumentPlace[]>;
  /** Lets go of one version and of what was not sent of it. */
  drop(version: DocumentVersion): Promise<void>;
}
