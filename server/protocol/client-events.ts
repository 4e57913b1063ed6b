import { z } from 'zod';
import type { ErrorBody } from './error.js';
import { documentJoin, documentLeave, documentPush, documentPushed, documentState } from './document.js';
import { presenceMove } from './presence.js';
import { workspaceJoin, workspaceJoined } from './workspace.js';

const nothing = z.null();

type Call = { body: z.ZodType; reply: z.ZodType };

/** Everything a client may ask for over the socket: one line per call. */
export const clientEvents = {
  'workspace:join': { body: workspaceJoin, reply: workspaceJoined },
  'workspace:leave': { body: workspaceJoin, reply: nothing },
  'document:join': { body: documentJoin, reply: documentState },
  'document:push': { body: documentPush, reply: documentPushed },
  'document:leave': { body: documentLeave, reply: nothing },
  'presence:move': { body: presenceMove, reply: nothing },
} satisfies Record<string, Call>;

export type ClientEvent = keyof typeof clientEvents;
export type CallBody<Event extends ClientEvent> = z.infer<(typeof clientEvents)[Event]['body']>;
export type CallReply<Event extends ClientEvent> = z.infer<(typeof clientEvents)[Event]['reply']>;

/** Whoever gives an `acknowledge` is answered: with what was asked for, or with why not. */
export type Result<Reply> = { ok: true; reply: Reply } | { ok: false; error: ErrorBody };

export type ClientToServerEvents = {
  [Event in ClientEvent]: (
    body: CallBody<Event>,
    acknowledge?: (result: Result<CallReply<Event>>) => void,
  ) => void;
};
