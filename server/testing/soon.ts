/** How long a test waits for what is to come at once: the machine may be busy with other tests. */
export const SOON = { timeout: 15_000 };
