import { expect, type Locator, type Page } from '@playwright/test';

/** The address of a branch, of the example where nothing else is said. */
export const codeOf = (branch: string, repository = 'perch/perch-hop') =>
  `/github/${repository}/${encodeURIComponent(branch)}/code`;
export const editorOf = (page: Page, path: string): Locator =>
  page.getByRole('textbox', { name: path, exact: true });
export const linesOf = (page: Page) => page.locator('.view-lines');
export const statusOf = (page: Page) => page.locator('.status-bar').getByRole('status');

/** The whole text as it stands on the screen. */
export function screenText(page: Page): Promise<string> {
  return linesOf(page)
    .locator('.view-line')
    .evaluateAll((lines) =>
      lines
        .map((line) => ({ top: line.getBoundingClientRect().top, text: line.textContent ?? '' }))
        .sort((one, other) => one.top - other.top)
        .map((line) => line.text.replaceAll('\u00a0', ' '))
        .join('\n'),
    );
}

/** Opens a file and puts the keyboard into it, once it is live. */
export async function openFile(page: Page, branch: string, path: string, repository?: string): Promise<void> {
  await page.goto(`${codeOf(branch, repository)}?path=${encodeURIComponent(path)}`);
  await expect(statusOf(page)).toHaveText('Saved');
  await editorOf(page, path).focus();
}

/** Opens a file from the tree beside one that is open already, in the same folder. */
export async function openTab(page: Page, path: string): Promise<void> {
  const name = path.split('/').at(-1)!;
  await page.getByRole('treeitem', { name: new RegExp(`^${name.replace('.', '\\.')}`) }).dblclick();
  await expect(editorOf(page, path)).toBeFocused();
  await expect(statusOf(page)).toHaveText('Saved');
}
