import type { Account } from '@protocol/user.js';
import { request } from '../http.js';
import { rememberPerson } from './person.js';

let asking: Promise<Account> | undefined;

/** Asks the server who is signed in, and remembers it. Whoever asks meanwhile hears the same answer. */
export function askPerson(): Promise<Account> {
  asking ??= request('GET /api/session', {})
    .then((person) => {
      rememberPerson(person);
      return person;
    })
    .finally(() => (asking = undefined));
  return asking;
}
