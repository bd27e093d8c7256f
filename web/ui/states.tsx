/** What stands where nothing can stand yet: waiting, nothing there, something failed. Each says what to do next. */
import { CircleAlert, Lock, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { isDenied, isMissing, isSignedOut, messageOf } from "../data/problem.ts";
import { Button, ButtonLink } from "./button.tsx";

/** Grey bars of about the size of what is on its way. */
export function Loading({ lines = 3, label = "Loading" }: { lines?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className="flex animate-pulse flex-col gap-3 py-2">
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="h-5 rounded-sm bg-hover" style={{ width: `${92 - ((line * 17) % 45)}%` }} />
      ))}
    </div>
  );
}

type EmptyProps = { title: string; icon?: ReactNode; children?: ReactNode; action?: ReactNode };

export function Empty({ title, icon, children, action }: EmptyProps) {
  return (
    <div className="flex flex-col items-center gap-3 rounded-lg border border-dashed border-line-strong px-6 py-12 text-center">
      {icon !== undefined && <div className="text-soft">{icon}</div>}
      <p className="text-lg font-medium">{title}</p>
      {children !== undefined && <div className="max-w-prose text-sm text-soft">{children}</div>}
      {action}
    </div>
  );
}

/** `retry`: asks again. */
export function Failed({ error, retry, what = "This" }: { error: unknown; retry?: () => void; what?: string }) {
  if (isSignedOut(error)) {
    return (
      <Empty
        title="Sign in to see this"
        icon={<Lock size={28} aria-hidden="true" />}
        action={
          <ButtonLink kind="primary" to="/login" search={{ next: location.pathname + location.search }}>
            Sign in
          </ButtonLink>
        }
      />
    );
  }
  if (isMissing(error)) {
    return (
      <Empty
        title={`${what} is not here`}
        icon={<SearchX size={28} aria-hidden="true" />}
        action={<ButtonLink to="/">To the start</ButtonLink>}
      >
        It does not exist, or it is private and this account may not see it. Whoever owns it can grant the right to.
      </Empty>
    );
  }
  return (
    <Empty
      title={isDenied(error) ? "Not allowed" : "That did not work"}
      icon={<CircleAlert size={28} aria-hidden="true" />}
      action={retry && <Button onClick={retry}>Try again</Button>}
    >
      {messageOf(error)}
    </Empty>
  );
}

type AnswerProps<T> = {
  answer: { data: T | undefined; error: unknown; refetch: () => unknown };
  what?: string;
  lines?: number;
  children: (data: T) => ReactNode;
};

/** What was read once it is here, and until then what there is to say instead. */
export function Answer<T>({ answer, what, lines, children }: AnswerProps<T>) {
  if (answer.data !== undefined) return children(answer.data);
  if (answer.error !== null) {
    return (
      <Failed error={answer.error} retry={() => void answer.refetch()} {...(what === undefined ? {} : { what })} />
    );
  }
  return <Loading {...(lines === undefined ? {} : { lines })} />;
}

type MoreProps = { pages: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown } };

/** Under a list that goes on. */
export function More({ pages }: MoreProps) {
  if (!pages.hasNextPage) return null;
  return (
    <div className="flex justify-center pt-4">
      <Button isBusy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        Show more
      </Button>
    </div>
  );
}
