/** How an actor is stored: `person:<uuid>`, `git:<sha>` or `system`. A row outlives the name it is shown under. */
export type StoredActor = `person:${string}` | `git:${string}` | 'system';

export const personActor = (userId: string): StoredActor => `person:${userId}`;
export const gitActor = (sha: string): StoredActor => `git:${sha}`;

/** The user id within, where the actor is a person. */
export function personOf(actor: string): string | undefined {
  return actor.startsWith('person:') ? actor.slice('person:'.length) : undefined;
}

/** The commit within, where the branch itself was pushed to. */
export function shaOf(actor: string): string | undefined {
  return actor.startsWith('git:') ? actor.slice('git:'.length) : undefined;
}

/** Whoever pushed, where the forge did not say who. */
export const UNNAMED_PUSHER = 'Somebody';
