import { fileURLToPath } from 'node:url';
import { isReachableBy, postgresAccount } from '../postgres-account.js';

/** Whether a test may run scripts of this checkout as another user: root alone can, and not below /root. */
export async function canRunAsNobody(): Promise<boolean> {
  const nobody = await postgresAccount();
  if (!nobody) return false;
  const here = fileURLToPath(new URL('.', import.meta.url));
  return (await isReachableBy(nobody, here)) && isReachableBy(nobody, process.execPath);
}
