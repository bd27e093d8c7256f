/** Why an archive cannot be read: `isFinal` where trying again would say the same. Its message is shown to people. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
  readonly isFinal: boolean;

  constructor(message: string, { isFinal = true }: { isFinal?: boolean } = {}) {
    super(message);
    this.isFinal = isFinal;
  }
}
