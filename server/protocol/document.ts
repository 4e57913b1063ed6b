import { z } from 'zod';
import { anyBytes, bytes } from './bytes.js';
import { filePath, notTextReason } from './file.js';

/**
 * The largest update of one push. It lies well under Socket.IO's
 * `maxHttpBufferSize` (see platform/socket.adapter), above which a socket would
 * be cut without a word and a resend would loop (DOC8). Larger changes are sent in pieces.
 */
export const UPDATE_MAX_BYTES = 1_000_000;
/** All pieces of one update together. */
export const UPDATE_TOTAL_MAX_BYTES = 24_000_000;
/** Text of a document: beyond it a file opens in a viewer. UTF-16 units. */
export const DOCUMENT_MAX_LENGTH = 8_000_000;
/** The one shared type in a document's Y.Doc: its text, LF inside (DOC10). */
export const TEXT_NAME = 'text';

/** Visits without a connection, each a reload of the page, whose edits one join may bring along. */
export const EARLIER_CLIENTS_MAX = 1_000;

/** A Yjs client id: random 32 bits, registered to its person when it joins (DOC9). */
export const documentClientId = z.number().int().min(0).max(0xffffffff);

export const documentJoin = z.object({
  workspaceId: z.uuid(),
  path: filePath,
  clientId: documentClientId,
  /** Ids of earlier visits under which this person made what is still unsent: registered to him too (DOC9). */
  earlierClientIds: z.array(documentClientId).max(EARLIER_CLIENTS_MAX).optional(),
  /** What this client has already, or null when it starts empty. */
  known: z
    .object({ documentId: z.uuid(), generation: z.number().int(), stateVector: bytes(1_000_000) })
    .nullable(),
});
export type DocumentJoin = z.infer<typeof documentJoin>;

/** Either a live document or the reason why the path opens read-only. */
export const documentState = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('live'),
    documentId: z.uuid(),
    /** Raised when the content is replaced as a whole; state of another generation cannot be merged. */
    generation: z.number().int(),
    /**
     * All the client lacks of the durable state, in order (everything, where
     * `known` is of another generation). What comes before it was told just now
     * as `document:snapshot`, where `hasSnapshot` says so.
     */
    updates: z.array(anyBytes),
    hasSnapshot: z.boolean(),
    /** The server's durable state vector: the client answers with what this lacks (DOC2). */
    stateVector: anyBytes,
    writable: z.boolean(),
    /**
     * Where `known` is of another document or generation: the last state of that
     * one. What the client has beyond it is rebased onto the new text (DOC1).
     */
    previous: anyBytes.optional(),
  }),
  z.object({
    kind: z.literal('not-text'),
    reason: notTextReason,
    size: z.number().int(),
    /** The id git gives its bytes. */
    sha: z.string().optional(),
    target: z.string().optional(),
  }),
]);
export type DocumentState = z.infer<typeof documentState>;

export const documentPush = z.object({
  documentId: z.uuid(),
  generation: z.number().int(),
  /** An update, or the next piece of one. */
  update: bytes(UPDATE_MAX_BYTES),
  /** More pieces follow: the last one is acknowledged when all are stored, the others at once with seq 0. */
  more: z.boolean().optional(),
});
export type DocumentPush = z.infer<typeof documentPush>;

/** Acknowledges a push: its row is committed. */
export const documentPushed = z.object({ seq: z.number().int() });

export const documentLeave = z.object({ documentId: z.uuid() });

/** The larger part of a document's state, told to who joins it with nothing: one packet for all of them. */
export const documentSnapshot = z.object({ documentId: z.uuid(), update: anyBytes });
export type DocumentSnapshot = z.infer<typeof documentSnapshot>;

/** What is new in a document, in its order. An author may hear his own among it; a repetition is harmless. */
export const documentUpdated = z.object({
  documentId: z.uuid(),
  generation: z.number().int(),
  updates: z.array(anyBytes),
});
export type DocumentUpdated = z.infer<typeof documentUpdated>;

/** The document was replaced, moved or is gone: join its path again. */
export const documentReset = z.object({
  documentId: z.uuid(),
  reason: z.enum(['replaced', 'moved', 'deleted']),
});
/** Storing fails or works again: the client shows that its text is kept on this device only. */
export const documentStoring = z.object({ documentId: z.uuid(), failing: z.boolean() });
