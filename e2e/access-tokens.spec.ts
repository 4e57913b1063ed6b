import { PerchApi } from '../server/integration/perch-api.js';
import { codeOf } from './code-page.js';
import { expectAccessible, expectNothingBesideThePage } from './accessible.js';
import { expect, test } from './fixtures.js';

const room = { owner: 'perch', repo: 'perch-hop', branch: 'main' };

test('SEC2 a token is made in the menu’s page, shown once, works, and ends when it is revoked', async ({
  alice,
  perch,
}) => {
  await alice.goto('/');
  await alice.getByRole('button', { name: 'Account of Alice' }).click();
  await alice.getByRole('menuitem', { name: 'Access tokens' }).click();
  await expect(alice.getByRole('heading', { name: 'Access tokens' })).toBeVisible();
  await alice.getByLabel('What it is for').fill('CI');
  await alice.getByLabel('Add events of its own').check();
  await alice.getByLabel('In', { exact: true }).selectOption('perch/perch-hop');
  await alice.getByRole('button', { name: 'Create token' }).click();
  const secret = await alice.getByLabel('The token of “CI”, shown this once').inputValue();
  await expectAccessible(alice);
  await expectNothingBesideThePage(alice);

  const program = new PerchApi({ url: perch.url, token: secret });
  const watching = await alice.context().newPage();
  await watching.goto(codeOf('main'));
  const activity = watching.getByRole('region', { name: 'Activity' });
  await expect(activity.getByText('opened this room')).toBeVisible();
  await program.addEvent(room, {
    type: 'integration.build.failed',
    payload: { title: 'Build 7 failed', url: 'https://ci.example/7' },
  });
  await expect(activity.getByRole('link', { name: 'by CI: Build 7 failed' })).toHaveAttribute(
    'href',
    'https://ci.example/7',
  );
  await watching.close();

  await alice.reload();
  await expect(alice.getByText('perch/perch-hop, expires')).toBeVisible();
  await expect(alice.getByText(secret)).toHaveCount(0);
  await alice.getByRole('button', { name: 'Revoke CI' }).click();
  await alice.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(alice.getByText('No program acts in your name.')).toBeVisible();
  await expect(program.events(room)).rejects.toMatchObject({ code: 'unauthenticated' });
});

for (const [colorScheme, screen, viewport] of [
  ['light', 'wide', { width: 1280, height: 800 }],
  ['dark', 'narrow', { width: 390, height: 780 }],
] as const)
  test(`A11Y axe finds nothing on the pages for programs, ${colorScheme}, ${screen}`, async ({ alice }) => {
    await alice.emulateMedia({ colorScheme });
    await alice.setViewportSize(viewport);
    await alice.goto('/settings/tokens');
    await alice.getByLabel('What it is for').fill(`A bot, ${colorScheme}, ${screen}`);
    await alice.getByRole('button', { name: 'Create token' }).click();
    await expect(alice.getByLabel(/shown this once/)).toBeFocused();
    await expectAccessible(alice);
    await expectNothingBesideThePage(alice);
    await alice.getByRole('button', { name: `Revoke A bot, ${colorScheme}, ${screen}` }).click();
    await expect(alice.getByRole('alertdialog')).toBeVisible();
    await expectAccessible(alice);
    await expectNothingBesideThePage(alice);
    await alice.goto('/api/docs');
    await expect(alice.getByRole('heading', { name: 'The interface of Perch' })).toBeVisible();
    await alice.getByText('GET /api/workspace/events/stream').click();
    await expect(alice.getByText('last-event-id', { exact: true })).toBeVisible();
    await expectAccessible(alice);
    await expectNothingBesideThePage(alice);
  });

test('EVT5 a page whose socket does not get through asks for events, and shows them', async ({
  alice,
  bob,
}) => {
  let isCut = false;
  await alice.routeWebSocket(/\/socket/, async (socket) => {
    if (isCut) await socket.close();
    else {
      const server = socket.connectToServer();
      cuts.push(() => Promise.all([socket.close(), server.close()]));
    }
  });
  const cuts: (() => Promise<unknown>)[] = [];
  await alice.goto(codeOf('main'));
  const activity = alice.getByRole('region', { name: 'Activity' });
  await expect(activity.getByText('came in').first()).toBeVisible();
  isCut = true;
  await Promise.all(cuts.map((cut) => cut()));
  await expect(alice.getByText('Not connected.')).toBeVisible();
  await bob.goto('/');
  const opened = await bob.request.post('/api/workspaces', { data: room });
  const { id } = (await opened.json()) as { id: string };
  const made = await bob.request.post(`/api/workspaces/${id}/files`, {
    data: { path: 'while-away.txt', text: '' },
  });
  expect(made.ok()).toBe(true);
  await expect(activity.getByRole('button', { name: 'while-away.txt', exact: true })).toBeVisible();
  await expect(alice.getByText('Not connected.')).toBeVisible();
});
