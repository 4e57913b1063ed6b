import { randomInt } from 'node:crypto';

const MOODS =
  'bold brave breezy bright calm clever cosy dapper eager early fleet fond gentle glad golden hardy jolly keen kind lively lucky merry mellow nimble plucky quick quiet rosy snug steady sunny swift'.split(
    ' ',
  );
const BIRDS =
  'avocet bunting curlew dipper dunlin egret falcon finch goldcrest grebe heron hoopoe jackdaw kestrel kite lapwing linnet martin merlin nuthatch oriole osprey plover puffin robin sandpiper siskin starling swallow tern warbler wren'.split(
    ' ',
  );
/** How many names of two words are tried before a number makes sure. */
const SHORT_TRIES = 4;
const NUMBERS = 1_000_000;

/**
 * A name nobody is likely to have: `swift-heron`, of which there are a
 * thousand, and from the fifth try on `swift-heron-402718`, of a thousand million.
 */
export function generateName(attempt: number): string {
  const name = `${MOODS[randomInt(MOODS.length)]}-${BIRDS[randomInt(BIRDS.length)]}`;
  return attempt < SHORT_TRIES ? name : `${name}-${randomInt(NUMBERS)}`;
}

/** All names of two words. */
export function shortNames(): string[] {
  return MOODS.flatMap((mood) => BIRDS.map((bird) => `${mood}-${bird}`));
}
