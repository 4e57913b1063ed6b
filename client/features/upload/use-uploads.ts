import { ProtocolError } from '@protocol/error.js';
import type { FileUploaded } from '@protocol/file.js';
import { useCallback, useEffect, useRef, useState } from 'react';
import { toast } from '@/components/toaster.js';
import { request } from '@/lib/http.js';
import type { ChosenFile } from './chosen-files.js';
import { sendFile } from './send-file.js';
import { planUpload, type UploadPlan } from './upload-plan.js';

const AT_ONCE = 3;
const ATTEMPTS = 5;

export type UploadProgress = { files: number; filesDone: number; bytes: number; bytesSent: number };
/** Waits for the person's word on what is there already. */
export type UploadQuestion = { folder: string; plan: UploadPlan };

export type Uploads = ReturnType<typeof useUploads>;

/** Uploads, one after another, wherever on the page one is meanwhile. */
export function useUploads(workspaceId: string, isThere: (path: string) => boolean, onDone: () => void) {
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const [question, setQuestion] = useState<UploadQuestion | null>(null);
  const running = useRef<AbortController>(undefined);
  const latest = useRef({ isThere, onDone });
  useEffect(() => {
    latest.current = { isThere, onDone };
  });

  const run = useCallback(
    async (
      folder: string,
      files: readonly ChosenFile[],
      replaced: ReadonlySet<string>,
      refusals: string[],
    ) => {
      const stop = new AbortController();
      running.current = stop;
      const upload = new Upload(workspaceId, files, replaced, stop.signal, setProgress);
      await upload.run();
      running.current = undefined;
      setProgress(null);
      latest.current.onDone();
      if (upload.taken.length > 0)
        setQuestion({ folder, plan: { fresh: [], taken: upload.taken, refusals: [] } });
      tellOutcome(workspaceId, folder, upload, refusals, () => latest.current.onDone());
    },
    [workspaceId],
  );
  const start = useCallback(
    (folder: string, chosen: readonly ChosenFile[]) => {
      if (running.current) {
        toast({
          message: 'Another upload is under way. Nothing was uploaded; wait for its end.',
          tone: 'danger',
        });
        return;
      }
      const plan = planUpload(folder, chosen, latest.current.isThere);
      if (plan.taken.length > 0) setQuestion({ folder, plan });
      else if (plan.fresh.length > 0) void run(folder, plan.fresh, new Set(), plan.refusals);
      else if (plan.refusals.length > 0) toast({ message: plan.refusals.join(' '), tone: 'danger' });
    },
    [run],
  );
  const answer = useCallback(
    (choice: 'replace' | 'keep' | 'cancel') => {
      setQuestion(null);
      if (!question || choice === 'cancel') return;
      const { folder, plan } = question;
      const taken = choice === 'replace' ? plan.taken : [];
      const files = [...plan.fresh, ...taken];
      if (files.length > 0) void run(folder, files, new Set(taken.map(({ path }) => path)), plan.refusals);
    },
    [question, run],
  );
  const stop = useCallback(() => running.current?.abort(), []);
  return { progress, question, start, answer, stop };
}

/** One run over the files that were chosen. */
class Upload {
  readonly made: string[] = [];
  readonly failures: string[] = [];
  /** What somebody else was faster with, or what we had not heard of: to be asked about. */
  readonly taken: ChosenFile[] = [];
  readonly undos: { path: string; undo: string }[] = [];
  readonly #sent = new Map<string, number>();
  #done = 0;

  constructor(
    private readonly workspaceId: string,
    private readonly files: readonly ChosenFile[],
    private readonly replaced: ReadonlySet<string>,
    readonly signal: AbortSignal,
    private readonly onProgress: (progress: UploadProgress) => void,
  ) {}

  async run(): Promise<void> {
    this.#tell();
    const waiting = [...this.files];
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next && !this.signal.aborted; next = waiting.shift())
        await this.#send(next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  }

  async #send({ path, file }: ChosenFile): Promise<void> {
    try {
      const { undo } = await this.#sendPatiently(path, file);
      this.made.push(path);
      if (undo !== null) this.undos.push({ path, undo });
    } catch (error) {
      if (this.signal.aborted) return;
      const isTaken = error instanceof ProtocolError && error.code === 'conflict' && !this.replaced.has(path);
      if (isTaken) this.taken.push({ path, file });
      else this.failures.push(error instanceof ProtocolError ? error.message : `${path} could not be read.`);
    }
    this.#sent.set(path, file.size);
    this.#done++;
    this.#tell();
  }

  /** A limit on requests asks to wait, which nobody has to be told. */
  async #sendPatiently(path: string, file: File): Promise<FileUploaded> {
    const sending = {
      workspaceId: this.workspaceId,
      path,
      file,
      replace: this.replaced.has(path),
      signal: this.signal,
      onProgress: (sent: number) => {
        this.#sent.set(path, Math.min(sent, file.size));
        this.#tell();
      },
    };
    for (let attempt = 1; ; attempt++)
      try {
        return await sendFile(sending);
      } catch (error) {
        const isPatient =
          error instanceof ProtocolError && error.code === 'rate-limited' && attempt < ATTEMPTS;
        if (!isPatient || this.signal.aborted) throw error;
        const waitMs = (error.retryAfterMs ?? 1_000) * attempt;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
  }

  #tell(): void {
    this.onProgress({
      files: this.files.length,
      filesDone: this.#done,
      bytes: this.files.reduce((sum, { file }) => sum + file.size, 0),
      bytesSent: [...this.#sent.values()].reduce((sum, sent) => sum + sent, 0),
    });
  }
}

function tellOutcome(
  workspaceId: string,
  folder: string,
  { made, failures, undos, signal }: Upload,
  refusals: readonly string[],
  onUndone: () => void,
): void {
  const sentences = [];
  const [only] = made;
  if (made.length === 1) sentences.push(`Uploaded ${only}.`);
  else if (made.length > 1) {
    const replaced = undos.length > 0 ? `, ${undos.length} of them replaced` : '';
    sentences.push(`Uploaded ${made.length} files${folder === '' ? '' : ` to ${folder}`}${replaced}.`);
  }
  if (signal.aborted) sentences.push('Stopped; the other files were not uploaded.');
  if (failures.length > 1) sentences.push(`${failures.length} files were not uploaded.`);
  sentences.push(...failures.slice(0, 1), ...refusals);
  const undo = async (): Promise<void> => {
    for (const body of undos)
      try {
        await request('POST /api/workspaces/:id/files/undo', { params: { id: workspaceId }, body });
      } catch (error) {
        if (error instanceof Error) toast({ message: error.message, tone: 'danger' });
      }
    onUndone();
  };
  if (sentences.length === 0) return;
  toast({
    message: sentences.join(' '),
    tone: failures.length + refusals.length > 0 ? 'danger' : 'success',
    ...(undos.length > 0 && { action: { label: 'Undo replacing', onAction: () => void undo() } }),
  });
}
