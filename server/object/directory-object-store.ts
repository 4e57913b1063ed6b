import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exactly, ObjectMissing, type ByteRange, type ObjectStore } from './object-store.js';

/** Objects as files of a directory. One is on the disk before it is there under its name. */
export class DirectoryObjectStore implements ObjectStore {
  constructor(private readonly directory: string) {}

  async put(id: string, source: Readable, size: number): Promise<void> {
    const path = this.#path(id);
    await mkdir(dirname(path), { recursive: true });
    try {
      await pipeline(source, exactly(size), createWriteStream(partOf(path), { flags: 'wx', flush: true }));
      await rename(partOf(path), path);
    } catch (error) {
      await rm(partOf(path), { force: true });
      throw error;
    }
    await flushDirectory(dirname(path));
  }

  async get(id: string, range?: ByteRange): Promise<Readable> {
    try {
      const file = await open(this.#path(id));
      return file.createReadStream(range);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new ObjectMissing(id, error);
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
    await rm(partOf(this.#path(id)), { force: true });
  }

  #path(id: string): string {
    return join(this.directory, id.slice(0, 2), id);
  }
}

const partOf = (path: string) => `${path}.part`;

/** The name itself outlives a power cut only after this. */
async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
