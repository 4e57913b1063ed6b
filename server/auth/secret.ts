import { Injectable } from '@nestjs/common';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Config } from '../config.js';

/**
 * Secrets for links and cookies: 256 bits, base64url. Only their hash is
 * stored, keyed with PERCH_SECRET where there is one: a copy of the database
 * signs nobody in, and neither does a row written into it.
 */
@Injectable()
export class Secrets {
  constructor(private readonly config: Config) {}

  create(prefix = ''): { secret: string; hash: string } {
    const secret = prefix + randomBytes(32).toString('base64url');
    return { secret, hash: this.hash(secret) };
  }

  hash(secret: string): string {
    const key = this.config.secret;
    return (key === undefined ? createHash('sha256') : createHmac('sha256', key))
      .update(secret)
      .digest('hex');
  }
}
