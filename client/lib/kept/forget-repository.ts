import { workspace } from '@protocol/workspace.js';
import * as Y from 'yjs';
import { noteUnsent, unsentPassages, type UnsentFile } from '../room/unsent-text.js';
import { keptDatabase, type KeptDocument, type KeptEdit } from './kept-database.js';

let forgotten = 0;
/** Raised by each forgetting: what was asked for before it is not kept. */
export const timesForgotten = (): number => forgotten;

type Name = { owner: string; repo: string };
type Kept = { key: string; answer: unknown };

const OPENED = 'POST /api/workspaces ';
/** They name many repositories and are asked for again. */
const LISTS = /^GET \/api\/(?:repositories|workspaces\/recent) /;

/** Whether this device keeps anything that was seen in a repository. */
export async function keepsRepository(personId: string, name: Name): Promise<boolean> {
  const database = await keptDatabase(personId);
  const keys = await database.getAllKeys('answers');
  return keys.some((key) => key.startsWith(OPENED) && isAbout(key, name));
}

/**
 * Takes away all that a device keeps of a repository whose right to read is
 * gone: texts, listings and edits, of all its branches, in one transaction.
 *
 * @returns what of the person's own was never sent, by branch
 */
export async function forgetRepository(
  personId: string,
  name: Name,
): Promise<{ branch: string; files: UnsentFile[] }[]> {
  forgotten++;
  const database = await keptDatabase(personId);
  const transaction = database.transaction(['documents', 'edits', 'answers'], 'readwrite');
  const answers: Kept[] = [];
  for await (const cursor of transaction.objectStore('answers').iterate())
    answers.push({ key: cursor.key, answer: cursor.value.answer });
  const rooms = roomsOf(answers, name);
  const names = [name, ...rooms];
  const branches = new Map(rooms.map(({ id, branch }) => [id, branch]));
  const ids = [...branches.keys()];
  for (const { key } of answers)
    if (names.some((each) => isAbout(key, each)) || LISTS.test(key) || ids.some((id) => key.includes(id)))
      await transaction.objectStore('answers').delete(key);
  const documents: KeptDocument[] = [];
  for await (const cursor of transaction.objectStore('documents').iterate())
    if (branches.has(cursor.value.workspaceId)) {
      documents.push(cursor.value);
      await cursor.delete();
    }
  const edits: KeptEdit[] = [];
  for await (const cursor of transaction.objectStore('edits').iterate())
    if (branches.has(cursor.value.workspaceId)) {
      edits.push(cursor.value);
      await cursor.delete();
    }
  await transaction.done;
  return [...branches].map(([workspaceId, branch]) => ({
    branch,
    files: unsentFiles(
      documents,
      edits.filter((edit) => edit.workspaceId === workspaceId),
    ),
  }));
}

/** The repository's rooms this device has been in, by each name that it had then. */
function roomsOf(answers: readonly Kept[], name: Name): (Name & { id: string; branch: string })[] {
  const opened = answers.flatMap(({ key, answer }) => {
    const room = key.startsWith(OPENED) ? workspace.safeParse(answer).data : undefined;
    return room ? [{ key, room }] : [];
  });
  const repositoryIds = new Set(
    opened
      .filter(({ key, room }) => isAbout(key, name) || isNamed(room, name))
      .map(({ room }) => room.repositoryId),
  );
  return opened.map(({ room }) => room).filter(({ repositoryId }) => repositoryIds.has(repositoryId));
}

function isNamed(one: Name, other: Name): boolean {
  return `${one.owner}/${one.repo}`.toLowerCase() === `${other.owner}/${other.repo}`.toLowerCase();
}

/** Whether a kept request names the repository. */
function isAbout(key: string, name: Name): boolean {
  const input = key.slice(key.indexOf('{'));
  const { params, query, body } = JSON.parse(input) as Record<string, Partial<Name> | undefined>;
  return [params, query, body].some(
    (each) => each?.owner !== undefined && each.repo !== undefined && isNamed(each as Name, name),
  );
}

function unsentFiles(documents: readonly KeptDocument[], edits: readonly KeptEdit[]): UnsentFile[] {
  const byDocument = new Map<string, KeptEdit[]>();
  for (const edit of edits) {
    const key = `${edit.documentId} ${edit.generation}`;
    byDocument.set(key, [...(byDocument.get(key) ?? []), edit]);
  }
  return [...byDocument.values()].map((own) => {
    const { documentId, generation, path } = own[0]!;
    const base = documents.find((each) => each.documentId === documentId && each.generation === generation);
    const doc = new Y.Doc();
    const clocks = new Map<number, number>();
    if (base) Y.applyUpdate(doc, base.base);
    for (const { update } of own) {
      Y.applyUpdate(doc, update);
      noteUnsent(clocks, update);
    }
    const passages = unsentPassages(doc, clocks);
    doc.destroy();
    return { path: base?.path ?? path, passages };
  });
}
