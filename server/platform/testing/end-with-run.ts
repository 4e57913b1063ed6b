/** A worker whose run was killed ends as well, and with it every process its tests hold (see parent-watch.ts). */
process.once('disconnect', () => process.exit(1));
