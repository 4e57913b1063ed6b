import pg from 'pg';
import * as Y from 'yjs';
import { Room } from '../../../client/lib/room/room.js';
import { TEXT_NAME } from '../../protocol/document.js';
import type { Account } from '../../protocol/user.js';
import { PerchServer } from '../../testing/perch-server.js';
import { DocumentTab } from './document-tab.js';

/** A whole server with a few people, for tests of what they see of one another and what the database keeps. */
export class DocumentStage {
  readonly #tabs: DocumentTab[] = [];
  readonly #rooms: Room[] = [];
  #files = 0;

  private constructor(
    readonly perch: PerchServer,
    readonly database: pg.Client,
    readonly alice: string,
    readonly bob: string,
    readonly reader: string,
    readonly workspaceId: string,
  ) {}

  static async start(): Promise<DocumentStage> {
    const perch = await PerchServer.start();
    const database = new pg.Client({ connectionString: perch.surroundings.databaseUrl });
    await database.connect();
    const alice = await perch.ownerCookie();
    const bob = await perch.invite(alice, 'write');
    const reader = await perch.invite(alice, 'read', 'Rita');
    return new DocumentStage(perch, database, alice, bob, reader, await perch.open(alice));
  }

  /** Everybody leaves. */
  clear(): void {
    for (const tab of this.#tabs.splice(0)) tab.socket.disconnect();
    for (const room of this.#rooms.splice(0)) room.stop();
  }

  async stop(): Promise<void> {
    await this.database.end();
    await this.perch.stop();
  }

  async connect(cookie: string): Promise<DocumentTab> {
    const tab = await DocumentTab.connect(this.perch, cookie);
    this.#tabs.push(tab);
    return tab;
  }

  async enter(cookie: string, path: string): Promise<DocumentTab> {
    const tab = await DocumentTab.in(this.perch, cookie, this.workspaceId, path);
    this.#tabs.push(tab);
    return tab;
  }

  /** The client that browsers run. */
  openRoom(cookie: string): Room {
    const room = new Room({ url: this.perch.url, workspaceId: this.workspaceId, headers: { cookie } });
    this.#rooms.push(room);
    room.start();
    return room;
  }

  /** A file of its own for a test: its path. */
  async makeFile(text: string): Promise<string> {
    const path = `made/${++this.#files}.txt`;
    const answer = await this.perch.ask(this.alice, 'POST /api/workspaces/:id/files', {
      params: { id: this.workspaceId },
      body: { path, text },
    });
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    return path;
  }

  /** What somebody sees who comes in now. */
  async shownNow(path: string): Promise<string> {
    return (await this.enter(this.bob, path)).text;
  }

  async rowsOf(documentId: string): Promise<{ seq: string; bytes: Buffer }[]> {
    const { rows } = await this.database.query<{ seq: string; bytes: Buffer }>(
      'SELECT seq, bytes FROM document_updates WHERE document_id = $1 ORDER BY seq',
      [documentId],
    );
    return rows;
  }

  async documentAt(path: string): Promise<string> {
    const { rows } = await this.database.query<{ id: string }>(
      'SELECT id FROM documents WHERE workspace_id = $1 AND path = $2 AND deleted_at IS NULL',
      [this.workspaceId, path],
    );
    return rows[0]!.id;
  }

  async accountOf(cookie: string): Promise<Account> {
    return (await this.perch.ask(cookie, 'GET /api/session')).body as Account;
  }

  /** As a broken disk would: past the trigger that refuses it. */
  async damage(documentId: string, seq: number, bytes: Uint8Array): Promise<void> {
    await this.database.query('BEGIN');
    await this.database.query('SET LOCAL session_replication_role = replica');
    await this.database.query('UPDATE document_updates SET bytes = $3 WHERE document_id = $1 AND seq = $2', [
      documentId,
      seq,
      Buffer.from(bytes),
    ]);
    await this.database.query('COMMIT');
  }

  /**
   * Replaces the content of a document as a whole, as another process would.
   *
   * @param meanwhile runs while the document is locked: nothing of before can be stored any more
   * @param isTold whether the notice of it arrives
   */
  async replace(
    documentId: string,
    text: string,
    { isTold = true, meanwhile }: { isTold?: boolean; meanwhile?: () => Promise<void> } = {},
  ): Promise<void> {
    const replacement = new Y.Doc();
    replacement.getText(TEXT_NAME).insert(0, text);
    await this.database.query('BEGIN');
    const { rows } = await this.database.query<{ seq: string; generation: number }>(
      `UPDATE documents SET generation = generation + 1, next_seq = next_seq + 1 WHERE id = $1
       RETURNING next_seq - 1 AS seq, generation`,
      [documentId],
    );
    await meanwhile?.();
    await this.database.query(
      `INSERT INTO document_updates (document_id, seq, generation, bytes, actor, process_id)
       VALUES ($1, $2, $3, $4, 'system', gen_random_uuid())`,
      [documentId, rows[0]!.seq, rows[0]!.generation, Buffer.from(Y.encodeStateAsUpdate(replacement))],
    );
    if (isTold)
      await this.database.query(`SELECT pg_notify('perch_document', gen_random_uuid() || ' ' || $1)`, [
        documentId,
      ]);
    await this.database.query('COMMIT');
  }
}
