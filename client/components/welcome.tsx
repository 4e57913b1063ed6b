import type { ReactNode } from 'react';
import { PageTitle } from './page-title.js';
import { PerchMark } from './perch-mark.js';
import './welcome.css';

/** The page for somebody who is not in yet. */
export function Welcome({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="welcome" id="main">
      <PageTitle>{title}</PageTitle>
      <PerchMark size={48} />
      <h1>{title}</h1>
      <div className="welcome-body">{children}</div>
    </main>
  );
}
