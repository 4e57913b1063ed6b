import type { WorkspaceEvent } from '@protocol/event.js';

const dayFormat = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });

/** Events by the day they happened on, here; in their order. */
export function byDay(
  events: readonly WorkspaceEvent[],
  now = new Date(),
): { day: string; events: WorkspaceEvent[] }[] {
  const days: { day: string; events: WorkspaceEvent[] }[] = [];
  for (const event of events) {
    const day = wordsOf(new Date(event.createdAt), now);
    const last = days.at(-1);
    if (last?.day === day) last.events.push(event);
    else days.push({ day, events: [event] });
  }
  return days;
}

function wordsOf(date: Date, now: Date): string {
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return 'Today';
  if (date.toDateString() === yesterday.toDateString()) return 'Yesterday';
  const year = date.getFullYear() === now.getFullYear() ? '' : ` ${date.getFullYear()}`;
  return dayFormat.format(date) + year;
}
