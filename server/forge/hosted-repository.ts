import { reaches, type Installation } from './apps/installations.js';
import type { BranchProtection } from './branch-protection.js';
import { ObjectStore } from './git/object-store.js';
import { RefStore } from './git/ref-store.js';

export type Permission = 'read' | 'triage' | 'write' | 'maintain' | 'admin';

const ORDER: readonly Permission[] = ['read', 'triage', 'write', 'maintain', 'admin'];

export function permits(held: Permission, needed: Permission): boolean {
  return ORDER.indexOf(held) >= ORDER.indexOf(needed);
}

export type ForgeUser = {
  id: number;
  login: string;
  name: string;
  email: string;
  /** Whether others may not see the address. */
  isEmailHidden?: boolean;
  token: string;
  /** Where this is an App in its own name. */
  installation?: Installation;
};
export type Hook = {
  id: number;
  url: string;
  secret: string | undefined;
  events: string[];
  active: boolean;
  createdAt: string;
  updatedAt: string;
  /** The newest first, as many as are kept. */
  deliveries: Delivery[];
};

/** One call of a hook and what came back. */
export type Delivery = {
  id: number;
  /** The same for a delivery and its redeliveries. */
  guid: string;
  event: string;
  deliveredAt: string;
  /** Seconds. */
  duration: number;
  redelivery: boolean;
  status: string;
  /** 0 where nobody answered. */
  statusCode: number;
  request: { headers: Record<string, string>; payload: Record<string, unknown> };
  response: { headers: Record<string, string>; payload: string };
};

/** One repository the forge serves: a bare one of its own, or a person's in place. */
export class HostedRepository {
  readonly objects: ObjectStore;
  readonly refs: RefStore;
  readonly hooks = new Map<number, Hook>();
  /** By the branch's name. */
  readonly protections = new Map<string, BranchProtection>();
  #hasCommits = false;

  constructor(
    readonly id: number,
    public owner: string,
    public name: string,
    readonly path: string,
    readonly options: {
      private: boolean;
      description: string | null;
      permissions: Record<string, Permission> | undefined;
    },
  ) {
    this.objects = new ObjectStore(path);
    this.refs = new RefStore(path, this.objects);
  }

  get nodeId(): string {
    return Buffer.from(`010:Repository${this.id}`).toString('base64');
  }

  /** Whether it is an empty repository no more; it never becomes one again. */
  async hasCommits(): Promise<boolean> {
    this.#hasCommits ||= (await this.refs.list('refs/')).length > 0;
    return this.#hasCommits;
  }

  /** Everybody administers what is not limited to somebody. */
  permissionOf(user: ForgeUser): Permission | null {
    const { permissions } = this.options;
    if (user.installation && reaches(user.installation, this)) return user.installation.contents;
    if (user.installation) return this.options.private ? null : 'read';
    if (!permissions) return 'admin';
    return permissions[user.login] ?? (this.options.private ? null : 'read');
  }
}
