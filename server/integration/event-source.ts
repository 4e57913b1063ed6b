import { EventSourceParserStream, type EventSourceMessage } from 'eventsource-parser/stream';

/** Perch comments at least every 5 s: after this much silence nobody is at the other end. */
const SILENCE_MS = 20_000;

/** The messages of an answer of server-sent events, until it ends. Silence counts as an end. */
export async function* readEventSource(
  response: Response,
  signal?: AbortSignal,
): AsyncGenerator<EventSourceMessage, void> {
  if (!response.body) return;
  const over = new AbortController();
  let silence = setTimeout(() => over.abort(), SILENCE_MS);
  const heard = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      clearTimeout(silence);
      silence = setTimeout(() => over.abort(), SILENCE_MS);
      controller.enqueue(chunk);
    },
  });
  try {
    yield* response.body
      .pipeThrough(heard, { signal: signal ? AbortSignal.any([signal, over.signal]) : over.signal })
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
  } finally {
    clearTimeout(silence);
  }
}
