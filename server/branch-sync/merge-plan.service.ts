import { Injectable } from '@nestjs/common';
import { DocumentService } from '../document/document.service.js';
import { OverlayService } from '../file/overlay.service.js';
import { ObjectService } from '../object/object.service.js';
import { GithubClient } from '../platform/github-client.js';
import type { WorkspaceAccess } from '../workspace/workspace.service.js';
import { ConflictRepository } from './conflict.repository.js';
import { DocumentMergeService } from './document-merge.service.js';
import { Incoming } from './incoming.js';
import { markOf, type MergePlan } from './merge-plan.js';
import { MergePlanning } from './merge-planning.js';
import { findRenames } from './renames.js';
import { treeDifferences, treesOf } from './tree-differences.js';

/** Finds out what a push changes in a room: everything that takes time, before anything is locked. */
@Injectable()
export class MergePlanService {
  constructor(
    private readonly overlays: OverlayService,
    private readonly documents: DocumentService,
    private readonly merging: DocumentMergeService,
    private readonly objects: ObjectService,
    private readonly conflicts: ConflictRepository,
    private readonly github: GithubClient,
  ) {}

  async plan(
    { workspaceId, repository }: Pick<WorkspaceAccess, 'workspaceId' | 'repository'>,
    from: string | null,
    to: string,
  ): Promise<MergePlan> {
    const { owner, repo } = repository;
    const place = { owner, repo };
    const { before, after } = await treesOf(this.github, place, from, to);
    const { overlay } = await this.overlays.load(workspaceId);
    const documents = await this.documents.list(workspaceId);
    for (const path of [...overlay.files.own.keys(), ...overlay.files.gone])
      await this.github.getTree(owner, repo, to, path);
    const differences = await treeDifferences(before, after);
    const live = new Set(documents.map(({ path }) => path));
    const touched = new Set([...overlay.files.gone, ...overlay.moves().keys()]);
    const renames = await findRenames(
      differences,
      (path) => live.has(path) || touched.has(path),
      (sha) => this.github.getBlob(owner, repo, sha),
    );
    const objectIds = [...overlay.files.own.values()].flatMap(({ objectId }) => objectId ?? []);
    const objects = await this.objects.find(objectIds);
    const planning = new MergePlanning({
      place,
      overlay,
      documents,
      incoming: new Incoming(differences, renames),
      tree: after,
      objectShas: new Map([...objects].map(([id, { sha }]) => [id, sha])),
      open: await this.conflicts.open(workspaceId),
      merging: this.merging,
      commitSha: to,
    });
    const made = await planning.make();
    return {
      from,
      to,
      tree: after,
      mark: markOf(overlay),
      places: new Map(documents.map(({ id, path }) => [id, path])),
      touched: new Set([...differences.keys(), ...overlay.files.own.keys()]),
      paths: [...differences.keys()].toSorted(),
      ...made,
    };
  }
}
