import { z } from 'zod';
import { accessToken, accessTokenCreated, accessTokenCreation, type AccessScope } from './access-token.js';
import {
  branchDecided,
  branchDecision,
  branchRecovered,
  branchRecovery,
  branchState,
} from './branch-state.js';
import { anyBytes } from './bytes.js';
import { commitCreated, commitCreation, commitPreview, commitPreviewQuery } from './commit.js';
import { conflict, conflictResolution } from './conflict.js';
import {
  eventPage,
  eventQuery,
  eventStream,
  eventStreamQuery,
  integrationEvent,
  lastEventId,
  workspaceEvent,
} from './event.js';
import {
  baseFile,
  baseListing,
  baseListingQuery,
  fileChange,
  fileCreation,
  fileMove,
  filePathBody,
  fileStyle,
  fileUndo,
  fileUndoable,
  fileUpload,
  fileUploaded,
  rawFile,
  uploadHeaders,
  workspaceFiles,
} from './file.js';
import {
  fileMoment,
  fileMomentQuery,
  fileReversion,
  fileReverted,
  timelinePage,
  timelineQuery,
} from './history.js';
import {
  invitation,
  invitationAcceptance,
  invitationCreated,
  invitationCreation,
  invitationLook,
  invitationPreview,
  linkToken,
  member,
} from './invitation.js';
import { forgeBudget, forgeBudgets } from './forge-budget.js';
import { fileLines } from './lines.js';
import { presenceEntry, programPresence } from './presence.js';
import {
  branch,
  branchCreation,
  branchedOff,
  branchOff,
  branchPage,
  branchPageQuery,
  branchProtection,
  branchRef,
  repository,
  repositoryQuery,
  repositoryRef,
} from './repository.js';
import { searchFound, searchQuery } from './search.js';
import { settings, settingsUpdate } from './settings.js';
import { githubCallback, githubSignIn, signInWays } from './sign-in.js';
import { account, accountUpdate } from './user.js';
import { location, locationQuery, recentWorkspace, workspace } from './workspace.js';

const none = z.null();
const byId = z.object({ id: z.uuid() });

type Route = {
  headers?: z.ZodType;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** The body is bytes, which the handler reads as they come. */
  bytes?: true;
  reply: z.ZodType;
  /** What a program's access token must allow. Without it no token reaches the route. */
  scope?: AccessScope;
};

/** Everything a client may ask for over HTTP: one line per route, errors as `errorBody`. */
export const httpRoutes = {
  'GET /api/session': { reply: account },
  /** Trades the owner's one-time link for a session cookie. */
  'POST /api/session': { body: z.object({ token: linkToken }), reply: account },
  'PATCH /api/session': { body: accountUpdate, reply: account },
  'DELETE /api/session': { reply: none },
  'GET /api/auth': { reply: signInWays },
  /** Opened by a browser: on to GitHub, and back from there to the page it came from, or to the sign-in page. */
  'GET /api/auth/github': { query: githubSignIn, reply: none },
  'GET /api/auth/github/callback': { query: githubCallback, reply: none },

  'GET /api/settings': { reply: settings },
  'PATCH /api/settings': { body: settingsUpdate, reply: settings },

  'GET /api/invitations': { query: repositoryRef, reply: z.array(invitation) },
  'POST /api/invitations': { body: invitationCreation, reply: invitationCreated },
  'DELETE /api/invitations/:id': { params: byId, reply: none },
  'POST /api/invitations/preview': { body: invitationLook, reply: invitationPreview },
  'POST /api/invitations/accept': { body: invitationAcceptance, reply: account },
  'GET /api/members': { query: repositoryRef, reply: z.array(member) },
  'DELETE /api/members/:id': { params: byId, query: repositoryRef, reply: none },

  /** Null before the forge was asked anything. */
  'GET /api/forge/budget': { reply: forgeBudget.nullable() },
  /** Of each token; for the owner of this Perch alone. */
  'GET /api/forge/budgets': { reply: forgeBudgets },
  'GET /api/repositories': { query: repositoryQuery, reply: z.array(repository) },
  'GET /api/github/:owner/:repo': { params: repositoryRef, reply: repository },
  'GET /api/github/:owner/:repo/branches': {
    params: repositoryRef,
    query: branchPageQuery,
    reply: branchPage,
  },
  'POST /api/github/branches': { body: branchCreation, reply: branch },

  'GET /api/workspaces/recent': { reply: z.array(recentWorkspace) },
  'GET /api/workspaces/location': { query: locationQuery, reply: location },
  /** Opens the room of a branch: finds or makes it. */
  'POST /api/workspaces': { body: branchRef, reply: workspace },

  // A branch's room for programs: by name, each route with the scope its access token needs.
  'GET /api/workspace/presence': {
    query: branchRef,
    reply: z.array(presenceEntry),
    scope: 'presence:read',
  },
  'PUT /api/workspace/presence': {
    query: branchRef,
    body: programPresence,
    reply: presenceEntry,
    scope: 'presence:write',
  },
  'GET /api/workspace/events': {
    query: branchRef.extend(eventQuery.shape),
    reply: eventPage,
    scope: 'events:read',
  },
  'POST /api/workspace/events': {
    query: branchRef,
    body: integrationEvent,
    reply: workspaceEvent,
    scope: 'events:write',
  },
  'GET /api/workspace/events/stream': {
    headers: lastEventId,
    query: branchRef.extend(eventStreamQuery.shape),
    reply: eventStream,
    scope: 'events:read',
  },

  'GET /api/access-tokens': { reply: z.array(accessToken) },
  'POST /api/access-tokens': { body: accessTokenCreation, reply: accessTokenCreated },
  'DELETE /api/access-tokens/:id': { params: byId, reply: none },

  'GET /api/workspaces/:id/events': { params: byId, query: eventQuery, reply: eventPage },

  /** The same with what was typed, and of some kinds, one person or one file alone. */
  'GET /api/workspaces/:id/timeline': { params: byId, query: timelineQuery, reply: timelinePage },

  'GET /api/workspaces/:id/protection': { params: byId, reply: branchProtection },
  'POST /api/workspaces/:id/branch-off': { params: byId, body: branchOff, reply: branchedOff },

  'GET /api/workspaces/:id/files': { params: byId, reply: workspaceFiles },
  /** The names of the base commit's files; the same until it moves, so its ETag spares the rest. */
  'GET /api/workspaces/:id/tree': { params: byId, query: baseListingQuery, reply: baseListing },
  'GET /api/workspaces/:id/changes': { params: byId, reply: z.array(fileChange) },
  /** The file at the base commit, for a diff or a read-only view. */
  'GET /api/workspaces/:id/base': { params: byId, query: filePathBody, reply: baseFile },
  /** Who wrote each of its lines, committed or not. */
  'GET /api/workspaces/:id/lines': { params: byId, query: filePathBody, reply: fileLines },
  /** As it was after an event. */
  'GET /api/workspaces/:id/history': { params: byId, query: fileMomentQuery, reply: fileMoment },
  /** Its bytes as they were then (images, sounds, downloads); of a text its UTF-8, with LF. The reply is the body itself. */
  'GET /api/workspaces/:id/history/raw': { params: byId, query: fileMomentQuery, reply: anyBytes },
  /** Says again what it said then, by a forward edit; one that was deleted since is there again. */
  'POST /api/workspaces/:id/history/revert': { params: byId, body: fileReversion, reply: fileReverted },
  /** How it is to be written, as the branch's own files say by now. */
  'GET /api/workspaces/:id/style': { params: byId, query: filePathBody, reply: fileStyle },
  /** Its bytes as it is now (images, sounds, downloads); the reply is the body itself. */
  'GET /api/workspaces/:id/raw': { params: byId, query: rawFile, reply: anyBytes },
  'POST /api/workspaces/:id/files': { params: byId, body: fileCreation, reply: none },
  /** A file with these very bytes: a live text where they are one, else kept as they are. */
  'PUT /api/workspaces/:id/files': {
    headers: uploadHeaders,
    params: byId,
    query: fileUpload,
    bytes: true,
    reply: fileUploaded,
  },
  'POST /api/workspaces/:id/files/move': { params: byId, body: fileMove, reply: none },
  'POST /api/workspaces/:id/files/delete': { params: byId, body: filePathBody, reply: fileUndoable },
  /** Back to the base: a created file goes, a deleted or renamed one returns, text gets its old lines as a forward edit. */
  'POST /api/workspaces/:id/files/discard': { params: byId, body: filePathBody, reply: fileUndoable },
  'POST /api/workspaces/:id/files/undo': { params: byId, body: fileUndo, reply: none },

  'POST /api/workspaces/:id/search': { params: byId, body: searchQuery, reply: searchFound },

  'POST /api/workspaces/:id/commit/preview': { params: byId, body: commitPreviewQuery, reply: commitPreview },
  'POST /api/workspaces/:id/commit': { params: byId, body: commitCreation, reply: commitCreated },

  /** How the branch stands to the room, and what becomes of it where it is forced or gone. */
  'GET /api/workspaces/:id/branch': { params: byId, reply: branchState },
  'POST /api/workspaces/:id/branch': { params: byId, body: branchDecision, reply: branchDecided },
  'POST /api/workspaces/:id/branch/recover': {
    params: byId,
    body: branchRecovery,
    reply: branchRecovered,
  },
  /** What a push from outside and the room both changed, and nobody has decided yet. */
  'GET /api/workspaces/:id/conflicts': { params: byId, reply: z.array(conflict) },
  'POST /api/workspaces/:id/conflicts/:conflictId/resolve': {
    params: byId.extend({ conflictId: z.uuid() }),
    body: conflictResolution,
    reply: none,
  },

  /** All of these in OpenAPI's words, and as a page. */
  'GET /api/openapi.json': { reply: z.record(z.string(), z.unknown()) },
  'GET /api/docs': { reply: z.string().meta({ contentType: 'text/html' }) },
} satisfies Record<string, Route>;

type Routes = typeof httpRoutes;
export type HttpRoute = keyof Routes;
type Part<Route extends HttpRoute, Name extends string> =
  Routes[Route] extends Record<Name, infer Schema extends z.ZodType> ? z.input<Schema> : undefined;
export type RouteParams<Route extends HttpRoute> = Part<Route, 'params'>;
export type RouteQuery<Route extends HttpRoute> = Part<Route, 'query'>;
export type RouteBody<Route extends HttpRoute> = Part<Route, 'body'>;
export type RouteReply<Route extends HttpRoute> = z.infer<Routes[Route]['reply']>;
