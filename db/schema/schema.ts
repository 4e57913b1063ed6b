// The one list of tables, for drizzle-kit and drizzle's query types; everything else imports a noun's own file.
export * from './commit.js';
export * from './document.js';
export * from './event.js';
export * from './file.js';
export * from './presence.js';
export * from './repository.js';
export * from './user.js';
export * from './workspace.js';
