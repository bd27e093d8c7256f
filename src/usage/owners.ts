/**
 * Which of some owners each blob belongs to: one, or several. Numbers by blob id in pieces, since ids are dense where one
 * looks: four bytes a blob, where a map takes fifty.
 */
const PIECE = 1_024;
const NONE = 0;
const SEVERAL = -1;

export class Owners {
  readonly #pieces = new Map<number, Int32Array>();

  /** Adds an owner, a number from 1 on. Gives who owned it alone until now: 0 when nobody did, -1 when several do. */
  add(blobId: number, owner: number): number {
    const index = Math.floor(blobId / PIECE);
    let piece = this.#pieces.get(index);
    if (piece === undefined) this.#pieces.set(index, (piece = new Int32Array(PIECE)));
    const at = blobId % PIECE;
    const before = piece[at] ?? NONE;
    if (before === NONE) piece[at] = owner;
    else if (before !== owner) piece[at] = SEVERAL;
    return before;
  }
}
