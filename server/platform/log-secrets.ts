/**
 * What must not be read in a log (SEC3), taken out of every line as it is
 * written: what the operator configured, and whatever has the form of a secret
 * of ours or of the forge, wherever it stands in the line.
 */
const HIDDEN = '[hidden]';
/** A shorter one would be found in ordinary words. */
const CONFIGURED_MIN_LENGTH = 8;

const FORMS: readonly [form: RegExp, replacement: string][] = [
  // Sessions, links, invitations and access tokens: 256 bits (auth/secret.ts), with a prefix or without one.
  [/(?<![\w-])(?:perch_)?[\w-]{43}(?![\w-])/g, HIDDEN],
  [/\bperch_session=[^;\s"\\]+/g, `perch_session=${HIDDEN}`],
  [/\bperch_[\w-]{20,}/g, HIDDEN],
  [/\b(Bearer|Basic|token)(\s+)[\w.~+/=-]{16,}/gi, `$1$2${HIDDEN}`],
  [/\b(?:gh[a-z]|github_pat)_\w{16,}/g, HIDDEN],
  [/(:\/\/[^/\s:@"]*):[^@/\s"]+@/g, `$1:${HIDDEN}@`],
];

const configured = new Set<string>();

/** From now on this is in no line of the log. */
export function hideInLogs(secret: string): void {
  // As it stands in a line of JSON.
  if (secret.length >= CONFIGURED_MIN_LENGTH) configured.add(JSON.stringify(secret).slice(1, -1));
}

export function withoutSecrets(line: string): string {
  let clean = line;
  for (const secret of configured) clean = clean.replaceAll(secret, HIDDEN);
  for (const [form, replacement] of FORMS) clean = clean.replace(form, replacement);
  return clean;
}
