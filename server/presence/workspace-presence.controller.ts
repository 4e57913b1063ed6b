import { Controller } from '@nestjs/common';
import type { Caller } from '../platform/caller.js';
import { CalledBy, HttpRoute, type RouteInput } from '../platform/http-route.js';
import type { RouteReply } from '../protocol/http-routes.js';
import { WorkspaceEntryService } from '../workspace/workspace-entry.service.js';
import { ProgramPresenceService } from './program-presence.service.js';

/** Who is on a branch, for programs. */
@Controller()
export class WorkspacePresenceController {
  constructor(
    private readonly entry: WorkspaceEntryService,
    private readonly presence: ProgramPresenceService,
  ) {}

  @HttpRoute('GET /api/workspace/presence')
  async list(
    { query }: RouteInput<'GET /api/workspace/presence'>,
    @CalledBy() caller: Caller,
  ): Promise<RouteReply<'GET /api/workspace/presence'>> {
    const { workspaceId } = await this.entry.enter(caller, query, 'read');
    return this.presence.list(workspaceId);
  }

  @HttpRoute('PUT /api/workspace/presence')
  async put(
    { query, body }: RouteInput<'PUT /api/workspace/presence'>,
    @CalledBy() caller: Caller,
  ): Promise<RouteReply<'PUT /api/workspace/presence'>> {
    const { workspaceId } = await this.entry.enter(caller, query, 'read');
    return this.presence.put(caller, workspaceId, body);
  }
}
