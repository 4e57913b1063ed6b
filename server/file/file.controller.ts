import { Controller, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { RouteReply } from '../protocol/http-routes.js';
import type { Account } from '../protocol/user.js';
import { BaseListingService } from './base-listing.service.js';
import { FileChangeService } from './file-change.service.js';
import { FileContentService } from './file-content.service.js';
import { FileDiscardService } from './file-discard.service.js';
import { FileUploadService } from './file-upload.service.js';
import { FileStyleService } from './file-style.service.js';
import { FileUndoService } from './file-undo.service.js';
import { FileService } from './file.service.js';
import { sendRawFile } from './raw-file.js';

@Controller()
export class FileController {
  constructor(
    private readonly files: FileService,
    private readonly listings: BaseListingService,
    private readonly contents: FileContentService,
    private readonly pending: FileChangeService,
    private readonly discards: FileDiscardService,
    private readonly undos: FileUndoService,
    private readonly uploads: FileUploadService,
    private readonly styles: FileStyleService,
  ) {}

  @HttpRoute('GET /api/workspaces/:id/files')
  list(
    { params }: RouteInput<'GET /api/workspaces/:id/files'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/workspaces/:id/files'>> {
    return this.pending.list(account, params.id);
  }

  @HttpRoute('GET /api/workspaces/:id/tree')
  async tree(
    { params, query }: RouteInput<'GET /api/workspaces/:id/tree'>,
    @SignedIn() account: Account,
    @Res() response: Response,
  ): Promise<RouteReply<'GET /api/workspaces/:id/tree'>> {
    const { json, etag, listing } = await this.listings.list(account, params.id, query.folder);
    // Express compares the ETag, and answers 304 with nothing.
    response.set({ ETag: etag, 'Cache-Control': 'private, no-cache' }).type('json').send(json);
    return listing;
  }

  @HttpRoute('GET /api/workspaces/:id/changes')
  changes(
    { params }: RouteInput<'GET /api/workspaces/:id/changes'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/workspaces/:id/changes'>> {
    return this.pending.changes(account, params.id);
  }

  @HttpRoute('GET /api/workspaces/:id/base')
  base(
    { params, query }: RouteInput<'GET /api/workspaces/:id/base'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/workspaces/:id/base'>> {
    return this.contents.base(account, params.id, query.path);
  }

  @HttpRoute('GET /api/workspaces/:id/style')
  style(
    { params, query }: RouteInput<'GET /api/workspaces/:id/style'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/workspaces/:id/style'>> {
    return this.styles.style(account, params.id, query.path);
  }

  @HttpRoute('GET /api/workspaces/:id/raw')
  async raw(
    { params, query }: RouteInput<'GET /api/workspaces/:id/raw'>,
    @SignedIn() account: Account,
    @Res() response: Response,
  ): Promise<RouteReply<'GET /api/workspaces/:id/raw'>> {
    const file = await this.contents.raw(account, params.id, query.path);
    await sendRawFile(response, query.path, file);
    return new Uint8Array();
  }

  @HttpRoute('POST /api/workspaces/:id/files')
  create(
    { params, body }: RouteInput<'POST /api/workspaces/:id/files'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/workspaces/:id/files'>> {
    return this.files.create(account, params.id, body.path, body.text);
  }

  @HttpRoute('PUT /api/workspaces/:id/files')
  upload(
    { params, query, headers }: RouteInput<'PUT /api/workspaces/:id/files'>,
    @SignedIn() account: Account,
    @Req() request: Request,
  ): Promise<RouteReply<'PUT /api/workspaces/:id/files'>> {
    return this.uploads.upload(account, params.id, query, request, headers['content-length']);
  }

  @HttpRoute('POST /api/workspaces/:id/files/move')
  move(
    { params, body }: RouteInput<'POST /api/workspaces/:id/files/move'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/workspaces/:id/files/move'>> {
    return this.files.move(account, params.id, body.from, body.to);
  }

  @HttpRoute('POST /api/workspaces/:id/files/delete')
  delete(
    { params, body }: RouteInput<'POST /api/workspaces/:id/files/delete'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/workspaces/:id/files/delete'>> {
    return this.files.delete(account, params.id, body.path);
  }

  @HttpRoute('POST /api/workspaces/:id/files/discard')
  discard(
    { params, body }: RouteInput<'POST /api/workspaces/:id/files/discard'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/workspaces/:id/files/discard'>> {
    return this.discards.discard(account, params.id, body.path);
  }

  @HttpRoute('POST /api/workspaces/:id/files/undo')
  undo(
    { params, body }: RouteInput<'POST /api/workspaces/:id/files/undo'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'POST /api/workspaces/:id/files/undo'>> {
    return this.undos.undo(account, params.id, body.path, body.undo);
  }
}
