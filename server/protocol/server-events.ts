import type { z } from 'zod';
import { documentReset, documentSnapshot, documentStoring, documentUpdated } from './document.js';
import { workspaceEvent, type WorkspaceEvent } from './event.js';
import { presenceChanged } from './presence.js';
import { workspaceClosed, workspaceRole } from './workspace.js';

/** Everything a server tells without being asked: one line per news. */
export const serverEvents = {
  'document:snapshot': documentSnapshot,
  'document:updated': documentUpdated,
  'document:reset': documentReset,
  'document:storing': documentStoring,
  'presence:changed': presenceChanged,
  'event:added': workspaceEvent,
  /** Access was withdrawn, or the workspace is no more. */
  'workspace:closed': workspaceClosed,
  'workspace:changed': workspaceRole,
} satisfies Record<string, z.ZodType>;

export type ServerEvent = keyof typeof serverEvents;
type Told<Event extends ServerEvent> = Event extends 'event:added'
  ? WorkspaceEvent
  : z.infer<(typeof serverEvents)[Event]>;

export type ServerToClientEvents = { [Event in ServerEvent]: (news: Told<Event>) => void };
