/** What is compared, on what, and what a measurement looks like. */

export const SYSTEMS = ['perch', 'hocuspocus', 'y-websocket', 'relay'] as const;
export type SystemName = (typeof SYSTEMS)[number];

export const WORKLOADS = ['latency-50', 'throughput', 'trace', 'cold-join', 'cursors'] as const;
export type Workload = (typeof WORKLOADS)[number];

export type Row = { workload: Workload; system: SystemName; metric: string; value: number | boolean };
export type Metrics = Record<string, number | boolean>;

/** A running server, as the load generator sees it. */
export type Endpoint = {
  system: SystemName;
  /** Its WebSocket address, without a path. */
  url: string;
  /** The process that serves. */
  serverPid: number;
  /** The postmaster of its own PostgreSQL, where it has one. */
  databasePid?: number;
  /** Perch alone: the people who are signed in, and the room their documents are in. */
  perch?: { cookies: string[]; workspaceId: string };
};

/** One run of the load generator, a process of its own. */
export type Task = {
  workload: Workload | 'late-join';
  endpoint: Endpoint;
  /** Names of the documents, nothing in them yet. */
  documents: string[];
};
