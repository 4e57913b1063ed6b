import DataLoader from 'dataloader';

const BATCH_MAX = 500;

/**
 * Reads for many with one question: what is asked for in one turn of the event
 * loop, which is much only where many come at once. Nothing is kept: each
 * answer was asked for after whoever gets it asked.
 *
 * @param load the answers in the order of the keys, which may repeat
 */
export function batchLoader<Key, Value>(
  load: (keys: readonly Key[]) => Promise<Value[]>,
): { load(key: Key): Promise<Value> } {
  return new DataLoader<Key, Value>(load, {
    cache: false,
    maxBatchSize: BATCH_MAX,
    batchScheduleFn: (run) => void setImmediate(run),
  });
}
