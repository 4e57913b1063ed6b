import { errorBody, ProtocolError } from '@protocol/error.js';
import { fileUploaded, type FileUploaded } from '@protocol/file.js';

type Sending = {
  workspaceId: string;
  path: string;
  file: Blob;
  replace: boolean;
  /** Bytes that have left so far. */
  onProgress: (sent: number) => void;
  signal: AbortSignal;
};

/**
 * Sends a file's bytes. By XMLHttpRequest: `fetch` tells nothing of how far it is.
 *
 * @throws {ProtocolError} what the server refused, `unavailable` where it was not reached
 */
export function sendFile({
  workspaceId,
  path,
  file,
  replace,
  onProgress,
  signal,
}: Sending): Promise<FileUploaded> {
  const query = new URLSearchParams({ path, replace: String(replace) });
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    const abort = (): void => sending.abort();
    signal.addEventListener('abort', abort);
    sending.open('PUT', `/api/workspaces/${encodeURIComponent(workspaceId)}/files?${query.toString()}`);
    sending.setRequestHeader('Content-Type', 'application/octet-stream');
    sending.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
    sending.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
    sending.addEventListener('error', () =>
      reject(
        new ProtocolError(
          'unavailable',
          `${path} was not uploaded: Perch cannot be reached. Try again later.`,
        ),
      ),
    );
    sending.addEventListener('load', () => {
      const answer = parsed(sending.responseText);
      const uploaded = fileUploaded.safeParse(answer);
      const refused = errorBody.safeParse(answer);
      if (sending.status === 200 && uploaded.success) resolve(uploaded.data);
      else if (refused.success) reject(ProtocolError.fromBody(refused.data));
      else
        reject(
          new ProtocolError('unavailable', `${path} was not uploaded: Perch answered ${sending.status}.`),
        );
    });
    sending.addEventListener('loadend', () => signal.removeEventListener('abort', abort));
    // A file that cannot be read any more ends in the error above.
    sending.send(file);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
