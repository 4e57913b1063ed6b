import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Axe finds nothing, on the page or in a part of it. */
export async function expectAccessible(page: Page, within?: string): Promise<void> {
  // Somebody’s name may begin to fade at any moment: for whoever wants no motion it is there or not.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  // What still fades in has no contrast yet. A spinner never ends: that is not waited for.
  await page.evaluate(`Promise.race([
    Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {}))),
    new Promise((resolve) => setTimeout(resolve, 1_000)),
  ]).then(() => undefined)`);
  // In the page itself: there is no frame, and a second page for the answer costs as much as the question.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  const { violations } = await (within === undefined ? axe : axe.include(within)).analyze();
  await page.emulateMedia({ reducedMotion: null });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}

export async function expectNothingBesideThePage(page: Page): Promise<void> {
  const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  expect(overflow).toBeLessThanOrEqual(0);
}
