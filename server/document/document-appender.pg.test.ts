import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../platform/testing/test-database.js';
import { DocumentAppender } from './document-appender.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let sql: pg.Pool;
const workspaceId = randomUUID();

beforeAll(async () => {
  database = await createTestDatabase();
  sql = new pg.Pool({ connectionString: database.url });
  await sql.query(
    `INSERT INTO repositories (id, owner, name, default_branch, private) VALUES (1, 'o', 'r', 'main', false)`,
  );
  await sql.query(`INSERT INTO workspaces (id, repository_id, branch) VALUES ($1, 1, 'main')`, [workspaceId]);
});

afterAll(async () => {
  await sql.end();
  await database.drop();
});

async function createDocument(): Promise<string> {
  const id = randomUUID();
  await sql.query(`INSERT INTO documents (id, workspace_id, path) VALUES ($1, $2, $3)`, [
    id,
    workspaceId,
    id,
  ]);
  return id;
}

const update = (documentId: string, text: string, generation = 1) => ({
  documentId,
  generation,
  bytes: new TextEncoder().encode(text),
  actor: 'system',
});

describe('DocumentAppender', () => {
  it('DOC4 many appenders on the same documents leave no gap, no repetition and no deadlock', async () => {
    const documents = await Promise.all(Array.from({ length: 6 }, createDocument));
    const appenders = Array.from({ length: 4 }, () => new DocumentAppender(database.url, () => {}));
    const seqs = await Promise.all(
      appenders.flatMap((appender, writer) =>
        Array.from({ length: 300 }, (_, index) => {
          const documentId = documents[(index * 5 + writer) % documents.length]!;
          return appender
            .append(update(documentId, `${writer}:${index}`))
            .then((seq) => ({ documentId, writer, index, seq }));
        }),
      ),
    );
    await Promise.all(appenders.map((appender) => appender.stop(1_000)));
    for (const documentId of documents) {
      const { rows } = await sql.query<{ seq: string; bytes: Buffer }>(
        'SELECT seq, bytes FROM document_updates WHERE document_id = $1 ORDER BY seq',
        [documentId],
      );
      expect(rows.map((row) => Number(row.seq))).toEqual(rows.map((_, index) => index + 1));
      const next = await sql.query<{ next_seq: string }>('SELECT next_seq FROM documents WHERE id = $1', [
        documentId,
      ]);
      expect(Number(next.rows[0]?.next_seq)).toBe(rows.length + 1);
      const told = seqs.filter((each) => each.documentId === documentId);
      expect(told.length).toBe(rows.length);
      for (const each of told)
        expect(rows[each.seq - 1]?.bytes.toString()).toBe(`${each.writer}:${each.index}`);
      // First in, first out for each writer.
      for (const writer of [0, 1, 2, 3]) {
        const own = told.filter((each) => each.writer === writer).sort((a, b) => a.seq - b.seq);
        expect(own.map((each) => each.index)).toEqual(own.map((each) => each.index).sort((a, b) => a - b));
      }
    }
  });

  it('DOC1 an update of an old generation is refused and nothing is stored', async () => {
    const documentId = await createDocument();
    await sql.query('UPDATE documents SET generation = 2 WHERE id = $1', [documentId]);
    const appender = new DocumentAppender(database.url, () => {});
    const [stale, fresh] = await Promise.allSettled([
      appender.append(update(documentId, 'old', 1)),
      appender.append(update(documentId, 'new', 2)),
    ]);
    await appender.stop(1_000);
    expect(stale).toMatchObject({ status: 'rejected', reason: { code: 'out-of-step' } });
    expect(fresh).toEqual({ status: 'fulfilled', value: 1 });
  });

  it('DOC3 what cannot be stored is kept, in order, until it can', async () => {
    const documentId = await createDocument();
    const states: boolean[] = [];
    const appender = new DocumentAppender(database.url, (failing) => states.push(failing));
    expect(await appender.append(update(documentId, 'a'))).toBe(1);
    await sql.query('ALTER TABLE document_updates RENAME TO elsewhere');
    const waiting = [appender.append(update(documentId, 'b')), appender.append(update(documentId, 'c'))];
    await expect.poll(() => states).toEqual([true]);
    waiting.push(appender.append(update(documentId, 'd')));
    await sql.query('ALTER TABLE elsewhere RENAME TO document_updates');
    expect(await Promise.all(waiting)).toEqual([2, 3, 4]);
    expect(states).toEqual([true, false]);
    await appender.stop(1_000);
  });

  it('DOC7 what is appended before a stop is stored by it', async () => {
    const documentId = await createDocument();
    const appender = new DocumentAppender(database.url, () => {});
    const stored = appender.append(update(documentId, 'last'));
    await appender.stop(5_000);
    expect(await stored).toBe(1);
    await expect(appender.append(update(documentId, 'late'))).rejects.toMatchObject({
      code: 'unavailable',
      retry: true,
    });
  });
});
