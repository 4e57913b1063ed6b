export function hasPreview(path: string): boolean {
  return /\.(?:md|markdown|svg)$/i.test(path);
}
