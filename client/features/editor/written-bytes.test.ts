import { expect, it } from 'vitest';
import { decodeForeignText, hexDump } from './written-bytes.js';

it('GIT4 bytes are shown sixteen a line', () => {
  const bytes = Uint8Array.from({ length: 17 }, (_, index) => 0x40 + index);
  expect(hexDump(bytes).split('\n')).toEqual([
    '00000000  40 41 42 43 44 45 46 47  48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO',
    `00000010  50${' '.repeat(48)}P`,
  ]);
});

it('GIT4 text in another encoding can be read', () => {
  expect(decodeForeignText(Uint8Array.of(0x67, 0x72, 0xfc, 0xdf))).toEqual({
    text: 'grüß',
    encoding: 'windows-1252',
  });
  expect(decodeForeignText(Uint8Array.of(0xff, 0xfe, 0x68, 0x00, 0x69, 0x00)).text).toBe('hi');
});
