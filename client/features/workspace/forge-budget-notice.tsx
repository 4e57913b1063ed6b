import { useQuery } from '@tanstack/react-query';
import { request } from '@/lib/http.js';
import { budgetWords } from '@/lib/budget-words.js';

/** The server knows from its last answer: asking it costs nothing of the budget. */
const LOOK_AGAIN_MS = 10_000;

/** Says when GitHub takes few or no more requests. */
export function ForgeBudgetNotice({ className }: { className: string }) {
  const { data: words } = useQuery({
    queryKey: ['forge-budget'],
    queryFn: async ({ signal }) =>
      budgetWords(await request('GET /api/forge/budget', { signal }), new Date()),
    refetchInterval: LOOK_AGAIN_MS,
    retry: false,
  });
  return (
    words && (
      <p className={className} role="status">
        {words}
      </p>
    )
  );
}
