import {
  DeviceDesktopIcon,
  GearIcon,
  MarkGithubIcon,
  MoonIcon,
  PencilIcon,
  SignOutIcon,
  SunIcon,
} from '@primer/octicons-react';
import { ActionList, ActionMenu } from '@primer/react';
import type { Account } from '@protocol/user.js';
import { useState, type ReactNode } from 'react';
import type { ColorMode } from '@/lib/color-mode.js';
import { initials } from '@/lib/initials.js';
import { personColor } from '@/lib/person-color.js';
import { useChangeSettings, useSettings } from '@/lib/settings.js';
import { githubHref, useGithubSignIn } from '@/lib/sign-in.js';
import { AccountDialog } from './account-dialog.js';
import { SettingsDialog } from './settings-dialog.js';
import { SignOutDialog } from './sign-out-dialog.js';
import { findUnsent, useAccount, useSignOut } from './use-account.js';
import './account-menu.css';

const THEMES: { mode: ColorMode; label: string; icon: typeof SunIcon }[] = [
  { mode: 'auto', label: 'As the system', icon: DeviceDesktopIcon },
  { mode: 'light', label: 'Light', icon: SunIcon },
  { mode: 'dark', label: 'Dark', icon: MoonIcon },
];

const here = () => window.location.pathname + window.location.search + window.location.hash;

/** Who one is here, how it looks, where more is set (the children), and the way out. */
export function AccountMenu({ children }: { children?: ReactNode }) {
  const { data: account } = useAccount();
  return account && <MenuOf account={account}>{children}</MenuOf>;
}

function MenuOf({ account, children }: { account: Account; children: ReactNode }) {
  const signOut = useSignOut(account);
  const { theme } = useSettings();
  const change = useChangeSettings();
  const withGithub = useGithubSignIn();
  const [dialog, setDialog] = useState<'account' | 'settings' | null>(null);
  const [unsent, setUnsent] = useState<readonly string[]>([]);
  const leave = async (): Promise<void> => {
    const found = await findUnsent(account);
    if (found.length > 0) setUnsent(found);
    else signOut.mutate();
  };
  return (
    <>
      <ActionMenu>
        <ActionMenu.Button
          variant="invisible"
          className="account-button"
          aria-label={`Account of ${account.name}`}
          leadingVisual={() => (
            <span
              className="account-dot"
              style={{ background: personColor(account.color) }}
              aria-hidden="true"
            >
              {initials(account.name)}
            </span>
          )}
        >
          <span className="account-name">{account.name}</span>
        </ActionMenu.Button>
        <ActionMenu.Overlay width="medium" align="end">
          <ActionList>
            <ActionList.Group>
              <ActionList.GroupHeading>Name and e-mail for commits</ActionList.GroupHeading>
              <ActionList.Item onSelect={() => setDialog('account')}>
                <ActionList.LeadingVisual>
                  <PencilIcon />
                </ActionList.LeadingVisual>
                {account.name}
                <ActionList.Description variant="block">
                  {account.login === undefined
                    ? account.email
                    : `${account.login} on GitHub, ${account.email}`}
                </ActionList.Description>
              </ActionList.Item>
              {account.login === undefined && withGithub && (
                <ActionList.LinkItem href={githubHref(here(), true)}>
                  <ActionList.LeadingVisual>
                    <MarkGithubIcon />
                  </ActionList.LeadingVisual>
                  Connect GitHub
                  <ActionList.Description variant="block">
                    Perch then commits as you, by your own rights.
                  </ActionList.Description>
                </ActionList.LinkItem>
              )}
            </ActionList.Group>
            <ActionList.Group selectionVariant="single">
              <ActionList.GroupHeading>Theme</ActionList.GroupHeading>
              {THEMES.map(({ mode: each, label, icon: Icon }) => (
                <ActionList.Item
                  key={each}
                  selected={each === theme}
                  onSelect={() => change({ theme: each })}
                >
                  {label}
                  <ActionList.TrailingVisual>
                    <Icon />
                  </ActionList.TrailingVisual>
                </ActionList.Item>
              ))}
            </ActionList.Group>
            <ActionList.Divider />
            <ActionList.Item onSelect={() => setDialog('settings')}>
              <ActionList.LeadingVisual>
                <GearIcon />
              </ActionList.LeadingVisual>
              Settings
            </ActionList.Item>
            {children}
            <ActionList.Item onSelect={() => void leave()}>
              <ActionList.LeadingVisual>
                <SignOutIcon />
              </ActionList.LeadingVisual>
              Sign out
            </ActionList.Item>
          </ActionList>
        </ActionMenu.Overlay>
      </ActionMenu>
      {unsent.length > 0 && (
        <SignOutDialog
          paths={unsent}
          isPending={signOut.isPending}
          onSignOut={() => signOut.mutate(undefined, { onError: () => setUnsent([]) })}
          onClose={() => setUnsent([])}
        />
      )}
      {dialog === 'account' && <AccountDialog account={account} onClose={() => setDialog(null)} />}
      {dialog === 'settings' && <SettingsDialog onClose={() => setDialog(null)} />}
    </>
  );
}
