import { KeyIcon, MeterIcon } from '@primer/octicons-react';
import { ActionList } from '@primer/react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { PerchMark } from '@/components/perch-mark.js';
import { AccountMenu } from '@/features/session/account-menu.js';
import { useAccount } from '@/features/session/use-account.js';
import { paths } from './paths.js';
import { RescuedNotice } from './rescued-notice.js';

/** The one line on top: home, where one is, and who one is. */
export function Header({ children }: { children?: ReactNode }) {
  const { data: account } = useAccount();
  return (
    <>
      <header className="header">
        <a className="skip-link" href="#main">
          Skip to content
        </a>
        <Link className="header-home" to={paths.home.href()} aria-label="Perch, home">
          <PerchMark />
          <span>Perch</span>
        </Link>
        <div className="header-content">{children}</div>
        <AccountMenu>
          <ActionList.LinkItem as={Link} to={paths.accessTokens.href()}>
            <ActionList.LeadingVisual>
              <KeyIcon />
            </ActionList.LeadingVisual>
            Access tokens
          </ActionList.LinkItem>
          {account?.isOwner && (
            <ActionList.LinkItem as={Link} to={paths.forgeBudgets.href()}>
              <ActionList.LeadingVisual>
                <MeterIcon />
              </ActionList.LeadingVisual>
              GitHub’s limits
            </ActionList.LinkItem>
          )}
        </AccountMenu>
      </header>
      <RescuedNotice />
    </>
  );
}
