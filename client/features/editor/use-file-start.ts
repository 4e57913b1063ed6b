import { useQuery } from '@tanstack/react-query';
import { ProtocolError } from '@protocol/error.js';

/** The first `most` bytes at an address; the rest is not fetched. */
export function useFileStart(source: string, most: number) {
  return useQuery({
    queryKey: ['bytes', source, most],
    queryFn: ({ signal }) => readStart(source, most, signal),
    staleTime: 60_000,
  });
}

async function readStart(url: string, most: number, signal: AbortSignal): Promise<Uint8Array> {
  const answer = await fetch(url, { signal });
  if (!answer.ok || !answer.body)
    throw new ProtocolError(
      'unavailable',
      'The file could not be fetched. It is kept; try again in a moment.',
    );
  const reader = answer.body.getReader();
  const start = new Uint8Array(most);
  let length = 0;
  while (length < most) {
    const { value, done } = await reader.read();
    if (done) break;
    const taken = value.subarray(0, most - length);
    start.set(taken, length);
    length += taken.byteLength;
  }
  await reader.cancel();
  return start.subarray(0, length);
}
