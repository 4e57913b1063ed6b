import { Spinner } from '@primer/react';
import { useEffect, useState } from 'react';
import './delayed-progress.css';

/** What is ready sooner shows no progress at all. */
const DELAY_MS = 300;

export function DelayedProgress({ label }: { label: string }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), DELAY_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="delayed-progress" aria-busy="true">
      {late && (
        <>
          <Spinner size="small" srText={null} />
          <span role="status">{label}</span>
        </>
      )}
    </div>
  );
}
