/** What GitHub answers when it refuses: a status and a body of its shape. */
export class ForgeError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly errors?: { resource: string; code: string; field?: string; message?: string }[],
  ) {
    super(message);
    this.name = 'ForgeError';
  }

  toBody() {
    return {
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      documentation_url: 'https://docs.github.com/rest',
      status: String(this.status),
    };
  }
}

/** @param limit as GitHub words it: `1 MB`, `100 MB` */
export const tooLarge = (limit: string) =>
  new ForgeError(
    403,
    `This API returns blobs up to ${limit} in size. The requested blob is too large to fetch via the API.`,
    [{ resource: 'Blob', field: 'data', code: 'too_large' }],
  );

export const notFound = () => new ForgeError(404, 'Not Found');
