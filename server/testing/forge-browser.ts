/** A browser that signs in at the forge: it keeps cookies by host and follows no redirect by itself. */
export class ForgeBrowser {
  readonly #cookies = new Map<string, Map<string, string>>();

  constructor(
    private readonly perchUrl: string,
    private readonly headers: Record<string, string> = {},
  ) {}

  /** What it would send to Perch. */
  get cookie(): string {
    return this.#cookieFor(new URL(this.perchUrl).host);
  }

  /** A cookie that Perch gave elsewhere. */
  keep(cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(cookie) ?? [];
    this.#jar(new URL(this.perchUrl).host).set(name, value);
  }

  async open(url: string, form?: Record<string, string>): Promise<Response> {
    const { host } = new URL(url, this.perchUrl);
    const response = await fetch(new URL(url, this.perchUrl), {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { ...this.headers, cookie: this.#cookieFor(host) },
      ...(form && { body: new URLSearchParams(form) }),
    });
    const jar = this.#jar(host);
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Leaves for the forge: the address of its page. */
  async leave(next = '/', more = ''): Promise<string> {
    return locationOf(await this.open(`/api/auth/github?next=${encodeURIComponent(next)}${more}`));
  }

  /** Answers the forge's page: where that sends it back to. */
  async answer(page: string, login: string, decision: 'allow' | 'deny' = 'allow'): Promise<string> {
    const asked = Object.fromEntries(new URL(page).searchParams);
    return locationOf(
      await this.open(new URL('/login/oauth/authorize', page).href, { ...asked, login, decision }),
    );
  }

  /** All of it: where it ends. */
  async signIn(login: string, next = '/', more = ''): Promise<string> {
    return locationOf(await this.open(await this.answer(await this.leave(next, more), login)));
  }

  #jar(host: string): Map<string, string> {
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, jar);
    return jar;
  }

  #cookieFor(host: string): string {
    return [...this.#jar(host)].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

export function locationOf(response: Response): string {
  const location = response.headers.get('location');
  if (location === null) throw new Error(`no redirect: ${response.status}`);
  return location;
}
