import { z } from 'zod';
import { bytes } from './bytes.js';
import { filePath } from './file.js';
import { person } from './user.js';

/** A connection's cursor: Yjs relative positions, encoded (PRS3). */
export const textCursor = z.object({
  path: filePath,
  anchor: bytes(1024),
  head: bytes(1024),
});
export type TextCursor = z.infer<typeof textCursor>;

/** Where somebody is. A newer `count` of the same connection replaces an older one (PRS2). */
export const presenceMove = z.object({
  workspaceId: z.uuid(),
  count: z.number().int().nonnegative(),
  /** The file in front of the person, or null. */
  path: filePath.nullable(),
  cursor: textCursor.nullable(),
  /** The tab is hidden. */
  idle: z.boolean(),
});
export type PresenceMove = z.infer<typeof presenceMove>;

/** One connection: two tabs are two of these and one avatar (PRS1). */
export const presence = z.object({
  connectionId: z.string(),
  person,
  count: z.number().int(),
  path: z.string().nullable(),
  cursor: textCursor.nullable(),
  idle: z.boolean(),
});
export type Presence = z.infer<typeof presence>;

/** Where a program says its person is; for 30 s, unless it says so again. */
export const programPresence = z.object({
  path: filePath.nullable().default(null),
  idle: z.boolean().default(false),
});

/** One connection as programs see it: who, in which file. */
export const presenceEntry = presence.pick({ connectionId: true, person: true, path: true, idle: true });
export type PresenceEntry = z.infer<typeof presenceEntry>;

export const presenceChanged = z.object({
  workspaceId: z.uuid(),
  upserted: z.array(presence),
  /** Connection ids that are gone. */
  removed: z.array(z.string()),
});
