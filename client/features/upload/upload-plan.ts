import { isFilePath, UPLOAD_MAX_BYTES } from '@protocol/file.js';
import type { ChosenFile } from './chosen-files.js';

/** At once: a whole disk dropped by mistake is not taken. */
export const UPLOAD_MAX_FILES = 5_000;

export type UploadPlan = {
  /** Nothing is there. */
  fresh: ChosenFile[];
  /** A file of this name is there: the person is asked. */
  taken: ChosenFile[];
  /** What is left out, as sentences. */
  refusals: string[];
};

/**
 * What becomes of the files that were chosen for a folder.
 *
 * UPL1 Nothing that is there is replaced unasked, and whatever is left out is told.
 */
export function planUpload(
  folder: string,
  chosen: readonly ChosenFile[],
  isThere: (path: string) => boolean,
): UploadPlan {
  const plan: UploadPlan = { fresh: [], taken: [], refusals: [] };
  if (chosen.length > UPLOAD_MAX_FILES) {
    plan.refusals.push(
      `${chosen.length.toLocaleString()} files are more than the ${UPLOAD_MAX_FILES.toLocaleString()} taken at once. Nothing was uploaded; choose fewer.`,
    );
    return plan;
  }
  const tooLarge: string[] = [];
  const misnamed: string[] = [];
  for (const each of chosen) {
    const path = folder === '' ? each.path : `${folder}/${each.path}`;
    const file = { path, file: each.file };
    if (!isFilePath(path)) misnamed.push(each.path);
    else if (each.file.size > UPLOAD_MAX_BYTES) tooLarge.push(each.path);
    else (isThere(path) ? plan.taken : plan.fresh).push(file);
  }
  if (chosen.length === 0) plan.refusals.push('There is no file in it, and git keeps no empty folders.');
  if (tooLarge.length > 0)
    plan.refusals.push(
      `${listed(tooLarge)} ${tooLarge.length === 1 ? 'is' : 'are'} larger than ${UPLOAD_MAX_BYTES / 1_000_000} MB and ${tooLarge.length === 1 ? 'was' : 'were'} left out.`,
    );
  if (misnamed.length > 0)
    plan.refusals.push(
      `${listed(misnamed)} cannot be in a repository and ${misnamed.length === 1 ? 'was' : 'were'} left out.`,
    );
  return plan;
}

const NAMED = 2;

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(names: readonly string[]): string {
  const [first = '', second] = names;
  if (second === undefined) return first;
  if (names.length === NAMED) return `${first} and ${second}`;
  return `${first}, ${second} and ${names.length - NAMED} more`;
}
