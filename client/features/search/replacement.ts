import { searchExpression, type SearchQuery } from '@protocol/search.js';

/** A line in pieces: what is sought, and what stands around it. */
export type Piece = { text: string; isSought: boolean; replacement?: string };

/** An expression in a text: null where it is none, which the server says in words. */
export function expressionOf(query: SearchQuery): RegExp | null {
  try {
    return searchExpression(query);
  } catch {
    return null;
  }
}

/** What is put in place of what is sought: with `$1` for a group of an expression, literally otherwise. */
export function replacementOf(query: SearchQuery, replacement: string): string {
  return query.regex ? replacement : replacement.replaceAll('$', '$$$$');
}

/** SRC4 Line by line, as it was found. */
export function replaceInText(text: string, query: SearchQuery, replacement: string): string {
  const expression = expressionOf(query);
  if (!expression) return text;
  const written = replacementOf(query, replacement);
  return text
    .split('\n')
    .map((line) => line.replace(expression, written))
    .join('\n');
}

export function countIn(text: string, query: SearchQuery): number {
  const expression = expressionOf(query);
  return expression ? [...text.matchAll(expression)].filter(([found]) => found !== '').length : 0;
}

/** What one place becomes, seen in its line: an expression may look around. */
function replacedAt(line: string, at: number, found: string, expression: RegExp, written: string): string {
  const one = new RegExp(expression, expression.flags.replace('g', 'y'));
  one.lastIndex = at;
  const after = line.replace(one, written);
  return after.slice(at, after.length - (line.length - at - found.length));
}

/** @param replacement null while nothing is to be replaced */
export function piecesOf(line: string, query: SearchQuery, replacement: string | null): Piece[] {
  const expression = expressionOf(query);
  if (!expression) return [{ text: line, isSought: false }];
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of line.matchAll(expression)) {
    const [text] = found;
    if (text === '') continue;
    if (found.index > at) pieces.push({ text: line.slice(at, found.index), isSought: false });
    const after =
      replacement === null
        ? undefined
        : replacedAt(line, found.index, text, expression, replacementOf(query, replacement));
    pieces.push({ text, isSought: true, replacement: after });
    at = found.index + text.length;
  }
  if (at < line.length) pieces.push({ text: line.slice(at), isSought: false });
  return pieces;
}
