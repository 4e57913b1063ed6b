import { account, type Account } from '@protocol/user.js';

const KEY = 'perch.person';

/** Who was last signed in on this device: without the server nobody else can say. */
export function currentPerson(): Account | null {
  const stored = localStorage.getItem(KEY);
  if (stored === null) return null;
  try {
    return account.parse(JSON.parse(stored));
  } catch {
    return null;
  }
}

export function rememberPerson(person: Account): void {
  localStorage.setItem(KEY, JSON.stringify(person));
}

/** What is kept for him stays, under his own name. */
export function forgetPerson(): void {
  localStorage.removeItem(KEY);
}

/** Tells of a sign-in or sign-out in another tab. */
export function onPersonChanged(listener: () => void): void {
  const idOf = (stored: string | null): unknown =>
    stored === null ? null : (JSON.parse(stored) as { id?: unknown }).id;
  window.addEventListener('storage', (event) => {
    if (event.key === KEY && idOf(event.oldValue) !== idOf(event.newValue)) listener();
  });
}
