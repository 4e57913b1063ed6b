import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.object({ next: z.number().int(), ids: z.record(z.string(), z.number().int()) });

/** The id of each served directory, the same after every restart. Written whole and renamed into place. */
export class RepositoryIds {
  private constructor(
    private readonly file: string,
    private readonly known: z.infer<typeof schema>,
  ) {}

  static async open(stateDirectory: string): Promise<RepositoryIds> {
    const file = join(stateDirectory, 'repositories.json');
    try {
      return new RepositoryIds(file, schema.parse(JSON.parse(await readFile(file, 'utf8'))));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return new RepositoryIds(file, { next: 1000, ids: {} });
    }
  }

  async idOf(path: string): Promise<number> {
    const known = this.known.ids[path];
    if (known !== undefined) return known;
    const id = this.known.next++;
    this.known.ids[path] = id;
    await writeFile(`${this.file}.new`, JSON.stringify(this.known));
    await rename(`${this.file}.new`, this.file);
    return id;
  }
}
