import { ObjectStore } from './git/object-store.js';
import { RefStore } from './git/ref-store.js';

export type Permission = 'read' | 'write' | 'admin';
export type ForgeUser = { id: number; login: string; name: string; email: string; token: string };
export type Hook = {
  id: number;
  url: string;
  secret: string | undefined;
  events: string[];
  createdAt: string;
};

/** One repository the forge serves: a bare one of its own, or a person's in place. */
export class HostedRepository {
  readonly objects: ObjectStore;
  readonly refs: RefStore;
  readonly hooks = new Map<number, Hook>();

  constructor(
    readonly id: number,
    readonly owner: string,
    readonly name: string,
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

  /** Everybody administers what is not limited to somebody. */
  permissionOf(user: ForgeUser): Permission | null {
    const { permissions } = this.options;
    if (!permissions) return 'admin';
    return permissions[user.login] ?? (this.options.private ? null : 'read');
  }
}
