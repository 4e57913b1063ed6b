/** Text by its byte-order mark, or as Western European, in which every byte is a character. */
export function decodeForeignText(bytes: Uint8Array): { text: string; encoding: string } {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe
      ? 'UTF-16LE'
      : first === 0xfe && second === 0xff
        ? 'UTF-16BE'
        : 'windows-1252';
  return { text: new TextDecoder(encoding).decode(bytes), encoding };
}

const ROW = 16;

/** Offset, sixteen bytes and their characters a line, as hexdump writes them. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.byteLength; at += ROW) {
    const row = [...bytes.subarray(at, at + ROW)];
    const codes = row.map((byte) => byte.toString(16).padStart(2, '0'));
    const halves = [codes.slice(0, ROW / 2).join(' '), codes.slice(ROW / 2).join(' ')];
    const characters = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
    lines.push(
      `${at.toString(16).padStart(8, '0')}  ${halves.join('  ').padEnd(ROW * 3)}  ${characters.join('')}`,
    );
  }
  return lines.join('\n');
}

export function writtenSize(size: number): string {
  if (size < 1_000) return `${size} bytes`;
  return size < 1_000_000 ? `${(size / 1_000).toFixed(1)} kB` : `${(size / 1_000_000).toFixed(1)} MB`;
}
