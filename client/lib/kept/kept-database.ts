import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { DocumentPlace, DocumentVersion } from '../room/document-store.js';

/** A document as this device last knew it to be stored. */
export type KeptDocument = DocumentVersion &
  DocumentPlace & {
    writable: boolean;
    /** What the server has, and what was carried over to a later generation already. */
    base: Uint8Array;
    keptAt: number;
  };

/** An edit made here that the server has not acknowledged. */
export type KeptEdit = DocumentVersion & DocumentPlace & { id?: number; update: Uint8Array };

interface Schema extends DBSchema {
  documents: { key: [string, number]; value: KeptDocument; indexes: { path: [string, string] } };
  edits: { key: number; value: KeptEdit; indexes: { document: [string, number] } };
  answers: { key: string; value: { answer: unknown; keptAt: number } };
}
export type KeptDatabase = IDBPDatabase<Schema>;

/** What nobody came back to for so long is let go, unsent edits never. */
const FORGET_MS = 30 * 24 * 60 * 60 * 1000;
const VERSION = 1;

const opened = new Map<string, Promise<KeptDatabase>>();
const nameOf = (personId: string) => `perch-${personId}`;

/**
 * What this device keeps for one person: a database of his own, so that
 * nobody else signed in here comes across it. Opened once a page; closed when
 * a sign-out, in whichever tab, deletes it, after which every use of it fails.
 */
export function keptDatabase(personId: string): Promise<KeptDatabase> {
  let database = opened.get(personId);
  if (!database) {
    database = open(personId);
    opened.set(personId, database);
  }
  return database;
}

export async function deleteKeptDatabase(personId: string): Promise<void> {
  const name = nameOf(personId);
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.addEventListener('success', () => resolve());
    request.addEventListener('error', () =>
      reject(request.error ?? new Error(`${name} could not be deleted`)),
    );
  });
}

async function open(personId: string): Promise<KeptDatabase> {
  const database = await openDB<Schema>(nameOf(personId), VERSION, {
    upgrade(created) {
      created
        .createObjectStore('documents', { keyPath: ['documentId', 'generation'] })
        .createIndex('path', ['workspaceId', 'path']);
      created
        .createObjectStore('edits', { keyPath: 'id', autoIncrement: true })
        .createIndex('document', ['documentId', 'generation']);
      created.createObjectStore('answers');
    },
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
  await forget(database, Date.now() - FORGET_MS);
  return database;
}

async function forget(database: KeptDatabase, before: number): Promise<void> {
  const transaction = database.transaction(['documents', 'edits', 'answers'], 'readwrite');
  const edits = transaction.objectStore('edits').index('document');
  for await (const cursor of transaction.objectStore('documents').iterate()) {
    const { documentId, generation, keptAt } = cursor.value;
    if (keptAt < before && (await edits.count([documentId, generation])) === 0) await cursor.delete();
  }
  for await (const cursor of transaction.objectStore('answers').iterate())
    if (cursor.value.keptAt < before) await cursor.delete();
  await transaction.done;
}
