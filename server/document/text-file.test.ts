import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTextFile, encodeTextFile } from './text-file.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('DOC10 GIT4 text files', () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n\0\ufeff]/g, ''));
  const end = fc.constantFrom('\n', '\r\n');
  const file = fc
    .tuple(fc.boolean(), fc.array(fc.tuple(line, end), { maxLength: 12 }), line)
    .map(
      ([mark, lines, last]) => (mark ? '\ufeff' : '') + lines.map(([text, e]) => text + e).join('') + last,
    );

  it('GIT4 any text file comes back byte for byte', () => {
    fc.assert(
      fc.property(file, (content) => {
        const bytes = bytesOf(content);
        const decoded = decodeTextFile(bytes);
        if (decoded.kind !== 'text') throw new Error(`not text: ${decoded.reason}`);
        expect(decoded.text).not.toContain('\r');
        expect(encodeTextFile(decoded.text, decoded, bytes)).toEqual(bytes);
      }),
    );
  });

  it('DOC10 an unchanged line keeps its own end and a new one takes the majority’s', () => {
    const base = bytesOf('a\r\nb\r\nc\nd');
    const decoded = decodeTextFile(base);
    if (decoded.kind !== 'text') throw new Error('not text');
    const encoded = encodeTextFile('a\nnew\nb\nc\nd\n', decoded, base);
    expect(new TextDecoder().decode(encoded)).toBe('a\r\nnew\r\nb\r\nc\nd\r\n');
  });

  it.each([
    ['binary', new Uint8Array([0x50, 0x4e, 0x47, 0, 1])],
    ['encoding', new Uint8Array([0x63, 0x61, 0x66, 0xe9])],
    ['encoding', new Uint8Array([0xff, 0xfe, 0x61, 0x00])],
    ['encoding', bytesOf('old mac\rline ends\r')],
    ['lfs', bytesOf('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n')],
    ['too-large', new Uint8Array(8_000_001).fill(0x61)],
  ])('GIT4 %s opens read-only', (reason, bytes) => {
    expect(decodeTextFile(bytes)).toEqual({ kind: 'not-text', reason });
  });
});
