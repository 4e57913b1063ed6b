import { execFileSync } from 'node:child_process';

/** What is in a large file that is made: lines that differ, as many as it takes. */
export function longText(length: number): string {
  const lines: string[] = [];
  for (let size = 0, at = 1; size < length; at++) {
    const line = `const value${at} = compute(${at}, 'of the kind that programs write'); // line ${at}`;
    lines.push(line);
    size += line.length + 1;
  }
  return `${lines.join('\n')}\n`.slice(0, length);
}

/** A bare repository with `packages × parts × files` small files, and others as given. */
export function makeLargeRepository(
  folder: string,
  [packages, parts, files]: readonly [number, number, number],
  others: Readonly<Record<string, string>> = {},
): void {
  const stream: string[] = ['blob\nmark :1\ndata 6\nhello\n\n'];
  const named = Object.entries(others);
  for (const [at, [, text]] of named.entries())
    stream.push(`blob\nmark :${at + 2}\ndata ${Buffer.byteLength(text)}\n${text}\n`);
  stream.push('commit refs/heads/main\ncommitter Test <test@example.com> 1700000000 +0000\ndata 4\nMany\n');
  for (const [at, [path]] of named.entries()) stream.push(`M 100644 :${at + 2} ${path}\n`);
  const digits = (number: number) => String(number).padStart(3, '0');
  for (let one = 0; one < packages; one++)
    for (let two = 0; two < parts; two++)
      for (let three = 0; three < files; three++)
        stream.push(
          `M 100644 :1 packages/module-${digits(one)}/source-${digits(two)}/component-${digits(three)}.ts\n`,
        );
  stream.push('\n');
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', folder]);
  execFileSync('git', ['-C', folder, 'fast-import', '--quiet'], { input: stream.join('') });
}
