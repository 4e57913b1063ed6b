import { randomUUID } from 'node:crypto';

/** This run of the server among the others on the same database. New at every start. */
export const processId = randomUUID();
