/** Where the forge's API is: GitHub's, an Enterprise's, or the built-in forge's once that listens. */
export class ForgeAddress {
  constructor(readonly apiUrl: string) {}
}
