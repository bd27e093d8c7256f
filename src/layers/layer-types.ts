/** Which layers may be archives. Whether they are is told by their bytes; this spares a look at what says that it is none. */

const ARCHIVE = /(?:^|[/.+-])(?:tar|tgz|gzip|zstd)(?:$|[.+;-])/i;
const NO_ARCHIVE = /(?:^|[/.+-])(?:json|ya?ml|xml|toml|text|markdown|html|wasm|pdf)(?:$|[.+;-])/i;

export function mayBeArchive(mediaType: string): boolean {
  return ARCHIVE.test(mediaType) || !NO_ARCHIVE.test(mediaType);
}
