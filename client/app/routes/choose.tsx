import { PlusIcon } from '@primer/octicons-react';
import { Button } from '@primer/react';
import { Link, useNavigate } from 'react-router';
import { PageTitle } from '@/components/page-title.js';
import { paths } from '../paths.js';
import { RepositoryChooser } from '../repository-chooser.js';
import './choose.css';

export function Component() {
  const navigate = useNavigate();
  return (
    <div className="page">
      <PageTitle>Open a workspace</PageTitle>
      <div className="choose-head">
        <h1>Open a workspace</h1>
        <Button as={Link} to={paths.newWorkspace.href()} leadingVisual={PlusIcon}>
          New branch
        </Button>
      </div>
      <RepositoryChooser
        onRoom={(room) => void navigate(paths.workspace.href(room))}
        onRepository={({ owner, repo }) => void navigate(paths.branches.href(owner, repo))}
      />
    </div>
  );
}
