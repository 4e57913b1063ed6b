import picomatch from 'picomatch';

const OPTIONS = { dot: true, noextglob: true, nonegate: true };

/** Whether a path fits one of some globs, as VS Code reads them; null where there are none. */
export function pathGlobs(globs: string): ((path: string) => boolean) | null {
  const patterns = globs
    .split(',')
    .map((glob) =>
      glob
        .trim()
        .replace(/^\.?\//, '')
        .replace(/\/$/, ''),
    )
    .filter((glob) => glob !== '')
    .flatMap((glob) => {
      const anywhere = glob.includes('/') ? glob : `**/${glob}`;
      return [anywhere, `${anywhere}/**`];
    });
  return patterns.length === 0 ? null : picomatch(patterns, OPTIONS);
}
