/**
 * What only a session may do in which the person was recognised a short while ago: when the server says that this is too long ago,
 * the person is asked, and what they wanted goes on by itself.
 */
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { ProblemError } from "../data/client.ts";
import { ProofDialog } from "./proof-dialog.tsx";

/** Resolves to whether it was shown. */
type Ask = () => Promise<boolean>;

const AskContext = createContext<Ask>(() => Promise.resolve(false));

export function ProofProvider({ children }: { children: ReactNode }) {
  const [answer, setAnswer] = useState<((isProven: boolean) => void) | null>(null);
  const ask = useCallback<Ask>(() => new Promise((resolve) => setAnswer(() => resolve)), []);
  const end = (isProven: boolean) => {
    answer?.(isProven);
    setAnswer(null);
  };
  return (
    <AskContext.Provider value={ask}>
      {children}
      <ProofDialog isOpen={answer !== null} onClose={() => end(false)} onProven={() => end(true)} />
    </AskContext.Provider>
  );
}

type Call<A extends unknown[], O> = { id: string; (...args: A): Promise<O> };

/** The call as it is, but that it asks for the proof where one is needed; for `useChange`. */
export function useProven<A extends unknown[], O>(call: Call<A, O>): Call<A, O> {
  const ask = useContext(AskContext);
  return useMemo(() => {
    const proven = async (...args: A): Promise<O> => {
      try {
        return await call(...args);
      } catch (error) {
        if (!isTooOld(error)) throw error;
        if (!(await ask())) throw new Error("Nothing was changed: it was not shown that it is you.", { cause: error });
        return await call(...args);
      }
    };
    return Object.assign(proven, { id: call.id });
  }, [call, ask]);
}

function isTooOld(error: unknown): boolean {
  return (
    error instanceof ProblemError && error.problem.errors?.some(({ path }) => path === "session.provenAt") === true
  );
}
