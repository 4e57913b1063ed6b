import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts what is kept of the forge (SEC3): AES-256-GCM under a key derived
 * from PERCH_SECRET. A sealed text names its key, so that one of another
 * secret is known as such, and is bound to its place: moved to another row or
 * column it does not open.
 */
export class TokenCipher {
  readonly #key: Buffer;
  /** Says which key it is and nothing about it. */
  readonly keyId: string;

  /** @param purpose keys for different purposes open nothing of each other's */
  constructor(secret: string, purpose: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, 'perch', purpose, 32));
    this.keyId = createHash('sha256').update('key id').update(this.#key).digest('hex').slice(0, 8);
  }

  /** @param place such as `forge_accounts.access_token:<user id>` */
  seal(text: string, place: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(Buffer.from(this.#context(place)));
    const bytes = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${VERSION}.${this.keyId}.${bytes.toString('base64url')}`;
  }

  /** Null for what was sealed under another secret, for another place, or changed since. */
  open(sealed: string, place: string): string | null {
    const [version, keyId, encoded = '', ...more] = sealed.split('.');
    const bytes = Buffer.from(encoded, 'base64url');
    if (version !== VERSION || keyId !== this.keyId || more.length > 0) return null;
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(this.#context(place)));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      return null;
    }
  }

  #context(place: string): string {
    return `${VERSION}.${this.keyId} ${place}`;
  }
}
