/** The colour of a person everywhere: avatar, cursor, selection. The shade follows the theme. */
export function personColor(index: number): string {
  return `var(--person-${index % 12})`;
}
