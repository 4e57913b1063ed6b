/** Tells who wrote the line the cursor is in, in the editor one was last in. Null while none is open. */
type AskHere = () => void;

let active: AskHere | null = null;

export function enterLines(ask: AskHere): void {
  active = ask;
}

export function leaveLines(ask: AskHere): void {
  if (active === ask) active = null;
}

export function whoWroteThisLine(): void {
  active?.();
}
