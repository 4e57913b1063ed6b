import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where git finds what `credentials` says, and no other process does. */
export const CREDENTIALS_FD = 3;

export type GitStart = {
  args: readonly string[];
  directory?: string;
  /** All of it: nothing is inherited. */
  env: NodeJS.ProcessEnv;
  /** What it reads. */
  input?: string | Uint8Array;
  credentials?: string;
  onOutput: (chunk: Buffer) => void;
  onErrorOutput: (chunk: Buffer) => void;
};
export type GitProcess = {
  /** Its exit code, once all of its output was told; null where a signal ended it. */
  ended: Promise<number | null>;
  end(): void;
};

type News = { id: number } & (
  | { kind: 'output' | 'error-output'; chunk: Buffer }
  | { kind: 'failed'; message: string }
  | { kind: 'ended'; code: number | null }
);
type Asked = Pick<GitStart, 'onOutput' | 'onErrorOutput'> & {
  resolve: (code: number | null) => void;
  reject: (error: Error) => void;
};

/**
 * The small process that starts git for this one (see git-starter.mjs): made
 * for the first question, and anew after it was killed. It ends with this
 * process, and keeps it alive only while git is at work.
 */
class GitStarter {
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, Asked>();
  #count = 0;

  constructor(onEnded: () => void) {
    this.#child = fork(starterFile(), {
      // Not what this process was started with: an inspector's port, a loader. And no secrets (SEC3).
      execArgv: [],
      env: { PATH: process.env.PATH },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (news) => this.#hear(news as News));
    this.#child.on('error', (error) => this.#fail(error, onEnded));
    this.#child.on('exit', () => this.#fail(new Error('what starts git was ended'), onEnded));
    this.#child.unref();
    this.#child.channel?.unref();
  }

  start({ onOutput, onErrorOutput, ...question }: GitStart): GitProcess {
    const id = ++this.#count;
    const ended = new Promise<number | null>((resolve, reject) => {
      this.#asked.set(id, { onOutput, onErrorOutput, resolve, reject });
      this.#child.channel?.ref();
      this.#child.send({ kind: 'start', id, ...question }, (error) => error && this.#over(id)?.reject(error));
    });
    return { ended, end: () => this.#end(id) };
  }

  #end(id: number): void {
    const asked = this.#asked.get(id);
    if (!asked) return;
    // What is on its way already is of no more use.
    asked.onOutput = () => {};
    this.#child.send({ kind: 'end', id });
  }

  #hear(news: News): void {
    switch (news.kind) {
      case 'output':
        return this.#asked.get(news.id)?.onOutput(news.chunk);
      case 'error-output':
        return this.#asked.get(news.id)?.onErrorOutput(news.chunk);
      case 'failed':
        return this.#over(news.id)?.reject(new Error(`git cannot be run: ${news.message}`));
      case 'ended':
        return this.#over(news.id)?.resolve(news.code);
    }
  }

  #over(id: number): Asked | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (this.#asked.size === 0) this.#child.channel?.unref();
    return asked;
  }

  #fail(error: Error, onEnded: () => void): void {
    onEnded();
    for (const id of this.#asked.keys()) this.#over(id)?.reject(error);
  }
}

let starter: GitStarter | undefined;

/** Starts git without this process standing still for it. */
export function startGit(question: GitStart): GitProcess {
  if (!starter) {
    const made = new GitStarter(() => {
      if (starter === made) starter = undefined;
    });
    starter = made;
  }
  return starter.start(question);
}

/** It stands in the sources only: this file runs from `server/platform` and from `dist/server/platform`. */
function starterFile(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'server', 'platform', 'git-starter.mjs');
}
