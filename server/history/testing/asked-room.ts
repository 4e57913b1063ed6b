import assert from 'node:assert/strict';
import { vi } from 'vitest';
import type { BranchStage } from '../../branch-sync/testing/branch-stage.js';
import type { FileMoment, FileReverted, timelinePage } from '../../protocol/history.js';
import type { HttpRoute } from '../../protocol/http-routes.js';
import type { z } from 'zod';
import { SOON } from '../../testing/soon.js';

type Page = z.infer<typeof timelinePage>;
type Who = keyof BranchStage['cookies'];
type Answer<Reply> = { status: number; body: Reply & { code?: string; message?: string } };

/** A room that is asked for its past: what one may ask, in few words. */
export class AskedRoom {
  constructor(
    private readonly stage: BranchStage,
    readonly id: string,
  ) {}

  async ask<Reply>(
    who: Who,
    route: HttpRoute,
    options: { query?: Record<string, string>; body?: unknown } = {},
  ): Promise<Answer<Reply>> {
    const params = { id: this.id };
    const { status, body } = await this.stage.perch.ask(this.stage.cookies[who], route, {
      ...options,
      params,
    });
    return { status, body: body as Answer<Reply>['body'] };
  }

  /** Bytes at a path, in place of what is there. */
  async put(path: string, bytes: string): Promise<void> {
    const query = new URLSearchParams({ path, replace: 'true' });
    const { status } = await fetch(`${this.stage.perch.url}/api/workspaces/${this.id}/files?${query}`, {
      method: 'PUT',
      headers: { Cookie: this.stage.cookies.Alice },
      body: bytes,
    });
    assert.equal(status, 200);
  }

  async change(what: 'move' | 'delete' | 'discard', body: Record<string, string>): Promise<{ undo: string }> {
    const answer = await this.ask<{ undo: string }>('Alice', `POST /api/workspaces/:id/files/${what}`, {
      body,
    });
    assert.equal(answer.status, 200, `${what}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async undo(path: string, undo: string | null): Promise<number> {
    return (await this.ask('Alice', 'POST /api/workspaces/:id/files/undo', { body: { path, undo } })).status;
  }

  async at(path: string, seq: number): Promise<FileMoment> {
    const query = { path, seq: String(seq) };
    const { status, body } = await this.ask<FileMoment>('Bob', 'GET /api/workspaces/:id/history', { query });
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  }

  /** The bytes as they were; the refusal where there are none. */
  async raw(path: string, seq: number): Promise<unknown> {
    const query = { path, seq: String(seq) };
    return (await this.ask('Bob', 'GET /api/workspaces/:id/history/raw', { query })).body;
  }

  /** What a file is now. */
  async now(path: string): Promise<unknown> {
    return (await this.ask('Bob', 'GET /api/workspaces/:id/raw', { query: { path } })).body;
  }

  revert(path: string, seq: number): Promise<Answer<FileReverted>> {
    return this.ask<FileReverted>('Alice', 'POST /api/workspaces/:id/history/revert', {
      body: { path, seq },
    });
  }

  async timeline(query: Record<string, string> = {}): Promise<Page> {
    const { status, body } = await this.ask<Page>('Bob', 'GET /api/workspaces/:id/timeline', { query });
    assert.equal(status, 200);
    return body;
  }

  /** What is told of a file, the oldest first. */
  async told(path: string): Promise<string[]> {
    const { events } = await this.timeline({ path });
    return events.toReversed().map(({ type }) => type);
  }

  /** The number of the last event of a type. */
  async seqOf(type: string): Promise<number> {
    const find = async () => (await this.timeline()).events.find((event) => event.type === type);
    await vi.waitFor(async () => assert.ok(await find(), `${type} is told`), SOON);
    return (await find())!.seq;
  }

  async last(): Promise<number> {
    return (await this.timeline()).events[0]!.seq;
  }
}
