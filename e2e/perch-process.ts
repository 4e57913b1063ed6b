import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const READY = /Perch is ready: (\S+)/;
const START_TIMEOUT_MS = 60_000;

/** The built server as a process of its own, as a person starts it: it can be killed. */
export class PerchProcess {
  #child: ChildProcess | undefined;
  /** The owner's one-time link of the latest start. */
  link = '';
  /** What it has logged since it was made. */
  log = '';

  private constructor(
    readonly stateDirectory: string,
    private readonly env: Record<string, string>,
    private readonly args: readonly string[],
    /** Where it is installed. */
    private readonly root: string,
  ) {}

  static async start(
    env: Record<string, string> = {},
    args: readonly string[] = [],
    root = process.cwd(),
  ): Promise<PerchProcess> {
    const stateDirectory = await mkdtemp(join(tmpdir(), 'perch-e2e-'));
    // As root, PostgreSQL runs as another user, who has to get to its files.
    await chmod(stateDirectory, 0o711);
    const perch = new PerchProcess(stateDirectory, env, args, root);
    try {
      await perch.start();
    } catch (error) {
      await perch.stop();
      throw error;
    }
    return perch;
  }

  get url(): string {
    return new URL(this.link).origin;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [join(this.root, 'dist', 'server', 'main.js'), ...this.args], {
      // The same port after a restart: clients come back to where they were.
      env: {
        ...process.env,
        PERCH_STATE: this.stateDirectory,
        PERCH_PORT: this.link ? new URL(this.link).port : '0',
        PERCH_LOG: 'warn',
        // Nothing of the person who runs the tests: the owner is called Owner.
        GIT_CONFIG_GLOBAL: '/dev/null',
        // Held open by us alone: when we die, however, it ends with us.
        PERCH_PARENT_FD: '3',
        ...this.env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    let timer: NodeJS.Timeout | undefined;
    const ready = new Promise<string>((resolve, reject) => {
      let output = '';
      timer = setTimeout(() => reject(new Error(`Perch did not start:\n${output}`)), START_TIMEOUT_MS);
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        const link = READY.exec(output)?.[1];
        if (link !== undefined) resolve(link);
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      child.stderr?.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
      child.on('exit', (code) => reject(new Error(`Perch ended with ${code}:\n${output}`)));
    });
    this.link = await ready.finally(() => clearTimeout(timer));
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** Ends it as an operator does; what it stored stays. The exit code, null where it had ended. */
  async end(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.end();
    await rm(this.stateDirectory, { recursive: true, force: true });
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return ended;
  }
}
