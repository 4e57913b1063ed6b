import { Injectable } from '@nestjs/common';
import { AuthService } from '../auth/auth.service.js';
import { Secrets } from '../auth/secret.js';
import { DatabaseConnection } from '../platform/database.js';
import { PublicUrl } from '../platform/public-url.js';
import { ProtocolError } from '../protocol/error.js';
import type { RouteBody, RouteReply } from '../protocol/http-routes.js';
import type { Invitation, InvitationPreview, Member } from '../protocol/invitation.js';
import type { RepositoryRef } from '../protocol/repository.js';
import type { Account, Person } from '../protocol/user.js';
import { AccessService, notFound } from '../workspace/access.service.js';
import { InvitationRepository, type InvitationRow } from './invitation.repository.js';

const HOUR_MS = 60 * 60 * 1000;

/** Links that let others into one repository, with a role, until they expire or are revoked. */
@Injectable()
export class InvitationService {
  constructor(
    private readonly repository: InvitationRepository,
    private readonly access: AccessService,
    private readonly auth: AuthService,
    private readonly connection: DatabaseConnection,
    private readonly publicUrl: PublicUrl,
    private readonly secrets: Secrets,
  ) {}

  async create(
    account: Account,
    body: RouteBody<'POST /api/invitations'>,
  ): Promise<RouteReply<'POST /api/invitations'>> {
    const { repository } = await this.access.requireByName(account, body.owner, body.repo, 'admin');
    const { secret, hash } = this.secrets.create();
    const row = await this.repository.insert({
      tokenHash: hash,
      repositoryId: repository.id,
      role: body.role,
      createdBy: account.id,
      expiresAt: new Date(Date.now() + body.expiresInHours * HOUR_MS),
    });
    return { invitation: toInvitation(row, account), url: `${this.publicUrl.get()}/join#${secret}` };
  }

  async list(account: Account, ref: RepositoryRef): Promise<Invitation[]> {
    const { repository } = await this.access.requireByName(account, ref.owner, ref.repo, 'admin');
    const rows = await this.repository.list(repository.id);
    const people = await this.auth.peopleById(rows.map((row) => row.createdBy));
    return rows.map((row) => toInvitation(row, people.get(row.createdBy) ?? account));
  }

  async revoke(account: Account, id: string): Promise<null> {
    const row = await this.repository.find(id);
    if (!row) throw notFound('invitation');
    await this.access.requireById(account, row.repositoryId, 'admin', 'invitation');
    await this.repository.revoke(id);
    return null;
  }

  async preview(token: string): Promise<InvitationPreview> {
    const { invitation, repository } = await this.#usable(token);
    const people = await this.auth.peopleById([invitation.createdBy]);
    return {
      owner: repository.owner,
      repo: repository.name,
      defaultBranch: repository.defaultBranch,
      role: invitation.role,
      invitedBy: people.get(invitation.createdBy)!,
      expiresAt: invitation.expiresAt.toISOString(),
    };
  }

  /** Lets in whoever is signed in, or a new person under the name he chose. */
  async accept(
    account: Account | null,
    body: RouteBody<'POST /api/invitations/accept'>,
  ): Promise<{ account: Account; secret: string | null }> {
    const { invitation } = await this.#usable(body.token);
    if (account?.login !== undefined)
      throw new ProtocolError(
        'unprocessable',
        'You are signed in with GitHub, which says what you may do here. Ask for access to the repository there.',
      );
    if (!account && !body.name) throw new ProtocolError('invalid', 'Say the name others will see you under.');
    return this.connection.transaction(async (transaction) => {
      if (!(await this.repository.use(transaction, invitation.id))) throw gone();
      const joining = account ?? (await this.auth.createUser(transaction, body.name ?? '', body.email));
      const { repositoryId, role, id: invitationId } = invitation;
      await this.repository.upsertMember(transaction, {
        repositoryId,
        userId: joining.id,
        role,
        invitationId,
      });
      return {
        account: joining,
        secret: account ? null : await this.auth.startSession(transaction, joining.id),
      };
    });
  }

  async members(account: Account, ref: RepositoryRef): Promise<Member[]> {
    const { repository } = await this.access.requireByName(account, ref.owner, ref.repo, 'admin');
    const rows = await this.repository.members(repository.id);
    return rows.map(({ user, role, joinedAt }) => ({
      person: { id: user.id, name: user.name, color: user.color },
      role,
      joinedAt: joinedAt.toISOString(),
    }));
  }

  async removeMember(account: Account, ref: RepositoryRef, userId: string): Promise<null> {
    const { repository } = await this.access.requireByName(account, ref.owner, ref.repo, 'admin');
    await this.repository.deleteMember(repository.id, userId);
    return null;
  }

  async #usable(token: string) {
    const found = await this.repository.findByToken(this.secrets.hash(token));
    if (!found || found.invitation.revokedAt || found.invitation.expiresAt.getTime() <= Date.now())
      throw gone();
    return found;
  }
}

function gone(): ProtocolError {
  return new ProtocolError('gone', 'This invitation was withdrawn or has expired. Ask for a new link.');
}

function toInvitation(row: InvitationRow, { id, name, color }: Person): Invitation {
  return {
    id: row.id,
    role: row.role,
    createdBy: { id, name, color },
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
    uses: row.uses,
  };
}
