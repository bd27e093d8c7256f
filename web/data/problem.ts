/** Errors in words for people. */
import { ProblemError } from "./client.ts";

export function messageOf(error: unknown): string {
  if (error instanceof ProblemError) {
    const wait = error.retryAfterSeconds === null ? "" : ` Try again in ${error.retryAfterSeconds} s.`;
    return capitalised(error.message) + wait;
  }
  if (error instanceof TypeError) return "The server cannot be reached. Check the connection, then try again.";
  return error instanceof Error ? capitalised(error.message) : "Something went wrong.";
}

export function isMissing(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 404;
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}

export function isDenied(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 403;
}

function capitalised(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
