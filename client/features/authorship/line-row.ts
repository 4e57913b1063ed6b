import { initials } from '@/lib/initials.js';
import type { KnownLine } from './known-lines.js';
import { BEING_WRITTEN, colorOf, nameOf, spokenLine, whereOf } from './writing-words.js';

export type LineRow = {
  node: HTMLButtonElement;
  known: KnownLine;
  isFirst: boolean;
  /** Where lines were deleted next to it. */
  removed: 'above' | 'below' | undefined;
  height: number;
};

/** The row of one line: who wrote it where it is the first of several in view, else his colour alone. */
export function lineRow(
  line: number,
  shown: Omit<LineRow, 'node'>,
  ownId: string | undefined,
): HTMLButtonElement {
  const { known, isFirst, removed, height } = shown;
  const [latest] = known.writings;
  const node = document.createElement('button');
  node.type = 'button';
  node.className = 'line-row';
  node.tabIndex = -1;
  node.dataset.line = String(line);
  node.dataset.state = latest?.commit ? 'committed' : latest ? 'uncommitted' : 'pending';
  node.style.height = `${height}px`;
  node.setAttribute('aria-haspopup', 'dialog');
  node.setAttribute('aria-label', spokenLine(line, known, ownId));
  const color = colorOf(latest?.actor);
  if (color !== null) {
    node.dataset.person = 'true';
    node.style.setProperty('--author-color', color);
  }
  if (removed) node.dataset.removal = removed;
  if (!isFirst) return node;
  node.dataset.first = 'true';
  const name = latest ? nameOf(latest.actor, ownId) : BEING_WRITTEN;
  if (latest) node.append(part('line-face', initials(latest.actor.name)));
  node.append(part('line-name', known.writings.length > 1 ? `${name} +${known.writings.length - 1}` : name));
  if (!latest) return node;
  const when = document.createElement('relative-time');
  when.className = 'line-when';
  when.setAttribute('datetime', latest.at);
  when.setAttribute('format', 'micro');
  when.setAttribute('no-title', '');
  node.append(when, part('line-where', whereOf(latest)));
  return node;
}

function part(className: string, words: string): HTMLElement {
  const node = document.createElement('span');
  node.className = className;
  node.textContent = words;
  return node;
}
