/** What whoever asks to look at a branch knows of it already, signed by the forge; what is so is looked up. */
export type PushHint = {
  pusher?: { name: string; login?: string };
  headSha?: string;
  isForced?: boolean;
  isDeleted?: boolean;
};
