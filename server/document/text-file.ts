import { diffArrays } from 'diff';
import { DOCUMENT_MAX_LENGTH } from '../protocol/document.js';
import type { NotTextReason } from '../protocol/file.js';

/** How the bytes of a file relate to its text, which is LF and without a byte order mark inside (DOC10). */
export type TextStyle = { lineEnding: 'lf' | 'crlf' | 'mixed'; byteOrderMark: boolean };

export type DecodedFile =
  | ({ kind: 'text'; text: string } & TextStyle)
  | { kind: 'not-text'; reason: NotTextReason };

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

/** Text if the bytes come back exactly from `encodeTextFile`, otherwise the reason why not (GIT4). */
export function decodeTextFile(bytes: Uint8Array): DecodedFile {
  if (bytes.byteLength > DOCUMENT_MAX_LENGTH) return { kind: 'not-text', reason: 'too-large' };
  if (startsWith(bytes, [0xff, 0xfe]) || startsWith(bytes, [0xfe, 0xff]))
    return { kind: 'not-text', reason: 'encoding' };
  if (bytes.includes(0)) return { kind: 'not-text', reason: 'binary' };
  const byteOrderMark = startsWith(bytes, BYTE_ORDER_MARK);
  let raw: string;
  try {
    raw = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      byteOrderMark ? bytes.subarray(3) : bytes,
    );
  } catch {
    return { kind: 'not-text', reason: 'encoding' };
  }
  if (raw.startsWith(LFS_POINTER)) return { kind: 'not-text', reason: 'lfs' };
  const carriageReturns = count(raw, '\r');
  if (carriageReturns === 0) return { kind: 'text', text: raw, lineEnding: 'lf', byteOrderMark };
  const crlf = count(raw, '\r\n');
  // A lone carriage return is a line end to Monaco and none to git: it would not survive editing.
  if (crlf !== carriageReturns) return { kind: 'not-text', reason: 'encoding' };
  const lineEnding = crlf === count(raw, '\n') ? 'crlf' : 'mixed';
  return { kind: 'text', text: raw.replaceAll('\r\n', '\n'), lineEnding, byteOrderMark };
}

/**
 * The bytes of a text in its file's own style. Where line ends are mixed, a
 * line unchanged from `base` keeps its own and a new one takes the majority's.
 */
export function encodeTextFile(text: string, style: TextStyle, base?: Uint8Array): Uint8Array {
  const body =
    style.lineEnding === 'lf'
      ? text
      : style.lineEnding === 'crlf' || !base
        ? text.replaceAll('\n', '\r\n')
        : withLineEndsOf(
            text,
            new TextDecoder('utf-8', { ignoreBOM: true }).decode(
              style.byteOrderMark ? base.subarray(3) : base,
            ),
          );
  const encoded = new TextEncoder().encode(body);
  if (!style.byteOrderMark) return encoded;
  const marked = new Uint8Array(encoded.byteLength + 3);
  marked.set(BYTE_ORDER_MARK);
  marked.set(encoded, 3);
  return marked;
}

function withLineEndsOf(text: string, base: string): string {
  const crlf = count(base, '\r\n');
  const majority = crlf * 2 >= count(base, '\n') ? '\r\n' : '\n';
  const baseLines = base
    .split('\n')
    .map((line) => ({ text: line.replace(/\r$/, ''), end: line.endsWith('\r') ? '\r\n' : '\n' }));
  const lines = text.split('\n');
  const ends: string[] = [];
  let baseIndex = 0;
  for (const part of diffArrays(
    baseLines.map((line) => line.text),
    lines,
  )) {
    if (part.removed) baseIndex += part.value.length;
    else if (part.added) ends.push(...part.value.map(() => majority));
    else
      for (const _ of part.value)
        ends.push(baseIndex < baseLines.length - 1 ? baseLines[baseIndex++]!.end : majority);
  }
  return lines.map((line, index) => (index < lines.length - 1 ? line + ends[index] : line)).join('');
}

function startsWith(bytes: Uint8Array, prefix: number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

function count(text: string, part: string): number {
  let found = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) found++;
  return found;
}
