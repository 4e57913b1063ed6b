/** How long an answer about a repository or a right is believed before it is asked for anew. */
export const FRESH_MS = 30_000;
/** How often whoever is inside is looked at again: with FRESH_MS, a right is gone within a minute of its withdrawal. */
export const LOOK_MS = 20_000;
/** How long the last answer is believed while the forge does not answer: then whoever is inside by its word is out. */
export const AWAY_MS = 600_000;
/** The same while it takes no more requests: its limits are by the hour, and shut nobody out (GIT6). */
export const LIMITED_MS = 3_600_000;
