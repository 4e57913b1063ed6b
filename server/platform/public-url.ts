/** Where people open Perch. Known once the server listens, as its port may be any free one. */
export class PublicUrl {
  #url: string | undefined;

  /** @param configured from PERCH_URL, where a proxy stands in front */
  constructor(private readonly configured: string | undefined) {}

  listening(host: string, port: number): void {
    const shown = host.includes(':') ? `[${host}]` : host;
    this.#url = `http://${shown}:${port}`;
  }

  get(): string {
    const url = this.configured ?? this.#url;
    if (!url) throw new Error('the server does not listen yet');
    return url;
  }
}
