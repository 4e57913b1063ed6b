import { Client, S3Error } from 'minio';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { exactly, ObjectMissing, type ByteRange, type ObjectStore } from './object-store.js';

export type S3Settings = {
  url: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
  region?: string;
};

/** What S3 takes least as a part: larger objects go part by part, and only one part is in memory. */
const PART_BYTES = 5 * 1024 * 1024;
const NOT_THERE = new Set(['NoSuchKey', 'NoSuchUpload', 'NotFound', 'NoSuchBucket']);

/** Objects in a bucket of an S3 server, which is made where it is not there. */
export class S3ObjectStore implements ObjectStore {
  readonly #client: Client;
  #bucketMade: Promise<void> | undefined;

  constructor(private readonly settings: S3Settings) {
    const { protocol, hostname, port } = new URL(settings.url);
    this.#client = new Client({
      endPoint: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? undefined : Number(port),
      useSSL: protocol === 'https:',
      accessKey: settings.accessKey,
      secretKey: settings.secretKey,
      region: settings.region,
    });
  }

  async put(id: string, source: Readable, size: number): Promise<void> {
    await this.#prepare();
    const counted = exactly(size);
    await Promise.all([
      pipeline(source, counted),
      size <= PART_BYTES ? this.#putWhole(id, counted) : this.#putParts(id, counted),
    ]);
  }

  async get(id: string, range?: ByteRange): Promise<Readable> {
    try {
      const { bucket } = this.settings;
      if (!range) return await this.#client.getObject(bucket, id);
      return await this.#client.getPartialObject(bucket, id, range.start, range.end - range.start + 1);
    } catch (error) {
      if (isNotThere(error)) throw new ObjectMissing(id, error);
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    try {
      await this.#client.removeObject(this.settings.bucket, id);
    } catch (error) {
      if (!isNotThere(error)) throw error;
    }
    await this.#forgetParts(id);
  }

  async #putWhole(id: string, source: Readable): Promise<void> {
    const bytes = await buffer(source);
    await this.#client.putObject(this.settings.bucket, id, bytes, bytes.byteLength);
  }

  /** The client's own way from a stream never ends where the stream breaks off. */
  async #putParts(id: string, source: Readable): Promise<void> {
    const { bucket } = this.settings;
    const uploadId = await this.#client.initiateNewMultipartUpload(bucket, id, {});
    try {
      const parts: { part: number; etag: string }[] = [];
      for await (const bytes of inParts(source)) {
        const partNumber = parts.length + 1;
        const place = {
          bucketName: bucket,
          objectName: id,
          uploadID: encodeURIComponent(uploadId),
          partNumber,
        };
        const { etag } = await this.#client.uploadPart({ ...place, headers: {} }, bytes);
        parts.push({ part: partNumber, etag });
      }
      await this.#client.completeMultipartUpload(bucket, id, uploadId, parts);
    } catch (error) {
      await this.#client.abortMultipartUpload(bucket, id, uploadId).catch(() => {
        // What is left of it is forgotten when the id is removed.
      });
      throw error;
    }
  }

  async #forgetParts(id: string): Promise<void> {
    try {
      await this.#client.removeIncompleteUpload(this.settings.bucket, id);
    } catch (error) {
      if (!isNotThere(error)) throw error;
    }
  }

  #prepare(): Promise<void> {
    this.#bucketMade ??= this.#makeBucket().catch((error: unknown) => {
      this.#bucketMade = undefined;
      throw error;
    });
    return this.#bucketMade;
  }

  async #makeBucket(): Promise<void> {
    const { bucket, region } = this.settings;
    if (await this.#client.bucketExists(bucket)) return;
    try {
      await this.#client.makeBucket(bucket, region);
    } catch (error) {
      // Another process was faster.
      if (!(await this.#client.bucketExists(bucket))) throw error;
    }
  }
}

async function* inParts(source: Readable): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = [];
  let length = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    gathered.push(chunk);
    length += chunk.byteLength;
    if (length < PART_BYTES) continue;
    yield Buffer.concat(gathered);
    gathered = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(gathered);
}

function isNotThere(error: unknown): boolean {
  return error instanceof S3Error && NOT_THERE.has(error.code ?? '');
}
