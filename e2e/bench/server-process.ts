import { spawn, type ChildProcess } from 'node:child_process';

const START_MS = 60_000;

/** A program that says on its output when it is ready. */
export class ServerProcess {
  private constructor(private readonly child: ChildProcess) {}

  static async start(file: string, env: Record<string, string>, ready: RegExp): Promise<ServerProcess> {
    const child = spawn(process.execPath, [file], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await new Promise<void>((resolve, reject) => {
      let output = '';
      const timer = setTimeout(() => reject(new Error(`${file} did not start:\n${output}`)), START_MS);
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        if (!ready.test(output)) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.on('exit', (code) => reject(new Error(`${file} ended with ${code}:\n${output}`)));
    });
    return new ServerProcess(child);
  }

  get pid(): number {
    return this.child.pid!;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}
