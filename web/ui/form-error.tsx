/** Why what was sent was refused, in the form itself; nothing while there is no reason. */
import { messageOf } from "../data/problem.ts";
import { Notice } from "./notice.tsx";

/** `error`: of a `useChange` with `saysErrors: false`. */
export function FormError({ error }: { error: unknown }) {
  return error === null ? null : <Notice tone="bad">{messageOf(error)}</Notice>;
}
