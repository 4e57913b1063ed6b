import { useSyncExternalStore } from 'react';
import type { UnsentFile } from '../room/unsent-text.js';

/** What somebody wrote in a repository and may not send any more. */
export type Rescued = {
  repository: string;
  /** Files by the branch they are in. */
  branches: { branch: string; files: UnsentFile[] }[];
  isSaved: boolean;
};

let rescued: readonly Rescued[] = [];
export const rescuedNow = (): readonly Rescued[] => rescued;
const listeners = new Set<() => void>();

/** Kept by this page alone, until it is saved or dismissed: what a device keeps of the repository is gone. */
export function rescue(repository: string, branch: string, files: readonly UnsentFile[]): void {
  const written = files.filter((file) => file.passages.length > 0);
  if (written.length === 0) return;
  const known = rescued.find((each) => each.repository === repository);
  const branches = [...(known?.branches ?? [])];
  const at = branches.findIndex((each) => each.branch === branch);
  const before = at < 0 ? [] : branches.splice(at, 1)[0]!.files;
  const fresh = written.filter((file) => !before.some((each) => holds(each, file)));
  if (known && fresh.length === 0) return;
  const kept = before.filter((file) => !fresh.some((each) => holds(each, file)));
  branches.push({ branch, files: [...kept, ...fresh] });
  set([...rescued.filter((each) => each !== known), { repository, branches, isSaved: false }]);
}

export function dismissRescued(repository: string): void {
  set(rescued.filter((each) => each.repository !== repository));
}

/** Whether the page holds what is nowhere else. */
export const holdsRescued = (): boolean => rescued.some((each) => !each.isSaved);

export function useRescued(): readonly Rescued[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, rescuedNow);
}

/** Hands it to the browser as a file. */
export function saveRescued(given: Rescued): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([asText(given)], { type: 'text/plain;charset=utf-8' }));
  link.download = `unsent-${given.repository.replace('/', '-')}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  set(rescued.map((each) => (each === given ? { ...each, isSaved: true } : each)));
}

function asText({ repository, branches }: Rescued): string {
  const lines = [`What you wrote in ${repository} and Perch did not take, as of ${new Date().toISOString()}`];
  for (const { branch, files } of branches)
    for (const { path, passages } of files) {
      lines.push('', `=== ${branch}: ${path}`);
      for (const { line, text } of passages) lines.push(`--- line ${line}`, text);
    }
  return `${lines.join('\n')}\n`;
}

/** Two tabs, or a page and its device, hold the same, or the one a few letters more. */
const holds = (one: UnsentFile, other: UnsentFile) =>
  one.path === other.path &&
  other.passages.every(({ line, text }) =>
    one.passages.some((each) => each.line === line && each.text.includes(text)),
  );

function set(next: readonly Rescued[]): void {
  rescued = next;
  for (const listener of listeners) listener();
}
