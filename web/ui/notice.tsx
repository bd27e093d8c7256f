/** Something the person should know before going on. */
import type { ReactNode } from "react";
import { TONES, type Tone } from "./badge.tsx";
import { classes } from "./classes.ts";

type NoticeProps = { tone?: Tone; title?: ReactNode; children?: ReactNode; action?: ReactNode };

export function Notice({ tone = "neutral", title, children, action }: NoticeProps) {
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className={classes("flex flex-wrap items-center justify-between gap-3 rounded-md px-4 py-3 text-sm", TONES[tone])}
    >
      <div className="flex min-w-0 flex-col gap-1">
        {title !== undefined && <p className="font-medium">{title}</p>}
        {children !== undefined && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}
