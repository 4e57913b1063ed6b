import { Button } from '@primer/react';
import { dismissRescued, saveRescued, useRescued, type Rescued } from '@/lib/kept/rescued-text.js';

/** What the person wrote where he may not write or be any more: his to take along, until he has it or does not want it. */
export function RescuedNotice() {
  return useRescued().map((rescued) => (
    <div key={rescued.repository} className="workspace-notice rescued-notice" role="alert">
      <p>
        What you wrote last in {filesOf(rescued)} of {rescued.repository} was not sent, and you may not send
        it any more. It is on this page alone: download it before you leave.
      </p>
      <Button size="small" onClick={() => saveRescued(rescued)}>
        {rescued.isSaved ? 'Download it again' : 'Download what I wrote'}
      </Button>
      <Button size="small" variant="invisible" onClick={() => dismissRescued(rescued.repository)}>
        {rescued.isSaved ? 'Done' : 'I do not need it'}
      </Button>
    </div>
  ));
}

function filesOf({ branches }: Rescued): string {
  const places = branches.flatMap(({ branch, files }) => files.map(({ path }) => ({ path, branch })));
  const different = new Set(places.map(({ path, branch }) => `${branch}:${path}`)).size;
  return different === 1 ? places[0]!.path : `${different} files`;
}
