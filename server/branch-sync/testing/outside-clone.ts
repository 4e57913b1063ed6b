import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const IDENTITY = ['-c', 'user.name=Mallory', '-c', 'user.email=mallory@perch.invalid'];

/** Somebody else's clone of the branch, whose pushes are real. */
export class OutsideClone {
  #tokens = 0;
  #names = 0;
  /** Of a commit, which never changes, what is at each path. */
  readonly #contents = new Map<string, Map<string, string>>();

  constructor(
    private readonly folder: string,
    private readonly random: () => number,
  ) {}

  git(...args: string[]): string {
    return execFileSync('git', [...IDENTITY, '-C', this.folder, ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  /** The branch as it is now. */
  update(): void {
    this.git('fetch', '-q', 'origin');
    this.git('reset', '-q', '--hard', 'origin/main');
  }

  /** The text at a path of a commit, by its id; undefined where there is none. */
  read(commit: string, path: string): string | undefined {
    let contents = this.#contents.get(commit);
    if (!contents) this.#contents.set(commit, (contents = this.#contentsOf(commit)));
    return contents.get(path);
  }

  /** Git is asked for all of them at once: to start it takes this large process longer than to read them. */
  #contentsOf(commit: string): Map<string, string> {
    const entries = this.git('ls-tree', '-r', '-z', '--format=%(objectname) %(path)', commit).split('\0');
    const files = entries.filter((entry) => entry.endsWith('.txt'));
    const read = execFileSync('git', ['-C', this.folder, 'cat-file', '--batch'], {
      input: files.map((entry) => `${entry.slice(0, entry.indexOf(' '))}\n`).join(''),
    });
    let at = 0;
    return new Map(
      files.map((entry) => {
        // `id type size`, a line feed, the content, a line feed
        const start = read.indexOf('\n', at) + 1;
        const end = start + Number(read.toString('latin1', at, start).split(' ')[2]);
        at = end + 1;
        return [entry.slice(entry.indexOf(' ') + 1), read.toString('utf8', start, end)];
      }),
    );
  }

  /** Changes a few files in some way each, and pushes. @returns the head, and what was written where */
  push(): { head: string; written: { token: string; path: string }[] } {
    this.update();
    const written: { token: string; path: string }[] = [];
    const commits = this.random() < 0.2 ? 2 : 1;
    const isMerge = this.random() < 0.15;
    if (isMerge) this.git('checkout', '-q', '-B', 'side');
    for (let commit = 0; commit < commits; commit++) {
      for (let change = 0; change < 1 + Math.floor(this.random() * 3); change++) this.#change(written);
      this.git('add', '-A');
      this.git('commit', '-q', '--allow-empty', '-m', 'from outside');
    }
    if (isMerge) {
      this.git('checkout', '-q', '-B', 'main', 'origin/main');
      this.git('merge', '-q', '--no-ff', '-m', 'a merge', 'side');
    }
    this.git('push', '-q', 'origin', 'HEAD:main');
    const head = this.git('rev-parse', 'HEAD').trim();
    return { head, written: written.filter(({ token, path }) => this.read(head, path)?.includes(token)) };
  }

  #change(written: { token: string; path: string }[]): void {
    const paths = this.git('ls-files', '--cached', '--others', '--exclude-standard')
      .split('\n')
      .filter((path) => path.endsWith('.txt') && this.#text(path) !== null);
    const path = paths[Math.floor(this.random() * paths.length)];
    const kind = this.random();
    if (path === undefined || kind < 0.1 || paths.length < 3) {
      const made = `folder${Math.floor(this.random() * 2)}/made${++this.#names}.txt`;
      this.#write(made, Array.from({ length: 12 }, () => `${this.#token(written, made)} line\n`).join(''));
    } else if (kind < 0.18) rmSync(join(this.folder, path));
    else if (kind < 0.3) {
      const to = `folder${Math.floor(this.random() * 2)}/moved${++this.#names}.txt`;
      mkdirSync(dirname(join(this.folder, to)), { recursive: true });
      this.git('add', '-A');
      this.git('mv', path, to);
      for (const each of written) if (each.path === path) each.path = to;
      if (this.random() < 0.5) this.#edit(to, written);
    } else if (kind < 0.36) {
      const text = this.#text(path) ?? '';
      this.#write(
        path,
        text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text.replaceAll('\n', '\r\n'),
      );
    } else if (kind < 0.4) chmodSync(join(this.folder, path), 0o755);
    else if (kind < 0.46)
      writeFileSync(join(this.folder, 'image.bin'), Uint8Array.from([0, 1, Math.floor(this.random() * 256)]));
    else this.#edit(path, written);
  }

  /** Some lines are changed, some go, some come. */
  #edit(path: string, written: { token: string; path: string }[]): void {
    const text = this.#text(path) ?? '';
    const end = text.includes('\r\n') ? '\r\n' : '\n';
    const lines = text.split(end);
    for (let edit = 0; edit < 1 + Math.floor(this.random() * 3); edit++) {
      const at = Math.floor(this.random() * lines.length);
      const kind = this.random();
      const line = `${this.#token(written, path)} theirs`;
      if (kind < 0.5) lines[at] = `${line} ${lines[at]?.slice(0, 8) ?? ''}`;
      else if (kind < 0.7) lines.splice(at, 1 + Math.floor(this.random() * 2));
      else lines.splice(at, 0, line);
    }
    this.#write(path, lines.join(end));
  }

  #token(written: { token: string; path: string }[], path: string): string {
    const token = `<g${++this.#tokens}>`;
    written.push({ token, path });
    return token;
  }

  #text(path: string): string | null {
    try {
      return readFileSync(join(this.folder, path), 'utf8');
    } catch {
      return null;
    }
  }

  #write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }
}
