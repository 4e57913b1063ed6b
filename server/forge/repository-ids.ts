import { readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { z } from 'zod';

const FILE = 'repositories.json';
const schema = z.object({ next: z.number().int(), ids: z.record(z.string(), z.number().int()) });

/**
 * The id of each served directory, the same after every restart; of one in the
 * state directory also after that was moved or restored elsewhere. Written
 * whole and renamed into place.
 */
export class RepositoryIds {
  private constructor(
    private readonly directory: string,
    private readonly known: z.infer<typeof schema>,
  ) {}

  static async open(stateDirectory: string): Promise<RepositoryIds> {
    const directory = await realpath(stateDirectory);
    try {
      const text = await readFile(join(directory, FILE), 'utf8');
      return new RepositoryIds(directory, schema.parse(JSON.parse(text)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return new RepositoryIds(directory, { next: 1000, ids: {} });
    }
  }

  async idOf(path: string): Promise<number> {
    const inside = relative(this.directory, path);
    const name = inside.startsWith('..') || isAbsolute(inside) ? path : inside;
    const known = this.known.ids[name];
    if (known !== undefined) return known;
    // Of an older Perch, which wrote the whole path.
    const id = this.known.ids[path] ?? this.known.next++;
    this.known.ids[name] = id;
    const file = join(this.directory, FILE);
    await writeFile(`${file}.new`, JSON.stringify(this.known));
    await rename(`${file}.new`, file);
    return id;
  }
}
