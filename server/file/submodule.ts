/** Where `.gitmodules` says the submodule at a path comes from, as git reads it; null where it says nothing. */
export function submoduleUrl(gitmodules: string, path: string, repositoryUrl: string | null): string | null {
  for (const section of sectionsOf(gitmodules)) {
    if (section.get('path') !== path) continue;
    const url = section.get('url');
    return url === undefined ? null : resolved(url, repositoryUrl);
  }
  return null;
}

function sectionsOf(text: string): Map<string, string>[] {
  const sections: Map<string, string>[] = [];
  for (const line of text.split('\n')) {
    if (/^\s*\[/.test(line)) sections.push(new Map());
    const [, name, raw] = /^\s*([A-Za-z][\w-]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name && raw !== undefined) sections.at(-1)?.set(name.toLowerCase(), unquoted(raw));
  }
  return sections;
}

/** A value of git's configuration: quotes, what they escape, and comments outside them. */
function unquoted(raw: string): string {
  let value = '';
  let quoted = false;
  for (let at = 0; at < raw.length; at++) {
    const character = raw[at]!;
    if (character === '\\' && at + 1 < raw.length) value += raw[++at];
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '#' || character === ';')) break;
    else value += character;
  }
  return value.trimEnd();
}

/** `../other.git` lies beside the repository, wherever that is. */
function resolved(url: string, repositoryUrl: string | null): string {
  if (!/^\.\.?\//.test(url) || !repositoryUrl) return url;
  return new URL(url, `${repositoryUrl}/`).href;
}
