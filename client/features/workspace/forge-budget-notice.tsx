import { useQuery } from '@tanstack/react-query';
import { request } from '@/lib/http.js';
import { budgetWords } from './budget-words.js';

/** The server knows from its last answer: asking it costs nothing of the budget. */
const LOOK_AGAIN_MS = 15_000;

/** Says when GitHub takes few or no more requests. */
export function ForgeBudgetNotice({ className }: { className: string }) {
  const budget = useQuery({
    queryKey: ['forge-budget'],
    queryFn: ({ signal }) => request('GET /api/forge/budget', { signal }),
    refetchInterval: LOOK_AGAIN_MS,
    retry: false,
  });
  const words = budgetWords(budget.data, new Date());
  return (
    words !== null && (
      <p className={className} role="status">
        {words}
      </p>
    )
  );
}
