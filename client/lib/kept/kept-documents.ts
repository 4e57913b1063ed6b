import * as Y from 'yjs';
import type {
  Carried,
  DocumentPlace,
  DocumentStore,
  DocumentVersion,
  LoadedDocument,
} from '../room/document-store.js';
import { keptDatabase, type KeptDocument } from './kept-database.js';

let askedToPersist = false;

/** The documents of one person on this device, in his own IndexedDB. */
export class KeptDocuments implements DocumentStore {
  constructor(private readonly personId: string) {}

  async load({ workspaceId, path }: DocumentPlace): Promise<LoadedDocument | null> {
    const database = await keptDatabase(this.personId);
    const transaction = database.transaction(['documents', 'edits']);
    const records = await transaction.objectStore('documents').index('path').getAll([workspaceId, path]);
    const loaded: (LoadedDocument & { keptAt: number })[] = [];
    for (const { documentId, generation, writable, base, keptAt } of records) {
      const edits = await transaction.objectStore('edits').index('document').getAll([documentId, generation]);
      loaded.push({
        documentId,
        generation,
        writable,
        base,
        keptAt,
        edits: edits.map(({ id, update }) => ({ id: id!, update })),
      });
    }
    await transaction.done;
    const latest = loaded.sort((one, other) => other.keptAt - one.keptAt);
    return latest.find((each) => each.edits.length > 0) ?? latest[0] ?? null;
  }

  async addEdit(place: DocumentPlace, version: DocumentVersion, update: Uint8Array): Promise<number> {
    const database = await keptDatabase(this.personId);
    const transaction = database.transaction('edits', 'readwrite');
    const adding = transaction.store.add({ ...place, ...version, update });
    // Not left to the page's next turn: it may have none.
    transaction.commit();
    const [id] = await Promise.all([adding, transaction.done]);
    askToPersist();
    return id;
  }

  async settle(
    place: DocumentPlace,
    version: DocumentVersion,
    settled: { state: Uint8Array; writable: boolean; editIds: readonly number[] },
  ): Promise<void> {
    const database = await keptDatabase(this.personId);
    const transaction = database.transaction(['documents', 'edits'], 'readwrite');
    const documents = transaction.objectStore('documents');
    const known = await documents.get([version.documentId, version.generation]);
    await documents.put(record(place, version, settled.writable, merge(known?.base, settled.state)));
    for (const id of settled.editIds) await transaction.objectStore('edits').delete(id);
    await transaction.done;
  }

  async rebase(
    place: DocumentPlace,
    version: DocumentVersion,
    editIds: readonly number[],
    carry: (before: Uint8Array | undefined) => Carried,
  ): Promise<number | null> {
    const database = await keptDatabase(this.personId);
    const transaction = database.transaction(['documents', 'edits'], 'readwrite');
    const documents = transaction.objectStore('documents');
    const edits = transaction.objectStore('edits');
    const old = await documents.get([version.documentId, version.generation]);
    const { old: oldState, base, writable, edit, documentId, generation } = carry(old?.base);
    if (old) await documents.put({ ...old, base: merge(old.base, oldState) });
    for (const id of editIds) await edits.delete(id);
    const next = { documentId, generation };
    const known = await documents.get([documentId, generation]);
    await documents.put(record(place, next, writable, merge(known?.base, base)));
    const id = edit && (await edits.add({ ...place, ...next, update: edit }));
    await transaction.done;
    return id;
  }

  async unsent(workspaceId?: string): Promise<DocumentPlace[]> {
    const database = await keptDatabase(this.personId);
    const places = new Map<string, DocumentPlace>();
    for (const edit of await database.getAll('edits')) {
      if (workspaceId !== undefined && edit.workspaceId !== workspaceId) continue;
      const key = `${edit.documentId} ${edit.generation}`;
      if (places.has(key)) continue;
      // The document may have been moved since.
      const { path } = (await database.get('documents', [edit.documentId, edit.generation])) ?? edit;
      places.set(key, { workspaceId: edit.workspaceId, path });
    }
    return [...places.values()];
  }

  async drop(version: DocumentVersion): Promise<void> {
    const database = await keptDatabase(this.personId);
    const key: [string, number] = [version.documentId, version.generation];
    const transaction = database.transaction(['documents', 'edits'], 'readwrite');
    await transaction.objectStore('documents').delete(key);
    const edits = transaction.objectStore('edits');
    for (const id of await edits.index('document').getAllKeys(key)) await edits.delete(id);
    await transaction.done;
  }
}

function record(
  place: DocumentPlace,
  version: DocumentVersion,
  writable: boolean,
  base: Uint8Array,
): KeptDocument {
  return { ...place, ...version, writable, base, keptAt: Date.now() };
}

function merge(known: Uint8Array | undefined, state: Uint8Array): Uint8Array {
  if (!known) return state;
  const doc = new Y.Doc();
  Y.applyUpdate(doc, known);
  Y.applyUpdate(doc, state);
  const merged = Y.encodeStateAsUpdate(doc);
  doc.destroy();
  return merged;
}

/** The browser may throw away what it was not asked to keep. */
function askToPersist(): void {
  if (askedToPersist) return;
  askedToPersist = true;
  // Only there where the page came over a secure connection; a refusal changes nothing for us.
  navigator.storage?.persist?.().catch(() => {});
}
