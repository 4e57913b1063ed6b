type LoggedError = {
  type: string;
  message: string;
  code?: string;
  status?: number;
  stack: string;
  cause?: LoggedError | string;
};

/** Deep enough for any chain that is not a circle. */
const CAUSES_MAX = 5;

/**
 * What a log says of an error: where and why, and no more of what it was about.
 * A failed request carries its headers, and a failed statement the words of people.
 */
export function describeError(error: unknown, causes = 0): LoggedError | string {
  if (!(error instanceof Error)) return String(error);
  const { message, stack = '' } = error;
  const said = withoutParameters(message);
  const frames = stack.slice(Math.max(stack.indexOf(message), 0) + message.length);
  return {
    type: error.name,
    message: said,
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...('status' in error && typeof error.status === 'number' && { status: error.status }),
    stack: `${error.name}: ${said}${frames}`,
    ...(error.cause !== undefined &&
      causes < CAUSES_MAX && { cause: describeError(error.cause, causes + 1) }),
  };
}

/** Drizzle puts a statement's values behind it. */
const withoutParameters = (message: string) =>
  message.startsWith('Failed query:') ? message.replace(/\nparams:[\s\S]*$/, '') : message;
